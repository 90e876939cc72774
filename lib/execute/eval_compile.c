#include <stdlib.h>

#include "base/memory.h"
#include "execute/eval.h"
#include "execute/pixel.h"
#include "net/operator.h"

static int
slots_start(struct eval_plan *plan, struct error *err)
{
	const struct graph *graph = plan->graph;

	for (size_t i = 0; i < graph->n_values; i++) {
		struct slot *v = &plan->slots[i];

		*v = (struct slot){.root = (int)i, .alias = -1, .first = -1};
		if (graph->values[i].kind == VALUE_TENSOR)
			continue;
		slot_init(v, (int)i, &graph->values[i].shape);
		v->order = memory_new((size_t)v->c, sizeof(*v->order), err);
		if (v->order == NULL)
			return -1;
		for (int c = 0; c < v->c; c++)
			v->order[c] = c;
	}
	return 0;
}

/* A value whose channels were moved about passes that order on. */
static void
inherit(struct eval_plan *plan, int from, int to)
{
	const struct slot *a = &plan->slots[from];
	struct slot *b = &plan->slots[to];

	b->plain = a->plain;
	for (int c = 0; c < b->c; c++)
		b->order[c] = a->order[c];
}

static bool
is_depthwise(const struct conv *conv)
{
	return conv->groups > 1 && conv->c == 1 && conv->k == 1;
}

/* Convolutions, and linear layers, whose window is the image. */
static enum eval_method
compile_conv(struct eval_plan *plan, struct eval_step *step)
{
	const struct slot *in = &plan->slots[step->in];
	const struct slot *out = &plan->slots[step->out];
	struct conv *conv = &step->conv;

	*conv = conv_of(step->fused->node, in, out);
	step->flops =
	    2.0 * conv->kh * conv->kw * conv->c * out->c * out->h * out->w;
	if (step->addend >= 0 && !plan->slots[step->addend].plain)
		return EVAL_FALLBACK;
	if (is_depthwise(conv)) {
		inherit(plan, step->in, step->out);
		conv->depthwise = step->addend < 0 || in->plain;
		return conv->depthwise ? EVAL_DEPTHWISE : EVAL_FALLBACK;
	}
	if (conv->groups > 1 && !in->plain)
		return EVAL_FALLBACK;
	conv->winograd = step->fused->kind == FUSED_CONV &&
			 conv_suits_winograd(conv, false, out->h, out->w);
	return conv->winograd ? EVAL_WINOGRAD : EVAL_CONV;
}

static bool
same_order(const struct slot *a, const struct slot *b)
{
	for (int c = 0; c < a->c; c++)
		if (a->order[c] != b->order[c])
			return false;
	return true;
}

/* One after the other, or one plus the other. */
static enum eval_method
compile_affine(struct eval_plan *plan, struct eval_step *step)
{
	if (step->addend >= 0 &&
	    !same_order(&plan->slots[step->in], &plan->slots[step->addend]))
		return EVAL_FALLBACK;
	inherit(plan, step->in, step->out);
	return EVAL_AFFINE;
}

static enum eval_method
compile_pointwise(struct eval_plan *plan, struct eval_step *step)
{
	const struct node *node = step->fused->node;

	if (!pixel_function(node, &step->function))
		return EVAL_FALLBACK;
	step->alpha = node->attr.alpha;
	step->beta = node->attr.beta;
	inherit(plan, step->in, step->out);
	return EVAL_POINTWISE;
}

/* A function that its own argument is multiplied by, as exporters write SiLU
 * and HardSwish: the product is a function, too. */
static bool
join_gate(struct eval_plan *plan, struct eval_step *step, int x, int y)
{
	struct eval_step *gate = &plan->steps[plan->slots[y].first];

	if (gate->method != EVAL_POINTWISE || gate->in != x ||
	    eval_readers(plan, y) != 1)
		return false;
	if (gate->function == POINTWISE_SIGMOID)
		step->function = POINTWISE_SILU;
	else if (gate->function == POINTWISE_HARD_SIGMOID &&
		 gate->alpha == 1.0F / 6.0F && gate->beta == 0.5F)
		step->function = POINTWISE_HARD_SWISH;
	else
		return false;
	gate->method = EVAL_NOTHING;
	plan->slots[y].first = -1;
	step->in = x;
	inherit(plan, x, step->out);
	return true;
}

/* Element by element, or each channel by a number. */
static enum eval_method
compile_multiply(struct eval_plan *plan, struct eval_step *step)
{
	const int *in = step->fused->in;

	for (int j = 0; j < 2; j++)
		if (join_gate(plan, step, in[j], in[!j]))
			return EVAL_POINTWISE;
	for (int j = 0; j < 2; j++) {
		const struct slot *a = &plan->slots[in[j]];
		const struct slot *b = &plan->slots[in[!j]];
		const bool whole = b->h == a->h && b->w == a->w;

		if (a->c != b->c || !same_order(a, b) ||
		    (!whole && (b->h != 1 || b->w != 1)) ||
		    slot_planes(a) != slot_planes(&plan->slots[step->out]))
			continue;
		step->in = in[j];
		step->addend = in[!j];
		inherit(plan, step->in, step->out);
		return EVAL_MULTIPLY;
	}
	return EVAL_FALLBACK;
}

static enum eval_method
compile_pool(struct eval_plan *plan, struct eval_step *step)
{
	const struct node *node = step->fused->node;

	if (!pixel_pools(plan->graph, node))
		return EVAL_FALLBACK;
	inherit(plan, step->in, step->out);
	return node->op == OP_MAX_POOL ? EVAL_MAX_POOL : EVAL_AVERAGE_POOL;
}

/* Whether value is only read where a view of every n-th pixel will do. */
static bool
only_moved(const struct eval_plan *plan, int value)
{
	int reads[NODE_INPUTS_MAX + 1];

	for (size_t i = 0; i < plan->fusion.n_steps; i++) {
		const struct fused *s = &plan->fusion.steps[i];
		int n = fuse_reads(s, reads);

		for (int j = 0; j < n; j++)
			if (reads[j] == value && value != s->addend &&
			    s->kind != FUSED_ADD && s->node->op != OP_PAD)
				return false;
	}
	return value != plan->fusion.output;
}

static enum eval_method
compile_slice(struct eval_plan *plan, struct eval_step *step)
{
	const struct attributes *a = &step->fused->node->attr;
	struct slot *out = &plan->slots[step->out];

	if (plan->graph->values[step->in].shape.rank != 3 || a->start[0] != 0 ||
	    a->step[0] != 1 || out->c != plan->slots[step->in].c ||
	    plan->slots[step->in].alias >= 0 || !only_moved(plan, step->out))
		return EVAL_FALLBACK;
	out->alias = step->in;
	out->start_y = a->start[1];
	out->start_x = a->start[2];
	out->step_y = a->step[1];
	out->step_x = a->step[2];
	inherit(plan, step->in, step->out);
	return EVAL_NOTHING;
}

static enum eval_method
compile_pad(struct eval_plan *plan, struct eval_step *step)
{
	return plan->slots[step->in].plain ? EVAL_COPY : EVAL_FALLBACK;
}

/* Channels that are already behind value in its buffer. */
static int
extent(const struct eval_plan *plan, int root)
{
	int most = 0;

	for (size_t i = 0; i < plan->graph->n_values; i++) {
		const struct slot *v = &plan->slots[i];

		if (v->root == root && v->lane + v->c > most)
			most = v->lane + v->c;
	}
	return most;
}

/* A value that a kernel writes, and that nobody placed somewhere yet. */
static bool
is_movable(const struct eval_plan *plan, int value)
{
	const struct slot *v = &plan->slots[value];

	return v->alias < 0 && value != plan->graph->input &&
	       v->root == value && v->lane == 0 && extent(plan, value) == v->c;
}

/*
 * A concatenation of [new, old] costs nothing when new is written behind old:
 * the order of channels is a matter of the weights.  Only values written later
 * may lie behind, since kernels spill beyond their last channel.
 */
static bool
concat_in_place(struct eval_plan *plan, struct eval_step *step)
{
	const struct fused *f = step->fused;
	struct slot *out = &plan->slots[step->out];
	const struct slot *old = NULL, *new;
	int oldest = 0, at = 0, lane[2];

	if (f->n_in != 2 || f->in[0] == f->in[1])
		return false;
	if (plan->slots[f->in[1]].first < plan->slots[f->in[0]].first)
		oldest = 1;
	old = &plan->slots[f->in[oldest]];
	new = &plan->slots[f->in[!oldest]];
	if (!is_movable(plan, f->in[!oldest]) || old->alias >= 0 ||
	    f->in[oldest] == plan->graph->input || old->lane != 0 ||
	    extent(plan, old->root) != old->c ||
	    plan->steps[new->first].method == EVAL_COPY ||
	    plan->steps[new->first].method == EVAL_FALLBACK)
		return false;
	plan->slots[f->in[!oldest]].root = old->root;
	plan->slots[f->in[!oldest]].lane = old->c;
	out->root = old->root;
	lane[oldest] = 0;
	lane[!oldest] = old->c;
	for (int i = 0; i < 2; i++) {
		const struct slot *v = &plan->slots[f->in[i]];

		for (int c = 0; c < v->c; c++)
			out->order[lane[i] + c] = at + v->order[c];
		at += v->c;
	}
	out->plain = lane[0] == 0 && old->plain && new->plain;
	return true;
}

static enum eval_method
compile_concat(struct eval_plan *plan, struct eval_step *step)
{
	const struct fused *f = step->fused;

	const int rank = plan->graph->values[step->out].shape.rank;

	if (f->node->attr.axis != 1 || (rank != 1 && rank != 3))
		return EVAL_FALLBACK;
	if (concat_in_place(plan, step))
		return EVAL_NOTHING;
	for (int i = 0; i < f->n_in; i++)
		if (!plan->slots[f->in[i]].plain)
			return EVAL_FALLBACK;
	return EVAL_COPY;
}

/* What a product by OpenBLAS costs; the rest of plain C is not counted. */
static double
product_flops(const struct eval_plan *plan, const struct node *node)
{
	const struct graph *graph = plan->graph;
	const struct shape *a = &graph->values[node->in[0]].shape;

	if (!operator_is_product(node->op))
		return 0.0;
	return 2.0 * (double)a->dim[a->rank - 1] *
	       (double)shape_size(&graph->values[node->out].shape);
}

bool
eval_by_openblas(const struct eval_step *step)
{
	return (step->method == EVAL_FALLBACK || step->method == EVAL_FLAT) &&
	       step->fused->kind == FUSED_NODE &&
	       operator_is_product(step->fused->node->op);
}

static enum eval_method
compile_node(struct eval_plan *plan, struct eval_step *step)
{
	const struct attributes *attr = &step->fused->node->attr;

	step->flops = product_flops(plan, step->fused->node);
	if (step->fused->n_in != step->fused->node->n_in)
		return EVAL_FALLBACK; /* it reads tensors */
	switch (step->fused->node->op) {
	case OP_RELU:
		step->limits = limits_relu(true);
		return compile_affine(plan, step);
	case OP_CLIP:
		step->limits = (struct limits){attr->min, attr->max};
		return compile_affine(plan, step);
	case OP_MUL:
		return compile_multiply(plan, step);
	case OP_MAX_POOL:
	case OP_AVERAGE_POOL:
	case OP_GLOBAL_AVERAGE_POOL:
		return compile_pool(plan, step);
	case OP_SLICE:
		return compile_slice(plan, step);
	case OP_PAD:
		return compile_pad(plan, step);
	case OP_CONCAT:
		return compile_concat(plan, step);
	default:
		return compile_pointwise(plan, step);
	}
}

static enum eval_method
compile_step(struct eval_plan *plan, struct eval_step *step)
{
	switch (step->fused->kind) {
	case FUSED_CONV:
	case FUSED_LINEAR:
		return compile_conv(plan, step);
	case FUSED_AFFINE:
		return compile_affine(plan, step);
	case FUSED_ADD:
		step->addend = step->fused->in[1];
		return compile_affine(plan, step);
	default:
		return compile_node(plan, step);
	}
}

static void
mark_read(struct eval_plan *plan, int value, int step)
{
	struct slot *v = &plan->slots[value];

	v->last = step;
	if (v->alias >= 0)
		mark_read(plan, v->alias, step);
}

int
eval_compile(struct eval_plan *plan, struct error *err)
{
	const struct fusion *fusion = &plan->fusion;
	int reads[NODE_INPUTS_MAX + 1];

	plan->slots =
	    memory_new(plan->graph->n_values, sizeof(*plan->slots), err);
	plan->steps =
	    memory_new(fusion->n_steps + 1, sizeof(*plan->steps), err);
	if (plan->slots == NULL || plan->steps == NULL ||
	    slots_start(plan, err) < 0)
		return -1;
	plan->n_steps = fusion->n_steps + 1;
	plan->output = fusion->output;
	plan->steps[0] = (struct eval_step){.method = EVAL_INPUT,
	    .in = -1,
	    .addend = -1,
	    .out = plan->graph->input};
	plan->slots[plan->graph->input].first = 0;
	for (size_t i = 0; i < fusion->n_steps; i++) {
		struct eval_step *step = &plan->steps[i + 1];
		const struct fused *f = &fusion->steps[i];
		int n = fuse_reads(f, reads);

		*step = (struct eval_step){.fused = f,
		    .in = f->in[0],
		    .addend = f->addend,
		    .out = f->out,
		    .limits = f->limits};
		plan->slots[f->out].first = (int)i + 1;
		step->method = compile_step(plan, step);
		for (int j = 0; j < n; j++)
			mark_read(plan, reads[j], (int)i + 1);
	}
	plan->slots[plan->output].last = (int)plan->n_steps;
	return eval_flatten(plan, err);
}
