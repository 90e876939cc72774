#include "execute/train_nodes.h"

static size_t
value_floats(const struct nodes *p, int value)
{
	return liveness_floats(
	    shape_size(&p->base.graph->values[value].shape) * p->base.batch);
}

/*
 * Steps: forward of node i is i, the loss is N, backward of node i is 2N - i.
 */
static void
place_node(struct nodes *p, int i)
{
	const struct node *node = &p->base.graph->nodes[i];
	const bool forward_only = p->base.forward_only;
	const unsigned needs = operator_of(node->op)->needs;
	const int back = 2 * (int)p->base.graph->n_nodes - i;

	liveness_make(&p->value[node->out], i, value_floats(p, node->out));
	if (needs & NEEDS_OUT && !forward_only)
		liveness_read(&p->value[node->out], back);
	for (int j = 0; j < node->n_in; j++) {
		const int in = node->in[j];

		if (!train_nodes_placed(p, in))
			continue;
		liveness_read(&p->value[in],
		    needs & NEEDS_IN && !forward_only ? back : i);
		p->last_reader[in] = i;
	}
}

static void
place_values(struct nodes *p)
{
	const struct graph *g = p->base.graph;
	const int n = (int)g->n_nodes;

	for (size_t v = 0; v < g->n_values; v++)
		p->last_reader[v] = -1;
	for (int i = 0; i < n; i++)
		place_node(p, i);
	liveness_read(&p->value[g->output], n);
	p->last_reader[g->output] = n;
	for (int i = 0; i < n && !p->base.forward_only; i++) {
		const int out = g->nodes[i].out;
		struct span *span = &p->d_value[out];

		if (p->last_reader[out] < 0)
			continue; /* nobody reads it */
		liveness_make(
		    span, 2 * n - p->last_reader[out], value_floats(p, out));
		liveness_read(span, 2 * n - i);
	}
	p->base.spans = liveness_place(p->value, 2 * g->n_values);
}

static size_t
most(size_t a, size_t b)
{
	return a > b ? a : b;
}

static void
size_work(struct nodes *p)
{
	const struct graph *g = p->base.graph;

	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct node *node = &g->nodes[i];

		if (node->op == OP_BATCH_NORMALIZATION) {
			p->sums = most(p->sums,
			    2 * (size_t)g->values[node->out].shape.dim[0]);
			continue;
		}
		p->work = most(
		    p->work, liveness_floats((int64_t)operator_work(g, node)));
		if (!p->base.forward_only)
			p->base.partial =
			    most(p->base.partial, partial_floats(g, node));
	}
}

void
train_nodes_place(struct nodes *p)
{
	place_values(p);
	size_work(p);
}
