/* Where the activations and gradients of a pass lie. */
#include <stdlib.h>

#include "base/memory.h"
#include "execute/pass_internal.h"

bool
pass_is_placed(const struct pass *p, int value)
{
	return p->graph->values[value].kind == VALUE_ACTIVATION;
}

static size_t
value_floats(const struct pass *p, int value)
{
	return liveness_floats(
	    shape_size(&p->graph->values[value].shape) * p->batch);
}

/*
 * Steps: forward of node i is i, the loss is N, backward of node i is 2N - i.
 */
static void
place_node(struct pass *p, int i)
{
	const struct node *node = &p->graph->nodes[i];
	const unsigned needs = operator_of(node->op)->needs;
	const int back = 2 * (int)p->graph->n_nodes - i;

	liveness_make(&p->value[node->out], i, value_floats(p, node->out));
	if (needs & NEEDS_OUT && !p->forward_only)
		liveness_read(&p->value[node->out], back);
	for (int j = 0; j < node->n_in; j++) {
		const int in = node->in[j];

		if (!pass_is_placed(p, in))
			continue;
		liveness_read(&p->value[in],
		    needs & NEEDS_IN && !p->forward_only ? back : i);
		p->last_reader[in] = i;
	}
}

static void
place_values(struct pass *p)
{
	const int n = (int)p->graph->n_nodes;

	for (size_t v = 0; v < p->graph->n_values; v++)
		p->last_reader[v] = -1;
	for (int i = 0; i < n; i++)
		place_node(p, i);
	liveness_read(&p->value[p->graph->output], n);
	p->last_reader[p->graph->output] = n;
	for (int i = 0; i < n && !p->forward_only; i++) {
		const int out = p->graph->nodes[i].out;
		struct span *span = &p->d_value[out];

		if (p->last_reader[out] < 0)
			continue; /* nobody reads it */
		liveness_make(
		    span, 2 * n - p->last_reader[out], value_floats(p, out));
		liveness_read(span, 2 * n - i);
	}
	p->spans = liveness_place(p->value, 2 * p->graph->n_values);
}

bool
pass_learns(const struct graph *graph, const struct graph_value *v)
{
	return v->kind == VALUE_TENSOR &&
	       tensor_is_weight(&graph->tensors[v->tensor]);
}

size_t
pass_weights(const struct graph *graph, const struct node *node)
{
	size_t n = 0;

	for (int j = 0; j < node->n_in; j++) {
		const struct graph_value *v = &graph->values[node->in[j]];

		if (pass_learns(graph, v))
			n += liveness_floats(graph->tensors[v->tensor].n);
	}
	return n;
}

static void
size_nodes(struct pass *p)
{
	for (size_t i = 0; i < p->graph->n_nodes; i++) {
		const struct node *node = &p->graph->nodes[i];
		size_t work = operator_work(p->graph, node);
		size_t partial =
		    p->forward_only ? 0 : pass_weights(p->graph, node);

		p->channels[i] = p->n_channels;
		if (node->op == OP_BATCH_NORMALIZATION) {
			size_t c =
			    (size_t)p->graph->values[node->out].shape.dim[0];

			p->n_channels += c;
			p->sums = p->sums < 2 * c ? 2 * c : p->sums;
			continue;
		}
		work = liveness_floats((int64_t)work);
		p->work = p->work < work ? work : p->work;
		p->partial = p->partial < partial ? partial : p->partial;
	}
}

/* Everything but the large pieces. */
static struct pass *
lay_out(const struct graph *graph, int batch, int threads, bool forward_only,
    struct error *err)
{
	size_t n = graph->n_values;
	struct pass *p;

	if (graph_executable(graph, err) < 0)
		return NULL;
	p = memory_new(1, sizeof(*p), err);
	if (p == NULL)
		return NULL;
	p->kind = &pass_reference;
	p->graph = graph;
	p->batch = batch;
	p->threads = threads;
	p->forward_only = forward_only;
	p->value = memory_new(2 * n, sizeof(*p->value), err);
	p->d_value = p->value != NULL ? p->value + n : NULL;
	p->last_reader = memory_new(n, sizeof(*p->last_reader), err);
	p->channels = memory_new(graph->n_nodes, sizeof(*p->channels), err);
	if (p->value == NULL || p->last_reader == NULL || p->channels == NULL) {
		pass_reference_free(p);
		return NULL;
	}
	place_values(p);
	size_nodes(p);
	return p;
}

void
pass_reference_free(struct pass *pass)
{
	free(pass->value);
	free(pass->last_reader);
	free(pass->channels);
	free(pass->channel);
	free(pass->memory);
	free(pass->works);
	free(pass->partials);
	free(pass->sum);
	free(pass);
}

size_t
pass_reference_held(const struct pass *p)
{
	return sizeof(float) * (p->spans + SLICES * p->partial +
				   (size_t)p->threads * p->work) +
	       sizeof(double) * (SLICES + 1) * p->sums +
	       sizeof(*p->channel) * p->n_channels;
}

int
pass_reference_bytes(const struct graph *graph, int batch, int threads,
    size_t *bytes, struct error *err)
{
	struct pass *p = lay_out(graph, batch, threads, false, err);

	if (p == NULL)
		return -1;
	*bytes = pass_reference_held(p);
	pass_reference_free(p);
	return 0;
}

struct pass *
pass_reference_new(const struct graph *graph, int batch,
    struct workers *workers, bool forward_only, struct error *err)
{
	const int threads = workers_count(workers);
	struct pass *p = lay_out(graph, batch, threads, forward_only, err);

	if (p == NULL)
		return NULL;
	p->workers = workers;
	p->channel = memory_new(p->n_channels, sizeof(*p->channel), err);
	p->memory = memory_new(p->spans, sizeof(float), err);
	p->works = memory_new((size_t)threads * p->work, sizeof(float), err);
	p->partials = memory_new(SLICES * p->partial, sizeof(float), err);
	p->sum = memory_new((SLICES + 1) * p->sums, sizeof(double), err);
	if (p->channel == NULL || p->memory == NULL || p->works == NULL ||
	    p->partials == NULL || p->sum == NULL) {
		pass_reference_free(p);
		return NULL;
	}
	return p;
}
