/* Constants, and how they are taken apart and put together while reading. */
#include <math.h>
#include <string.h>

#include "onnx/onnx_import.h"

/* The attribute that holds the numbers: the only one. */
static int
make_constant(const struct onnx_step *step)
{
	int64_t ints[2 * TENSOR_RANK_MAX];
	double number[2 * TENSOR_RANK_MAX];
	struct onnx_tensor tensor;
	struct onnx_result *out;
	int found = onnx_tensor_given(step, "value", &tensor);
	float real;
	size_t n;

	if (found > 0) {
		out = onnx_out(step, 0);
		if (out == NULL)
			return -1;
		out->kind = ONNX_TENSOR;
		out->tensor = tensor;
		out->shape.rank = tensor.rank;
		memcpy(out->shape.dim, tensor.dim, sizeof(tensor.dim));
		return 0;
	}
	if (found < 0 || !onnx_is_attribute(step, "value_int"))
		return found;
	found = onnx_int_given(step, "value_int", ints);
	if (found > 0) {
		number[0] = (double)ints[0];
		return onnx_set_numbers(step, number, 1, 0, true);
	}
	if (found == 0)
		found = onnx_real_given(step, "value_float", &real);
	if (found > 0) {
		number[0] = (double)real;
		return onnx_set_numbers(step, number, 1, 0, false);
	}
	if (found < 0 ||
	    onnx_ints(step, "value_ints", ints, 2 * TENSOR_RANK_MAX, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		number[i] = (double)ints[i];
	return n > 0 ? onnx_set_numbers(step, number, (int64_t)n, 1, true)
		     : error_set(
			   step->import->err, "the constant has no numbers");
}

static int
fold_gather(const struct onnx_step *step)
{
	struct onnx_numbers data, at;
	double number[CONSTANT_MAX];
	int64_t axis;
	int place;

	if (onnx_get_numbers(step, 0, &data) < 0 ||
	    onnx_get_numbers(step, 1, &at) < 0 ||
	    onnx_int(step, "axis", &axis) < 0)
		return -1;
	if (data.rank != 1 || at.rank > 1)
		return error_set(step->import->err,
		    "constants of %d dimensions by indices of %d, expected 1 "
		    "by at most 1",
		    data.rank, at.rank);
	if (onnx_axis(step, axis, 1, &place) < 0)
		return -1;
	for (int64_t i = 0; i < at.n; i++) {
		int64_t j = onnx_whole(at.at[i]);

		if (j < -data.n || j >= data.n)
			return error_set(step->import->err,
			    "index is %lld, expected less than %lld",
			    (long long)j, (long long)data.n);
		number[i] = data.at[j < 0 ? j + data.n : j];
	}
	return onnx_set_numbers(step, number, at.n, at.rank, data.whole);
}

static int
fold_unsqueeze(const struct onnx_step *step)
{
	int64_t axes[TENSOR_RANK_MAX];
	struct onnx_numbers in;
	size_t n;
	int place;

	if (onnx_get_numbers(step, 0, &in) < 0 ||
	    onnx_ints_or_input(step, "axes", 1, axes, TENSOR_RANK_MAX, &n) < 0)
		return -1;
	if (n != 1 || in.rank > 1)
		return error_set(step->import->err,
		    "constants of more than two dimensions are not supported "
		    "here");
	if (onnx_axis(step, axes[0], in.rank + 1, &place) < 0)
		return -1;
	return onnx_set_matrix(step, in.at, in.n, in.rank + 1,
	    in.rank == 0 || place == 1 ? 1 : in.n, in.whole);
}

/* Axes of one number go: those that are named, or all of them. */
static int
fold_squeeze(const struct onnx_step *step)
{
	int64_t axes[TENSOR_RANK_MAX];
	struct onnx_numbers in;
	size_t n;
	int rank, place;

	if (onnx_get_numbers(step, 0, &in) < 0 ||
	    onnx_ints_or_input(step, "axes", 1, axes, TENSOR_RANK_MAX, &n) < 0)
		return -1;
	if (in.n != 1)
		return error_set(step->import->err,
		    "%lld numbers, expected one", (long long)in.n);
	rank = n > 0 ? in.rank - (int)n : 0;
	for (size_t i = 0; i < n; i++)
		if (onnx_axis(step, axes[i], in.rank, &place) < 0)
			return -1;
	if (rank < 0)
		return error_set(step->import->err,
		    "%zu axes, the input has %d", n, in.rank);
	return onnx_set_matrix(step, in.at, 1, rank, 1, in.whole);
}

static int
fold_reshape(const struct onnx_step *step)
{
	int64_t dim[TENSOR_RANK_MAX], rest = 1;
	struct onnx_numbers in;
	int open = -1;
	size_t n;

	if (onnx_get_numbers(step, 0, &in) < 0 ||
	    onnx_read_shape(step, dim, &n) < 0)
		return -1;
	if (n > 2)
		return error_set(step->import->err,
		    "constants of %zu dimensions, expected at most 2", n);
	for (size_t i = 0; i < n; i++) {
		if (dim[i] == 0 && (int)i < in.rank)
			dim[i] = in.rank == 2 && i == 0 ? in.n / in.width
				 : in.rank == 2         ? in.width
							: in.n;
		if (dim[i] == -1 && open < 0)
			open = (int)i;
		else if (dim[i] < 1 || dim[i] > CONSTANT_MAX)
			rest = 0;
		else
			rest *= dim[i];
	}
	if (open >= 0 && rest > 0) {
		dim[open] = in.n / rest;
		rest *= dim[open];
	}
	if (rest != in.n || in.n == 0)
		return error_set(step->import->err,
		    "%lld numbers do not take this shape", (long long)in.n);
	return onnx_set_matrix(
	    step, in.at, in.n, (int)n, n == 2 ? dim[1] : 1, in.whole);
}

static int
fold_transpose(const struct onnx_step *step)
{
	double number[CONSTANT_MAX];
	struct onnx_numbers in;
	int64_t rows, perm[2];
	size_t n;

	if (onnx_get_numbers(step, 0, &in) < 0 ||
	    onnx_ints(step, "perm", perm, 2, &n) < 0)
		return -1;
	if (n != 0 && ((int)n != in.rank || perm[0] < 0 || perm[0] >= in.rank ||
			  (n == 2 && perm[0] + perm[1] != 1)))
		return error_set(step->import->err,
		    "perm is no order of the input's %d axes", in.rank);
	if (in.rank != 2 || in.width < 1 || (n == 2 && perm[0] != 1))
		return onnx_alias(
		    step, onnx_in(step, 0), &onnx_in(step, 0)->shape);
	rows = in.n / in.width;
	for (int64_t i = 0; i < in.n; i++)
		number[i] = in.at[i % rows * in.width + i / rows];
	return onnx_set_matrix(step, number, in.n, 2, rows, in.whole);
}

/* Numbers behind one another, or rows. */
static int
fold_concat(const struct onnx_step *step)
{
	double number[CONSTANT_MAX];
	struct onnx_numbers first, in;
	bool whole = true;
	int64_t n = 0, axis;
	int place;

	if (onnx_get_numbers(step, 0, &first) < 0 ||
	    onnx_int(step, "axis", &axis) < 0 ||
	    onnx_axis(step, axis, first.rank, &place) < 0)
		return -1;
	for (size_t i = 0; i < step->node->n_in; i++) {
		if (onnx_get_numbers(step, i, &in) < 0)
			return -1;
		if (in.rank != first.rank || in.width != first.width ||
		    place != 0)
			return error_set(step->import->err,
			    "constants are put together in another way than "
			    "along axis 0");
		if (in.n > CONSTANT_MAX - n)
			return error_set(step->import->err,
			    "more than %d numbers", CONSTANT_MAX);
		memcpy(number + n, in.at, (size_t)in.n * sizeof(*number));
		whole &= in.whole;
		n += in.n;
	}
	return onnx_set_matrix(step, number, n, first.rank, first.width, whole);
}

/* Along the first axis, in either direction. */
static int
fold_slice(const struct onnx_step *step)
{
	int64_t start, end, axis = 0, by = 1, count = 0, rows;
	double number[CONSTANT_MAX];
	struct onnx_numbers in;
	size_t n[4];

	if (onnx_get_numbers(step, 0, &in) < 0 ||
	    onnx_ints_or_input(step, "starts", 1, &start, 1, &n[0]) < 0 ||
	    onnx_ints_or_input(step, "ends", 2, &end, 1, &n[1]) < 0 ||
	    onnx_ints_or_input(step, "axes", 3, &axis, 1, &n[2]) < 0 ||
	    onnx_ints_or_input(step, "steps", 4, &by, 1, &n[3]) < 0)
		return -1;
	if (n[0] != 1 || n[1] != 1 || by == 0 || by < -CONSTANT_MAX ||
	    by > CONSTANT_MAX || in.width < 1 || in.rank < 1 ||
	    (axis != 0 && axis != -(int64_t)in.rank))
		return error_set(step->import->err,
		    "slices constants in another way than along axis 0");
	rows = in.n / in.width;
	start = onnx_bound(start, rows, by);
	end = onnx_bound(end, rows, by);
	for (int64_t i = start; by > 0 ? i < end : i > end; i += by) {
		memcpy(number + count, in.at + i * in.width,
		    (size_t)in.width * sizeof(*number));
		count += in.width;
	}
	return onnx_set_matrix(
	    step, number, count, in.rank, in.width, in.whole);
}

/* Of a known shape with one dimension: shapes of shapes. */
static int
fold_constant_of_shape(const struct onnx_step *step)
{
	double number[CONSTANT_MAX], value = 0.0;
	struct onnx_folder nowhere = {0};
	struct onnx_tensor tensor;
	struct onnx_numbers shape;
	int64_t n;
	int found;

	if (onnx_get_numbers(step, 0, &shape) < 0)
		return -1;
	found = onnx_tensor_given(step, "value", &tensor);
	if (found < 0)
		return -1;
	if (found > 0 &&
	    (tensor.n != 1 || onnx_tensor_doubles(&tensor, &nowhere, &value,
				  step->import->err) < 0))
		return error_set(step->import->err, "value is not one number");
	n = shape.n == 1 ? onnx_whole(shape.at[0]) : shape.n == 0 ? 1 : -1;
	if (n < 0 || n > CONSTANT_MAX)
		return error_set(step->import->err,
		    "constants of that shape are not supported");
	for (int64_t i = 0; i < n; i++)
		number[i] = value;
	return onnx_set_numbers(step, number, n, (int)shape.n,
	    found > 0 && !onnx_tensor_is_real(&tensor));
}

const struct onnx_row onnx_constants[] = {
    {"Constant", make_constant},
    {"Gather", fold_gather},
    {"Unsqueeze", fold_unsqueeze},
    {"Squeeze", fold_squeeze},
    {"Reshape", fold_reshape},
    {"Transpose", fold_transpose},
    {"Concat", fold_concat},
    {"Slice", fold_slice},
    {"ConstantOfShape", fold_constant_of_shape},
    {NULL, NULL},
};
