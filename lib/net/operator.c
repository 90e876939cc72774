#include "net/operator.h"

#include <string.h>

#include "base/plural.h"
#include "net/op_family.h"

#define ROW(kind, onnx, lo, hi, n_images, family, n_needs, ...) \
	[kind] = {.name = (onnx),                               \
	    .min_in = (lo),                                     \
	    .max_in = (hi),                                     \
	    .images = (n_images),                               \
	    .shape = family##_shape,                            \
	    .forward = family##_forward,                        \
	    .needs = (n_needs),                                 \
	    __VA_ARGS__}

/* A family with backward; with all four. */
#define LINEAR(kind, onnx, lo, hi, n_images, family)             \
	ROW(kind, onnx, lo, hi, n_images, family, NEEDS_NOTHING, \
	    .backward = family##_backward, .law = LAW_LINEAR, .each = true)
#define CURVED(kind, onnx, lo, hi, n_images, family, n_needs)               \
	ROW(kind, onnx, lo, hi, n_images, family, n_needs,                  \
	    .backward = family##_backward, .law = LAW_CURVED, .each = true, \
	    .tangent = family##_tangent,                                    \
	    .back_tangent = family##_back_tangent)

enum { ALL = NODE_INPUTS_MAX };

static const struct operator_row rows[OP_COUNT] = {
    ROW(OP_CONV, "Conv", 2, 3, 1, op_conv, NEEDS_IN, .batch = op_conv_batch,
	.backward = op_conv_backward, .law = LAW_BILINEAR,
	.work = op_conv_work),
    ROW(OP_BATCH_NORMALIZATION, "BatchNormalization", 5, 5, 1, op_batch_norm,
	NEEDS_IN, .backward = NULL),
    ROW(OP_RELU, "Relu", 1, 1, ALL, op_relu, NEEDS_OUT,
	.backward = op_relu_backward, .law = LAW_PIECEWISE,
	.tangent = op_relu_tangent),
    LINEAR(OP_ADD, "Add", 2, 2, OPERANDS_ALIGNED, op_add),
    ROW(OP_MAX_POOL, "MaxPool", 1, 1, ALL, op_max_pool, NEEDS_IN,
	.backward = op_max_pool_backward, .law = LAW_PIECEWISE,
	.tangent = op_max_pool_tangent),
    LINEAR(OP_AVERAGE_POOL, "AveragePool", 1, 1, ALL, op_average_pool),
    LINEAR(OP_GLOBAL_AVERAGE_POOL, "GlobalAveragePool", 1, 1, ALL,
	op_global_average_pool),
    LINEAR(
	OP_CONCAT, "Concat", 1, NODE_INPUTS_MAX, OPERANDS_ALIGNED, op_concat),
    LINEAR(OP_FLATTEN, "Flatten", 1, 1, ALL, op_flatten),
    ROW(OP_GEMM, "Gemm", 2, 3, 1, op_gemm, NEEDS_IN, .batch = op_gemm_batch,
	.backward = op_gemm_backward, .law = LAW_BILINEAR),
    LINEAR(OP_SLICE, "Slice", 1, 1, ALL, op_slice),
    LINEAR(OP_PAD, "Pad", 1, 1, ALL, op_pad),
    CURVED(OP_LEAKY_RELU, "LeakyRelu", 1, 1, ALL, op_leaky_relu, NEEDS_IN),
    CURVED(OP_ELU, "Elu", 1, 1, ALL, op_elu, NEEDS_IN),
    CURVED(OP_CLIP, "Clip", 1, 1, ALL, op_clip, NEEDS_IN),
    CURVED(OP_SIGMOID, "Sigmoid", 1, 1, ALL, op_sigmoid, NEEDS_IN),
    CURVED(
	OP_HARD_SIGMOID, "HardSigmoid", 1, 1, ALL, op_hard_sigmoid, NEEDS_IN),
    CURVED(OP_HARD_SWISH, "HardSwish", 1, 1, ALL, op_hard_swish, NEEDS_IN),
    CURVED(OP_TANH, "Tanh", 1, 1, ALL, op_tanh, NEEDS_IN),
    CURVED(OP_ERF, "Erf", 1, 1, ALL, op_erf, NEEDS_IN),
    CURVED(OP_EXP, "Exp", 1, 1, ALL, op_exp, NEEDS_IN),
    CURVED(OP_SQRT, "Sqrt", 1, 1, ALL, op_sqrt, NEEDS_IN),
    CURVED(OP_SOFTPLUS, "Softplus", 1, 1, ALL, op_softplus, NEEDS_IN),
    LINEAR(OP_SUB, "Sub", 2, 2, OPERANDS_ALIGNED, op_sub),
    CURVED(OP_MUL, "Mul", 2, 2, OPERANDS_ALIGNED, op_mul, NEEDS_IN),
    CURVED(OP_DIV, "Div", 2, 2, OPERANDS_ALIGNED, op_div, NEEDS_IN),
    CURVED(OP_POW, "Pow", 2, 2, OPERANDS_ALIGNED, op_pow, NEEDS_IN),
    ROW(OP_MAT_MUL, "MatMul", 2, 2, OPERANDS_FREE, op_mat_mul, NEEDS_IN,
	.batch = op_mat_mul_batch, .backward = op_mat_mul_backward,
	.law = LAW_CURVED, .each = true, .tangent = op_mat_mul_tangent,
	.back_tangent = op_mat_mul_back_tangent),
    LINEAR(OP_REDUCE_MEAN, "ReduceMean", 1, 1, ALL, op_reduce_mean),
    CURVED(OP_SOFTMAX, "Softmax", 1, 1, ALL, op_softmax, NEEDS_OUT),
    CURVED(OP_LOG_SOFTMAX, "LogSoftmax", 1, 1, ALL, op_log_softmax, NEEDS_OUT),
    CURVED(OP_LAYER_NORMALIZATION, "LayerNormalization", 1, 3, 1, op_layer_norm,
	NEEDS_IN),
    LINEAR(OP_TRANSPOSE, "Transpose", 1, 1, ALL, op_transpose),
    LINEAR(OP_RESHAPE, "Reshape", 1, 1, ALL, op_reshape),
    CURVED(OP_PRELU, "PRelu", 2, 2, 1, op_prelu, NEEDS_IN),
    CURVED(OP_ABS, "Abs", 1, 1, ALL, op_abs, NEEDS_IN),
    CURVED(OP_NEG, "Neg", 1, 1, ALL, op_neg, NEEDS_IN),
    CURVED(OP_LOG, "Log", 1, 1, ALL, op_log, NEEDS_IN),
    CURVED(OP_RECIPROCAL, "Reciprocal", 1, 1, ALL, op_reciprocal, NEEDS_IN),
    CURVED(OP_FLOOR, "Floor", 1, 1, ALL, op_floor, NEEDS_IN),
    CURVED(OP_CEIL, "Ceil", 1, 1, ALL, op_ceil, NEEDS_IN),
    CURVED(OP_ROUND, "Round", 1, 1, ALL, op_round, NEEDS_IN),
    CURVED(OP_SIGN, "Sign", 1, 1, ALL, op_sign, NEEDS_IN),
    CURVED(OP_SELU, "Selu", 1, 1, ALL, op_selu, NEEDS_IN),
    CURVED(OP_CELU, "Celu", 1, 1, ALL, op_celu, NEEDS_IN),
    CURVED(OP_GELU, "Gelu", 1, 1, ALL, op_gelu, NEEDS_IN),
    CURVED(OP_MISH, "Mish", 1, 1, ALL, op_mish, NEEDS_IN),
    CURVED(OP_SOFTSIGN, "Softsign", 1, 1, ALL, op_softsign, NEEDS_IN),
    CURVED(OP_THRESHOLDED_RELU, "ThresholdedRelu", 1, 1, ALL,
	op_thresholded_relu, NEEDS_IN),
    CURVED(OP_SHRINK, "Shrink", 1, 1, ALL, op_shrink, NEEDS_IN),
    CURVED(OP_MAX, "Max", 2, 2, OPERANDS_ALIGNED, op_max, NEEDS_IN),
    CURVED(OP_MIN, "Min", 2, 2, OPERANDS_ALIGNED, op_min, NEEDS_IN),
    LINEAR(OP_REDUCE_SUM, "ReduceSum", 1, 1, ALL, op_reduce_sum),
    CURVED(OP_REDUCE_MAX, "ReduceMax", 1, 1, ALL, op_reduce_max, NEEDS_IN),
    CURVED(OP_REDUCE_PROD, "ReduceProd", 1, 1, ALL, op_reduce_prod, NEEDS_IN),
    CURVED(OP_REDUCE_L2, "ReduceL2", 1, 1, ALL, op_reduce_l2, NEEDS_IN),
    CURVED(OP_REDUCE_LOG_SUM_EXP, "ReduceLogSumExp", 1, 1, ALL,
	op_reduce_log_sum_exp, NEEDS_IN),
    ROW(OP_HARDMAX, "Hardmax", 1, 1, ALL, op_hardmax, NEEDS_NOTHING,
	.backward = op_hardmax_backward, .law = LAW_PIECEWISE, .each = true,
	.tangent = op_hardmax_tangent),
    ROW(OP_GATHER, "Gather", 2, 2, OPERANDS_FREE, op_gather, NEEDS_IN,
	.backward = op_gather_backward, .law = LAW_PIECEWISE, .each = true,
	.tangent = op_gather_tangent),
    CURVED(OP_CONV_TRANSPOSE, "ConvTranspose", 2, 3, 1, op_conv_transpose,
	NEEDS_IN),
    ROW(OP_WHERE, "Where", 3, 3, OPERANDS_ALIGNED, op_where, NEEDS_IN,
	.backward = op_where_backward, .law = LAW_PIECEWISE, .each = true,
	.tangent = op_where_tangent),
    CURVED(OP_LESS, "Less", 2, 2, OPERANDS_ALIGNED, op_less, NEEDS_IN),
    CURVED(OP_LESS_OR_EQUAL, "LessOrEqual", 2, 2, OPERANDS_ALIGNED,
	op_less_or_equal, NEEDS_IN),
    CURVED(OP_EQUAL, "Equal", 2, 2, OPERANDS_ALIGNED, op_equal, NEEDS_IN),
    CURVED(OP_SIN, "Sin", 1, 1, ALL, op_sin, NEEDS_IN),
};

const struct operator_row *
operator_of(enum operator_kind op)
{
	return &rows[op];
}

const char *
operator_name(enum operator_kind op)
{
	return rows[op].name;
}

int
operator_parse(const char *name, enum operator_kind *op, struct error *err)
{
	for (int i = 0; i < OP_COUNT; i++)
		if (strcmp(name, rows[i].name) == 0) {
			*op = (enum operator_kind)i;
			return 0;
		}
	return error_set(err, "operator '%.60s' is not known", name);
}

/* The shape of input i, after a look at what kind of value it is. */
static int
input_shape(const struct graph *graph, const struct node *node, int i,
    struct shape *shape, struct error *err)
{
	const struct graph_value *value = &graph->values[node->in[i]];
	const bool is_tensor = value->kind == VALUE_TENSOR;
	const int images = rows[node->op].images;
	const bool want_tensor = images < 0 ? is_tensor : i >= images;
	const struct tensor *tensor;

	if (is_tensor != want_tensor)
		return error_set(err, "input %d ('%s') is %s, expected %s", i,
		    value->name, want_tensor ? "an activation" : "a tensor",
		    want_tensor ? "a tensor" : "an activation");
	if (!want_tensor) {
		*shape = value->shape;
		return 0;
	}
	tensor = &graph->tensors[value->tensor];
	if (tensor->type != TENSOR_FLOAT32)
		return error_set(err, "tensor '%s' holds %s, expected %s",
		    tensor->name, tensor_type_word(tensor->type),
		    tensor_type_word(TENSOR_FLOAT32));
	*shape = shape_of_tensor(tensor);
	return 0;
}

/*
 * Leading ones of tensors that have more axes than the activations beside them
 * are dropped.
 */
static int
align(const struct graph *graph, const struct node *node, struct shape *in,
    struct error *err)
{
	const int images = rows[node->op].images;
	int most = 0;

	if (images >= 0)
		return 0;
	for (int i = 0; i < node->n_in; i++)
		if (graph->values[node->in[i]].kind != VALUE_TENSOR &&
		    in[i].rank > most)
			most = in[i].rank;
	if (most == 0 && node->op != OP_GATHER)
		return error_set(err, "no input is an activation");
	for (int i = 0; images == OPERANDS_ALIGNED && i < node->n_in; i++) {
		while (in[i].rank > most && in[i].dim[0] == 1)
			memmove(in[i].dim, in[i].dim + 1,
			    (size_t)--in[i].rank * sizeof(in[i].dim[0]));
		if (in[i].rank > most)
			return error_set(err,
			    "tensor '%s' has more dimensions than the "
			    "activation",
			    graph->values[node->in[i]].name);
	}
	return 0;
}

static int
find_shape(const struct graph *graph, const struct node *node,
    struct shape *out, struct error *err)
{
	const struct operator_row *row = &rows[node->op];
	struct shape in[NODE_INPUTS_MAX];

	if (node->n_in < row->min_in || node->n_in > row->max_in)
		return error_set(err, "%d input%s, expected %d to %d",
		    node->n_in, plural_s(node->n_in), row->min_in, row->max_in);
	for (int i = 0; i < node->n_in; i++)
		if (input_shape(graph, node, i, &in[i], err) < 0)
			return -1;
	if (align(graph, node, in, err) < 0)
		return -1;
	*out = (struct shape){0};
	if (row->shape(&node->attr, node->n_in, in, out, err) < 0)
		return -1;
	return shape_check(out, err);
}

int
operator_shape(const struct graph *graph, const struct node *node,
    struct shape *out, struct error *err)
{
	if (find_shape(graph, node, out, err) < 0)
		return error_prefix(
		    err, "%s '%s'", rows[node->op].name, node->name);
	return 0;
}

/* The shapes of node's inputs, which operator_shape has checked. */
static void
input_shapes(const struct graph *graph, const struct node *node,
    struct shape shape[NODE_INPUTS_MAX])
{
	struct error lost;

	for (int i = 0; i < node->n_in; i++) {
		const struct graph_value *value = &graph->values[node->in[i]];

		shape[i] = value->kind == VALUE_TENSOR
			       ? shape_of_tensor(&graph->tensors[value->tensor])
			       : value->shape;
	}
	/* operator_shape has seen that they can be */
	if (align(graph, node, shape, &lost) < 0)
		return;
}

void
operator_apply(const struct graph *graph, const struct node *node,
    const float *const *in, float *out)
{
	struct shape shape[NODE_INPUTS_MAX];

	input_shapes(graph, node, shape);
	rows[node->op].forward(&(struct operator_call){.attr = &node->attr,
	    .n_in = node->n_in,
	    .in_shape = shape,
	    .in = in,
	    .out_shape = &graph->values[node->out].shape,
	    .out = out});
}

bool
operator_is_product(enum operator_kind op)
{
	return op == OP_MAT_MUL;
}

void
operator_describe(const struct graph *graph, const struct node *node, int n,
    struct shape in[NODE_INPUTS_MAX], struct operator_batch *batch)
{
	input_shapes(graph, node, in);
	*batch = (struct operator_batch){.attr = &node->attr,
	    .n = n,
	    .n_in = node->n_in,
	    .in_shape = in,
	    .out_shape = &graph->values[node->out].shape};
	for (int j = 0; j < node->n_in; j++)
		if (graph->values[node->in[j]].kind == VALUE_TENSOR)
			batch->tensors |= (uint64_t)1 << j;
}

void
operator_forward_fast(enum operator_kind op, const struct operator_batch *batch)
{
	if (operator_is_product(op)) {
		op_mat_mul_batch(batch);
		return;
	}
	rows[op].forward(&(struct operator_call){.attr = batch->attr,
	    .n_in = batch->n_in,
	    .in_shape = batch->in_shape,
	    .in = batch->in,
	    .out_shape = batch->out_shape,
	    .out = batch->out});
}

void
operator_apply_fast(const struct graph *graph, const struct node *node,
    const float *const *in, float *out)
{
	struct shape shape[NODE_INPUTS_MAX];
	struct operator_batch batch;

	operator_describe(graph, node, 1, shape, &batch);
	batch.in = in;
	batch.out = out;
	operator_forward_fast(node->op, &batch);
}

size_t
operator_work(const struct graph *graph, const struct node *node)
{
	struct shape in[NODE_INPUTS_MAX];

	if (rows[node->op].work == NULL)
		return 0;
	input_shapes(graph, node, in);
	return rows[node->op].work(
	    &node->attr, in, &graph->values[node->out].shape);
}

static int64_t
image_step(const struct operator_batch *batch, int j)
{
	return batch->tensors >> j & 1 ? 0 : shape_size(&batch->in_shape[j]);
}

static const float *
moved(const float *array, int64_t by)
{
	return array != NULL ? array + by : NULL;
}

/* Calls of single images. */
static void
each_image(const struct operator_batch *batch,
    void (*call)(const struct operator_batch *batch))
{
	const int64_t size = shape_size(batch->out_shape);
	const float *in[NODE_INPUTS_MAX] = {0};
	float *d_in[NODE_INPUTS_MAX] = {0};
	struct operator_batch one = *batch;

	one.n = 1;
	one.in = in;
	one.d_in = d_in;
	for (int i = 0; i < batch->n; i++) {
		for (int j = 0; j < batch->n_in; j++) {
			const int64_t by = i * image_step(batch, j);

			in[j] = moved(batch->in[j], by);
			if (batch->d_in != NULL && batch->d_in[j] != NULL)
				d_in[j] = batch->d_in[j] + by;
		}
		one.d_out = moved(batch->d_out, i * size);
		if (batch->out != NULL)
			one.out = batch->out + i * size;
		call(&one);
	}
}

void
operator_forward(enum operator_kind op, const struct operator_batch *batch)
{
	const float *in[NODE_INPUTS_MAX] = {0};
	struct operator_call call = {.attr = batch->attr,
	    .n_in = batch->n_in,
	    .in_shape = batch->in_shape,
	    .in = in,
	    .out_shape = batch->out_shape,
	    .out = batch->out};

	if (rows[op].batch != NULL && rows[op].each) {
		each_image(batch, rows[op].batch);
		return;
	}
	if (rows[op].batch != NULL) {
		rows[op].batch(batch);
		return;
	}
	for (int i = 0; i < batch->n; i++) {
		for (int j = 0; j < batch->n_in; j++)
			in[j] = batch->in[j] + i * image_step(batch, j);
		rows[op].forward(&call);
		call.out += shape_size(batch->out_shape);
	}
}

void
operator_backward(enum operator_kind op, const struct operator_batch *batch)
{
	if (rows[op].each)
		each_image(batch, rows[op].backward);
	else
		rows[op].backward(batch);
}

void
operator_tangent(enum operator_kind op, const struct operator_batch *batch)
{
	struct operator_batch still = *batch;

	if (rows[op].tangent != NULL) {
		rows[op].tangent(batch);
		return;
	}
	still.in = batch->t_in;
	still.out = batch->t_out;
	operator_forward(op, &still);
}

void
operator_back_tangent(enum operator_kind op, const struct operator_batch *batch)
{
	struct operator_batch still = *batch;

	if (rows[op].back_tangent != NULL) {
		rows[op].back_tangent(batch);
		return;
	}
	still.d_out = batch->t_d_out;
	still.d_in = batch->t_d_in;
	rows[op].backward(&still);
}
