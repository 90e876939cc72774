#include "curvature/hvp.h"

#include <fnmatch.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/dataset_fit.h"
#include "execute/tangent.h"
#include "kernel/cpu.h"
#include "net/blas.h"

/*
 * Images of a task.  It is the unit of threads and of sums, so its number is
 * part of the result: many enough that adding up a network's gradient costs
 * nothing beside them, few enough that some thousand images keep many threads.
 */
enum { TASK_IMAGES = 32 };

/* A thread's own memory. */
struct desk {
	float *scratch, *images, *gradients, *sums;
};

struct hvp {
	struct hvp_problem problem;
	struct tangent tangent;
	struct tangent_weights weights;
	struct desk *desks;
	double *sums, *losses;
	uint32_t *correct;
	int64_t count;
	pthread_mutex_t lock;
	pthread_cond_t added;
	int next; /* the task whose sums are added next */
};

int
hvp_choose(const struct graph *graph, bool all, const char *pattern,
    bool *moves, struct error *err)
{
	size_t chosen = 0;

	for (size_t i = 0; i < graph->n_tensors; i++) {
		const struct tensor *t = &graph->tensors[i];

		moves[i] =
		    tensor_is_weight(t) && (all || t->rank >= 2) &&
		    (pattern == NULL || fnmatch(pattern, t->name, 0) == 0);
		chosen += moves[i];
	}
	if (chosen > 0)
		return 0;
	return error_set(err, "no tensor%s is called '%s'",
	    all ? "" : " of two dimensions", pattern != NULL ? pattern : "*");
}

/* ---- memory ---- */

static size_t
image_floats(const struct hvp *h)
{
	const struct graph *g = h->problem.graph;

	return (size_t)shape_size(&g->values[g->input].shape);
}

static int
desk_init(struct desk *desk, const struct hvp *h, struct error *err)
{
	const struct tangent *s = &h->tangent;

	desk->scratch = memory_new(s->scratch, sizeof(float), err);
	desk->images =
	    memory_new((size_t)s->block * image_floats(h), sizeof(float), err);
	desk->gradients = memory_new(s->gradients, sizeof(float), err);
	desk->sums = memory_new(s->sums, sizeof(float), err);
	return desk->scratch != NULL && desk->images != NULL &&
		       desk->gradients != NULL && desk->sums != NULL
		   ? 0
		   : -1;
}

size_t
hvp_bytes(const struct hvp *hvp)
{
	const struct tangent *s = &hvp->tangent;
	const size_t threads = (size_t)workers_count(hvp->problem.workers);

	return threads * sizeof(float) *
		   (s->scratch + s->gradients + s->sums +
		       (size_t)s->block * image_floats(hvp)) +
	       sizeof(float) * (s->weights + s->dense) +
	       sizeof(double) * (s->gradients + s->factors);
}

static int
allocate(struct hvp *h, struct error *err)
{
	const size_t threads = (size_t)workers_count(h->problem.workers);
	const size_t n = (size_t)h->problem.data->n;

	h->desks = memory_new(threads, sizeof(*h->desks), err);
	h->sums = memory_new(h->tangent.gradients, sizeof(double), err);
	h->losses = memory_new(n, sizeof(double), err);
	h->correct = memory_new(n, sizeof(*h->correct), err);
	if (h->desks == NULL || h->sums == NULL || h->losses == NULL ||
	    h->correct == NULL)
		return -1;
	for (size_t i = 0; i < threads; i++)
		if (desk_init(&h->desks[i], h, err) < 0)
			return -1;
	return tangent_weights_init(&h->weights, &h->tangent, err);
}

struct hvp *
hvp_new(const struct hvp_problem *problem, struct error *err)
{
	struct hvp *h;

	if (blas_open(workers_count(problem->workers), err) < 0)
		return NULL;
	h = memory_new(1, sizeof(*h), err);
	if (h == NULL)
		return NULL;
	h->problem = *problem;
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->added, NULL);
	if (tangent_init(&h->tangent, problem->graph, problem->moves,
		problem->gradient, err) < 0 ||
	    allocate(h, err) < 0) {
		hvp_free(h);
		return NULL;
	}
	return h;
}

void
hvp_free(struct hvp *hvp)
{
	const int threads = hvp != NULL && hvp->desks != NULL
				? workers_count(hvp->problem.workers)
				: 0;

	if (hvp == NULL)
		return;
	for (int i = 0; i < threads; i++) {
		free(hvp->desks[i].scratch);
		free(hvp->desks[i].images);
		free(hvp->desks[i].gradients);
		free(hvp->desks[i].sums);
	}
	free(hvp->desks);
	free(hvp->sums);
	free(hvp->losses);
	free(hvp->correct);
	tangent_weights_free(&hvp->weights);
	tangent_free(&hvp->tangent);
	pthread_cond_destroy(&hvp->added);
	pthread_mutex_destroy(&hvp->lock);
	free(hvp);
}

/* ---- the product ---- */

int
hvp_bind(struct hvp *hvp, const struct tensor *theta, struct error *err)
{
	return tangent_bind(&hvp->tangent, theta, &hvp->weights, err);
}

/*
 * Adds a task's sums when those of all tasks before it are there.  Tasks are
 * handed out in their order, so somebody is at work on each of them.
 */
static void
add_in_turn(struct hvp *h, int task, const float *gradients)
{
	pthread_mutex_lock(&h->lock);
	while (h->next != task)
		pthread_cond_wait(&h->added, &h->lock);
	pthread_mutex_unlock(&h->lock);
	for (size_t i = 0; i < h->tangent.gradients; i++)
		h->sums[i] += (double)gradients[i];
	pthread_mutex_lock(&h->lock);
	h->next++;
	pthread_cond_broadcast(&h->added);
	pthread_mutex_unlock(&h->lock);
}

static void
run_task(void *context, int task, int worker)
{
	struct hvp *h = context;
	const struct hvp_problem *p = &h->problem;
	const struct desk *desk = &h->desks[worker];
	const int64_t first = (int64_t)task * TASK_IMAGES;
	const int64_t end =
	    first + TASK_IMAGES < p->data->n ? first + TASK_IMAGES : p->data->n;
	const unsigned long mode = cpu_flush_subnormals();

	memset(desk->gradients, 0, h->tangent.gradients * sizeof(float));
	memset(desk->sums, 0, h->tangent.sums * sizeof(float));
	for (int64_t i = first; i < end; i += h->tangent.block) {
		const struct tangent_block block = {.images = desk->images,
		    .labels = p->data->labels + i * p->data->n_labels,
		    .n = end - i < h->tangent.block ? (int)(end - i)
						    : h->tangent.block,
		    .loss = {p->loss, dataset_rows(p->data),
			dataset_row_classes(p->data, p->graph)},
		    .losses = h->losses + i,
		    .correct = h->correct + i,
		    .gradients = desk->gradients,
		    .sums = desk->sums};

		dataset_block(
		    p->data, i, block.n, p->mean, p->std, desk->images);
		tangent_run(&h->tangent, &h->weights, desk->scratch, &block);
	}
	tangent_finish(&h->tangent, desk->sums, desk->gradients);
	cpu_restore(mode);
	add_in_turn(h, task, desk->gradients);
}

static void
divide(double *x, size_t n, int64_t by)
{
	for (size_t i = 0; i < n; i++)
		x[i] /= (double)by;
}

void
hvp_apply(struct hvp *hvp, const float *v, double *hv)
{
	const int64_t n = hvp->problem.data->n;

	tangent_direct(&hvp->tangent, v, &hvp->weights);
	memset(hvp->sums, 0, hvp->tangent.gradients * sizeof(double));
	hvp->next = 0;
	workers_run(hvp->problem.workers,
	    (int)((n + TASK_IMAGES - 1) / TASK_IMAGES), run_task, hvp);
	tangent_pull(&hvp->tangent, &hvp->weights, v, hvp->sums, hv);
	divide(hv, hvp->tangent.size, n);
	hvp->count++;
}

void
hvp_gradient(const struct hvp *hvp, double *gradient)
{
	tangent_pull_gradient(
	    &hvp->tangent, &hvp->weights, hvp->sums, gradient);
	divide(gradient, hvp->tangent.size, hvp->problem.data->n);
}

size_t
hvp_size(const struct hvp *hvp)
{
	return hvp->tangent.size;
}

const double *
hvp_losses(const struct hvp *hvp)
{
	return hvp->losses;
}

const uint32_t *
hvp_correct(const struct hvp *hvp)
{
	return hvp->correct;
}

int64_t
hvp_count(const struct hvp *hvp)
{
	return hvp->count;
}

const char *
hvp_kernel(const struct hvp *hvp)
{
	return hvp->tangent.kernels->name;
}
