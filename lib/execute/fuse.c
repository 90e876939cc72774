#include "execute/fuse.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "execute/liveness.h"
#include "execute/norm.h"
#include "net/operator.h"

/* What is known about each value while the list grows. */
struct reader {
	int n;          /* how often it is read */
	bool flat_only; /* all readers are Gemm */
	int same;       /* the value that holds its numbers */
};

/* In places: no step wants this tensor as it is. */
#define ABSENT SIZE_MAX

struct fusing {
	const struct graph *graph;
	struct fusion *fusion;
	struct reader *values;
	enum fuse_rule rule;
	struct error *err;
};

static int
count_readers(struct fusing *f)
{
	const struct graph *graph = f->graph;

	f->values = memory_new(graph->n_values, sizeof(*f->values), f->err);
	if (f->values == NULL)
		return -1;
	for (size_t i = 0; i < graph->n_values; i++) {
		f->values[i] =
		    (struct reader){.flat_only = true, .same = (int)i};
		f->fusion->maker[i] = -1;
	}
	for (size_t i = 0; i < graph->n_nodes; i++)
		for (int j = 0; j < graph->nodes[i].n_in; j++) {
			struct reader *r = &f->values[graph->nodes[i].in[j]];

			r->n++;
			r->flat_only &= graph->nodes[i].op == OP_GEMM;
		}
	f->values[graph->output].n++;
	return 0;
}

bool
fuse_is_sum(const struct graph *graph, const struct node *node)
{
	const struct graph_value *a, *b;

	if (node->op != OP_ADD)
		return false;
	a = &graph->values[node->in[0]];
	b = &graph->values[node->in[1]];
	return a->kind != VALUE_TENSOR && b->kind != VALUE_TENSOR &&
	       shape_same(&a->shape, &b->shape);
}

/* The step that makes value, when it ends there and nobody else reads it. */
static struct fused *
open_step(struct fusing *f, int value)
{
	const int step = f->fusion->maker[value];

	return step >= 0 && f->values[value].n == 1 ? &f->fusion->steps[step]
						    : NULL;
}

static void
extend(struct fusing *f, struct fused *step, int out)
{
	step->out = out;
	f->fusion->maker[out] = (int)(step - f->fusion->steps);
}

static bool
join_norm(struct fusing *f, const struct node *node)
{
	struct fused *step = open_step(f, node->in[0]);

	if (step == NULL || step->norm != NULL || limits_any(step->limits) ||
	    step->addend >= 0 ||
	    (step->kind != FUSED_CONV && step->kind != FUSED_LINEAR))
		return false;
	step->norm = node;
	extend(f, step, node->out);
	return true;
}

static bool
join_limits(struct fusing *f, const struct node *node, struct limits limits)
{
	struct fused *step = open_step(f, node->in[0]);

	if (step == NULL || step->kind == FUSED_NODE ||
	    limits_any(step->limits))
		return false;
	step->limits = limits;
	extend(f, step, node->out);
	return true;
}

/* Can step take an addend? */
static bool
has_room(const struct fusing *f, const struct fused *step)
{
	if (step == NULL || limits_any(step->limits) || step->addend >= 0)
		return false;
	return f->rule == FUSE_BATCH
		   ? step->kind == FUSED_AFFINE
		   : step->kind == FUSED_CONV || step->kind == FUSED_LINEAR;
}

/* Moves step to the end of the list: nobody has read what it makes yet. */
static struct fused *
move_to_end(struct fusing *f, struct fused *step)
{
	struct fusion *fusion = f->fusion;
	const int from = (int)(step - fusion->steps);
	const int last = (int)fusion->n_steps - 1;
	const struct fused moved = *step;

	memmove(step, step + 1, (size_t)(last - from) * sizeof(*step));
	fusion->steps[last] = moved;
	for (size_t i = 0; i < f->graph->n_values; i++)
		if (fusion->maker[i] == from)
			fusion->maker[i] = last;
		else if (fusion->maker[i] > from)
			fusion->maker[i]--;
	return &fusion->steps[last];
}

/*
 * An addition joins the later of the steps that make its operands: by then the
 * other operand is there.  When only the earlier can take it (the later being
 * the Pad of an option A shortcut, say), that one waits until then.  Training
 * asks the earlier first: which norm has the addend decides how its sums are
 * rounded.
 */
static bool
join_add(struct fusing *f, const struct node *node)
{
	const int *maker = f->fusion->maker;
	const int a = node->in[0], b = node->in[1];
	const int later = maker[a] > maker[b] ? a : b, earlier = a + b - later;
	const int first = f->rule == FUSE_BATCH ? earlier : later;
	struct fused *step;
	int made = first;

	if (!fuse_is_sum(f->graph, node))
		return false;
	step = open_step(f, made);
	if (!has_room(f, step)) {
		made = a + b - first;
		step = open_step(f, made);
		if (!has_room(f, step))
			return false;
	}
	if (made == earlier)
		step = move_to_end(f, step);
	step->addend = a + b - made;
	extend(f, step, node->out);
	return true;
}

static bool
join_flatten(struct fusing *f, const struct node *node)
{
	struct reader *r = &f->values[node->out];

	if (!r->flat_only && node->out != f->graph->output)
		return false;
	if (node->out == f->graph->output && r->n > 1)
		return false;
	r->same = f->values[node->in[0]].same;
	return true;
}

/* Are the running statistics part of the weights? */
static bool
folds(const struct fusing *f)
{
	return f->rule == FUSE_FIXED || f->rule == FUSE_FORWARD;
}

static bool
join(struct fusing *f, const struct node *node)
{
	if (f->rule == FUSE_NOTHING)
		return false;
	switch (node->op) {
	case OP_BATCH_NORMALIZATION:
		return folds(f) && join_norm(f, node);
	case OP_RELU:
		return join_limits(f, node, limits_relu(true));
	case OP_CLIP:
		/* at its ends its slope is not that of a ReLU */
		return f->rule == FUSE_FORWARD &&
		       join_limits(f, node,
			   (struct limits){node->attr.min, node->attr.max});
	case OP_ADD:
		return join_add(f, node);
	case OP_FLATTEN:
		return folds(f) && join_flatten(f, node);
	default:
		return false;
	}
}

static enum fused_kind
kind_of(const struct fusing *f, const struct node *node)
{
	const int rank = f->graph->values[node->out].shape.rank;

	if (f->rule == FUSE_BATCH && node->op == OP_BATCH_NORMALIZATION)
		return FUSED_AFFINE;
	if (!folds(f))
		return FUSED_NODE;
	switch (node->op) {
	case OP_CONV:
		return FUSED_CONV;
	case OP_GEMM:
		return FUSED_LINEAR;
	case OP_BATCH_NORMALIZATION:
		return rank == 1 || rank == 3 ? FUSED_AFFINE : FUSED_NODE;
	case OP_ADD:
		return fuse_is_sum(f->graph, node) ? FUSED_ADD : FUSED_NODE;
	default:
		return FUSED_NODE;
	}
}

static void
place_tensors(struct fusing *f, const struct node *node)
{
	struct fusion *fusion = f->fusion;

	for (int i = 0; i < node->n_in; i++) {
		const struct graph_value *v = &f->graph->values[node->in[i]];

		if (v->kind != VALUE_TENSOR ||
		    fusion->places[v->tensor] != ABSENT)
			continue;
		fusion->places[v->tensor] = fusion->tensor_floats;
		fusion->tensor_floats +=
		    liveness_floats(f->graph->tensors[v->tensor].n);
	}
}

static int
append(struct fusing *f, const struct node *node)
{
	struct fusion *fusion = f->fusion;
	struct fused step = {.kind = kind_of(f, node),
	    .node = node,
	    .addend = -1,
	    .limits = limits_none(),
	    .weight = -1,
	    .bias = -1};

	if (memory_grow(&fusion->steps, &fusion->room, fusion->n_steps + 1,
		sizeof(step), f->err) < 0)
		return -1;
	for (int i = 0; i < node->n_in; i++)
		if (f->graph->values[node->in[i]].kind != VALUE_TENSOR)
			step.in[step.n_in++] = f->values[node->in[i]].same;
	if (step.kind == FUSED_NODE)
		place_tensors(f, node);
	if (step.kind == FUSED_CONV || step.kind == FUSED_LINEAR) {
		step.weight = f->graph->values[node->in[1]].tensor;
		if (node->n_in == 3)
			step.bias = f->graph->values[node->in[2]].tensor;
	}
	if (step.kind == FUSED_AFFINE)
		step.norm = node;
	step.channels = (int)f->graph->values[node->out].shape.dim[0];
	if (step.channels > fusion->max_channels)
		fusion->max_channels = step.channels;
	fusion->steps[fusion->n_steps++] = step;
	extend(f, &fusion->steps[fusion->n_steps - 1], node->out);
	return 0;
}

int
fuse_make(const struct graph *graph, enum fuse_rule rule, struct fusion *fusion,
    struct error *err)
{
	struct fusing f = {
	    .graph = graph, .fusion = fusion, .rule = rule, .err = err};
	int status;

	*fusion = (struct fusion){0};
	fusion->places =
	    memory_new(graph->n_tensors, sizeof(*fusion->places), err);
	fusion->maker =
	    memory_new(graph->n_values, sizeof(*fusion->maker), err);
	if (fusion->places == NULL || fusion->maker == NULL)
		return -1;
	for (size_t i = 0; i < graph->n_tensors; i++)
		fusion->places[i] = ABSENT;
	status = count_readers(&f);
	for (size_t i = 0; status == 0 && i < graph->n_nodes; i++)
		if (!join(&f, &graph->nodes[i]))
			status = append(&f, &graph->nodes[i]);
	if (status == 0)
		fusion->output = f.values[graph->output].same;
	free(f.values);
	return status;
}

void
fuse_free(struct fusion *fusion)
{
	free(fusion->steps);
	free(fusion->places);
	free(fusion->maker);
	*fusion = (struct fusion){0};
}

int
fuse_factors(const struct graph *graph, const struct fused *step,
    const struct tensor *theta, double *scale, double *shift, struct error *err)
{
	for (int k = 0; k < step->channels; k++) {
		scale[k] = 1.0;
		shift[k] = 0.0;
	}
	if (step->norm != NULL &&
	    norm_factors(graph, step->norm, theta, scale, shift, err) < 0)
		return -1;
	if (step->bias >= 0)
		for (int k = 0; k < step->channels; k++)
			shift[k] += scale[k] * (double)theta[step->bias].f32[k];
	return 0;
}

int
fuse_bind_tensors(const struct graph *graph, const struct fusion *fusion,
    const struct tensor *theta, float *tensors, struct error *err)
{
	for (size_t i = 0; i < fusion->n_steps; i++) {
		const struct fused *step = &fusion->steps[i];

		if (step->kind == FUSED_NODE &&
		    step->node->op == OP_BATCH_NORMALIZATION &&
		    norm_factors(graph, step->node, theta, NULL, NULL, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < graph->n_tensors; i++)
		if (fusion->places[i] != ABSENT)
			memcpy(tensors + fusion->places[i], theta[i].f32,
			    tensor_bytes(&graph->tensors[i]));
	return 0;
}

void
fuse_apply(const struct graph *graph, const struct fusion *fusion,
    const struct fused *step, const float *const *in, const float *tensors,
    bool exact, float *out)
{
	const struct node *node = step->node;
	const float *all[NODE_INPUTS_MAX];

	for (int i = 0; i < node->n_in; i++) {
		const struct graph_value *v = &graph->values[node->in[i]];

		all[i] = v->kind == VALUE_TENSOR
			     ? tensors + fusion->places[v->tensor]
			     : *in++;
	}
	(exact ? operator_apply : operator_apply_fast)(graph, node, all, out);
}

int
fuse_reads(const struct fused *step, int reads[NODE_INPUTS_MAX + 1])
{
	int n = 0;

	for (int i = 0; i < step->n_in; i++)
		reads[n++] = step->in[i];
	if (step->addend >= 0)
		reads[n++] = step->addend;
	return n;
}
