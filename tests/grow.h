/*
 * For tests of derivatives: the operators that imported networks alone have,
 * grown on a value c h w.  Arguments are drawn so that no function is asked
 * where it has no derivative.
 */
#ifndef TESTS_GROW_H
#define TESTS_GROW_H

#include "interpreter.h"
#include "net/build.h"

static int
grow_node(struct builder *b, enum operator_kind op, const char *name, int n_in,
    const int *in, const struct attributes *attr)
{
	struct error err;
	int out = graph_add_node(b->graph, op, name, n_in, in, attr, &err);

	if (out < 0)
		fail_msg("%s", err.text);
	b->graph->output = out;
	return out;
}

/* A tensor that learns; dimensions of 0 are none. */
static int
grow_tensor(struct builder *b, const char *name, int64_t d0, int64_t d1,
    int64_t d2, int64_t d3)
{
	const int64_t dim[4] = {d0, d1, d2, d3};
	struct error err;
	int rank = 0, out;

	while (rank < 4 && dim[rank] > 0)
		rank++;
	out = graph_add_tensor(
	    b->graph, name, TENSOR_FLOAT32, ROLE_WEIGHT, rank, dim, &err);
	if (out < 0)
		fail_msg("%s", err.text);
	return out;
}

static int
grow_unary(struct builder *b, enum operator_kind op, const char *name, int x)
{
	const struct attributes a = {.axis = 1,
	    .alpha = op == OP_HARD_SIGMOID ? 0.3F : 0.7F,
	    .beta = 0.45F,
	    .approximate = op == OP_GELU ? roll(0, 1) : 0,
	    .min = -0.6F,
	    .max = 0.9F};

	return grow_node(b, op, name, 1, &x, &a);
}

/* Something that x stretches to, or that stretches to x. */
static int
grow_operand(struct builder *b, int x)
{
	const int64_t c = build_size(b, x, 0), h = build_size(b, x, 1),
		      w = build_size(b, x, 2);
	struct attributes a = {.axes = {roll(1, 3)}, .keepdims = 1};

	switch (roll(0, 5)) {
	case 0:
		return grow_tensor(b, "one", 1, 0, 0, 0);
	case 1:
		return grow_tensor(b, "row", w, 0, 0, 0);
	case 2:
		return grow_tensor(b, "column", h, 1, 0, 0);
	case 3:
		return grow_tensor(b, "position", 1, c, h, w);
	case 4:
		return grow_node(b, OP_REDUCE_MEAN, "mean", 1, &x, &a);
	default:
		return grow_unary(b, OP_TANH, "same", x);
	}
}

static int
grow_binary(struct builder *b, enum operator_kind op, int x)
{
	const bool swaps = roll(0, 1);
	int in[2];

	if (op == OP_POW) { /* of what is above 0 */
		in[0] = grow_unary(b, OP_SIGMOID, "base", x);
		in[1] = grow_operand(b, x);
	} else if (op == OP_DIV) { /* by it */
		in[0] = swaps ? grow_operand(b, x) : x;
		in[1] = grow_unary(b, OP_SIGMOID, "divisor", x);
	} else {
		in[swaps] = x;
		in[!swaps] = grow_operand(b, x);
	}
	return grow_node(b, op, "tested", 2, in, &(struct attributes){0});
}

/* x, less than a fifth. */
static int
grow_small(struct builder *b, int x)
{
	int in[2] = {grow_unary(b, OP_TANH, "near", x)};
	struct error err;

	in[1] = graph_add_tensor(
	    b->graph, "fifth", TENSOR_FLOAT32, ROLE_CONSTANT, 0, NULL, &err);
	return grow_node(b, OP_MUL, "small", 2, in, &(struct attributes){0});
}

/* Factors near 1, or some that are 0 and move. */
static int
grow_factors(struct builder *b, int x)
{
	int in[2] = {grow_unary(b, OP_EXP, "above", grow_small(b, x))};

	if (roll(0, 1))
		return in[0];
	in[1] = grow_tensor(b, "gates", build_size(b, x, 1), 1, 0, 0);
	return grow_node(b, OP_MUL, "gated", 2, in, &(struct attributes){0});
}

/*
 * x between whole numbers, a quarter above one and less than a fifth away from
 * that: where what jumps does not.
 */
static int
grow_steps(struct builder *b, int x)
{
	const struct attributes none = {0};
	int in[2] = {grow_small(b, x)};
	struct error err;

	in[1] = graph_add_tensor(b->graph, "levels", TENSOR_FLOAT32,
	    ROLE_CONSTANT, 1, (const int64_t[]){build_size(b, x, 2)}, &err);
	return grow_node(b, OP_ADD, "between", 2, in, &none);
}

/* x against thresholds that it is not near to. */
static int
grow_comparison(
    struct builder *b, enum operator_kind op, const char *name, int x)
{
	const int64_t width = build_size(b, x, 2);
	struct error err;
	int in[2] = {grow_steps(b, x)};

	in[1] = graph_add_tensor(
	    b->graph, "halves", TENSOR_FLOAT32, ROLE_CONSTANT, 1, &width, &err);
	return grow_node(b, op, name, 2, in, &(struct attributes){0});
}

static int
grow_where(struct builder *b, int x)
{
	int in[3] = {-1, x, x};

	in[0] = roll(0, 1)
		    ? grow_comparison(b, OP_LESS, "condition", x)
		    : grow_tensor(b, "gates", build_size(b, x, 1), 1, 0, 0);
	if (b->graph->values[in[0]].kind == VALUE_TENSOR)
		b->graph->tensors[b->graph->n_tensors - 1].role = ROLE_CONSTANT;
	in[roll(1, 2)] = grow_operand(b, x);
	return grow_node(b, OP_WHERE, "tested", 3, in, &(struct attributes){0});
}

/* Rows of x, or of a table, by indices that are fixed or the image's. */
static int
grow_gather(struct builder *b, int x)
{
	const int64_t dim[2] = {roll(1, 3), roll(1, 2)};
	struct attributes a = {.axis = roll(1, 3)};
	int in[2] = {x}, rank = roll(0, 2);
	struct error err;

	while (build_size(b, x, a.axis - 1) < 4)
		a.axis = 2;
	in[1] = graph_add_tensor(b->graph, "indices", TENSOR_FLOAT32,
	    ROLE_CONSTANT, rank, dim, &err);
	if (rank == 2 && roll(0, 1)) { /* a bias of its own, by fixed rows */
		a.axis = 1;
		in[0] = grow_tensor(b, "table", 4, build_size(b, x, 2), 0, 0);
		in[0] = grow_node(b, OP_GATHER, "tested", 2, in, &a);
		in[1] = in[0];
		a = (struct attributes){.axes = {1, 2}, .keepdims = 0};
		in[0] = x;
		in[1] = grow_node(b, OP_REDUCE_MEAN, "bias", 1, &in[1], &a);
		return grow_node(
		    b, OP_ADD, "sum", 2, in, &(struct attributes){0});
	}
	if (rank == 0)
		return grow_node(b, OP_GATHER, "tested", 2, in, &a);
	if (roll(0, 1))
		return grow_node(b, OP_GATHER, "tested", 2, in, &a);
	a = (struct attributes){.axis = 1, .axes = {1}, .keepdims = 1};
	in[0] = grow_tensor(b, "table", 4, 3, 0, 0);
	in[1] = grow_node(b, OP_REDUCE_MEAN, "few", 1, &x, &a);
	in[1] = grow_unary(b, OP_ROUND, "ids", grow_steps(b, in[1]));
	return grow_node(b, OP_GATHER, "tested", 2, in, &a);
}

/* What x can be multiplied by: trans_b says how it lies. */
static int
grow_factor(struct builder *b, int x, int *trans_b)
{
	const int64_t w = build_size(b, x, 2), k = roll(1, 5);
	const int64_t m = *trans_b ? k : w, n = *trans_b ? w : k;
	const int64_t c = build_size(b, x, 0);
	const struct attributes swap = {.perm = {1, 3, 2}},
				mean = {.axes = {1}, .keepdims = 1};
	int other;

	switch (roll(0, 3)) {
	case 0:
		return grow_tensor(b, "matrix", m, n, 0, 0);
	case 1:
		return grow_tensor(b, "stack", roll(0, 1) ? c : 1, m, n, 0);
	default:
		other = grow_unary(b, OP_TANH, "other", x);
		if (roll(0, 1))
			other = grow_node(
			    b, OP_REDUCE_MEAN, "single", 1, &other, &mean);
		return *trans_b ? other
				: grow_node(b, OP_TRANSPOSE, "turned", 1,
				      &other, &swap);
	}
}

static int
grow_product(struct builder *b, int x)
{
	struct attributes a = {.trans_b = roll(0, 1)};
	const struct attributes none = {0};
	int in[2] = {x};

	if (roll(0, 4) == 0) { /* from the left, a matrix or some */
		in[0] = roll(0, 1)
			    ? grow_tensor(b, "left", roll(1, 5),
				  build_size(b, x, 1), 0, 0)
			    : grow_tensor(b, "left",
				  roll(1, 3) == 1 ? 1 : build_size(b, x, 0),
				  roll(1, 5), build_size(b, x, 1), 0);
		in[1] = x;
		return grow_node(b, OP_MAT_MUL, "tested", 2, in, &none);
	}
	in[1] = grow_factor(b, x, &a.trans_b);
	return grow_node(b, OP_MAT_MUL, "tested", 2, in, &a);
}

static int
grow_conv_transpose(struct builder *b, int x)
{
	const int64_t c = roll(1, 4), k = roll(1, 2);
	const struct attributes one = {.kernel_shape = {1, 1},
	    .strides = {1, 1},
	    .dilations = {1, 1},
	    .group = 1};
	struct attributes a = {.group = c % 2 == 0 ? roll(1, 2) : 1};
	int in[3] = {build_conv_attr(b, x, "few", (int)c, false, &one)};

	for (int i = 0; i < SPATIAL; i++) {
		a.kernel_shape[i] = roll(1, 3);
		a.strides[i] = roll(1, 2);
		a.dilations[i] = roll(1, 2);
		a.pads[i] = roll(0, 1);
		a.pads[SPATIAL + i] = roll(-1, 1);
	}
	in[1] = grow_tensor(
	    b, "filters", c, k, a.kernel_shape[0], a.kernel_shape[1]);
	in[2] = grow_tensor(b, "shift", k * a.group, 0, 0, 0);
	return grow_node(b, OP_CONV_TRANSPOSE, "tested", roll(2, 3), in, &a);
}

static int
grow_layer_norm(struct builder *b, int x)
{
	struct attributes a = {.axis = roll(1, 3), .epsilon = 0.1F};
	int64_t n = 1;
	int in[3] = {x};

	for (int i = a.axis - 1; i < 3; i++)
		n *= build_size(b, x, i);
	in[1] = grow_tensor(b, "gain", n, 0, 0, 0);
	in[2] = grow_tensor(b, "offset", n, 0, 0, 0);
	return grow_node(
	    b, OP_LAYER_NORMALIZATION, "tested", roll(1, 3), in, &a);
}

/* The operator on x, whatever its kind, if no case of the test's own did it. */
static int
grow_imported(struct builder *b, enum operator_kind op, int x)
{
	static const int orders[5][3] = {
	    {1, 3, 2}, {2, 1, 3}, {2, 3, 1}, {3, 1, 2}, {3, 2, 1}};
	struct attributes a = {.axis = roll(1, 3), .keepdims = roll(0, 1)};
	int in[2] = {x};

	switch (op) {
	case OP_ADD:
	case OP_SUB:
	case OP_MUL:
	case OP_DIV:
	case OP_POW:
	case OP_MAX:
	case OP_MIN:
		return grow_binary(b, op, x);
	case OP_MAT_MUL:
		return grow_product(b, x);
	case OP_CONV_TRANSPOSE:
		return grow_conv_transpose(b, x);
	case OP_LAYER_NORMALIZATION:
		return grow_layer_norm(b, x);
	case OP_SQRT:
	case OP_LOG:
		x = grow_unary(b, OP_SIGMOID, "above", x);
		return grow_unary(b, op, "tested", x);
	case OP_FLOOR:
	case OP_CEIL:
	case OP_ROUND:
	case OP_SIGN:
	case OP_THRESHOLDED_RELU:
	case OP_SHRINK:
		return grow_unary(b, op, "tested", grow_steps(b, x));
	case OP_RECIPROCAL: /* of what is neither small nor large */
		x = grow_unary(b, OP_TANH, "near", x);
		x = grow_unary(b, OP_EXP, "above", x);
		return grow_unary(b, op, "tested", x);
	case OP_REDUCE_MEAN:
	case OP_REDUCE_SUM:
	case OP_REDUCE_MAX:
	case OP_REDUCE_PROD:
	case OP_REDUCE_L2:
	case OP_REDUCE_LOG_SUM_EXP:
		in[0] = op == OP_REDUCE_PROD ? grow_factors(b, x) : x;
		a.axes[0] = roll(1, 3);
		if (a.axes[0] < 3 && roll(0, 1))
			a.axes[1] = a.axes[0] + 1;
		return grow_node(b, op, "tested", 1, in, &a);
	case OP_SOFTMAX:
	case OP_LOG_SOFTMAX:
	case OP_HARDMAX:
		return grow_node(b, op, "tested", 1, in, &a);
	case OP_LESS:
	case OP_LESS_OR_EQUAL:
	case OP_EQUAL:
		return grow_comparison(b, op, "tested", x);
	case OP_WHERE:
		return grow_where(b, x);
	case OP_GATHER:
		return grow_gather(b, x);
	case OP_TRANSPOSE:
		memcpy(a.perm, orders[roll(0, 4)], sizeof(orders[0]));
		return grow_node(b, op, "tested", 1, in, &a);
	case OP_RESHAPE:
		a.shape[0] = build_size(b, x, 1) * build_size(b, x, 0);
		a.shape[1] = build_size(b, x, 2);
		return grow_node(b, op, "tested", 1, in, &a);
	case OP_PRELU:
		in[1] = grow_tensor(
		    b, "slopes", roll(0, 1) ? 1 : build_size(b, x, 0), 0, 0, 0);
		return grow_node(b, op, "tested", 2, in, &a);
	default:
		return grow_unary(b, op, "tested", x);
	}
}

#endif
