#include "execute/train.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "kernel/cpu.h"

/*
 * IMAGES of a slice: each slice pays once for the way of a weight's gradient
 * out of the Winograd domain.  */
enum { SLICE_IMAGES = 8 };

/* ---- making one ---- */

static void
train_free(struct pass *pass)
{
	struct train_pass *p = (struct train_pass *)(void *)pass;

	for (size_t i = 0; p->learner != NULL && i < pass->graph->n_nodes;
	     i++) {
		conv_free(&p->learner[i].conv);
		conv_back_free(&p->learner[i].back);
	}
	free(p->place);
	free(p->step);
	free(p->segment);
	free(p->learner);
	free(p->token);
	free(p->norm);
	fuse_free(&p->fusion);
	free(p->sum);
	free(p->plain);
	free(p->packed);
	free(p->factors);
	free(p->local);
	free(p->sums);
	free(p->one);
	free(p->same);
	free(p->zeros);
	free(p->logits);
	pass_release(pass);
	free(p);
}

/* Everything but the large pieces. */
static struct train_pass *
lay_out(
    const struct graph *graph, int batch, bool forward_only, struct error *err)
{
	const int level = cpu_level(err);
	struct train_pass *p =
	    level < 0 ? NULL : memory_new(1, sizeof(*p), err);

	if (p == NULL)
		return NULL;
	p->kernels = cpu_kernels(level);
	p->sum = memory_new(graph->n_nodes, sizeof(*p->sum), err);
	p->plain = memory_new(graph->n_nodes, sizeof(*p->plain), err);
	if (pass_start(&p->base, &pass_fast, graph, batch, forward_only, err) <
		0 ||
	    p->sum == NULL || p->plain == NULL || train_compile(p, err) < 0 ||
	    train_place(p, err) < 0) {
		train_free(&p->base);
		return NULL;
	}
	p->n_local = liveness_floats((int64_t)p->n_local);
	p->n_gradient = liveness_floats((int64_t)p->n_gradient);
	p->n_work = liveness_floats((int64_t)p->n_work);
	p->base.partial = liveness_floats((int64_t)p->base.partial);
	return p;
}

/* Of one worker. */
static size_t
worker_floats(const struct train_pass *p)
{
	return p->n_local + p->n_gradient + p->n_work;
}

static size_t
logits_floats(const struct train_pass *p)
{
	const struct graph *g = p->base.graph;

	return (size_t)p->base.batch *
	       (size_t)shape_size(&g->values[g->output].shape);
}

static size_t
train_held(const struct pass *pass)
{
	const struct train_pass *p =
	    (const struct train_pass *)(const void *)pass;

	return sizeof(float) *
		   (pass->spans + SLICES * pass->partial + p->n_packed +
		       p->n_factors + 2 * logits_floats(p) +
		       (size_t)pass->threads * worker_floats(p)) +
	       sizeof(double) * SLICES * p->n_sums;
}

static int
train_bytes(const struct graph *graph, int batch, int threads, size_t *bytes,
    struct error *err)
{
	struct train_pass *p = lay_out(graph, batch, false, err);

	if (p == NULL)
		return -1;
	p->base.threads = threads;
	*bytes = train_held(&p->base);
	train_free(&p->base);
	return 0;
}

/* The longest list of channels or of taps. */
static size_t
widest(const struct train_pass *p)
{
	int most = 0;

	for (size_t i = 0; i < p->base.graph->n_nodes; i++) {
		const struct conv *conv = &p->learner[i].conv;
		const int taps = conv->kh * conv->kw;

		most = conv->k > most ? conv->k : most;
		most = conv->c > most ? conv->c : most;
		most = taps > most ? taps : most;
	}
	return (size_t)kernel_padded(most);
}

static int
allocate(struct train_pass *p, struct workers *workers, struct error *err)
{
	const size_t n = widest(p), logits = logits_floats(p);

	if (pass_allocate(&p->base, workers, err) < 0)
		return -1;
	p->packed = memory_new(p->n_packed, sizeof(float), err);
	p->factors = memory_new(p->n_factors, sizeof(float), err);
	p->local = memory_new(
	    (size_t)p->base.threads * worker_floats(p), sizeof(float), err);
	p->sums = memory_new(SLICES * p->n_sums, sizeof(double), err);
	p->one = memory_new(n, sizeof(*p->one), err);
	p->same = memory_new(n, sizeof(*p->same), err);
	p->zeros = memory_new(n, sizeof(*p->zeros), err);
	p->logits = memory_new(2 * logits, sizeof(float), err);
	if (p->packed == NULL || p->factors == NULL || p->local == NULL ||
	    p->sums == NULL || p->one == NULL || p->same == NULL ||
	    p->zeros == NULL || p->logits == NULL)
		return -1;
	p->d_logits = p->logits + logits;
	for (size_t i = 0; i < n; i++) {
		p->one[i] = 1.0;
		p->same[i] = (int)i;
	}
	return 0;
}

static struct pass *
train_new(const struct graph *graph, int batch, struct workers *workers,
    bool forward_only, struct error *err)
{
	struct train_pass *p = lay_out(graph, batch, forward_only, err);

	if (p == NULL)
		return NULL;
	if (allocate(p, workers, err) < 0) {
		train_free(&p->base);
		return NULL;
	}
	return &p->base;
}

/* ---- running it ---- */

static struct train_task
run_of(struct pass *pass, const struct tensor *theta, float *const *gradient)
{
	const int slices = (pass->n + SLICE_IMAGES - 1) / SLICE_IMAGES;

	return (struct train_task){.p = (struct train_pass *)(void *)pass,
	    .theta = theta,
	    .gradient = gradient,
	    .slices = slices < SLICES ? slices : SLICES};
}

static float *
memory_of(const struct train_pass *p, int worker)
{
	return p->local + (size_t)worker * worker_floats(p);
}

static void
pack_node(void *context, int node, int worker)
{
	const struct train_task *run = context;
	const struct train_pass *p = run->p;

	if (p->learner[node].fast)
		train_conv_pack(p, node, run->theta, run->gradient != NULL,
		    memory_of(p, worker) + p->n_local + p->n_gradient);
}

/*
 * A slice of the batch through a segment, group by group; every other segment
 * from the end to the start, so that what the one before touched last is met
 * first, while it is in the cache.
 */
static void
run_slice(void *context, int task, int worker)
{
	const struct train_task *run = context;
	struct train_pass *p = run->p;
	const struct segment *s = run->segment;
	const bool turned = (s - p->segment) % 2 != 0;
	const int slice = turned ? run->slices - 1 - task : task;
	const struct slice images = pass_slice(&p->base, run->slices, slice);
	const int end = images.first + images.n;
	const int groups = (images.n + s->group - 1) / s->group;
	float *memory = memory_of(p, worker);
	struct group g = {.p = p,
	    .theta = run->theta,
	    .slice = slice,
	    .local = memory,
	    .gradient = memory + p->n_local,
	    .work = memory + p->n_local + p->n_gradient};
	const unsigned long mode = cpu_flush_subnormals();

	for (int i = 0; i < groups; i++) {
		g.first =
		    images.first + (turned ? groups - 1 - i : i) * s->group;
		g.n = end - g.first < s->group ? end - g.first : s->group;
		g.fresh = i == 0;
		for (size_t j = s->first; j < s->end; j++)
			train_step(&g, &p->step[j]);
	}
	for (size_t i = s->first; i < s->end; i++)
		if (p->step[i].kind == BACK_CONV)
			train_conv_end(&g, p->step[i].node);
	cpu_restore(mode);
}

static void
run_segments(struct train_task *run, size_t first, size_t end)
{
	struct train_pass *p = run->p;

	memset(p->sums, 0, sizeof(*p->sums) * p->n_sums * SLICES);
	workers_run(
	    p->base.workers, (int)p->base.graph->n_nodes, pack_node, run);
	for (size_t i = first; i < end; i++) {
		run->segment = &p->segment[i];
		workers_run(p->base.workers, run->slices, run_slice, run);
		for (size_t s = run->segment->first; s < run->segment->end; s++)
			train_finish(run, &p->step[s]);
	}
}

static const float *
train_forward(
    struct pass *pass, const struct tensor *theta, const float *images, int n)
{
	struct train_task run;

	pass->images = images;
	pass->n = n;
	run = run_of(pass, theta, NULL);
	run_segments(&run, 0, run.p->forward_segments);
	return run.p->logits;
}

static float *
train_d_logits(struct pass *pass)
{
	return ((struct train_pass *)(void *)pass)->d_logits;
}

static void
train_backward(
    struct pass *pass, const struct tensor *theta, float *const *gradient)
{
	struct train_task run = run_of(pass, theta, gradient);

	run_segments(&run, run.p->forward_segments, run.p->n_segments);
}

const struct pass_kind pass_fast = {
    .name = "fast",
    .create = train_new,
    .destroy = train_free,
    .bytes = train_bytes,
    .held = train_held,
    .forward = train_forward,
    .d_logits = train_d_logits,
    .backward = train_backward,
};
