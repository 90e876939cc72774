/*
 * The definition: node by node, one image at a time, each node's forward in
 * plain C with sums in double.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "execute/liveness.h"
#include "execute/norm.h"
#include "execute/plan.h"
#include "net/operator.h"

struct reference {
	const struct graph *graph;
	struct span *spans; /* per value: activations in scratch, in floats */
	size_t *tensors;    /* per tensor: offset in weights, in floats */
	size_t scratch_floats, weights_floats;
};

static void
reference_destroy(void *state)
{
	struct reference *r = state;

	free(r->spans);
	free(r->tensors);
	free(r);
}

static void
place_activations(struct reference *r)
{
	const struct graph *graph = r->graph;

	for (size_t i = 0; i < graph->n_nodes; i++) {
		const struct node *node = &graph->nodes[i];

		for (int j = 0; j < node->n_in; j++)
			liveness_read(&r->spans[node->in[j]], (int)i);
		liveness_make(&r->spans[node->out], (int)i,
		    liveness_floats(
			shape_size(&graph->values[node->out].shape)));
	}
	liveness_read(&r->spans[graph->output], (int)graph->n_nodes);
	r->scratch_floats = liveness_place(r->spans, graph->n_values);
}

static int
reference_create(
    const struct graph *graph, int block, void **state, struct error *err)
{
	struct reference *r = memory_new(1, sizeof(*r), err);

	(void)block;
	if (r == NULL)
		return -1;
	r->graph = graph;
	r->spans = memory_new(graph->n_values, sizeof(*r->spans), err);
	r->tensors = memory_new(graph->n_tensors, sizeof(*r->tensors), err);
	if (r->spans == NULL || r->tensors == NULL) {
		reference_destroy(r);
		return -1;
	}
	for (size_t i = 0; i < graph->n_tensors; i++) {
		r->tensors[i] = r->weights_floats;
		if (graph->tensors[i].type == TENSOR_FLOAT32)
			r->weights_floats +=
			    liveness_floats(graph->tensors[i].n);
	}
	place_activations(r);
	*state = r;
	return 0;
}

static size_t
reference_weights_bytes(const void *state)
{
	return ((const struct reference *)state)->weights_floats *
	       sizeof(float);
}

static size_t
reference_scratch_bytes(const void *state)
{
	return ((const struct reference *)state)->scratch_floats *
	       sizeof(float);
}

static int
reference_bind(const void *state, const struct tensor *theta, void *weights,
    struct error *err)
{
	const struct reference *r = state;
	const struct graph *graph = r->graph;

	for (size_t i = 0; i < graph->n_nodes; i++)
		if (graph->nodes[i].op == OP_BATCH_NORMALIZATION &&
		    norm_factors(
			graph, &graph->nodes[i], theta, NULL, NULL, err) < 0)
			return -1;
	for (size_t i = 0; i < graph->n_tensors; i++)
		if (graph->tensors[i].type == TENSOR_FLOAT32)
			memcpy((float *)weights + r->tensors[i], theta[i].f32,
			    tensor_bytes(&graph->tensors[i]));
	return 0;
}

static const float *
find_value(const struct reference *r, int v, const float *weights,
    const float *scratch, const float *image)
{
	const struct graph_value *value = &r->graph->values[v];

	if (value->kind == VALUE_TENSOR)
		return weights + r->tensors[value->tensor];
	return value->kind == VALUE_INPUT ? image
					  : scratch + r->spans[v].offset;
}

static void
reference_run(const void *state, const void *weights, void *scratch,
    const float *images, int n, float *logits)
{
	const struct reference *r = state;
	const struct graph *graph = r->graph;
	const struct graph_value *values = graph->values;
	const int64_t in_size = shape_size(&values[graph->input].shape);
	const int64_t out_size = shape_size(&values[graph->output].shape);
	const float *in[NODE_INPUTS_MAX];

	for (int image = 0; image < n; image++, images += in_size) {
		for (size_t i = 0; i < graph->n_nodes; i++) {
			const struct node *node = &graph->nodes[i];

			for (int j = 0; j < node->n_in; j++)
				in[j] = find_value(
				    r, node->in[j], weights, scratch, images);
			operator_apply(graph, node, in,
			    (float *)scratch + r->spans[node->out].offset);
		}
		memcpy(logits + image * out_size,
		    find_value(r, graph->output, weights, scratch, images),
		    (size_t)out_size * sizeof(*logits));
	}
}

static void
reference_describe(
    const void *state, const struct plan_trial *trial, struct text *out)
{
	const struct reference *r = state;

	(void)trial;
	text_add(out, "reference: %zu nodes in plain C with sums in double\n",
	    r->graph->n_nodes);
}

static const char *
reference_kernel(const void *state)
{
	(void)state;
	return "C";
}

const struct plan_kind plan_reference = {
    .name = "reference",
    .create = reference_create,
    .destroy = reference_destroy,
    .weights_bytes = reference_weights_bytes,
    .scratch_bytes = reference_scratch_bytes,
    .bind = reference_bind,
    .run = reference_run,
    .describe = reference_describe,
    .kernel = reference_kernel,
};
