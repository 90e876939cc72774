#include "evaluate/evaluate.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/workers.h"
#include "data/dataset_fit.h"
#include "evaluate/exec.h"
#include "surface/grid.h"

/*
 * Points pass through a ring of slots, which hold most of the memory.  While
 * the blocks of one point are worked on, the weights of the next are folded and
 * packed: two slots, and more if the blocks of one point are fewer than the
 * threads.  A single thread does one after the other, in one.
 */
struct slot {
	struct plan_weights *weights;
	struct tensor *theta;
	double *losses;    /* of every image of every set */
	uint32_t *correct; /* labels of each image */
	struct score score[SETS_MAX];
	bool built, bad, finished;
	int64_t blocks_left;
};

struct job {
	const struct evaluation *e;
	struct norms norms;
	const struct place *points;
	int64_t n_points, n_images, blocks_per_point;
	evaluate_take *take;
	void *context;
	struct slot *slot;
	int64_t slots;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* points before these are: built or being built, all blocks handed
	 * out, delivered; then the next block of the current point */
	int64_t building, issuing, delivering, next_block;
	bool stop;
	struct error *err;
};

/* A thread's own memory. */
struct worker {
	struct plan_scratch *scratch;
	float *images, *logits;
	double *sorted;
};

struct task {
	enum { TASK_NONE, TASK_BUILD, TASK_BLOCK } type;
	int64_t point, block;
};

static struct slot *
slot_of(struct job *job, int64_t point)
{
	return &job->slot[point % job->slots];
}

/* ---- what to do next (with the lock held) ---- */

static bool
can_build(const struct job *job)
{
	return job->building < job->n_points &&
	       job->building <= job->issuing + 1 &&
	       job->building < job->delivering + job->slots;
}

static bool
can_issue(struct job *job)
{
	return job->issuing < job->building &&
	       slot_of(job, job->issuing)->built;
}

static void
empty_slot(struct job *job, int64_t point)
{
	struct slot *slot = slot_of(job, point);

	*slot = (struct slot){.weights = slot->weights,
	    .theta = slot->theta,
	    .losses = slot->losses,
	    .correct = slot->correct,
	    .blocks_left = job->blocks_per_point};
}

static struct task
next_task(struct job *job)
{
	struct task task = {TASK_NONE, 0, 0};

	while (!job->stop && job->issuing < job->n_points) {
		if (can_build(job)) {
			task.type = TASK_BUILD;
			task.point = job->building++;
			empty_slot(job, task.point);
			return task;
		}
		if (can_issue(job)) {
			task.type = TASK_BLOCK;
			task.point = job->issuing;
			task.block = job->next_block++;
			if (job->next_block == job->blocks_per_point) {
				job->next_block = 0;
				job->issuing++;
			}
			return task;
		}
		pthread_cond_wait(&job->changed, &job->lock);
	}
	return task;
}

/* Hands finished points on in their order. */
static void
deliver(struct job *job)
{
	while (!job->stop && job->delivering < job->issuing &&
	       slot_of(job, job->delivering)->finished) {
		struct slot *slot = slot_of(job, job->delivering);

		if (job->take(job->context, job->delivering, slot->score,
			job->err) < 0)
			job->stop = true;
		slot->finished = false;
		job->delivering++;
	}
}

/* ---- doing it (without the lock) ---- */

static void
build(struct job *job, int64_t point)
{
	const struct evaluation *e = job->e;
	struct slot *slot = slot_of(job, point);
	const struct place *at = &job->points[point];
	struct error why;

	plane_apply(e->plane, at->rep, at->a, at->b, slot->theta);
	if (norms_set_statistics(&job->norms, slot->theta, &why) == 0 &&
	    plan_bind(e->plan, slot->theta, slot->weights, &why) == 0)
		return;
	slot->bad = true; /* the one way to fail: a negative variance */
	for (int s = 0; s < e->sets; s++)
		score_bad(
		    &slot->score[s], SCORE_BADVAR, why.text, e->data[s]->n);
}

/* Block number block counts through all data sets. */
static void
run_block(struct job *job, struct worker *w, int64_t point, int64_t block)
{
	const struct evaluation *e = job->e;
	struct slot *slot = slot_of(job, point);
	const size_t outputs = plan_classes(e->plan);
	int64_t size = plan_block(e->plan), before = 0, first, n;
	const struct dataset *data;
	struct loss_form form;
	int set = 0;

	while (block >= (e->data[set]->n + size - 1) / size) {
		block -= (e->data[set]->n + size - 1) / size;
		before += e->data[set++]->n;
	}
	if (slot->bad || (job->points[point].sets >> set & 1U) == 0)
		return;
	data = e->data[set];
	first = block * size;
	n = data->n - first < size ? data->n - first : size;
	dataset_block(data, first, n, e->mean, e->std, w->images);
	plan_run(
	    e->plan, slot->weights, w->scratch, w->images, (int)n, w->logits);
	form = (struct loss_form){
	    e->loss, dataset_rows(data), outputs / dataset_rows(data)};
	for (int64_t i = 0; i < n; i++) {
		const float *row = w->logits + (size_t)i * outputs;
		const int64_t at = before + first + i;
		const int *labels = data->labels + (first + i) * data->n_labels;

		if (e->loss == LOSS_L2) {
			slot->losses[at] = loss_of_targets(row,
			    data->targets + (size_t)(first + i) * outputs,
			    outputs);
			continue;
		}
		slot->losses[at] = loss_of_rows(&form, row, labels);
		slot->correct[at] = loss_rows_correct(&form, row, labels);
	}
}

static void
sum_up(struct job *job, struct worker *w, int64_t point)
{
	struct slot *slot = slot_of(job, point);
	int64_t before = 0;

	for (int s = 0; s < job->e->sets && !slot->bad; s++) {
		int64_t n = job->e->data[s]->n;
		const bool classes = job->e->loss != LOSS_L2;

		if ((job->points[point].sets >> s & 1U) != 0)
			score_from_losses(&slot->score[s],
			    slot->losses + before,
			    classes ? slot->correct + before : NULL,
			    dataset_rows(job->e->data[s]), n, w->sorted);
		before += n;
	}
}

static void
do_task(struct job *job, struct worker *w, const struct task *task)
{
	struct slot *slot = slot_of(job, task->point);
	bool last;

	if (task->type == TASK_BUILD) {
		build(job, task->point);
		pthread_mutex_lock(&job->lock);
		slot->built = true;
		pthread_cond_broadcast(&job->changed);
		pthread_mutex_unlock(&job->lock);
		return;
	}
	run_block(job, w, task->point, task->block);
	pthread_mutex_lock(&job->lock);
	last = --slot->blocks_left == 0;
	pthread_mutex_unlock(&job->lock);
	if (!last)
		return;
	sum_up(job, w, task->point);
	pthread_mutex_lock(&job->lock);
	slot->finished = true;
	deliver(job);
	pthread_cond_broadcast(&job->changed);
	pthread_mutex_unlock(&job->lock);
}

static int
worker_init(struct worker *w, const struct job *job, struct error *err)
{
	const struct plan *plan = job->e->plan;
	const struct dataset *d = job->e->data[0];
	size_t block = (size_t)plan_block(plan);
	size_t pixels =
	    (size_t)d->channels * (size_t)d->height * (size_t)d->width;

	*w = (struct worker){.scratch = plan_scratch_new(plan, err)};
	w->images = memory_new(block * pixels, sizeof(float), err);
	w->logits = memory_new(block * plan_classes(plan), sizeof(float), err);
	w->sorted = memory_new((size_t)job->n_images, sizeof(double), err);
	return w->scratch != NULL && w->images != NULL && w->logits != NULL &&
		       w->sorted != NULL
		   ? 0
		   : -1;
}

static void
worker_free(struct worker *w)
{
	plan_scratch_free(w->scratch);
	free(w->images);
	free(w->logits);
	free(w->sorted);
}

static void *
work(void *argument)
{
	struct job *job = argument;
	struct worker worker;
	struct error err;

	if (worker_init(&worker, job, &err) < 0) {
		pthread_mutex_lock(&job->lock);
		if (!job->stop)
			*job->err = err;
		job->stop = true;
		pthread_cond_broadcast(&job->changed);
		pthread_mutex_unlock(&job->lock);
	}
	for (;;) {
		struct task task;

		pthread_mutex_lock(&job->lock);
		task = next_task(job);
		pthread_mutex_unlock(&job->lock);
		if (task.type == TASK_NONE)
			break;
		do_task(job, &worker, &task);
	}
	worker_free(&worker);
	return NULL;
}

/* ---- the whole ---- */

static int64_t
slots_for(const struct job *job, int64_t threads)
{
	const int64_t blocks = job->blocks_per_point;
	int64_t slots = 1;

	if (threads > 1 && blocks > 0)
		slots += (threads + blocks - 1) / blocks;
	return slots < job->n_points ? slots : job->n_points;
}

static int
slot_init(struct slot *slot, const struct job *job, struct error *err)
{
	slot->weights = plan_weights_new(job->e->plan, err);
	slot->theta = plane_theta_new(job->e->plane, err);
	slot->losses = memory_new((size_t)job->n_images, sizeof(double), err);
	slot->correct =
	    memory_new((size_t)job->n_images, sizeof(*slot->correct), err);
	return slot->weights != NULL && slot->theta != NULL &&
		       slot->losses != NULL && slot->correct != NULL
		   ? 0
		   : -1;
}

static void
slot_free(struct slot *slot, size_t n_tensors)
{
	plan_weights_free(slot->weights);
	tensors_free(slot->theta, n_tensors);
	free(slot->losses);
	free(slot->correct);
}

/* Runs work on threads - 1 new threads and on this one. */
static int
run_threads(struct job *job, int threads, struct error *err)
{
	pthread_t *thread = memory_new((size_t)threads, sizeof(*thread), err);
	int started = 0;

	if (thread == NULL)
		return -1;
	/* fewer threads than asked for change the time, not the result */
	while (started < threads - 1 &&
	       pthread_create(&thread[started], NULL, work, job) == 0)
		started++;
	work(job);
	while (started > 0)
		pthread_join(thread[--started], NULL);
	free(thread);
	return job->stop ? -1 : 0;
}

/*
 * Where the statistics are recomputed, a point is a chain of layers over the
 * whole set, with memory to match: all threads work on one point.
 */
struct turn {
	struct job *job;
	struct worker *worker; /* workers_count of them */
	int64_t point;
};

static void
turn_block(void *context, int task, int worker)
{
	struct turn *t = context;

	run_block(t->job, &t->worker[worker], t->point, task);
}

static int
turn_points(struct turn *t, struct workers *workers)
{
	struct job *job = t->job;

	for (t->point = 0; t->point < job->n_points; t->point++) {
		empty_slot(job, t->point);
		build(job, t->point);
		workers_run(workers, (int)job->blocks_per_point, turn_block, t);
		sum_up(job, &t->worker[0], t->point);
		if (job->take(job->context, t->point,
			slot_of(job, t->point)->score, job->err) < 0)
			return -1;
	}
	return 0;
}

static int
run_turns(struct job *job, int threads, struct error *err)
{
	struct workers *workers = workers_new(threads, err);
	const struct evaluation *e = job->e;
	struct turn turn = {.job = job};
	int n = workers != NULL ? workers_count(workers) : 0, ready = 0;
	int status = -1;

	if (n > 0)
		turn.worker = memory_new((size_t)n, sizeof(*turn.worker), err);
	if (turn.worker != NULL)
		while (ready < n &&
		       worker_init(&turn.worker[ready++], job, err) == 0)
			status = ready == n ? 0 : -1;
	if (status == 0)
		status = norms_open(&job->norms, &e->norms, e->plane, e->mean,
		    e->std, workers, err);
	if (status == 0)
		status = turn_points(&turn, workers);
	norms_close(&job->norms);
	while (ready > 0)
		worker_free(&turn.worker[--ready]);
	free(turn.worker);
	workers_free(workers);
	return status;
}

/* As a pipeline: the next point is built while blocks of one are evaluated. */
static int
run_pipeline(struct job *job, int threads, struct error *err)
{
	const struct evaluation *e = job->e;
	int status;

	if (norms_open(&job->norms, &e->norms, e->plane, e->mean, e->std, NULL,
		err) < 0)
		return -1;
	pthread_mutex_init(&job->lock, NULL);
	pthread_cond_init(&job->changed, NULL);
	status = run_threads(job, threads, err);
	pthread_cond_destroy(&job->changed);
	pthread_mutex_destroy(&job->lock);
	return status;
}

int
evaluate_points(const struct evaluation *evaluation, const struct place *points,
    int64_t n, evaluate_take *take, void *context, struct error *err)
{
	struct job job = {.e = evaluation,
	    .points = points,
	    .n_points = n,
	    .take = take,
	    .context = context,
	    .err = err};
	int64_t size;
	int status = 0;

	if (evaluation->exec.command != NULL)
		return exec_points(evaluation, points, n, take, context, err);
	if (plan_share(evaluation->plan, evaluation->threads, err) < 0)
		return -1;
	size = plan_block(evaluation->plan);
	for (int s = 0; s < evaluation->sets; s++) {
		job.n_images += evaluation->data[s]->n;
		job.blocks_per_point +=
		    (evaluation->data[s]->n + size - 1) / size;
	}
	job.slots = slots_for(&job, evaluation->threads);
	job.slot = memory_new((size_t)job.slots, sizeof(*job.slot), err);
	if (job.slot == NULL)
		return -1;
	for (int64_t i = 0; i < job.slots && status == 0; i++)
		status = slot_init(&job.slot[i], &job, err);
	if (status == 0)
		status = evaluation->norms.mode == NORMS_RECOMPUTE
			     ? run_turns(&job, evaluation->threads, err)
			     : run_pipeline(&job, evaluation->threads, err);
	for (int64_t i = 0; i < job.slots; i++)
		slot_free(
		    &job.slot[i], evaluation->plane->model.graph.n_tensors);
	free(job.slot);
	return status;
}
