/* Steps without a kernel, by their operator. */
#include "execute/plain.h"
#include "execute/train.h"

void
train_gather(const struct group *g, int place, float *planes)
{
	const struct view view = train_view(g, place);

	slot_gather(&g->p->place[place], &view, g->n, planes);
}

void
train_scatter(const struct group *g, int place, const float *planes, bool add)
{
	const struct view view = train_view(g, place);

	slot_scatter(&g->p->place[place], &view, g->n, planes, add);
}

size_t
train_plain_work(const struct train_pass *p, int node, int group)
{
	const struct graph *g = p->base.graph;

	return plain_floats(g, &g->nodes[node], group, false);
}

/* A node with its tensors and the pixels of its activations. */
static struct plain
plain_of(const struct group *g, int node)
{
	const struct graph *graph = g->p->base.graph;
	const struct node *n = &graph->nodes[node];
	struct plain plain = {.graph = graph,
	    .node = n,
	    .n_in = n->n_in,
	    .out = {.slot = &g->p->place[n->out], .x = train_view(g, n->out)},
	    .work = g->work};

	for (int j = 0; j < n->n_in; j++) {
		const struct graph_value *v = &graph->values[n->in[j]];
		struct plain_operand *o = &plain.in[j];

		if (v->kind == VALUE_TENSOR) {
			o->w = g->theta[v->tensor].f32;
			continue;
		}
		o->slot = &g->p->place[n->in[j]];
		o->x = train_view(g, n->in[j]);
	}
	return plain;
}

void
train_plain_forward(const struct group *g, const struct step *step)
{
	const struct plain plain = plain_of(g, step->node);

	plain_forward(&plain, 0, g->n);
}

void
train_plain_backward(const struct group *g, const struct step *step)
{
	const struct graph *graph = g->p->base.graph;
	struct plain plain = plain_of(g, step->node);
	const struct partial_gradient partial = train_partial(g->p, step->node);
	float *d_w[NODE_INPUTS_MAX] = {0};

	partial_point(&partial, g->slice, g->fresh, d_w);
	plain.out.d = train_view(g, step->d);
	for (int j = 0; j < plain.n_in; j++) {
		const int in = plain.node->in[j];

		plain.in[j].d_w = d_w[j];
		if (graph->values[in].kind != VALUE_ACTIVATION)
			continue;
		plain.in[j].asked = true;
		plain.in[j].fresh = step->fresh >> j & 1;
		plain.in[j].d = train_view(g, in + (int)graph->n_values);
	}
	plain_backward(&plain, 0, g->n);
}
