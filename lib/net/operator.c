#include "net/operator.h"

#include <string.h>

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

/* Without a backward (yet): nets with it are evaluated, not trained. */
#define UNTRAINED(kind, onnx, lo, hi, n_images, family)          \
	ROW(kind, onnx, lo, hi, n_images, family, NEEDS_NOTHING, \
	    .backward = NULL)

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
    ROW(OP_ADD, "Add", 2, 2, OPERANDS_ALIGNED, op_add, NEEDS_NOTHING,
	.backward = op_add_backward, .law = LAW_LINEAR),
    ROW(OP_MAX_POOL, "MaxPool", 1, 1, ALL, op_max_pool, NEEDS_IN,
	.backward = op_max_pool_backward, .law = LAW_PIECEWISE,
	.tangent = op_max_pool_tangent),
    ROW(OP_AVERAGE_POOL, "AveragePool", 1, 1, ALL, op_average_pool,
	NEEDS_NOTHING, .backward = op_average_pool_backward, .law = LAW_LINEAR),
    ROW(OP_GLOBAL_AVERAGE_POOL, "GlobalAveragePool", 1, 1, ALL,
	op_global_average_pool, NEEDS_NOTHING,
	.backward = op_global_average_pool_backward, .law = LAW_LINEAR),
    ROW(OP_CONCAT, "Concat", 1, NODE_INPUTS_MAX, OPERANDS_ALIGNED, op_concat,
	NEEDS_NOTHING, .backward = op_concat_backward, .law = LAW_LINEAR),
    ROW(OP_FLATTEN, "Flatten", 1, 1, ALL, op_flatten, NEEDS_NOTHING,
	.backward = op_flatten_backward, .law = LAW_LINEAR),
    ROW(OP_GEMM, "Gemm", 2, 3, 1, op_gemm, NEEDS_IN, .batch = op_gemm_batch,
	.backward = op_gemm_backward, .law = LAW_BILINEAR),
    ROW(OP_SLICE, "Slice", 1, 1, ALL, op_slice, NEEDS_NOTHING,
	.backward = op_slice_backward, .law = LAW_LINEAR),
    ROW(OP_PAD, "Pad", 1, 1, ALL, op_pad, NEEDS_NOTHING,
	.backward = op_pad_backward, .law = LAW_LINEAR),
    UNTRAINED(OP_LEAKY_RELU, "LeakyRelu", 1, 1, ALL, op_leaky_relu),
    UNTRAINED(OP_ELU, "Elu", 1, 1, ALL, op_elu),
    UNTRAINED(OP_CLIP, "Clip", 1, 1, ALL, op_clip),
    UNTRAINED(OP_SIGMOID, "Sigmoid", 1, 1, ALL, op_sigmoid),
    UNTRAINED(OP_HARD_SIGMOID, "HardSigmoid", 1, 1, ALL, op_hard_sigmoid),
    UNTRAINED(OP_HARD_SWISH, "HardSwish", 1, 1, ALL, op_hard_swish),
    UNTRAINED(OP_TANH, "Tanh", 1, 1, ALL, op_tanh),
    UNTRAINED(OP_ERF, "Erf", 1, 1, ALL, op_erf),
    UNTRAINED(OP_EXP, "Exp", 1, 1, ALL, op_exp),
    UNTRAINED(OP_SQRT, "Sqrt", 1, 1, ALL, op_sqrt),
    UNTRAINED(OP_SOFTPLUS, "Softplus", 1, 1, ALL, op_softplus),
    UNTRAINED(OP_SUB, "Sub", 2, 2, OPERANDS_ALIGNED, op_sub),
    UNTRAINED(OP_MUL, "Mul", 2, 2, OPERANDS_ALIGNED, op_mul),
    UNTRAINED(OP_DIV, "Div", 2, 2, OPERANDS_ALIGNED, op_div),
    UNTRAINED(OP_POW, "Pow", 2, 2, OPERANDS_ALIGNED, op_pow),
    UNTRAINED(OP_MAT_MUL, "MatMul", 2, 2, OPERANDS_FREE, op_mat_mul),
    UNTRAINED(OP_REDUCE_MEAN, "ReduceMean", 1, 1, ALL, op_reduce_mean),
    UNTRAINED(OP_SOFTMAX, "Softmax", 1, 1, ALL, op_softmax),
    UNTRAINED(OP_LOG_SOFTMAX, "LogSoftmax", 1, 1, ALL, op_log_softmax),
    UNTRAINED(
	OP_LAYER_NORMALIZATION, "LayerNormalization", 1, 3, 1, op_layer_norm),
    UNTRAINED(OP_TRANSPOSE, "Transpose", 1, 1, ALL, op_transpose),
    UNTRAINED(OP_RESHAPE, "Reshape", 1, 1, ALL, op_reshape),
    UNTRAINED(OP_PRELU, "PRelu", 2, 2, 1, op_prelu),
    UNTRAINED(OP_ABS, "Abs", 1, 1, ALL, op_abs),
    UNTRAINED(OP_NEG, "Neg", 1, 1, ALL, op_neg),
    UNTRAINED(OP_LOG, "Log", 1, 1, ALL, op_log),
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
	if (most == 0)
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
		return error_set(err, "%d inputs, expected %d to %d",
		    node->n_in, row->min_in, row->max_in);
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
operator_apply_fast(const struct graph *graph, const struct node *node,
    const float *const *in, float *out)
{
	struct shape shape[NODE_INPUTS_MAX];

	if (!operator_is_product(node->op)) {
		operator_apply(graph, node, in, out);
		return;
	}
	input_shapes(graph, node, shape);
	op_mat_mul_batch(&(struct operator_batch){.attr = &node->attr,
	    .n = 1,
	    .n_in = node->n_in,
	    .in_shape = shape,
	    .in = in,
	    .out_shape = &graph->values[node->out].shape,
	    .out = out});
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

	if (rows[op].batch != NULL) {
		rows[op].batch(batch);
		return;
	}
	for (int i = 0; i < batch->n; i++) {
		for (int j = 0; j < batch->n_in; j++)
			in[j] = batch->in[j] +
				(rows[op].images < 0 || j < rows[op].images
					? i * shape_size(&batch->in_shape[j])
					: 0);
		rows[op].forward(&call);
		call.out += shape_size(batch->out_shape);
	}
}

bool
operator_trains(
    const struct graph *graph, const struct node *node, struct error *err)
{
	const struct graph_value *first = &graph->values[node->in[0]];
	bool plain = rows[node->op].backward != NULL ||
		     node->op == OP_BATCH_NORMALIZATION;

	for (int i = 0; i < node->n_in && rows[node->op].images < 0; i++) {
		const struct graph_value *v = &graph->values[node->in[i]];

		plain &= v->kind != VALUE_TENSOR &&
			 (node->op != OP_ADD ||
			     shape_same(&v->shape, &first->shape));
	}
	if (node->op == OP_SLICE)
		plain &= first->shape.rank == 3;
	if (!plain)
		error_set(err,
		    "node '%s': training through %s is not supported",
		    node->name, rows[node->op].name);
	return plain;
}
