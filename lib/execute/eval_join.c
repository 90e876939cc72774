/*
 * Steps over tokens that become one: a product with what is added to its rows,
 * and the nodes of which exporters make a layer normalisation or a GELU.
 */
#include <math.h>

#include "execute/eval.h"

int
eval_readers(const struct eval_plan *plan, int value)
{
	int reads[NODE_INPUTS_MAX + 1], count = value == plan->output;

	for (size_t i = 0; i < plan->fusion.n_steps; i++)
		for (int n = fuse_reads(&plan->fusion.steps[i], reads);
		     n-- > 0;)
			count += reads[n] == value;
	return count;
}

/* The only step that reads value, or NULL. */
static struct eval_step *
only_reader(struct eval_plan *plan, int value)
{
	struct eval_step *reader = NULL;
	int reads[NODE_INPUTS_MAX + 1];

	for (size_t i = 1; i < plan->n_steps; i++)
		for (int n = fuse_reads(plan->steps[i].fused, reads); n-- > 0;)
			if (reads[n] == value) {
				if (reader != NULL || value == plan->output)
					return NULL;
				reader = &plan->steps[i];
			}
	return reader;
}

/* The product makes what next made; what lies between them goes. */
static void
take_over(
    struct eval_plan *plan, struct eval_step *product, struct eval_step *next)
{
	plan->slots[product->out].first = -1;
	product->out = next->out;
	plan->slots[product->out].first = (int)(product - plan->steps);
	next->method = EVAL_NOTHING;
}

/* A tensor that is added to each row. */
static void
join_bias(struct eval_plan *plan, struct eval_step *product)
{
	const struct graph *g = plan->graph;
	struct eval_step *next = only_reader(plan, product->out);
	const struct node *node = next != NULL ? next->fused->node : NULL;

	if (next == NULL || next->method != EVAL_FLAT || node->op != OP_ADD ||
	    next->fused->n_in != 1)
		return;
	for (int j = 0; j < 2; j++) {
		const int tensor = g->values[node->in[j]].tensor;

		if (g->values[node->in[j]].kind != VALUE_TENSOR)
			continue;
		if (g->tensors[tensor].rank == 1 &&
		    g->tensors[tensor].n == product->conv.k) {
			product->bias = tensor;
			take_over(plan, product, next);
		}
		return;
	}
}

/* An activation that is there already, or limits. */
static void
join_sum(struct eval_plan *plan, struct eval_step *product)
{
	struct eval_step *next = only_reader(plan, product->out);
	int other;

	if (next == NULL || next->method != EVAL_AFFINE ||
	    next->fused->norm != NULL || !eval_is_flat(plan, next->out))
		return;
	other = next->addend < 0 || next->in != product->out ? next->in
							     : next->addend;
	if (next->addend >= 0) {
		/* whole blocks of it are read */
		if (product->conv.k % KERNEL_BLOCK != 0 ||
		    !eval_is_flat(plan, other) ||
		    plan->slots[other].first >= (int)(product - plan->steps))
			return;
		product->addend = other;
	}
	product->limits = next->limits;
	take_over(plan, product, next);
}

/* ---- layer normalisation, node by node ---- */

/* Reads step exactly one activation, and does op? */
static bool
is_node(const struct eval_step *step, enum operator_kind op, int n_in)
{
	return step != NULL && step->method == EVAL_FLAT &&
	       step->fused->node->op == op && step->fused->n_in == n_in;
}

/* The only step behind this one, if it does op on n_in activations. */
static struct eval_step *
behind(struct eval_plan *plan, const struct eval_step *step,
    enum operator_kind op, int n_in)
{
	struct eval_step *next =
	    step != NULL ? only_reader(plan, step->out) : NULL;

	return is_node(next, op, n_in) ? next : NULL;
}

/* The tensor beside the step's one activation. */
static int
tensor_beside(const struct eval_plan *plan, const struct eval_step *step)
{
	const struct graph_value *values = plan->graph->values;
	const struct node *node = step->fused->node;
	const int j = values[node->in[0]].kind == VALUE_TENSOR ? 0 : 1;

	return values[node->in[j]].tensor;
}

/* A number that no direction moves. */
static bool
is_number(const struct eval_plan *plan, const struct eval_step *step, float *x)
{
	const struct tensor *t =
	    &plan->graph->tensors[tensor_beside(plan, step)];

	if (t->role != ROLE_CONSTANT || t->n != 1 || t->data == NULL)
		return false;
	*x = t->f32[0];
	return true;
}

/* A tensor as long as the rows. */
static bool
is_row(const struct eval_plan *plan, const struct eval_step *step, int n)
{
	const struct tensor *t =
	    &plan->graph->tensors[tensor_beside(plan, step)];

	return t->rank == 1 && t->n == n;
}

/* The mean of each row, as long as the last axis is. */
static bool
is_mean(const struct eval_plan *plan, const struct eval_step *step)
{
	const struct node *node = step->fused->node;
	const int rank = plan->graph->values[node->in[0]].shape.rank;

	return is_node(step, OP_REDUCE_MEAN, 1) && node->attr.keepdims &&
	       node->attr.axes[0] == rank &&
	       (rank == IMAGE_RANK_MAX || node->attr.axes[1] == 0);
}

/* The steps of (x - mean) / sqrt(var + epsilon): mean comes first, then x -
 * mean, its square, var, + epsilon, the root, the division. */
struct layer {
	struct eval_step *minus, *square, *var, *plus, *root, *divide;
	float epsilon;
};

static bool
find_layer(struct eval_plan *plan, struct eval_step *mean, struct layer *l)
{
	float exponent;

	if (!is_mean(plan, mean))
		return false;
	l->minus = behind(plan, mean, OP_SUB, 2);
	if (l->minus == NULL || l->minus->fused->in[0] != mean->in ||
	    eval_readers(plan, l->minus->out) != 2)
		return false;
	l->square = l->divide = NULL;
	for (size_t i = 1; i < plan->n_steps; i++) {
		struct eval_step *s = &plan->steps[i];

		if (s->in == l->minus->out && is_node(s, OP_POW, 1))
			l->square = s;
		if (s->in == l->minus->out && is_node(s, OP_DIV, 2))
			l->divide = s;
	}
	if (l->square == NULL || l->divide == NULL ||
	    !is_number(plan, l->square, &exponent) || exponent != 2.0F)
		return false;
	l->var = behind(plan, l->square, OP_REDUCE_MEAN, 1);
	l->plus = behind(plan, l->var, OP_ADD, 1);
	l->root = behind(plan, l->plus, OP_SQRT, 1);
	return l->root != NULL && is_mean(plan, l->var) &&
	       is_number(plan, l->plus, &l->epsilon) &&
	       only_reader(plan, l->root->out) == l->divide &&
	       l->divide->fused->in[1] == l->root->out;
}

static void
join_layer(struct eval_plan *plan, struct eval_step *mean)
{
	const struct shape *shape;
	struct eval_step *weight, *bias;
	struct layer l;

	if (!find_layer(plan, mean, &l))
		return;
	shape = &plan->graph->values[mean->in].shape;
	mean->method = EVAL_ROWS;
	mean->rows = plan->kernels->layer_norm;
	mean->row = (int)shape->dim[shape->rank - 1];
	mean->epsilon = l.epsilon;
	mean->weight = mean->bias = -1;
	take_over(plan, mean, l.minus);
	take_over(plan, mean, l.square);
	take_over(plan, mean, l.var);
	take_over(plan, mean, l.plus);
	take_over(plan, mean, l.root);
	take_over(plan, mean, l.divide);
	weight = behind(plan, mean, OP_MUL, 1);
	if (weight == NULL || !is_row(plan, weight, mean->row))
		return;
	mean->weight = tensor_beside(plan, weight);
	take_over(plan, mean, weight);
	bias = behind(plan, mean, OP_ADD, 1);
	if (bias == NULL || !is_row(plan, bias, mean->row))
		return;
	mean->bias = tensor_beside(plan, bias);
	take_over(plan, mean, bias);
}

/* ---- GELU, node by node ---- */

/* Takes what a step makes out of the list: another one makes more of it. */
static void
leave_out(struct eval_plan *plan, struct eval_step *step)
{
	plan->slots[step->out].first = -1;
	step->method = EVAL_NOTHING;
}

/* A number near x beside the step's one activation. */
static bool
is_near(const struct eval_plan *plan, const struct eval_step *step, double x)
{
	float number;

	return is_number(plan, step, &number) &&
	       fabs((double)number - x) < 1e-6;
}

/* The step that makes value by op and a number near x, for one reader. */
static struct eval_step *
maker(struct eval_plan *plan, int value, enum operator_kind op, double x)
{
	struct eval_step *step = &plan->steps[plan->slots[value].first];

	return is_node(step, op, 1) && is_near(plan, step, x) &&
		       eval_readers(plan, value) == 1
		   ? step
		   : NULL;
}

/* x (1 + erf(x / sqrt 2)) / 2, the half being that of x or of the product. */
static void
join_gelu(struct eval_plan *plan, struct eval_step *erf)
{
	struct eval_step *plus = behind(plan, erf, OP_ADD, 1);
	struct eval_step *times =
	    plus != NULL ? only_reader(plan, plus->out) : NULL;
	struct eval_step *root = maker(plan, erf->in, OP_MUL, sqrt(0.5));
	struct eval_step *half;
	int other;

	if (root == NULL)
		root = maker(plan, erf->in, OP_DIV, sqrt(2.0));
	if (root == NULL || times == NULL || times->method != EVAL_MULTIPLY ||
	    !is_near(plan, plus, 1.0))
		return;
	other = times->in == plus->out ? times->addend : times->in;
	half = other == root->in ? behind(plan, times, OP_MUL, 1)
				 : maker(plan, other, OP_MUL, 0.5);
	if (half == NULL || !is_near(plan, half, 0.5) ||
	    (other != root->in && half->in != root->in))
		return;
	erf->function = POINTWISE_GELU;
	erf->in = root->in;
	leave_out(plan, root);
	take_over(plan, erf, plus);
	take_over(plan, erf, times);
	if (other == root->in)
		take_over(plan, erf, half);
	else
		leave_out(plan, half);
}

void
eval_join(struct eval_plan *plan)
{
	for (size_t i = 1; i < plan->n_steps; i++) {
		struct eval_step *step = &plan->steps[i];

		if (step->method == EVAL_PRODUCT) {
			join_bias(plan, step);
			join_sum(plan, step);
		}
		if (step->method == EVAL_FLAT)
			join_layer(plan, step);
		if (step->method == EVAL_POINTWISE &&
		    step->function == POINTWISE_ERF)
			join_gelu(plan, step);
	}
}
