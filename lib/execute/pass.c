#include "execute/pass.h"

#include <string.h>

#include "execute/pass_internal.h"

struct slice
pass_slice(const struct stage *s, int i)
{
	int64_t n = s->pass->n;
	int first = (int)(n * i / s->slices);

	return (struct slice){first, (int)(n * (i + 1) / s->slices) - first};
}

const float *
pass_array(const struct stage *s, int value, int image)
{
	const struct pass *p = s->pass;
	const struct graph_value *v = &p->graph->values[value];

	if (v->kind == VALUE_TENSOR)
		return s->theta[v->tensor].f32;
	return (v->kind == VALUE_INPUT ? p->images
				       : p->memory + p->value[value].offset) +
	       image * shape_size(&v->shape);
}

float *
pass_d_array(const struct stage *s, int value, int image)
{
	const struct pass *p = s->pass;

	if (!pass_is_placed(p, value) || p->d_value[value].size == 0)
		return NULL;
	return p->memory + p->d_value[value].offset +
	       image * shape_size(&p->graph->values[value].shape);
}

void
pass_run(struct stage *s, workers_task *task)
{
	workers_run(s->pass->workers, s->slices, task, s);
}

static void
forward_slice(void *context, int task, int worker)
{
	const struct stage *s = context;
	const struct slice slice = pass_slice(s, task);
	struct shape shape[NODE_INPUTS_MAX];
	const float *in[NODE_INPUTS_MAX] = {0};
	struct operator_batch batch;

	operator_describe(s->pass->graph, s->node, slice.n, shape, &batch);
	for (int j = 0; j < s->node->n_in; j++)
		in[j] = pass_array(s, s->node->in[j], slice.first);
	batch.in = in;
	batch.out = (float *)pass_array(s, s->node->out, slice.first);
	batch.work = s->pass->works + (size_t)worker * s->pass->work;
	operator_forward(s->node->op, &batch);
}

void
pass_clear_fresh(const struct stage *s, struct slice slice)
{
	for (int j = 0; j < s->node->n_in; j++) {
		const int in = s->node->in[j];
		float *d = pass_d_array(s, in, slice.first);

		if (d != NULL && s->pass->last_reader[in] == s->index)
			memset(d, 0,
			    sizeof(*d) * (size_t)slice.n *
				(size_t)shape_size(
				    &s->pass->graph->values[in].shape));
	}
}

/* Where slice i puts the gradients of the node's tensors, cleared. */
static void
point_partials(const struct stage *s, int i, float *d_in[NODE_INPUTS_MAX])
{
	const struct graph *g = s->pass->graph;
	float *at = s->pass->partials + (size_t)i * s->pass->partial;

	memset(at, 0, pass_weights(g, s->node) * sizeof(*at));
	for (int j = 0; j < s->node->n_in; j++) {
		const struct graph_value *v = &g->values[s->node->in[j]];

		if (!pass_learns(g, v))
			continue;
		d_in[j] = at;
		at += liveness_floats(g->tensors[v->tensor].n);
	}
}

static void
backward_slice(void *context, int task, int worker)
{
	const struct stage *s = context;
	const struct slice slice = pass_slice(s, task);
	struct shape shape[NODE_INPUTS_MAX];
	const float *in[NODE_INPUTS_MAX] = {0};
	float *d_in[NODE_INPUTS_MAX] = {0};
	struct operator_batch batch;

	operator_describe(s->pass->graph, s->node, slice.n, shape, &batch);
	pass_clear_fresh(s, slice);
	point_partials(s, task, d_in);
	for (int j = 0; j < s->node->n_in; j++) {
		in[j] = pass_array(s, s->node->in[j], slice.first);
		if (d_in[j] == NULL)
			d_in[j] = pass_d_array(s, s->node->in[j], slice.first);
	}
	batch.in = in;
	batch.d_in = d_in;
	batch.out = (float *)pass_array(s, s->node->out, slice.first);
	batch.d_out = pass_d_array(s, s->node->out, slice.first);
	batch.work = s->pass->works + (size_t)worker * s->pass->work;
	operator_backward(s->node->op, &batch);
}

/* Task i: chunk i of all partials, counted through the node's tensors. */
static void
add_partials(void *context, int task, int worker)
{
	const struct stage *s = context;
	const struct pass *p = s->pass;
	const struct graph *g = p->graph;
	const size_t first = (size_t)task * CHUNK, end = first + CHUNK;
	size_t start = 0;

	(void)worker;
	for (int j = 0; j < s->node->n_in; j++) {
		const struct graph_value *v = &g->values[s->node->in[j]];
		size_t n;

		if (!pass_learns(g, v))
			continue;
		n = (size_t)g->tensors[v->tensor].n;
		for (size_t i = first > start ? first : start;
		     i < end && i < start + n; i++) {
			double sum = 0.0;

			for (int k = 0; k < s->slices; k++)
				sum += (double)p->partials[k * p->partial + i];
			s->gradient[v->tensor][i - start] += (float)sum;
		}
		start += liveness_floats((int64_t)n);
	}
}

/* ---- the whole ---- */

static struct stage
stage_of(struct pass *p, int i, const struct tensor *theta)
{
	return (struct stage){.pass = p,
	    .node = &p->graph->nodes[i],
	    .index = i,
	    .theta = theta,
	    .slices = p->n < SLICES ? p->n : SLICES};
}

static const float *
reference_forward(
    struct pass *pass, const struct tensor *theta, const float *images, int n)
{
	pass->images = images;
	pass->n = n;
	for (int i = 0; i < (int)pass->graph->n_nodes; i++) {
		struct stage s = stage_of(pass, i, theta);

		if (s.node->op == OP_BATCH_NORMALIZATION)
			pass_norm_forward(&s);
		else
			pass_run(&s, forward_slice);
	}
	return pass->memory + pass->value[pass->graph->output].offset;
}

static float *
reference_d_logits(struct pass *pass)
{
	return pass->memory + pass->d_value[pass->graph->output].offset;
}

static void
reference_backward(
    struct pass *pass, const struct tensor *theta, float *const *gradient)
{
	for (int i = (int)pass->graph->n_nodes - 1; i >= 0; i--) {
		struct stage s = stage_of(pass, i, theta);
		size_t weights = pass_weights(pass->graph, s.node);

		s.gradient = gradient;
		if (pass_d_array(&s, s.node->out, 0) == NULL)
			continue;
		if (s.node->op == OP_BATCH_NORMALIZATION) {
			pass_norm_backward(&s);
			continue;
		}
		pass_run(&s, backward_slice);
		if (weights > 0)
			workers_run(pass->workers,
			    (int)((weights + CHUNK - 1) / CHUNK), add_partials,
			    &s);
	}
}

const struct pass_kind pass_reference = {
    .name = "reference",
    .create = pass_reference_new,
    .destroy = pass_reference_free,
    .bytes = pass_reference_bytes,
    .held = pass_reference_held,
    .forward = reference_forward,
    .d_logits = reference_d_logits,
    .backward = reference_backward,
};
