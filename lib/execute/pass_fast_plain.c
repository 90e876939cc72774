/* Steps without a kernel: planes out, the operator, pixels back. */
#include <string.h>

#include "execute/pass_fast.h"

static size_t
image_floats(const struct slot *a)
{
	return (size_t)a->c * (size_t)a->h * (size_t)a->w;
}

void
pass_gather(const struct group *g, int place, float *planes)
{
	const struct view view = pass_view(g, place);

	slot_gather(&g->p->place[place], &view, g->n, planes);
}

void
pass_scatter(const struct group *g, int place, const float *planes, bool add)
{
	const struct view view = pass_view(g, place);

	slot_scatter(&g->p->place[place], &view, g->n, planes, add);
}

/* The operator's own work, then planes of all activations, gradients too. */
size_t
pass_plain_work(const struct fast_pass *p, int node, int group)
{
	const struct graph *g = p->base.graph;
	const struct node *n = &g->nodes[node];
	size_t floats = liveness_floats((int64_t)operator_work(g, n)) +
			2 * liveness_floats(group * (int64_t)image_floats(
							&p->place[n->out]));

	for (int j = 0; j < n->n_in; j++)
		if (g->values[n->in[j]].kind != VALUE_TENSOR)
			floats += 2 * liveness_floats(
					  group * (int64_t)image_floats(
						      &p->place[n->in[j]]));
	return floats;
}

/* Operands of a node as planes, in the group's work. */
struct plain {
	const struct group *g;
	const struct node *node;
	struct shape shape[NODE_INPUTS_MAX];
	const float *in[NODE_INPUTS_MAX];
	struct operator_batch batch;
	float *free;
};

static float *
take(struct plain *plain, int place)
{
	const struct slot *a = &plain->g->p->place[place];
	float *planes = plain->free;

	plain->free += liveness_floats(plain->g->n * (int64_t)image_floats(a));
	return planes;
}

static void
plain_start(struct plain *plain, const struct group *g, int node)
{
	const struct graph *graph = g->p->base.graph;

	*plain = (struct plain){.g = g, .node = &graph->nodes[node]};
	operator_describe(
	    graph, plain->node, g->n, plain->shape, &plain->batch);
	plain->batch.work = g->work;
	plain->batch.in = plain->in;
	plain->free = g->work + liveness_floats(
				    (int64_t)operator_work(graph, plain->node));
}

static void
take_inputs(struct plain *plain)
{
	const struct graph *graph = plain->g->p->base.graph;

	for (int j = 0; j < plain->node->n_in; j++) {
		const int in = plain->node->in[j];
		const struct graph_value *v = &graph->values[in];
		float *planes;

		if (v->kind == VALUE_TENSOR) {
			plain->in[j] = plain->g->theta[v->tensor].f32;
			continue;
		}
		planes = take(plain, in);
		pass_gather(plain->g, in, planes);
		plain->in[j] = planes;
	}
}

void
pass_plain_forward(const struct group *g, const struct step *step)
{
	struct plain plain;

	plain_start(&plain, g, step->node);
	take_inputs(&plain);
	plain.batch.out = take(&plain, plain.node->out);
	operator_forward(plain.node->op, &plain.batch);
	pass_scatter(g, plain.node->out, plain.batch.out, false);
}

/* Where the slice puts the gradients by the node's tensors. */
static void
point_partials(const struct plain *plain, int node, float **d_in)
{
	const struct group *g = plain->g;
	const struct pass *base = &g->p->base;
	const struct graph *graph = base->graph;
	float *at = base->partials + (size_t)g->slice * base->partial +
		    g->p->plain[node];

	if (g->fresh)
		memset(at, 0, pass_weights(graph, plain->node) * sizeof(*at));
	for (int j = 0; j < plain->node->n_in; j++) {
		const struct graph_value *v =
		    &graph->values[plain->node->in[j]];

		if (!pass_learns(graph, v))
			continue;
		d_in[j] = at;
		at += liveness_floats(graph->tensors[v->tensor].n);
	}
}

static void
take_gradients(struct plain *plain, float **d_in)
{
	const struct graph *graph = plain->g->p->base.graph;

	for (int j = 0; j < plain->node->n_in; j++) {
		const int in = plain->node->in[j];

		if (graph->values[in].kind != VALUE_ACTIVATION)
			continue;
		d_in[j] = take(plain, in);
		memset(d_in[j], 0,
		    sizeof(float) * (size_t)plain->g->n *
			image_floats(&plain->g->p->place[in]));
	}
}

void
pass_plain_backward(const struct group *g, const struct step *step)
{
	const int n_values = (int)g->p->base.graph->n_values;
	float *d_in[NODE_INPUTS_MAX] = {0}, *planes;
	struct plain plain;
	unsigned needs;

	plain_start(&plain, g, step->node);
	needs = operator_of(plain.node->op)->needs;
	if (needs & NEEDS_IN)
		take_inputs(&plain);
	if (needs & NEEDS_OUT) {
		planes = take(&plain, plain.node->out);
		pass_gather(g, plain.node->out, planes);
		plain.batch.out = planes;
	}
	planes = take(&plain, plain.node->out);
	pass_gather(g, step->d, planes);
	plain.batch.d_out = planes;
	plain.batch.d_in = d_in;
	point_partials(&plain, step->node, d_in);
	take_gradients(&plain, d_in);
	operator_backward(plain.node->op, &plain.batch);
	for (int j = 0; j < plain.node->n_in; j++)
		if (d_in[j] != NULL &&
		    g->p->base.graph->values[plain.node->in[j]].kind ==
			VALUE_ACTIVATION)
			pass_scatter(g, plain.node->in[j] + n_values, d_in[j],
			    !(step->fresh >> j & 1));
}
