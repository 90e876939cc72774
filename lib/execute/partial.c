#include "execute/partial.h"

#include <string.h>

/* Elements that one task adds. */
enum { CHUNK = 4096 };

/* Is it a tensor of the `weights` vector? */
static bool
learns(const struct graph *graph, const struct graph_value *v)
{
	return v->kind == VALUE_TENSOR &&
	       tensor_is_weight(&graph->tensors[v->tensor]);
}

/* The tensor that the node's input j learns, or NULL. */
static const struct tensor *
learner(const struct graph *graph, const struct node *node, int j)
{
	const struct graph_value *v = &graph->values[node->in[j]];

	return learns(graph, v) ? &graph->tensors[v->tensor] : NULL;
}

size_t
partial_floats(const struct graph *graph, const struct node *node)
{
	size_t n = 0;

	for (int j = 0; j < node->n_in; j++) {
		const struct tensor *t = learner(graph, node, j);

		n += t != NULL ? liveness_floats(t->n) : 0;
	}
	return n;
}

void
partial_point(const struct partial_gradient *partial, int slice, bool clear,
    float *d_in[NODE_INPUTS_MAX])
{
	const struct pass *p = partial->pass;
	float *at = p->partials + (size_t)slice * p->partial + partial->at;

	if (clear)
		memset(at, 0,
		    partial_floats(p->graph, partial->node) * sizeof(*at));
	for (int j = 0; j < partial->node->n_in; j++) {
		const struct tensor *t = learner(p->graph, partial->node, j);

		if (t == NULL)
			continue;
		d_in[j] = at;
		at += liveness_floats(t->n);
	}
}

struct addition {
	const struct partial_gradient *partial;
	int slices;
	float *const *gradient;
};

/* Task i: chunk i of all partials, counted through the node's tensors. */
static void
add_chunk(void *context, int task, int worker)
{
	const struct addition *a = context;
	const struct pass *p = a->partial->pass;
	const struct node *node = a->partial->node;
	const size_t first = (size_t)task * CHUNK, end = first + CHUNK;
	size_t start = 0;

	(void)worker;
	for (int j = 0; j < node->n_in; j++) {
		const struct tensor *t = learner(p->graph, node, j);
		const int tensor = p->graph->values[node->in[j]].tensor;
		const size_t n = t != NULL ? (size_t)t->n : 0;
		float *to = t != NULL ? a->gradient[tensor] : NULL;

		for (size_t i = first > start ? first : start;
		     to != NULL && i < end && i < start + n; i++) {
			const float *at = p->partials + a->partial->at + i;
			double sum = 0.0;

			for (int k = 0; k < a->slices; k++, at += p->partial)
				sum += (double)*at;
			to[i - start] += (float)sum;
		}
		start += liveness_floats((int64_t)n);
	}
}

void
partial_add(
    const struct partial_gradient *partial, int slices, float *const *gradient)
{
	struct addition a = {partial, slices, gradient};
	const size_t n = partial_floats(partial->pass->graph, partial->node);

	if (n > 0)
		workers_run(partial->pass->workers,
		    (int)((n + CHUNK - 1) / CHUNK), add_chunk, &a);
}
