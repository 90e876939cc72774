#include "net/pass_fast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "kernel/cpu.h"

/*
 * IMAGES of a slice: each slice pays once for the way of a weight's gradient
 * out of the Winograd domain.  ROWS: of a partial that one task adds.
 */
enum { SLICE_IMAGES = 8, ROWS = 256 };

/* ---- making one ---- */

static void
fast_free(struct pass *pass)
{
	struct fast_pass *p = (struct fast_pass *)(void *)pass;

	for (size_t i = 0; p->conv != NULL && i < pass->graph->n_nodes; i++) {
		free(p->conv[i].tap);
		free(p->conv[i].d_taps);
		free(p->conv[i].d_filter);
		free(p->conv[i].d_tap);
	}
	free(p->place);
	free(p->step);
	free(p->segment);
	free(p->conv);
	free(p->fused);
	free(p->owner);
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
	free(pass->channels);
	free(pass->channel);
	free(pass->memory);
	free(pass->partials);
	free(p);
}

/* Everything but the large pieces. */
static struct fast_pass *
lay_out(const struct graph *graph, int batch, struct error *err)
{
	struct fast_pass *p;
	int level = cpu_level(err);

	for (size_t i = 0; i < graph->n_nodes; i++)
		if (!operator_trains(graph, &graph->nodes[i], err))
			return NULL;
	p = level < 0 ? NULL : memory_new(1, sizeof(*p), err);
	if (p == NULL)
		return NULL;
	p->base.kind = &pass_fast;
	p->base.graph = graph;
	p->base.batch = batch;
	p->kernels = cpu_kernels((enum cpu_level)level);
	p->base.channels =
	    memory_new(graph->n_nodes, sizeof(*p->base.channels), err);
	p->sum = memory_new(graph->n_nodes, sizeof(*p->sum), err);
	p->plain = memory_new(graph->n_nodes, sizeof(*p->plain), err);
	if (p->base.channels == NULL || p->sum == NULL || p->plain == NULL ||
	    pass_fast_compile(p, err) < 0 || pass_fast_place(p, err) < 0) {
		fast_free(&p->base);
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
worker_floats(const struct fast_pass *p)
{
	return p->n_local + p->n_gradient + p->n_work;
}

static size_t
logits_floats(const struct fast_pass *p)
{
	const struct graph *g = p->base.graph;

	return (size_t)p->base.batch *
	       (size_t)shape_size(&g->values[g->output].shape);
}

static size_t
fast_held(const struct pass *pass)
{
	const struct fast_pass *p = (const struct fast_pass *)(const void *)pass;

	return sizeof(float) *
		   (pass->spans + SLICES * pass->partial + p->n_packed +
		       p->n_factors + 2 * logits_floats(p) +
		       (size_t)pass->threads * worker_floats(p)) +
	       sizeof(double) * SLICES * p->n_sums;
}

static int
fast_bytes(const struct graph *graph, int batch, int threads, size_t *bytes,
    struct error *err)
{
	struct fast_pass *p = lay_out(graph, batch, err);

	if (p == NULL)
		return -1;
	p->base.threads = threads;
	*bytes = fast_held(&p->base);
	fast_free(&p->base);
	return 0;
}

/* The longest list of channels or of taps. */
static size_t
widest(const struct fast_pass *p)
{
	int most = 0;

	for (size_t i = 0; i < p->base.graph->n_nodes; i++) {
		const struct conv *conv = &p->conv[i];
		const int taps = conv->kh * conv->kw;

		most = conv->k > most ? conv->k : most;
		most = conv->c > most ? conv->c : most;
		most = taps > most ? taps : most;
	}
	return (size_t)kernel_padded(most);
}

static int
allocate(struct fast_pass *p, struct error *err)
{
	struct pass *base = &p->base;
	const size_t n = widest(p), logits = logits_floats(p);

	base->channel =
	    memory_new(base->n_channels, sizeof(*base->channel), err);
	base->memory = memory_new(base->spans, sizeof(float), err);
	base->partials = memory_new(SLICES * base->partial, sizeof(float), err);
	p->packed = memory_new(p->n_packed, sizeof(float), err);
	p->factors = memory_new(p->n_factors, sizeof(float), err);
	p->local = memory_new(
	    (size_t)base->threads * worker_floats(p), sizeof(float), err);
	p->sums = memory_new(SLICES * p->n_sums, sizeof(double), err);
	p->one = memory_new(n, sizeof(*p->one), err);
	p->same = memory_new(n, sizeof(*p->same), err);
	p->zeros = memory_new(n, sizeof(*p->zeros), err);
	p->logits = memory_new(2 * logits, sizeof(float), err);
	if (base->channel == NULL || base->memory == NULL ||
	    base->partials == NULL || p->packed == NULL || p->factors == NULL ||
	    p->local == NULL || p->sums == NULL || p->one == NULL ||
	    p->same == NULL || p->zeros == NULL || p->logits == NULL)
		return -1;
	p->d_logits = p->logits + logits;
	for (size_t i = 0; i < n; i++) {
		p->one[i] = 1.0;
		p->same[i] = (int)i;
	}
	return 0;
}

static struct pass *
fast_new(const struct graph *graph, int batch, struct workers *workers,
    struct error *err)
{
	struct fast_pass *p = lay_out(graph, batch, err);

	if (p == NULL)
		return NULL;
	p->base.workers = workers;
	p->base.threads = workers_count(workers);
	if (allocate(p, err) < 0) {
		fast_free(&p->base);
		return NULL;
	}
	return &p->base;
}

/* ---- running it ---- */

/* What a task knows. */
struct run {
	struct fast_pass *p;
	const struct tensor *theta;
	float *const *gradient; /* NULL in forward */
	int slices;
	const struct segment *segment;
};

static struct run
run_of(struct pass *pass, const struct tensor *theta, float *const *gradient)
{
	const int slices = (pass->n + SLICE_IMAGES - 1) / SLICE_IMAGES;

	return (struct run){.p = (struct fast_pass *)(void *)pass,
	    .theta = theta,
	    .gradient = gradient,
	    .slices = slices < SLICES ? slices : SLICES};
}

static float *
memory_of(const struct fast_pass *p, int worker)
{
	return p->local + (size_t)worker * worker_floats(p);
}

static void
pack_node(void *context, int node, int worker)
{
	const struct run *run = context;
	const struct fast_pass *p = run->p;

	if (p->conv[node].fast)
		pass_conv_pack(p, node, run->theta, run->gradient != NULL,
		    memory_of(p, worker) + p->n_local + p->n_gradient);
}

/* A slice of the batch through a segment, group by group. */
static void
run_slice(void *context, int task, int worker)
{
	const struct run *run = context;
	struct fast_pass *p = run->p;
	const struct segment *s = run->segment;
	const int64_t n = p->base.n;
	const int first = (int)(n * task / run->slices);
	const int end = (int)(n * (task + 1) / run->slices);
	float *memory = memory_of(p, worker);
	struct group g = {.p = p,
	    .theta = run->theta,
	    .slice = task,
	    .local = memory,
	    .gradient = memory + p->n_local,
	    .work = memory + p->n_local + p->n_gradient};
	const unsigned mode = cpu_flush_subnormals();

	for (g.first = first; g.first < end; g.first += s->group) {
		g.n = end - g.first < s->group ? end - g.first : s->group;
		g.fresh = g.first == first;
		for (size_t i = s->first; i < s->end; i++)
			pass_step(&g, &p->step[i]);
	}
	for (size_t i = s->first; i < s->end; i++)
		if (p->step[i].kind == BACK_CONV)
			pass_conv_end(&g, p->step[i].node);
	cpu_restore(mode);
}

/* A node's sums over all slices, in their order: 2 c doubles. */
static double
total(const struct run *run, int node, size_t i)
{
	const struct fast_pass *p = run->p;
	double sum = 0.0;

	for (int s = 0; s < run->slices; s++)
		sum += p->sums[(size_t)s * p->n_sums + p->sum[node] + i];
	return sum;
}

/* Of a batch norm node. */
struct norm {
	const struct node *node;
	int c;
	size_t blocks; /* channels in whole blocks */
	double count;
	struct norm_channel *channel;
	float *factor;
};

static struct norm
norm_of(const struct run *run, int node)
{
	const struct fast_pass *p = run->p;
	const struct node *n = &p->base.graph->nodes[node];
	const struct place *a = &p->place[n->out];

	return (struct norm){.node = n,
	    .c = a->c,
	    .blocks = (size_t)kernel_padded(a->c),
	    .count = (double)a->h * a->w * p->base.n,
	    .channel = p->base.channel + p->base.channels[node],
	    .factor = p->factors + p->fused[node].factors};
}

static const struct graph_value *
tensor_of(const struct run *run, const struct node *node, int j)
{
	return &run->p->base.graph->values[node->in[j]];
}

static void
finish_sums(const struct run *run, int node)
{
	const struct norm m = norm_of(run, node);
	const float *weight = run->theta[tensor_of(run, m.node, 1)->tensor].f32;
	const float *bias = run->theta[tensor_of(run, m.node, 2)->tensor].f32;
	const double epsilon = (double)m.node->attr.epsilon;

	for (int k = 0; k < m.c; k++) {
		struct norm_channel *ch = &m.channel[k];
		float *f = m.factor + k;
		double sums[2] = {total(run, node, (size_t)k),
		    total(run, node, m.blocks + (size_t)k)};
		double scale;

		norm_finish(sums, 1, m.count, ch);
		scale = (double)weight[k] / sqrt(ch->var + epsilon);
		f[NORM_SCALE * m.blocks] = (float)scale;
		f[NORM_SHIFT * m.blocks] =
		    (float)((double)bias[k] - ch->mean * scale);
		f[NORM_MEAN * m.blocks] = (float)ch->mean;
	}
}

/* See norm_back_apply. */
static void
finish_back_sums(const struct run *run, int node)
{
	const struct norm m = norm_of(run, node);
	const int tensor[2] = {tensor_of(run, m.node, 1)->tensor,
	    tensor_of(run, m.node, 2)->tensor};
	float *d_weight = run->gradient[tensor[0]];
	float *d_bias = run->gradient[tensor[1]];

	for (int k = 0; k < m.c; k++) {
		const struct norm_channel *ch = &m.channel[k];
		const double s1 = total(run, node, (size_t)k);
		const double s2 = total(run, node, m.blocks + (size_t)k);
		const double var = ch->var + (double)m.node->attr.epsilon;
		float *f = m.factor + k;

		f[NORM_D_MEAN * m.blocks] = (float)(s1 / m.count);
		f[NORM_SLOPE * m.blocks] = (float)(s2 / var / m.count);
		if (d_bias != NULL)
			d_bias[k] += (float)s1;
		if (d_weight != NULL)
			d_weight[k] += (float)(s2 / sqrt(var));
	}
}

/* Partials of the slices, to be added to a gradient. */
struct addition {
	const struct run *run;
	const struct conv *conv; /* NULL: as they are */
	size_t partial, n;       /* floats, or rows of a conv */
	float *gradient;
};

static void
add_partials(void *context, int task, int worker)
{
	const struct addition *a = context;
	const struct pass *base = &a->run->p->base;
	const size_t step = a->conv != NULL ? ROWS : ROWS * KERNEL_BLOCK;
	const size_t first = (size_t)task * step;
	const size_t end = first + step < a->n ? first + step : a->n;

	(void)worker;
	if (a->conv != NULL) {
		pass_conv_add(a->run->p, a->conv, a->run->slices, first, end,
		    a->gradient);
		return;
	}
	for (size_t i = first; i < end; i++) {
		double sum = 0.0;

		for (int s = 0; s < a->run->slices; s++)
			sum +=
			    (double)base->partials[(size_t)s * base->partial +
						   a->partial + i];
		a->gradient[i] += (float)sum;
	}
}

static void
add(const struct addition *a)
{
	const size_t step = a->conv != NULL ? ROWS : ROWS * KERNEL_BLOCK;

	if (a->gradient != NULL)
		workers_run(a->run->p->base.workers,
		    (int)((a->n + step - 1) / step), add_partials, (void *)a);
}

static void
add_conv(const struct run *run, int node)
{
	const struct conv *conv = &run->p->conv[node];
	const struct addition a = {.run = run,
	    .conv = conv,
	    .n = pass_conv_floats(conv) / KERNEL_BLOCK,
	    .gradient = run->gradient[conv->weight]};
	float *d_bias =
	    conv->bias_tensor >= 0 ? run->gradient[conv->bias_tensor] : NULL;

	add(&a);
	for (int k = 0; d_bias != NULL && k < conv->k; k++)
		d_bias[k] += (float)total(run, node, (size_t)k);
}

static void
add_plain(const struct run *run, int node)
{
	const struct graph *g = run->p->base.graph;
	struct addition a = {.run = run, .partial = run->p->plain[node]};

	for (int j = 0; j < g->nodes[node].n_in; j++) {
		const struct graph_value *v =
		    tensor_of(run, &g->nodes[node], j);

		if (!pass_learns(g, v))
			continue;
		a.n = (size_t)g->tensors[v->tensor].n;
		a.gradient = run->gradient[v->tensor];
		add(&a);
		a.partial += liveness_floats((int64_t)a.n);
	}
}

/* What the slices left of a segment, put together. */
static void
finish(const struct run *run, const struct step *step)
{
	switch (step->kind) {
	case STEP_SUMS:
		finish_sums(run, step->node);
		break;
	case BACK_SUMS:
		finish_back_sums(run, step->node);
		break;
	case BACK_CONV:
		add_conv(run, step->node);
		break;
	case BACK_PLAIN:
		add_plain(run, step->node);
		break;
	default:
		break;
	}
}

static void
run_segments(struct run *run, size_t first, size_t end)
{
	struct fast_pass *p = run->p;

	memset(p->sums, 0, sizeof(*p->sums) * p->n_sums * SLICES);
	workers_run(
	    p->base.workers, (int)p->base.graph->n_nodes, pack_node, run);
	for (size_t i = first; i < end; i++) {
		run->segment = &p->segment[i];
		workers_run(p->base.workers, run->slices, run_slice, run);
		for (size_t s = run->segment->first; s < run->segment->end; s++)
			finish(run, &p->step[s]);
	}
}

static const float *
fast_forward(
    struct pass *pass, const struct tensor *theta, const float *images, int n)
{
	struct run run;

	pass->images = images;
	pass->n = n;
	run = run_of(pass, theta, NULL);
	run_segments(&run, 0, run.p->forward_segments);
	return run.p->logits;
}

static float *
fast_d_logits(struct pass *pass)
{
	return ((struct fast_pass *)(void *)pass)->d_logits;
}

static void
fast_backward(
    struct pass *pass, const struct tensor *theta, float *const *gradient)
{
	struct run run = run_of(pass, theta, gradient);

	run_segments(&run, run.p->forward_segments, run.p->n_segments);
}

const struct pass_kind pass_fast = {
    .name = "fast",
    .create = fast_new,
    .destroy = fast_free,
    .bytes = fast_bytes,
    .held = fast_held,
    .forward = fast_forward,
    .d_logits = fast_d_logits,
    .backward = fast_backward,
};
