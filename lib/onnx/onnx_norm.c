/* Operators that become several of ours, and those whose learned tensors have
 * another shape than in PyTorch. */
#include "onnx/onnx_import.h"

/* The slopes lie along the channels, axis 1, whatever ones surround them. */
static int
check_slopes(const struct onnx_step *step, const struct onnx_result *x,
    const struct onnx_result *slope)
{
	const int channel = slope->shape.rank - (x->shape.rank - 1);
	int64_t n = 1;

	for (int i = 0; i < slope->shape.rank; i++)
		n *= slope->shape.dim[i];
	if (n == 1 || (n == x->shape.dim[1] && channel >= 0 &&
			  slope->shape.dim[channel] == n))
		return 0;
	return error_set(step->import->err,
	    "%lld slopes, expected 1 or one for each of %lld channels",
	    (long long)n, (long long)x->shape.dim[1]);
}

/* In the graph they are a vector, as in PyTorch. */
static int
convert_prelu(const struct onnx_step *step)
{
	const struct onnx_result *x = onnx_plain(step, 0, 0);
	const struct attributes none = {0};
	struct onnx_result *slope = onnx_in(step, 1), vector;
	int in[2];

	if (x == NULL || slope == NULL)
		return -1;
	if (slope->kind != ONNX_TENSOR)
		return error_set(
		    step->import->err, "the slopes are no tensor of the file");
	if (check_slopes(step, x, slope) < 0)
		return -1;
	vector = *slope;
	vector.reshaped = true;
	vector.shape = (struct onnx_shape){.rank = 1, .dim = {slope->tensor.n}};
	in[0] = x->value;
	in[1] = onnx_use_tensor(step, &vector, ROLE_NORM_WEIGHT, "weight", 0);
	return in[1] < 0 ? -1 : onnx_emit(step, OP_PRELU, 2, in, &none, NULL);
}

/* Is the input no parameter, and all its numbers are this one?  1, 0, -1. */
static int
is_all(const struct onnx_step *step, struct onnx_result *in, double number)
{
	const double *at;
	int known;

	if (in->kind == ONNX_TENSOR && in->learned)
		return 0;
	known = onnx_numbers(step->import, in, &at);
	for (int64_t k = 0; known > 0 && k < in->n; k++)
		if (at[k] != number)
			return 0;
	return known;
}

/* value op input i, a number for each channel of an image of `rank` axes. */
static int
add_channels(const struct onnx_step *step, int value, enum operator_kind op,
    size_t i, int rank)
{
	const bool scale = op == OP_MUL;
	const struct attributes none = {0};
	struct onnx_result *vector = onnx_in(step, i), column;
	int in[2] = {value, -1}, same;

	if (value < 0 || vector == NULL)
		return -1;
	same = is_all(step, vector, scale ? 1.0 : 0.0);
	if (same != 0)
		return same < 0 ? -1 : value;
	if (vector->kind != ONNX_TENSOR || vector->shape.rank != 1)
		return error_set(
		    step->import->err, "input %zu is no vector of the file", i);
	column = *vector;
	column.reshaped = true;
	column.shape.rank = rank;
	for (int k = 1; k < rank; k++)
		column.shape.dim[k] = 1;
	in[1] = onnx_use_tensor(step, &column,
	    scale ? ROLE_NORM_WEIGHT : ROLE_NORM_BIAS,
	    scale ? "weight" : "bias", 0);
	return in[1] < 0 ? -1 : onnx_add(step, op, 2, in, &none);
}

/*
 * Each channel by its own mean and variance (with a Reshape before it, each
 * group of channels): a layer norm of its pixels, then a factor and a summand
 * for the channel.
 */
static int
convert_instance_norm(const struct onnx_step *step)
{
	const struct onnx_result *x = onnx_plain(step, 0, 0);
	struct attributes attr = {.axis = 2};
	int64_t flat[2];
	struct shape one;
	int value;

	if (x == NULL || onnx_real(step, "epsilon", &attr.epsilon) < 0)
		return -1;
	one = onnx_one(&x->shape);
	if (one.rank < 2)
		return error_set(step->import->err,
		    "the input has %d dimensions, expected n c and pixels",
		    x->shape.rank);
	flat[0] = one.dim[0];
	flat[1] = shape_size(&one) / one.dim[0];
	value = x->value;
	if (one.rank > 2)
		value = onnx_add_reshape(step, value, 2, flat);
	if (value >= 0)
		value =
		    onnx_add(step, OP_LAYER_NORMALIZATION, 1, &value, &attr);
	if (value >= 0 && one.rank > 2)
		value = onnx_add_reshape(step, value, one.rank, one.dim);
	value = add_channels(step, value, OP_MUL, 1, one.rank);
	value = add_channels(step, value, OP_ADD, 2, one.rank);
	return onnx_give(step, value, &x->shape);
}

/* The largest of a channel is that of a window as large as the image. */
static int
convert_global_max_pool(const struct onnx_step *step)
{
	const struct onnx_result *x = onnx_plain(step, 0, 1 + SPATIAL);
	struct attributes attr = {.strides = {1, 1}, .dilations = {1, 1}};

	if (x == NULL)
		return -1;
	for (int i = 0; i < SPATIAL; i++)
		attr.kernel_shape[i] = (int)x->shape.dim[2 + i];
	return onnx_emit(step, OP_MAX_POOL, 1, &x->value, &attr, NULL);
}

const struct onnx_row onnx_norms[] = {
    {"PRelu", convert_prelu},
    {"InstanceNormalization", convert_instance_norm},
    {"GlobalMaxPool", convert_global_max_pool},
    {NULL, NULL},
};
