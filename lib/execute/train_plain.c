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
static void
start(const struct group *g, int node, struct plain *plain)
{
	const struct graph *graph = g->p->base.graph;
	const struct node *n = &graph->nodes[node];

	plain_start(plain, graph, n);
	plain->out.slot = &g->p->place[n->out];
	plain->out.x = train_view(g, n->out);
	plain->work = g->work;
	for (int j = 0; j < n->n_in; j++) {
		const struct graph_value *v = &graph->values[n->in[j]];
		struct plain_operand *o = &plain->in[j];

		if (v->kind == VALUE_TENSOR) {
			o->w = g->theta[v->tensor].f32;
			continue;
		}
		o->slot = &g->p->place[n->in[j]];
		o->x = train_view(g, n->in[j]);
	}
}

void
train_plain_forward(const struct group *g, const struct step *step)
{
	struct plain plain;

	start(g, step->node, &plain);
	plain_forward(&plain, 0, g->n);
}

void
train_plain_backward(const struct group *g, const struct step *step)
{
	const struct graph *graph = g->p->base.graph;
	const struct partial_gradient partial = train_partial(g->p, step->node);
	float *d_w[NODE_INPUTS_MAX] = {0};
	struct plain plain;

	start(g, step->node, &plain);
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
