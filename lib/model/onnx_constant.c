/* Constants, and the arithmetic of shapes that is done while reading. */
#include <math.h>
#include <string.h>

#include "model/onnx_import.h"

/* An input's numbers: rank 0 or 1, checked by onnx_all_constant. */
struct numbers {
	const double *at;
	int64_t n;
	int rank;
	bool whole;
};

static int
get(const struct onnx_step *step, size_t i, struct numbers *numbers)
{
	struct onnx_result *in = onnx_in(step, i);

	if (in == NULL)
		return -1;
	*numbers = (struct numbers){.at = in->number,
	    .n = in->n,
	    .rank = in->shape.rank,
	    .whole = in->whole};
	return 0;
}

static int
make_constant(const struct onnx_step *step)
{
	struct onnx_attribute a;
	struct onnx_result *out;
	double number[2 * TENSOR_RANK_MAX];
	int found;

	found = onnx_attribute(step->node, "value", &a, step->import->err);
	if (found > 0 && a.has_tensor) {
		out = onnx_out(step, 0);
		if (out == NULL)
			return -1;
		out->kind = ONNX_TENSOR;
		out->tensor = a.tensor;
		out->shape.rank = a.tensor.rank;
		memcpy(out->shape.dim, a.tensor.dim, sizeof(a.tensor.dim));
		return 0;
	}
	if (found == 0)
		found = onnx_attribute(
		    step->node, "value_int", &a, step->import->err);
	if (found > 0) {
		number[0] = (double)a.i;
		return onnx_set_numbers(step, number, 1, 0, true);
	}
	if (found == 0)
		found = onnx_attribute(
		    step->node, "value_float", &a, step->import->err);
	if (found > 0) {
		number[0] = (double)a.f;
		return onnx_set_numbers(step, number, 1, 0, false);
	}
	if (found == 0)
		found = onnx_attribute(
		    step->node, "value_ints", &a, step->import->err);
	if (found == 0)
		return error_set(
		    step->import->err, "the constant has no numbers");
	for (size_t i = 0; found > 0 && i < a.n_ints; i++)
		number[i] = (double)a.ints[i];
	return found < 0
		   ? -1
		   : onnx_set_numbers(step, number, (int64_t)a.n_ints, 1, true);
}

static int
fold_gather(const struct onnx_step *step)
{
	struct numbers data, at;
	double number[CONSTANT_MAX];

	if (get(step, 0, &data) < 0 || get(step, 1, &at) < 0)
		return -1;
	if (data.rank != 1 || at.n > CONSTANT_MAX)
		return error_set(step->import->err, "gathers from %lld numbers",
		    (long long)data.n);
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

/* Rows of a matrix, or numbers in a row (width 1). */
static int64_t
width_of(const struct onnx_step *step, size_t i)
{
	const struct onnx_shape *shape = &onnx_in(step, i)->shape;

	return shape->rank == 2 ? shape->dim[1] : 1;
}

/* Output 0 as numbers of the given rank; two: rows of `width`. */
static int
set_matrix(const struct onnx_step *step, const double *number, int64_t n,
    int rank, int64_t width, bool whole)
{
	struct onnx_shape *shape;

	if (onnx_set_numbers(step, number, n, rank, whole) < 0)
		return -1;
	shape = &step->import->results[step->import->n_results - 1].shape;
	if (rank == 2) {
		shape->dim[0] = width > 0 ? n / width : 0;
		shape->dim[1] = width;
	}
	return 0;
}

static int
fold_unsqueeze(const struct onnx_step *step)
{
	struct numbers in;

	if (get(step, 0, &in) < 0)
		return -1;
	if (in.rank != 0)
		return error_set(step->import->err,
		    "constants of two dimensions are not supported here");
	return onnx_set_numbers(step, in.at, in.n, 1, in.whole);
}

static int
fold_squeeze(const struct onnx_step *step)
{
	struct numbers in;

	if (get(step, 0, &in) < 0)
		return -1;
	if (in.n != 1)
		return error_set(step->import->err,
		    "%lld numbers, expected one", (long long)in.n);
	return onnx_set_numbers(step, in.at, 1, 0, in.whole);
}

static int
fold_reshape(const struct onnx_step *step)
{
	struct numbers in, shape;
	int64_t width;

	if (get(step, 0, &in) < 0 || get(step, 1, &shape) < 0)
		return -1;
	width = shape.n == 2 ? onnx_whole(shape.at[1]) : 1;
	if (shape.n == 2 && width == -1 && onnx_whole(shape.at[0]) > 0)
		width = in.n / onnx_whole(shape.at[0]);
	if (shape.n > 2 || width < 1 || in.n % width != 0 ||
	    (shape.n == 0 && in.n != 1))
		return error_set(step->import->err,
		    "%lld numbers do not take this shape", (long long)in.n);
	return set_matrix(step, in.at, in.n, (int)shape.n, width, in.whole);
}

static int
fold_transpose(const struct onnx_step *step)
{
	double number[CONSTANT_MAX];
	struct numbers in;
	int64_t width, rows, perm[2];
	size_t n;

	if (get(step, 0, &in) < 0 || onnx_ints(step, "perm", perm, 2, &n) < 0)
		return -1;
	width = width_of(step, 0);
	if (in.rank != 2 || width < 1 || (n == 2 && perm[0] != 1))
		return onnx_alias(
		    step, onnx_in(step, 0), &onnx_in(step, 0)->shape);
	rows = in.n / width;
	for (int64_t i = 0; i < in.n; i++)
		number[i] = in.at[i % rows * width + i / rows];
	return set_matrix(step, number, in.n, 2, rows, in.whole);
}

static int
fold_concat(const struct onnx_step *step)
{
	double number[CONSTANT_MAX];
	bool whole = true;
	int64_t n = 0;

	for (size_t i = 0; i < step->node->n_in; i++) {
		struct numbers in;

		if (get(step, i, &in) < 0)
			return -1;
		if (in.n > CONSTANT_MAX - n)
			return error_set(step->import->err,
			    "more than %d numbers", CONSTANT_MAX);
		memcpy(number + n, in.at, (size_t)in.n * sizeof(*number));
		whole &= in.whole;
		n += in.n;
	}
	return onnx_set_numbers(step, number, n, 1, whole);
}

static int
fold_cast(const struct onnx_step *step)
{
	double number[CONSTANT_MAX];
	struct numbers in;
	int64_t to;
	bool real;

	if (get(step, 0, &in) < 0 || onnx_int(step, "to", 1, &to) < 0)
		return -1;
	real = to == 1 || to == 10 || to == 11 || to == 16;
	for (int64_t i = 0; i < in.n; i++)
		number[i] = real      ? in.at[i]
			    : to == 9 ? (double)(in.at[i] != 0.0)
				      : trunc(in.at[i]);
	return onnx_set_numbers(step, number, in.n, in.rank, !real);
}

/* Where a slice starts or ends, counted from 0 and kept in range. */
static int64_t
bound(int64_t at, int64_t n, int64_t low, int64_t high)
{
	at += at < 0 ? n : 0;
	return at < low ? low : at > high ? high : at;
}

/* Along the first axis, in either direction. */
static int
fold_slice(const struct onnx_step *step)
{
	int64_t start, end, axis = 0, by = 1, count = 0, width, rows;
	double number[CONSTANT_MAX];
	struct numbers in;
	size_t n[4];

	if (get(step, 0, &in) < 0 ||
	    onnx_ints_or_input(step, "starts", 1, &start, 1, &n[0]) < 0 ||
	    onnx_ints_or_input(step, "ends", 2, &end, 1, &n[1]) < 0 ||
	    onnx_ints_or_input(step, "axes", 3, &axis, 1, &n[2]) < 0 ||
	    onnx_ints_or_input(step, "steps", 4, &by, 1, &n[3]) < 0)
		return -1;
	width = width_of(step, 0);
	if (n[0] != 1 || n[1] != 1 || by == 0 || by < -CONSTANT_MAX ||
	    by > CONSTANT_MAX || width < 1 ||
	    (axis != 0 && axis != -(int64_t)in.rank))
		return error_set(step->import->err,
		    "slices constants in another way than along axis 0");
	rows = in.n / width;
	start = bound(start, rows, by < 0 ? -1 : 0, by < 0 ? rows - 1 : rows);
	end = bound(end, rows, by < 0 ? -1 : 0, by < 0 ? rows - 1 : rows);
	for (int64_t i = start; by > 0 ? i < end : i > end; i += by) {
		memcpy(number + count, in.at + i * width,
		    (size_t)width * sizeof(*number));
		count += width;
	}
	return set_matrix(
	    step, number, count, in.rank > 1 ? 2 : 1, width, in.whole);
}

typedef double fold_fn(double a, double b);

static int
fold_binary(const struct onnx_step *step, fold_fn *value, bool truth)
{
	double number[CONSTANT_MAX];
	struct numbers a, b;
	bool whole;
	int64_t n;

	if (get(step, 0, &a) < 0 || get(step, 1, &b) < 0)
		return -1;
	n = a.n == 1 ? b.n : a.n;
	if (b.n != n && b.n != 1)
		return error_set(step->import->err,
		    "%lld and %lld numbers, expected as many", (long long)a.n,
		    (long long)b.n);
	whole = a.whole && b.whole;
	for (int64_t i = 0; i < n; i++) {
		double v =
		    value(a.at[a.n == 1 ? 0 : i], b.at[b.n == 1 ? 0 : i]);

		number[i] = whole ? trunc(v) : v;
	}
	return onnx_set_numbers(
	    step, number, n, a.rank > b.rank ? a.rank : b.rank, whole || truth);
}

#define FOLD(name, value, truth)                            \
	static double name##_of(double a, double b)         \
	{                                                   \
		return value;                               \
	}                                                   \
                                                            \
	static int name(const struct onnx_step *step)       \
	{                                                   \
		return fold_binary(step, name##_of, truth); \
	}

FOLD(fold_add, a + b, false)
FOLD(fold_sub, a - b, false)
FOLD(fold_mul, a *b, false)
FOLD(fold_div, a / b, false)
FOLD(fold_pow, pow(a, b), false)
FOLD(fold_mod, fmod(a, b), false)
FOLD(fold_equal, (double)(a == b), true)

static int
fold_sqrt(const struct onnx_step *step)
{
	double number[CONSTANT_MAX];
	struct numbers in;

	if (get(step, 0, &in) < 0)
		return -1;
	for (int64_t i = 0; i < in.n; i++)
		number[i] = sqrt(in.at[i]);
	return onnx_set_numbers(step, number, in.n, in.rank, false);
}

static int
fold_where(const struct onnx_step *step)
{
	double number[CONSTANT_MAX];
	struct numbers in[3];
	int64_t n = 1;

	for (size_t i = 0; i < 3; i++) {
		if (get(step, i, &in[i]) < 0)
			return -1;
		n = in[i].n > n ? in[i].n : n;
	}
	for (size_t i = 0; i < 3; i++)
		if (in[i].n != n && in[i].n != 1)
			return error_set(step->import->err,
			    "%lld and %lld numbers, expected as many",
			    (long long)in[i].n, (long long)n);
	for (int64_t i = 0; i < n; i++) {
		const bool yes = in[0].at[in[0].n == 1 ? 0 : i] != 0.0;
		const struct numbers *from = &in[yes ? 1 : 2];

		number[i] = from->at[from->n == 1 ? 0 : i];
	}
	return onnx_set_numbers(step, number, n, in[1].rank | in[2].rank,
	    in[1].whole && in[2].whole);
}

/* Of a known shape with one dimension: shapes of shapes. */
static int
fold_constant_of_shape(const struct onnx_step *step)
{
	double number[CONSTANT_MAX], value = 0.0;
	struct onnx_folder nowhere = {0};
	struct onnx_attribute a;
	struct numbers shape;
	int64_t n;
	int found;

	if (get(step, 0, &shape) < 0)
		return -1;
	found = onnx_attribute(step->node, "value", &a, step->import->err);
	if (found < 0)
		return -1;
	if (found > 0 && (!a.has_tensor || a.tensor.n != 1 ||
			     onnx_tensor_doubles(&a.tensor, &nowhere, &value,
				 step->import->err) < 0))
		return error_set(step->import->err, "value is not one number");
	n = shape.n == 1 ? onnx_whole(shape.at[0]) : shape.n == 0 ? 1 : -1;
	if (n < 0 || n > CONSTANT_MAX)
		return error_set(step->import->err,
		    "constants of that shape are not supported");
	for (int64_t i = 0; i < n; i++)
		number[i] = value;
	return onnx_set_numbers(step, number, n, (int)shape.n,
	    found > 0 && !onnx_tensor_is_real(&a.tensor));
}

const struct onnx_row onnx_constants[] = {
    {"Constant", make_constant},
    {"Gather", fold_gather},
    {"Unsqueeze", fold_unsqueeze},
    {"Squeeze", fold_squeeze},
    {"Reshape", fold_reshape},
    {"Transpose", fold_transpose},
    {"Concat", fold_concat},
    {"Cast", fold_cast},
    {"Slice", fold_slice},
    {"Add", fold_add},
    {"Sub", fold_sub},
    {"Mul", fold_mul},
    {"Div", fold_div},
    {"Mod", fold_mod},
    {"Pow", fold_pow},
    {"Sqrt", fold_sqrt},
    {"Equal", fold_equal},
    {"Where", fold_where},
    {"ConstantOfShape", fold_constant_of_shape},
    {NULL, NULL},
};
