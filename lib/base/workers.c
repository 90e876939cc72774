#include "base/workers.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

struct workers {
	int threads;
	pthread_t *thread; /* threads - 1 of them */
	pthread_mutex_t lock;
	pthread_cond_t start, done;
	workers_task *task; /* the loop of now, of n tasks */
	void *context;
	int n, next, busy;
	int named; /* threads that have their number */
	unsigned long round;
	bool quit;
};

/* Takes tasks until none is left; called and left with the lock held. */
static void
work(struct workers *w, int worker)
{
	w->busy++;
	while (w->next < w->n) {
		int task = w->next++;

		pthread_mutex_unlock(&w->lock);
		w->task(w->context, task, worker);
		pthread_mutex_lock(&w->lock);
	}
	if (--w->busy == 0)
		pthread_cond_signal(&w->done);
}

static void *
serve(void *argument)
{
	struct workers *w = argument;
	unsigned long seen = 0;
	int worker;

	pthread_mutex_lock(&w->lock);
	worker = ++w->named;
	for (;;) {
		while (!w->quit && w->round == seen)
			pthread_cond_wait(&w->start, &w->lock);
		if (w->quit)
			break;
		seen = w->round;
		work(w, worker);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

struct workers *
workers_new(int threads, struct error *err)
{
	struct workers *w = memory_new(1, sizeof(*w), err);

	if (w == NULL)
		return NULL;
	w->thread = memory_new((size_t)threads, sizeof(*w->thread), err);
	if (w->thread == NULL) {
		free(w);
		return NULL;
	}
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->start, NULL);
	pthread_cond_init(&w->done, NULL);
	w->threads = 1;
	while (w->threads < threads &&
	       pthread_create(&w->thread[w->threads - 1], NULL, serve, w) == 0)
		w->threads++;
	return w;
}

void
workers_free(struct workers *workers)
{
	if (workers == NULL)
		return;
	pthread_mutex_lock(&workers->lock);
	workers->quit = true;
	pthread_cond_broadcast(&workers->start);
	pthread_mutex_unlock(&workers->lock);
	for (int i = 0; i < workers->threads - 1; i++)
		pthread_join(workers->thread[i], NULL);
	pthread_cond_destroy(&workers->start);
	pthread_cond_destroy(&workers->done);
	pthread_mutex_destroy(&workers->lock);
	free(workers->thread);
	free(workers);
}

int
workers_count(const struct workers *workers)
{
	return workers->threads;
}

void
workers_run(struct workers *workers, int n, workers_task *task, void *context)
{
	if (workers->threads == 1 || n == 1) {
		for (int i = 0; i < n; i++)
			task(context, i, 0);
		return;
	}
	pthread_mutex_lock(&workers->lock);
	workers->task = task;
	workers->context = context;
	workers->n = n;
	workers->next = 0;
	workers->round++;
	pthread_cond_broadcast(&workers->start);
	work(workers, 0);
	while (workers->busy > 0)
		pthread_cond_wait(&workers->done, &workers->lock);
	pthread_mutex_unlock(&workers->lock);
}
