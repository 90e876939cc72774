#include "execute/train_nodes.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static struct nodes *
nodes_of(struct pass *pass)
{
	return (struct nodes *)(void *)pass;
}

/* ---- making one ---- */

static void
nodes_free(struct pass *pass)
{
	struct nodes *p = nodes_of(pass);

	free(p->value);
	free(p->last_reader);
	free(p->works);
	free(p->sum);
	pass_release(pass);
	free(p);
}

/* Everything but the large pieces. */
static struct nodes *
lay_out(
    const struct graph *graph, int batch, bool forward_only, struct error *err)
{
	const size_t n = graph->n_values;
	struct nodes *p = memory_new(1, sizeof(*p), err);

	if (p == NULL)
		return NULL;
	p->value = memory_new(2 * n, sizeof(*p->value), err);
	p->d_value = p->value != NULL ? p->value + n : NULL;
	p->last_reader = memory_new(n, sizeof(*p->last_reader), err);
	if (pass_start(&p->base, &pass_reference, graph, batch, forward_only,
		err) < 0 ||
	    p->value == NULL || p->last_reader == NULL) {
		nodes_free(&p->base);
		return NULL;
	}
	train_nodes_place(p);
	return p;
}

static size_t
nodes_held(const struct pass *pass)
{
	const struct nodes *p = (const struct nodes *)(const void *)pass;

	return sizeof(float) * (pass->spans + SLICES * pass->partial +
				   (size_t)pass->threads * p->work) +
	       sizeof(double) * (SLICES + 1) * p->sums +
	       sizeof(*pass->channel) * pass->n_channels;
}

static int
nodes_bytes(const struct graph *graph, int batch, int threads, size_t *bytes,
    struct error *err)
{
	struct nodes *p = lay_out(graph, batch, false, err);

	if (p == NULL)
		return -1;
	p->base.threads = threads;
	*bytes = nodes_held(&p->base);
	nodes_free(&p->base);
	return 0;
}

static struct pass *
nodes_new(const struct graph *graph, int batch, struct workers *workers,
    bool forward_only, struct error *err)
{
	struct nodes *p = lay_out(graph, batch, forward_only, err);

	if (p == NULL)
		return NULL;
	p->works = memory_new(
	    (size_t)workers_count(workers) * p->work, sizeof(float), err);
	p->sum = memory_new((SLICES + 1) * p->sums, sizeof(double), err);
	if (p->works == NULL || p->sum == NULL ||
	    pass_allocate(&p->base, workers, err) < 0) {
		nodes_free(&p->base);
		return NULL;
	}
	return &p->base;
}

/* ---- one node over the slices ---- */

struct stage {
	struct nodes *p;
	const struct node *node;
	int index;
	const struct tensor *theta;
	float *const *gradient; /* NULL in forward */
	int slices;
};

static struct slice
slice_of(const struct stage *s, int i)
{
	return pass_slice(&s->p->base, s->slices, i);
}

/* A tensor, or an activation from image on. */
static const float *
array(const struct stage *s, int value, int image)
{
	const struct pass *p = &s->p->base;
	const struct graph_value *v = &p->graph->values[value];

	if (v->kind == VALUE_TENSOR)
		return s->theta[v->tensor].f32;
	return (v->kind == VALUE_INPUT
		       ? p->images
		       : p->memory + s->p->value[value].offset) +
	       image * shape_size(&v->shape);
}

/* The gradient by an activation from image on, or NULL where nobody asks. */
static float *
d_array(const struct stage *s, int value, int image)
{
	const struct pass *p = &s->p->base;

	if (!train_nodes_placed(s->p, value) || s->p->d_value[value].size == 0)
		return NULL;
	return p->memory + s->p->d_value[value].offset +
	       image * shape_size(&p->graph->values[value].shape);
}

/*
 * The first to give to a gradient clears it: in backward that is the value's
 * last reader.
 */
static void
clear_fresh(const struct stage *s, struct slice slice)
{
	for (int j = 0; j < s->node->n_in; j++) {
		const int in = s->node->in[j];
		float *d = d_array(s, in, slice.first);

		if (d != NULL && s->p->last_reader[in] == s->index)
			memset(d, 0,
			    sizeof(*d) * (size_t)slice.n *
				(size_t)shape_size(
				    &s->p->base.graph->values[in].shape));
	}
}

static struct partial_gradient
partial_of(const struct stage *s)
{
	return (struct partial_gradient){.pass = &s->p->base, .node = s->node};
}

static void
node_slice(void *context, int task, int worker)
{
	const struct stage *s = context;
	const struct slice slice = slice_of(s, task);
	const struct partial_gradient partial = partial_of(s);
	struct shape shape[NODE_INPUTS_MAX];
	const float *in[NODE_INPUTS_MAX] = {0};
	float *d_in[NODE_INPUTS_MAX] = {0};
	struct operator_batch batch;

	operator_describe(s->p->base.graph, s->node, slice.n, shape, &batch);
	for (int j = 0; j < s->node->n_in; j++) {
		in[j] = array(s, s->node->in[j], slice.first);
		d_in[j] = d_array(s, s->node->in[j], slice.first);
	}
	batch.in = in;
	batch.out = (float *)array(s, s->node->out, slice.first);
	batch.work = s->p->works + (size_t)worker * s->p->work;
	if (s->gradient == NULL) {
		operator_forward(s->node->op, &batch);
		return;
	}
	clear_fresh(s, slice);
	partial_point(&partial, task, true, d_in);
	batch.d_in = d_in;
	batch.d_out = d_array(s, s->node->out, slice.first);
	operator_backward(s->node->op, &batch);
}

static void
run(struct stage *s, workers_task *task)
{
	workers_run(s->p->base.workers, s->slices, task, s);
}

/* ---- batch normalisation: sums over all slices, then the transform ---- */

static struct norm_planes
planes_of(const struct stage *s, int64_t images)
{
	const struct pass *p = &s->p->base;
	const struct shape *shape = &p->graph->values[s->node->out].shape;

	return (struct norm_planes){.n = images,
	    .c = shape->dim[0],
	    .pixels = shape_size(shape) / shape->dim[0],
	    .channel = p->channel + p->channels[s->index],
	    .epsilon = (double)s->node->attr.epsilon,
	    .weight = array(s, s->node->in[1], 0),
	    .bias = array(s, s->node->in[2], 0)};
}

static double *
sums_of(const struct stage *s, int task)
{
	return s->p->sum + (size_t)(task + 1) * s->p->sums;
}

static void
sums_slice(void *context, int task, int worker)
{
	const struct stage *s = context;
	const struct slice slice = slice_of(s, task);
	const struct norm_planes planes = planes_of(s, slice.n);
	const float *x = array(s, s->node->in[0], slice.first);

	(void)worker;
	if (s->gradient == NULL)
		norm_sums(&planes, x, x, sums_of(s, task));
	else
		norm_back_sums(&planes, d_array(s, s->node->out, slice.first),
		    x, sums_of(s, task));
}

static void
squares_slice(void *context, int task, int worker)
{
	const struct stage *s = context;
	const struct slice slice = slice_of(s, task);
	const struct norm_planes planes = planes_of(s, slice.n);

	(void)worker;
	norm_squares(
	    &planes, array(s, s->node->in[0], slice.first), sums_of(s, task));
}

/* The slices' sums into those of the batch, in their order. */
static struct norm_planes
add_sums(struct stage *s, workers_task *task)
{
	struct nodes *p = s->p;
	const struct norm_planes planes = planes_of(s, p->base.n);

	run(s, task);
	for (int64_t k = 0; k < 2 * planes.c; k++) {
		p->sum[k] = 0.0;
		for (int i = 0; i < s->slices; i++)
			p->sum[k] += sums_of(s, i)[k];
	}
	return planes;
}

static void
apply_slice(void *context, int task, int worker)
{
	const struct stage *s = context;
	const struct slice slice = slice_of(s, task);
	const struct norm_planes planes = planes_of(s, slice.n);
	const float *x = array(s, s->node->in[0], slice.first);
	float *dx = d_array(s, s->node->in[0], slice.first);

	(void)worker;
	if (s->gradient == NULL) {
		norm_apply(
		    &planes, x, (float *)array(s, s->node->out, slice.first));
		return;
	}
	clear_fresh(s, slice);
	if (dx != NULL)
		norm_back_apply(&planes, x,
		    d_array(s, s->node->out, slice.first), s->p->sum,
		    (double)planes.pixels * s->p->base.n, dx);
}

static void
norm_forward(struct stage *s)
{
	struct pass *p = &s->p->base;
	struct norm_channel *channel = p->channel + p->channels[s->index];
	const struct norm_planes planes = add_sums(s, sums_slice);
	const double count = (double)planes.pixels * p->n;

	norm_finish(s->p->sum, planes.c, count, channel);
	if (p->forward_only) { /* the second look of pass_new_forward */
		add_sums(s, squares_slice);
		for (int64_t k = 0; k < planes.c; k++)
			channel[k].var = s->p->sum[planes.c + k] / count;
	}
	run(s, apply_slice);
}

static void
norm_backward(struct stage *s)
{
	const struct graph_value *values = s->p->base.graph->values;
	const struct norm_planes planes = add_sums(s, sums_slice);
	const double *sum = s->p->sum;
	float *d_weight = s->gradient[values[s->node->in[1]].tensor];
	float *d_bias = s->gradient[values[s->node->in[2]].tensor];

	for (int64_t k = 0; k < planes.c; k++) {
		double var = planes.channel[k].var + planes.epsilon;

		if (d_bias != NULL)
			d_bias[k] += (float)sum[k];
		if (d_weight != NULL)
			d_weight[k] += (float)(sum[planes.c + k] / sqrt(var));
	}
	run(s, apply_slice);
}

/* ---- the whole ---- */

static struct stage
stage_of(struct pass *pass, int i, const struct tensor *theta,
    float *const *gradient)
{
	return (struct stage){.p = nodes_of(pass),
	    .node = &pass->graph->nodes[i],
	    .index = i,
	    .theta = theta,
	    .gradient = gradient,
	    .slices = pass->n < SLICES ? pass->n : SLICES};
}

static const float *
nodes_forward(
    struct pass *pass, const struct tensor *theta, const float *images, int n)
{
	pass->images = images;
	pass->n = n;
	for (int i = 0; i < (int)pass->graph->n_nodes; i++) {
		struct stage s = stage_of(pass, i, theta, NULL);

		if (s.node->op == OP_BATCH_NORMALIZATION)
			norm_forward(&s);
		else
			run(&s, node_slice);
	}
	return pass->memory + nodes_of(pass)->value[pass->graph->output].offset;
}

static float *
nodes_d_logits(struct pass *pass)
{
	return pass->memory +
	       nodes_of(pass)->d_value[pass->graph->output].offset;
}

static void
nodes_backward(
    struct pass *pass, const struct tensor *theta, float *const *gradient)
{
	for (int i = (int)pass->graph->n_nodes - 1; i >= 0; i--) {
		struct stage s = stage_of(pass, i, theta, gradient);
		const struct partial_gradient partial = partial_of(&s);

		if (d_array(&s, s.node->out, 0) == NULL)
			continue;
		if (s.node->op == OP_BATCH_NORMALIZATION) {
			norm_backward(&s);
			continue;
		}
		run(&s, node_slice);
		partial_add(&partial, s.slices, gradient);
	}
}

const struct pass_kind pass_reference = {
    .name = "reference",
    .create = nodes_new,
    .destroy = nodes_free,
    .bytes = nodes_bytes,
    .held = nodes_held,
    .forward = nodes_forward,
    .d_logits = nodes_d_logits,
    .backward = nodes_backward,
};
