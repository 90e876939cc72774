/*
 * Values that lie as the graph has them: tokens, and what attention makes of
 * them.  Operators then read and write them where they are.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "execute/eval.h"
#include "net/operator.h"

/* What a step reads or writes; -1: none. */
enum { OPERANDS = NODE_INPUTS_MAX + 2 };

static int
operands(const struct eval_step *step, int value[OPERANDS])
{
	int n = fuse_reads(step->fused, value);

	value[n++] = step->out;
	return n;
}

/* Does it matter to the step how its values lie? */
static bool
wants_pixels(const struct eval_plan *plan, const struct eval_step *step)
{
	switch (step->method) {
	case EVAL_INPUT:
	case EVAL_FALLBACK:
		return false;
	case EVAL_AFFINE:
		return step->fused->norm != NULL;
	case EVAL_POINTWISE:
		return false;
	case EVAL_MULTIPLY:
		return slot_planes(&plan->slots[step->in]) !=
		       slot_planes(&plan->slots[step->addend]);
	default:
		return true;
	}
}

/* A step adds element by element: all of its values lie in one way. */
static bool
spread_pixels(struct eval_plan *plan, const struct eval_step *step)
{
	int value[OPERANDS];
	const int n = operands(step, value);
	bool any = wants_pixels(plan, step), changed = false;

	for (int i = 0; i < n; i++)
		any |= plan->slots[value[i]].pixels;
	for (int i = 0; any && i < n; i++) {
		changed |= !plan->slots[value[i]].pixels;
		plan->slots[value[i]].pixels = true;
	}
	return changed;
}

static void
find_pixels(struct eval_plan *plan)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 1; i < plan->n_steps; i++)
			if (plan->steps[i].method != EVAL_FALLBACK)
				changed |= spread_pixels(plan, &plan->steps[i]);
	}
}

static void
flatten(struct eval_plan *plan, int value)
{
	struct slot *v = &plan->slots[value];

	v->c *= v->h * v->w;
	v->h = v->w = 1;
	free(v->order); /* it was the identity */
	v->order = NULL;
}

/* The same numbers in another form: they stay where they are. */
static bool
is_form(const struct eval_plan *plan, const struct eval_step *step)
{
	const struct slot *in = &plan->slots[step->in];

	return step->fused->n_in == 1 &&
	       (step->fused->node->op == OP_RESHAPE ||
		   step->fused->node->op == OP_FLATTEN) &&
	       step->in != plan->graph->input && in->lane == 0 &&
	       in->c == plan->slots[step->out].c;
}

/* The tensor that node reads as input i, or -1. */
static int
tensor_of(const struct eval_plan *plan, const struct node *node, int i)
{
	return i < node->n_in ? plan->graph->values[node->in[i]].tensor : -1;
}

/* The kernel of rows that does the step, if there is one; finds their length.
 */
static bool
find_rows(const struct eval_plan *plan, struct eval_step *step)
{
	const struct node *node = step->fused->node;
	const struct shape *shape = &plan->graph->values[node->out].shape;
	int64_t row = 1;

	step->epsilon = node->attr.epsilon;
	switch (node->op) {
	case OP_SOFTMAX:
		step->rows = plan->kernels->softmax;
		if (node->attr.axis != shape->rank)
			return false;
		break;
	case OP_LAYER_NORMALIZATION:
		step->rows = plan->kernels->layer_norm;
		break;
	default:
		return false;
	}
	for (int i = node->attr.axis - 1; i >= 0 && i < shape->rank; i++)
		row *= shape->dim[i];
	step->row = (int)row;
	step->weight = tensor_of(plan, node, 1);
	step->bias = tensor_of(plan, node, 2);
	return true;
}

/* Rows times a tensor. */
static bool
is_product(const struct eval_plan *plan, const struct eval_step *step)
{
	const struct node *node = step->fused->node;
	const struct graph_value *values = plan->graph->values;

	return node->op == OP_MAT_MUL &&
	       values[node->in[0]].kind != VALUE_TENSOR &&
	       values[node->in[1]].kind == VALUE_TENSOR &&
	       plan->graph->tensors[values[node->in[1]].tensor].rank == 2;
}

static int
make_product(struct eval_plan *plan, struct eval_step *step, struct error *err)
{
	const struct graph *g = plan->graph;
	const struct node *node = step->fused->node;
	const struct tensor *w = &g->tensors[g->values[node->in[1]].tensor];
	const int trans = node->attr.trans_b;

	step->conv = (struct conv){.groups = 1,
	    .c = (int)w->dim[trans],
	    .k = (int)w->dim[!trans],
	    .kh = 1,
	    .kw = 1,
	    .stride = {1, 1},
	    .step = {1, 1},
	    .taps = 1,
	    .taps_c = (int)w->dim[trans]};
	step->bias = -1;
	step->conv.tap = memory_new(1, sizeof(*step->conv.tap), err);
	return step->conv.tap != NULL ? 0 : -1;
}

static int
find_method(struct eval_plan *plan, struct eval_step *step, struct error *err)
{
	int value[OPERANDS];
	const int n = operands(step, value);

	if (step->method != EVAL_FALLBACK || step->fused->kind != FUSED_NODE)
		return 0;
	for (int i = 0; i < n; i++)
		if (!eval_is_flat(plan, value[i]))
			return 0;
	step->method = EVAL_FLAT;
	if (is_product(plan, step)) {
		step->method = EVAL_PRODUCT;
		return make_product(plan, step, err);
	}
	if (find_rows(plan, step)) {
		step->method = EVAL_ROWS;
	} else if (is_form(plan, step)) {
		step->method = EVAL_NOTHING;
		plan->slots[step->out].root = plan->slots[step->in].root;
	}
	return 0;
}

size_t
eval_product_work(const struct eval_plan *plan, const struct eval_step *step)
{
	const struct conv *conv = &step->conv;
	const size_t rows =
	    slot_planes(&plan->slots[step->out]) / (size_t)conv->k;

	return conv->k % KERNEL_BLOCK == 0
		   ? 0
		   : rows * (size_t)kernel_padded(conv->k);
}

/* What all products read beside their weights. */
static int
make_ones(struct eval_plan *plan, struct error *err)
{
	int most = 1;

	for (size_t i = 1; i < plan->n_steps; i++) {
		const struct conv *conv = &plan->steps[i].conv;

		if (plan->steps[i].method != EVAL_PRODUCT)
			continue;
		most = conv->c > most ? conv->c : most;
		most = conv->k > most ? conv->k : most;
	}
	plan->ones = memory_new((size_t)most, sizeof(*plan->ones), err);
	plan->order = memory_new((size_t)most, sizeof(*plan->order), err);
	if (plan->ones == NULL || plan->order == NULL)
		return -1;
	for (int i = 0; i < most; i++) {
		plan->ones[i] = 1.0;
		plan->order[i] = i;
	}
	return 0;
}

int
eval_flatten(struct eval_plan *plan, struct error *err)
{
	find_pixels(plan);
	for (size_t i = 0; i < plan->graph->n_values; i++) {
		const struct slot *v = &plan->slots[i];

		if (plan->graph->values[i].kind != VALUE_TENSOR && !v->pixels &&
		    v->plain && v->alias < 0 && v->first >= 0)
			flatten(plan, (int)i);
	}
	for (size_t i = 1; i < plan->n_steps; i++)
		if (find_method(plan, &plan->steps[i], err) < 0)
			return -1;
	eval_join(plan);
	return make_ones(plan, err);
}
