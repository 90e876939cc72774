#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "execute/tangent.h"
#include "kernel/cpu.h"
#include "net/operator.h"

static bool
tensor_moves(const struct tangent *s, int tensor)
{
	return tensor >= 0 && s->moves[tensor];
}

/* The tensor that node reads as input i. */
static int
tensor_of(const struct tangent *s, const struct node *node, int i)
{
	return s->graph->values[node->in[i]].tensor;
}

static enum token_kind
token_of(const struct tangent *s, const struct fused *f)
{
	return f->kind == FUSED_NODE ? s->token[f->node - s->graph->nodes].kind
				     : TOKEN_NONE;
}

/* Activations that a step reads, its addend last: writes and counts them. */
static int
reads_of(const struct tangent *s, const struct fused *f,
    int value[NODE_INPUTS_MAX + 1])
{
	switch (token_of(s, f)) {
	case TOKEN_FUNCTION:
		value[0] = tangent_argument(s, f);
		return 1;
	case TOKEN_NOTHING:
		return 0;
	default:
		return fuse_reads(f, value);
	}
}

/* Does it take the largest pixels of windows? */
static bool
is_pool(const struct tangent *s, const struct fused *f)
{
	return f->kind == FUSED_NODE && f->node->op == OP_MAX_POOL &&
	       pixel_pools(s->graph, f->node);
}

/* Does it matter to a step how its values lie, or to one of them? */
static bool
wants_pixels(const struct tangent *s, const struct fused *f)
{
	const bool each = f->kind == FUSED_ADD || is_pool(s, f) ||
			  token_of(s, f) == TOKEN_FUNCTION;
	int value[NODE_INPUTS_MAX + 1];
	bool any = !each || s->values[f->out].pixels;

	for (int n = reads_of(s, f, value); n-- > 0;)
		any |= s->values[value[n]].pixels;
	return (each || f->kind != FUSED_NODE) && any;
}

/* Values of which convolutions, batch norms and what is added to them make
 * pixels; others lie as the graph has them, and operators read them there. */
static void
find_pixels(struct tangent *s)
{
	int value[NODE_INPUTS_MAX + 2], changed = 1;

	while (changed > 0) {
		changed = 0;
		for (size_t i = 0; i < s->n_steps; i++) {
			const struct fused *f = &s->fusion.steps[i];
			int n = reads_of(s, f, value);

			if (!wants_pixels(s, f))
				continue;
			value[n++] = f->out;
			while (n-- > 0) {
				changed += !s->values[value[n]].pixels;
				s->values[value[n]].pixels = true;
			}
		}
	}
}

static void
describe_value(struct tangent *s, int value)
{
	const struct graph_value *g = &s->graph->values[value];
	struct slot *v = &s->values[value];
	const bool pixels = v->pixels;

	slot_init(v, value, &g->shape);
	v->pixels = pixels;
	if (!pixels) {
		v->c = (int)shape_size(&g->shape);
		v->h = v->w = 1;
	}
	v->lanes = kernel_padded(v->c);
}

/* By the same method with the tangent as without it. */
static void
describe_conv(struct tangent *s, struct tangent_step *step)
{
	const struct slot *in = &s->values[step->fused->in[0]];
	const struct slot *out = &s->values[step->fused->out];
	struct conv *p = step->conv.product;
	const int d = step->fused->out + (int)s->graph->n_values;
	struct slot *spread;
	const int *stride = p->stride;

	p[PRODUCT_FORWARD] = conv_of(step->fused->node, in, out);
	p[PRODUCT_BACK] = conv_transposed(&p[PRODUCT_FORWARD]);
	p[PRODUCT_FORWARD].winograd =
	    conv_suits_winograd(&p[PRODUCT_FORWARD], true, out->h, out->w);
	p[PRODUCT_BACK].winograd =
	    conv_suits_winograd(&p[PRODUCT_BACK], true, in->h, in->w);
	p[PRODUCT_TANGENT] = conv_widened(&p[PRODUCT_FORWARD],
	    tangent_active(in) ? in->lanes + in->c : in->c);
	p[PRODUCT_BACK_TANGENT] =
	    conv_widened(&p[PRODUCT_BACK], out->lanes + out->c);
	step->conv.spread = d;
	if (stride[0] == 1 && stride[1] == 1)
		return;
	step->conv.spread =
	    (int)(2 * s->graph->n_values + (size_t)(step - s->steps));
	spread = &s->values[step->conv.spread];
	*spread = *out;
	spread->root = step->conv.spread;
	spread->copies = 2;
	spread->h = (out->h - 1) * stride[0] + 1;
	spread->w = (out->w - 1) * stride[1] + 1;
}

static enum tangent_method
method_of(const struct tangent *s, const struct fused *f)
{
	switch (f->kind) {
	case FUSED_CONV:
		return f->node->attr.group == 1 ? TANGENT_CONV
						: TANGENT_BILINEAR;
	case FUSED_LINEAR:
		return s->values[f->in[0]].h * s->values[f->in[0]].w == 1
			   ? TANGENT_CONV
			   : TANGENT_BILINEAR;
	case FUSED_AFFINE:
		return TANGENT_AFFINE;
	case FUSED_ADD:
		return TANGENT_ADD;
	default:
		break;
	}
	switch (token_of(s, f)) {
	case TOKEN_FUNCTION:
		return TANGENT_FUNCTION;
	case TOKEN_NOTHING:
		return TANGENT_NOTHING;
	default:
		break;
	}
	if (is_pool(s, f) && s->values[f->out].pixels &&
	    tangent_active(&s->values[f->in[0]]))
		return TANGENT_POOL;
	return TANGENT_NODE;
}

/* A node by its operator's own functions; its tensors may move. */
static int
describe_node(struct tangent *s, struct tangent_step *step, struct error *err)
{
	const struct node *node = step->fused->node;

	if (operator_of(node->op)->law == LAW_BATCH)
		return error_set(err,
		    "node '%s': no curvature through %s of an image with %d "
		    "dimension%s, expected c h w or flat features",
		    node->name, operator_name(node->op),
		    s->graph->values[node->out].shape.rank,
		    plural_s(s->graph->values[node->out].shape.rank));
	for (int i = 0; i < node->n_in; i++) {
		const struct graph_value *v = &s->graph->values[node->in[i]];

		if (v->kind != VALUE_TENSOR)
			continue;
		step->active |= s->moves[v->tensor];
		if (s->moves[v->tensor])
			step->size +=
			    liveness_floats(s->graph->tensors[v->tensor].n);
	}
	return 0;
}

static int
describe_step(struct tangent *s, struct tangent_step *step, struct error *err)
{
	const struct fused *f = step->fused;
	int value[NODE_INPUTS_MAX + 1];
	const int n = reads_of(s, f, value);

	for (int i = 0; i < n; i++)
		if (s->values[value[i]].lanes == 0)
			describe_value(s, value[i]);
	step->method = method_of(s, f);
	if (step->method == TANGENT_NOTHING)
		return 0;
	describe_value(s, f->out);
	if (step->method == TANGENT_NODE && describe_node(s, step, err) < 0)
		return -1;
	if (step->method == TANGENT_CONV)
		describe_conv(s, step);
	step->weight_moves = tensor_moves(s, f->weight);
	step->shift_moves = tensor_moves(s, f->bias);
	if (f->norm != NULL) {
		step->scale_moves = tensor_moves(s, tensor_of(s, f->norm, 1));
		step->shift_moves |= tensor_moves(s, tensor_of(s, f->norm, 2));
	}
	s->primal |= step->scale_moves;
	step->active |=
	    step->weight_moves || step->shift_moves || step->scale_moves;
	for (int i = 0; i < n; i++)
		step->active |= tangent_active(&s->values[value[i]]);
	s->values[f->out].copies = 1 + step->active;
	return 0;
}

/* Backward: which step is the first to give to a gradient. */
static int
find_firsts(struct tangent *s, struct error *err)
{
	bool *seen = memory_new(s->graph->n_values, sizeof(*seen), err);

	if (seen == NULL)
		return -1;
	seen[s->fusion.output] = true;
	for (size_t i = s->n_steps; i-- > 0;) {
		struct tangent_step *step = &s->steps[i];
		const struct fused *f = step->fused;
		int value[NODE_INPUTS_MAX + 1], n = reads_of(s, f, value);

		step->dead = !seen[f->out] || !step->active;
		if (step->dead)
			continue;
		if (f->addend >= 0) {
			step->first_addend = !seen[f->addend];
			seen[f->addend] = true;
			n--;
		}
		for (int j = 0; j < n; j++) {
			step->first[j] = !seen[value[j]];
			seen[value[j]] = true;
		}
	}
	free(seen);
	return 0;
}

static int
lay_vector(struct tangent *s, struct error *err)
{
	const struct graph *g = s->graph;

	s->offset = memory_new(g->n_tensors, sizeof(*s->offset), err);
	if (s->offset == NULL)
		return -1;
	for (size_t t = 0; t < g->n_tensors; t++)
		if (s->moves[t]) {
			s->offset[t] = s->size;
			s->size += (size_t)g->tensors[t].n;
		}
	if (s->size == 0)
		return error_set(err, "no tensor moves");
	return 0;
}

int
tangent_init(struct tangent *tangent, const struct graph *graph,
    const bool *moves, bool primal, struct error *err)
{
	const int level = cpu_level(err);

	*tangent =
	    (struct tangent){.graph = graph, .moves = moves, .primal = primal};
	if (level < 0 ||
	    fuse_make(graph, FUSE_FIXED, &tangent->fusion, err) < 0)
		return -1;
	tangent->kernels = cpu_kernels(level);
	tangent->n_steps = tangent->fusion.n_steps;
	tangent->n_slots = 2 * graph->n_values + tangent->n_steps;
	tangent->values =
	    memory_new(tangent->n_slots, sizeof(*tangent->values), err);
	tangent->steps =
	    memory_new(tangent->n_steps, sizeof(*tangent->steps), err);
	tangent->token =
	    memory_new(graph->n_nodes, sizeof(*tangent->token), err);
	if (tangent->values == NULL || tangent->steps == NULL ||
	    tangent->token == NULL || lay_vector(tangent, err) < 0)
		return -1;
	token_find(graph, tangent->token);
	find_pixels(tangent);
	for (size_t i = 0; i < tangent->n_steps; i++) {
		tangent->steps[i].fused = &tangent->fusion.steps[i];
		if (describe_step(tangent, &tangent->steps[i], err) < 0)
			return -1;
	}
	if (!tangent_active(&tangent->values[tangent->fusion.output]))
		return error_set(
		    err, "the output does not depend on what moves");
	if (find_firsts(tangent, err) < 0)
		return -1;
	return tangent_place(tangent, err);
}

void
tangent_free(struct tangent *tangent)
{
	for (size_t i = 0; tangent->steps != NULL && i < tangent->n_steps;
	     i++) {
		for (int j = 0; j < PRODUCTS; j++)
			conv_free(&tangent->steps[i].conv.product[j]);
	}
	free(tangent->steps);
	free(tangent->values);
	free(tangent->token);
	free(tangent->offset);
	fuse_free(&tangent->fusion);
	*tangent = (struct tangent){0};
}
