/*
 * Values that lie as the graph has them: tokens, and what attention makes of
 * them.  Operators then read and write them where they are.
 */
#include <stdlib.h>

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
wants_pixels(const struct eval_step *step)
{
	switch (step->method) {
	case EVAL_INPUT:
	case EVAL_FALLBACK:
		return false;
	case EVAL_AFFINE:
		return step->fused->norm != NULL;
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
	bool any = wants_pixels(step), changed = false;

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

static bool
is_flat(const struct eval_plan *plan, int value)
{
	const struct slot *v = &plan->slots[value];

	return slot_is_row(v) && v->alias < 0;
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

static enum eval_method
method_of(struct eval_plan *plan, const struct eval_step *step)
{
	int value[OPERANDS];
	const int n = operands(step, value);

	if (step->fused->kind != FUSED_NODE)
		return EVAL_FALLBACK;
	for (int i = 0; i < n; i++)
		if (!is_flat(plan, value[i]))
			return EVAL_FALLBACK;
	if (!is_form(plan, step))
		return EVAL_FLAT;
	plan->slots[step->out].root = plan->slots[step->in].root;
	return EVAL_NOTHING;
}

void
eval_flatten(struct eval_plan *plan)
{
	find_pixels(plan);
	for (size_t i = 0; i < plan->graph->n_values; i++) {
		const struct slot *v = &plan->slots[i];

		if (plan->graph->values[i].kind != VALUE_TENSOR && !v->pixels &&
		    v->plain && v->alias < 0 && v->first >= 0)
			flatten(plan, (int)i);
	}
	for (size_t i = 1; i < plan->n_steps; i++) {
		struct eval_step *step = &plan->steps[i];

		if (step->method == EVAL_FALLBACK)
			step->method = method_of(plan, step);
	}
}
