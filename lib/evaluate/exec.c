#include "evaluate/exec.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/character.h"
#include "base/memory.h"
#include "base/progress.h"
#include "evaluate/exec_internal.h"
#include "surface/grid.h"

enum {
	COMMAND_BYTES_MAX = 64 << 10,
	WINDOW = 4,     /* points per process that may wait for a slower one */
	LAST_WORDS = 10 /* seconds to end when there are no more points */
};

struct job;

/* A thread and its process. */
struct worker {
	struct job *job;
	pthread_t thread;
	struct exec_process process;
	struct exec_question *asked; /* not answered yet, the oldest first */
	int n_asked;
	bool deaf; /* it has ended, but may have answered before */
	/* with the job's lock: */
	bool live;       /* may be killed */
	bool overdue;    /* was killed for that */
	double deadline; /* of what it does now, 0: any time */
};

struct job {
	const struct evaluation *e;
	const struct place *points;
	int64_t n_points;
	evaluate_take *take;
	void *context;
	struct worker *worker;
	int n_workers, running;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	int64_t handed_out, delivered, window;
	int64_t total; /* images in all, as an answer to --error has said */
	struct score *score; /* of the window, by point modulo its size */
	bool *ready;
	bool stop;
	struct error *err;
};

int
exec_check(const struct exec_rule *rule, struct error *err)
{
	size_t n = strlen(rule->command), part;
	bool printable = true;
	int status = 0;

	for (const char *p = rule->command; printable; p += part + 1) {
		part = strcspn(p, "\t\n");
		printable = text_is_printable(p, part);
		if (p[part] == '\0')
			break;
	}
	if (n == 0 || n > COMMAND_BYTES_MAX || !printable)
		status = error_set(err,
		    "--exec is no command: expected UTF-8 text of at most %d "
		    "bytes",
		    COMMAND_BYTES_MAX);
	n = strlen(rule->loss);
	if (status == 0 && (n == 0 || n >= sizeof(((struct grid *)0)->loss) ||
			       !text_is_printable(rule->loss, n)))
		status = error_set(err,
		    "--exec-loss is '%.60s', expected a name of 1 to %zu "
		    "bytes",
		    rule->loss, sizeof(((struct grid *)0)->loss) - 1);
	if (status == 0 && rule->ahead > 1 && rule->form != EXEC_PLACE)
		status = error_set(err,
		    "--exec-ahead %lld is for --exec-form place, whose answers "
		    "say which point they are for",
		    (long long)rule->ahead);
	return status;
}

/* ---- with the lock held ---- */

static void
stop_all(struct job *job)
{
	job->stop = true;
	for (int i = 0; i < job->n_workers; i++)
		if (job->worker[i].live)
			child_kill(&job->worker[i].process.child);
	pthread_cond_broadcast(&job->changed);
}

/* The first failure is the one that is told. */
static void
fail(struct job *job, const struct error *err)
{
	if (!job->stop)
		*job->err = *err;
	stop_all(job);
}

/* Hands scores on in the order of their points. */
static void
deliver(struct job *job)
{
	while (!job->stop && job->delivered < job->handed_out &&
	       job->ready[job->delivered % job->window]) {
		int64_t at = job->delivered % job->window;

		job->ready[at] = false;
		if (job->take(job->context, job->delivered, &job->score[at],
			job->err) < 0)
			stop_all(job);
		job->delivered++;
	}
	pthread_cond_broadcast(&job->changed);
}

/* The next point, or -1: there is none, or none yet and nobody may wait. */
static int64_t
next_point(struct job *job, bool may_wait)
{
	while (!job->stop && may_wait && job->handed_out < job->n_points &&
	       job->handed_out >= job->delivered + job->window)
		pthread_cond_wait(&job->changed, &job->lock);
	return job->stop || job->handed_out >= job->n_points ||
		       job->handed_out >= job->delivered + job->window
		   ? -1
		   : job->handed_out++;
}

static void
set_deadline(struct worker *w, double seconds)
{
	w->deadline = seconds > 0.0 ? progress_now() + seconds : 0.0;
}

/* ---- a thread ---- */

static void
settle(struct worker *w, int64_t point, const struct score *score)
{
	struct job *job = w->job;

	pthread_mutex_lock(&job->lock);
	set_deadline(w, w->n_asked > 0 ? (double)job->e->exec.timeout : 0.0);
	job->score[point % job->window] = *score;
	job->ready[point % job->window] = true;
	deliver(job);
	pthread_mutex_unlock(&job->lock);
}

/* Asks until as many points are under way as may be: 0 or -1. */
static int
ask_more(struct worker *w, struct error *err)
{
	struct job *job = w->job;

	while (w->n_asked < job->e->exec.ahead && !w->deaf) {
		struct exec_question *question = &w->asked[w->n_asked];
		struct score score;
		int status;

		pthread_mutex_lock(&job->lock);
		question->id = next_point(job, w->n_asked == 0);
		if (question->id >= 0 && w->n_asked == 0)
			set_deadline(w, (double)job->e->exec.timeout);
		pthread_mutex_unlock(&job->lock);
		if (question->id < 0)
			break;
		question->place = &job->points[question->id];
		exec_range_start(question, job->e);
		status = exec_ask(&w->process, job->e, question, &score, err);
		w->deaf = status < 0 && w->n_asked > 0;
		if (status < 0 && !w->deaf)
			return -1;
		if (status == 0)
			settle(w, question->id, &score);
		else
			w->n_asked++;
	}
	return 0;
}

/* Are all answers about as many images?  An order is of that many. */
static int
check_total(struct worker *w, const struct exec_question *question,
    int64_t total, struct error *err)
{
	struct job *job = w->job;
	int64_t before;

	if (question->to == 0)
		return 0;
	pthread_mutex_lock(&job->lock);
	if (job->total == 0)
		job->total = total;
	before = job->total;
	set_deadline(w, (double)job->e->exec.timeout);
	pthread_mutex_unlock(&job->lock);
	if (before == total)
		return 0;
	return exec_blame(err, job->e, question->place,
	    "the answer has total=%" PRId64 ", one before had %" PRId64
	    ": with --error all points are of the same images",
	    total, before);
}

/* The next answer, whichever it is: 0 or -1. */
static int
take_answer(struct worker *w, struct error *err)
{
	const struct evaluation *e = w->job->e;
	struct exec_question *question;
	struct score score;
	int64_t point;
	int which;

	if (exec_hear(
		&w->process, e, w->asked, w->n_asked, &which, &score, err) < 0)
		return -1;
	question = &w->asked[which];
	if (check_total(w, question, score.total, err) < 0)
		return -1;
	if (!exec_range_take(question, e, &score))
		return exec_ask(&w->process, e, question, &score, err) < 0 ? -1
									   : 0;
	point = question->id;
	w->n_asked--;
	memmove(&w->asked[which], &w->asked[which + 1],
	    (size_t)(w->n_asked - which) * sizeof(*w->asked));
	settle(w, point, &score);
	return 0;
}

/* A failure of a process that was killed for its silence has another reason. */
static void
say_overdue(struct worker *w, struct error *err)
{
	const struct evaluation *e = w->job->e;

	pthread_mutex_lock(&w->job->lock);
	w->deadline = 0.0;
	if (w->overdue)
		exec_blame(err, e, w->asked[0].place,
		    "no answer in %lld s (does it flush its output? does it "
		    "know --exec-form %s? --exec-timeout allows more)",
		    (long long)e->exec.timeout, exec_form_words[e->exec.form]);
	pthread_mutex_unlock(&w->job->lock);
}

/* Ends the process; err is filled already when status is -1. */
static void
finish(struct worker *w, int status, struct error *err)
{
	struct job *job = w->job;
	char how[CHILD_END_BYTES];
	bool more, overdue;

	pthread_mutex_lock(&job->lock);
	set_deadline(w, LAST_WORDS);
	if (status < 0 || job->stop)
		child_kill(&w->process.child);
	pthread_mutex_unlock(&job->lock);
	more = child_close(&w->process.child);
	pthread_mutex_lock(&job->lock);
	w->live = false;
	overdue = w->overdue;
	child_reap(&w->process.child, how);
	if (status == 0 && !job->stop && more)
		status = error_set(err,
		    "--exec: more lines than points were answered: no answer "
		    "can be trusted, remove what was written");
	else if (status == 0 && !job->stop && !overdue && how[0] != '\0')
		status = error_set(err,
		    "--exec: '%.80s' ended with %s behind the last point",
		    job->e->exec.command, how);
	else if (status < 0 && !overdue)
		exec_explain(&w->process, how, err);
	if (status < 0)
		fail(job, err);
	job->running--;
	pthread_cond_broadcast(&job->changed);
	pthread_mutex_unlock(&job->lock);
}

static void *
work(void *argument)
{
	struct worker *w = argument;
	struct error err;
	int status = 0;

	while (status == 0) {
		status = ask_more(w, &err);
		if (status == 0 && w->n_asked == 0)
			break;
		if (status == 0)
			status = take_answer(w, &err);
	}
	if (status == 0 && w->deaf)
		status = error_set(&err,
		    "--exec: the program ended before all points were asked");
	if (status < 0)
		say_overdue(w, &err);
	finish(w, status, &err);
	return NULL;
}

/* ---- the whole ---- */

/* Until all threads are done: kills processes that take too long. */
static void
watch(struct job *job)
{
	pthread_mutex_lock(&job->lock);
	while (job->running > 0) {
		struct timespec wake;
		double now = progress_now();

		for (int i = 0; i < job->n_workers; i++) {
			struct worker *w = &job->worker[i];

			if (!w->live || w->deadline == 0.0 || now < w->deadline)
				continue;
			w->overdue = true;
			w->deadline = 0.0;
			child_kill(&w->process.child);
		}
		clock_gettime(CLOCK_REALTIME, &wake);
		wake.tv_sec++;
		pthread_cond_timedwait(&job->changed, &job->lock, &wake);
	}
	pthread_mutex_unlock(&job->lock);
}

static int
start(struct job *job, int n, struct error *err)
{
	int status = 0, threads = 0;

	/* all processes before the first thread */
	for (; job->n_workers < n && status == 0; job->n_workers++) {
		struct worker *w = &job->worker[job->n_workers];

		w->job = job;
		w->asked = memory_new(
		    (size_t)job->e->exec.ahead, sizeof(*w->asked), err);
		status = w->asked != NULL ? exec_open(&w->process,
						job->n_workers, job->e, err)
					  : -1;
		w->live = status == 0;
	}
	pthread_mutex_lock(&job->lock);
	for (; threads < job->n_workers && status == 0; threads++) {
		struct worker *w = &job->worker[threads];

		if (pthread_create(&w->thread, NULL, work, w) != 0)
			break;
		job->running++;
	}
	if (status == 0 && threads == 0)
		status = error_set(err, "--exec: no thread can be started");
	pthread_mutex_unlock(&job->lock);
	if (status == 0)
		watch(job);
	for (int i = 0; i < job->n_workers; i++) {
		if (i < threads)
			pthread_join(job->worker[i].thread, NULL);
		exec_close(&job->worker[i].process);
		free(job->worker[i].asked);
	}
	return status;
}

int
exec_points(const struct evaluation *evaluation, const struct place *points,
    int64_t n, evaluate_take *take, void *context, struct error *err)
{
	int threads = evaluation->threads < n ? evaluation->threads : (int)n;
	struct job job = {.e = evaluation,
	    .points = points,
	    .n_points = n,
	    .take = take,
	    .context = context,
	    .window = (int64_t)threads * WINDOW * evaluation->exec.ahead,
	    .err = err};
	int status = -1;

	job.worker = memory_new((size_t)threads, sizeof(*job.worker), err);
	job.score = memory_new((size_t)job.window, sizeof(*job.score), err);
	job.ready = memory_new((size_t)job.window, sizeof(*job.ready), err);
	pthread_mutex_init(&job.lock, NULL);
	pthread_cond_init(&job.changed, NULL);
	if (job.worker != NULL && job.score != NULL && job.ready != NULL)
		status = start(&job, threads, err);
	if (job.stop)
		status = -1;
	pthread_cond_destroy(&job.changed);
	pthread_mutex_destroy(&job.lock);
	free(job.worker);
	free(job.score);
	free(job.ready);
	return status;
}
