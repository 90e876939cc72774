/* Operators that become several of ours, and those whose learned tensors have
 * another shape than in PyTorch. */
#include <string.h>

#include "base/plural.h"
#include "onnx/onnx_import.h"

/* Do the slopes lie along the channels, axis 1, or is there one? */
static bool
are_of_channels(const struct onnx_result *x, const struct onnx_result *slope)
{
	const int channel = slope->shape.rank - (x->shape.rank - 1);
	int64_t n = 1;

	for (int i = 0; i < slope->shape.rank; i++)
		n *= slope->shape.dim[i];
	return n == 1 || (n == x->shape.dim[1] && channel >= 0 &&
			     slope->shape.dim[channel] == n);
}

/* Other slopes: what is above 0, less what is below 0 times its slope. */
static int
slope_elements(const struct onnx_step *step, struct onnx_result *x,
    struct onnx_result *slope)
{
	const struct attributes none = {0};
	struct onnx_result below = *x, steep;
	int in[2];

	below.value = onnx_add(step, OP_NEG, 1, &x->value, &none);
	if (below.value >= 0)
		below.value = onnx_add(step, OP_RELU, 1, &below.value, &none);
	if (below.value < 0 ||
	    onnx_join(step, OP_MUL, &below, slope, &steep) < 0)
		return -1;
	if (steep.shape.rank != x->shape.rank ||
	    memcmp(steep.shape.dim, x->shape.dim,
		(size_t)x->shape.rank * sizeof(x->shape.dim[0])) != 0)
		return error_set(step->import->err,
		    "the slopes do not broadcast to input '%.*s'",
		    ONNX_TEXT(x->name));
	in[0] = onnx_add(step, OP_RELU, 1, &x->value, &none);
	in[1] = steep.value;
	return in[0] < 0 ? -1
			 : onnx_emit(step, OP_SUB, 2, in, &none, &x->shape);
}

/* Slopes of channels are a vector in the graph, as in PyTorch. */
static int
convert_prelu(const struct onnx_step *step)
{
	struct onnx_result *x = onnx_image(step, 0);
	const struct attributes none = {0};
	struct onnx_result *slope = onnx_in(step, 1), vector;
	int in[2];

	if (x == NULL || slope == NULL)
		return -1;
	if (slope->kind != ONNX_TENSOR || x->shape.dim[0] != BATCH ||
	    !are_of_channels(x, slope))
		return slope_elements(step, x, slope);
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

/* value op input i, a number for each of the first axis of an image. */
static int
add_channels(const struct onnx_step *step, int value, enum operator_kind op,
    size_t i, const struct shape *one)
{
	const bool scale = op == OP_MUL;
	const struct attributes none = {0};
	struct onnx_result *vector = onnx_in(step, i), column;
	int in[2] = {value, -1}, same;

	if (value < 0 || vector == NULL)
		return -1;
	if (vector->shape.rank != 1 || vector->shape.dim[0] != one->dim[0])
		return error_set(step->import->err,
		    "input %zu has not the %lld element%s that are expected", i,
		    (long long)one->dim[0], plural_s(one->dim[0]));
	same = is_all(step, vector, scale ? 1.0 : 0.0);
	if (same != 0)
		return same < 0 ? -1 : value;
	if (vector->kind != ONNX_TENSOR)
		return error_set(
		    step->import->err, "input %zu is no vector of the file", i);
	column = *vector;
	column.reshaped = true;
	column.shape.rank = one->rank;
	for (int k = 1; k < one->rank; k++)
		column.shape.dim[k] = 1;
	in[1] = onnx_use_tensor(step, &column,
	    scale ? ROLE_NORM_WEIGHT : ROLE_NORM_BIAS,
	    scale ? "weight" : "bias", 0);
	return in[1] < 0 ? -1 : onnx_add(step, op, 2, in, &none);
}

/*
 * Each group of channels by its own mean and variance: a layer norm of its
 * pixels, then a factor and a summand for each channel, or for each group.
 */
static int
normalise_groups(const struct onnx_step *step, const struct onnx_result *x,
    int64_t groups, bool each_channel)
{
	const struct shape one = onnx_one(&x->shape);
	struct attributes attr = {.axis = 2};
	struct shape flat = {.rank = 2, .dim = {groups}};
	int value = x->value;
	bool same;

	if (onnx_real(step, "epsilon", &attr.epsilon) < 0)
		return -1;
	if (one.rank < 2 || groups < 1 || one.dim[0] % groups != 0)
		return error_set(step->import->err,
		    "an image of %d dimension%s and %lld channel%s in %lld "
		    "group%s, expected channels of pixels and a divisor",
		    one.rank, plural_s(one.rank), (long long)one.dim[0],
		    plural_s(one.dim[0]), (long long)groups, plural_s(groups));
	flat.dim[1] = shape_size(&one) / groups;
	same = shape_same(&flat, &one);
	if (!same)
		value = onnx_add_reshape(step, value, flat.rank, flat.dim);
	if (value >= 0)
		value =
		    onnx_add(step, OP_LAYER_NORMALIZATION, 1, &value, &attr);
	if (!each_channel) {
		value = add_channels(step, value, OP_MUL, 1, &flat);
		value = add_channels(step, value, OP_ADD, 2, &flat);
	}
	if (!same)
		value = onnx_add_reshape(step, value, one.rank, one.dim);
	if (each_channel) {
		value = add_channels(step, value, OP_MUL, 1, &one);
		value = add_channels(step, value, OP_ADD, 2, &one);
	}
	return onnx_give(step, value, &x->shape);
}

static int
convert_instance_norm(const struct onnx_step *step)
{
	const struct onnx_result *x = onnx_plain(step, 0, 0);

	return x == NULL ? -1
			 : normalise_groups(step, x, x->shape.dim[1], true);
}

/* Factors and summands were those of groups, once. */
static int
convert_group_norm(const struct onnx_step *step)
{
	const struct onnx_result *x = onnx_plain(step, 0, 0);
	int64_t groups;

	if (x == NULL || onnx_int(step, "num_groups", &groups) < 0)
		return -1;
	return normalise_groups(
	    step, x, groups, step->import->file->opset >= 21);
}

/* x / sqrt(mean(x^2) + epsilon), of all axes from this one on. */
static int
divide_by_size(const struct onnx_step *step, const struct onnx_result *x,
    int axis, float epsilon)
{
	const struct attributes none = {0};
	struct attributes attr = {.keepdims = 1};
	const struct shape one = onnx_one(&x->shape);
	int value, in[2] = {x->value, x->value};

	for (int i = axis; i < one.rank; i++)
		attr.axes[i - axis] = i + 1;
	value = onnx_add(step, OP_MUL, 2, in, &none);
	if (value >= 0)
		value = onnx_add(step, OP_REDUCE_MEAN, 1, &value, &attr);
	value = onnx_add_number(step, OP_ADD, value, (double)epsilon);
	if (value >= 0)
		value = onnx_add(step, OP_SQRT, 1, &value, &none);
	in[1] = value;
	return value < 0 ? -1 : onnx_add(step, OP_DIV, 2, in, &none);
}

static int
convert_rms_norm(const struct onnx_step *step)
{
	const struct onnx_result *x = onnx_image(step, 0);
	struct onnx_result *scale = onnx_in(step, 1), normal, out = {0};
	float epsilon;
	int64_t axis;
	int place, batch;

	if (x == NULL || scale == NULL ||
	    onnx_real(step, "epsilon", &epsilon) < 0 ||
	    onnx_int(step, "axis", &axis) < 0 ||
	    onnx_axis(step, axis, x->shape.rank, &place) < 0 ||
	    (batch = onnx_batch(step, &x->shape)) < 0)
		return -1;
	if (batch >= place)
		return error_set(
		    step->import->err, "normalises over the batch");
	normal = *x;
	normal.value =
	    divide_by_size(step, x, onnx_one_axis(&x->shape, place), epsilon);
	if (normal.value < 0)
		return -1;
	return onnx_give(
	    step, onnx_join(step, OP_MUL, &normal, scale, &out), &out.shape);
}

/* The mean of the squares of `size` channels around each, as a pool. */
static int
add_neighbours(
    const struct onnx_step *step, int value, const struct shape *one, int size)
{
	const int in[2] = {value, value};
	const struct attributes none = {0},
				pool = {.kernel_shape = {size, 1},
				    .strides = {1, 1},
				    .dilations = {1, 1},
				    .pads = {(size - 1) / 2, 0, size / 2, 0},
				    .count_include_pad = 1};
	const int64_t flat[3] = {1, one->dim[0], shape_size(one) / one->dim[0]};

	value = onnx_add(step, OP_MUL, 2, in, &none);
	value = onnx_add_reshape(step, value, 3, flat);
	if (value >= 0)
		value = onnx_add(step, OP_AVERAGE_POOL, 1, &value, &pool);
	return onnx_add_reshape(step, value, one->rank, one->dim);
}

/* x / (bias + alpha mean)^beta */
static int
convert_lrn(const struct onnx_step *step)
{
	const struct onnx_result *x = onnx_plain(step, 0, 0);
	const struct attributes none = {0};
	float alpha, beta, bias;
	struct shape one;
	int in[2];
	int64_t size;

	if (x == NULL || onnx_real(step, "alpha", &alpha) < 0 ||
	    onnx_real(step, "beta", &beta) < 0 ||
	    onnx_real(step, "bias", &bias) < 0 ||
	    onnx_int(step, "size", &size) < 0)
		return -1;
	if (size < 1 || size > 1 << 15)
		return error_set(step->import->err,
		    "size is %lld, expected 1 to 32768", (long long)size);
	one = onnx_one(&x->shape);
	in[0] = x->value;
	in[1] = add_neighbours(step, x->value, &one, (int)size);
	in[1] = onnx_add_number(step, OP_MUL, in[1], (double)alpha);
	in[1] = onnx_add_number(step, OP_ADD, in[1], (double)bias);
	in[1] = onnx_add_number(step, OP_POW, in[1], (double)beta);
	if (in[1] < 0)
		return -1;
	return onnx_emit(step, OP_DIV, 2, in, &none, &x->shape);
}

const struct onnx_row onnx_norms[] = {
    {"PRelu", convert_prelu},
    {"InstanceNormalization", convert_instance_norm},
    {"GroupNormalization", convert_group_norm},
    {"RMSNormalization", convert_rms_norm},
    {"LRN", convert_lrn},
    {NULL, NULL},
};
