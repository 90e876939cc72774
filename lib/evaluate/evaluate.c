#include "evaluate/evaluate_internal.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/workers.h"
#include "evaluate/exec.h"

struct task {
	enum { TASK_NONE, TASK_BUILD, TASK_BLOCK } type;
	int64_t point;
	struct block block;
};

/* ---- what to do next (with the lock held) ---- */

/* Points under way, seen from what there is to do. */
struct outlook {
	int64_t open;  /* with blocks to hand out, now or when they are built */
	int64_t ready; /* the first of these with some now, or -1 */
	bool more;     /* blocks may come, of these or after a look */
};

static bool
may_have_more(const struct job *job, const struct ring_slot *slot)
{
	for (int s = 0; s < job->e->sets; s++)
		if (slot->portion[s].until < job->e->data[s]->n &&
		    !slot->portion[s].ended)
			return true;
	return false;
}

static struct outlook
look_out(struct job *job)
{
	struct outlook out = {.ready = -1};

	for (int64_t i = job->delivering; i < job->building; i++) {
		const struct ring_slot *slot = slot_of(job, i);
		const bool blocks = point_has_block(job, slot);

		out.open += blocks;
		out.more |= blocks || may_have_more(job, slot);
		if (out.ready < 0 && blocks && slot->built)
			out.ready = i;
	}
	out.more |= job->building < job->n_points;
	return out;
}

/* Points are built one ahead of those whose blocks are handed out. */
static bool
can_build(const struct job *job, const struct outlook *out)
{
	return job->building < job->n_points && out->open <= 1 &&
	       job->building < job->delivering + job->slots;
}

static struct task
next_task(struct job *job)
{
	struct task task = {.type = TASK_NONE};

	while (!job->stop) {
		const struct outlook out = look_out(job);

		if (!out.more)
			break;
		if (can_build(job, &out)) {
			task.type = TASK_BUILD;
			task.point = job->building++;
			point_empty(job, task.point);
			return task;
		}
		if (out.ready >= 0) {
			task.type = TASK_BLOCK;
			task.point = out.ready;
			point_next_block(
			    job, slot_of(job, task.point), &task.block);
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
	while (!job->stop && job->delivering < job->building &&
	       slot_of(job, job->delivering)->finished) {
		struct ring_slot *slot = slot_of(job, job->delivering);

		if (job->take(job->context, job->delivering, slot->score,
			job->err) < 0)
			job->stop = true;
		slot->finished = false;
		job->delivering++;
	}
}

/* The point has ended: it is handed on when those before it are. */
static void
finish(struct job *job, struct ring_slot *slot)
{
	slot->finished = true;
	deliver(job);
}

static void
do_build(struct job *job, int64_t point)
{
	struct ring_slot *slot = slot_of(job, point);
	struct error err;
	int status;

	status = point_build(job, point, &err);
	pthread_mutex_lock(&job->lock);
	if (status < 0 && !job->stop)
		*job->err = err;
	job->stop |= status < 0;
	slot->built = true;
	if (slot->bad) {
		point_end(slot, job);
		finish(job, slot);
	}
	pthread_cond_broadcast(&job->changed);
	pthread_mutex_unlock(&job->lock);
}

/* Who evaluates the last images before a look, looks. */
static void
do_block(struct job *job, struct worker *w, const struct task *task)
{
	const int set = task->block.set;
	struct ring_slot *slot = slot_of(job, task->point);
	struct portion *portion = &slot->portion[set];
	int64_t until;
	bool last;

	point_run(job, w, task->point, &task->block);
	pthread_mutex_lock(&job->lock);
	portion->left -= task->block.n;
	last = portion->left == 0 && portion->issued == portion->until;
	pthread_mutex_unlock(&job->lock);
	if (!last)
		return;
	until = point_look(job, w, task->point, set);
	pthread_mutex_lock(&job->lock);
	if (point_continue(slot, job, set, until))
		finish(job, slot);
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
		if (task.type == TASK_BUILD)
			do_build(job, task.point);
		else
			do_block(job, &worker, &task);
	}
	worker_free(&worker);
	return NULL;
}

/* ---- the whole ---- */

/* What a point gives out before it is looked at, it can be waited for. */
static int64_t
slots_for(const struct job *job, int64_t threads)
{
	const struct evaluation *e = job->e;
	const int64_t size = plan_block(e->plan);
	int64_t blocks = 0, slots = 1;

	for (int s = 0; s < e->sets; s++)
		blocks +=
		    (look_next(&e->look, 0, e->data[s]->n) + size - 1) / size;
	if (threads > 1 && blocks > 0)
		slots += (threads + blocks - 1) / blocks;
	return slots < job->n_points ? slots : job->n_points;
}

static int
slot_init(struct ring_slot *slot, const struct job *job, struct error *err)
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
slot_free(struct ring_slot *slot, size_t n_tensors)
{
	plan_weights_free(slot->weights);
	tensors_free(slot->theta, n_tensors);
	free(slot->losses);
	free(slot->correct);
	for (int s = 0; s < SETS_MAX; s++)
		anchor_cell_free(&slot->cell[s]);
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
	int set;
};

static void
turn_block(void *context, int task, int worker)
{
	struct turn *t = context;
	struct job *job = t->job;
	const struct portion *p = &slot_of(job, t->point)->portion[t->set];
	const int64_t size = plan_block(job->e->plan);
	struct block block = {
	    .set = t->set, .first = p->issued + task * size, .n = size};

	if (p->until - block.first < size)
		block.n = p->until - block.first;
	point_run(job, &t->worker[worker], t->point, &block);
}

static void
turn_set(struct turn *t, struct workers *workers)
{
	struct ring_slot *slot = slot_of(t->job, t->point);
	struct portion *p = &slot->portion[t->set];
	const int64_t size = plan_block(t->job->e->plan);

	while (!p->ended) {
		workers_run(workers,
		    (int)((p->until - p->issued + size - 1) / size), turn_block,
		    t);
		p->issued = p->until;
		point_continue(slot, t->job, t->set,
		    point_look(t->job, &t->worker[0], t->point, t->set));
	}
}

static int
turn_points(struct turn *t, struct workers *workers)
{
	struct job *job = t->job;

	for (t->point = 0; t->point < job->n_points; t->point++) {
		point_empty(job, t->point);
		if (point_build(job, t->point, job->err) < 0)
			return -1;
		if (slot_of(job, t->point)->bad)
			point_end(slot_of(job, t->point), job);
		for (t->set = 0; t->set < job->e->sets; t->set++)
			turn_set(t, workers);
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
	int status = 0;

	if (evaluation->exec.command != NULL)
		return exec_points(evaluation, points, n, take, context, err);
	if (plan_share(evaluation->plan, evaluation->threads, err) < 0)
		return -1;
	for (int s = 0; s < evaluation->sets; s++)
		job.n_images += evaluation->data[s]->n;
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
