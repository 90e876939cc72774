/* The arithmetic of shapes and of other constants, done while reading. */
#include <math.h>

#include "onnx/onnx_import.h"

/* ONNX's numbers of the types that constants may become. */
static bool
is_number(int64_t type)
{
	return (type >= 1 && type <= 7) || (type >= 9 && type <= 13) ||
	       type == 16;
}

static int
fold_cast(const struct onnx_step *step)
{
	double number[CONSTANT_MAX];
	struct onnx_numbers in;
	int64_t to;
	bool real;

	if (onnx_get_numbers(step, 0, &in) < 0 || onnx_int(step, "to", &to) < 0)
		return -1;
	if (!is_number(to))
		return error_set(step->import->err,
		    "a cast to element type %lld, expected numbers",
		    (long long)to);
	real = to == 1 || to == 10 || to == 11 || to == 16;
	for (int64_t i = 0; i < in.n; i++)
		number[i] = real      ? in.at[i]
			    : to == 9 ? (double)(in.at[i] != 0.0)
				      : trunc(in.at[i]);
	return onnx_set_matrix(step, number, in.n, in.rank, in.width, !real);
}

/*
 * How operands lie beside each other: the larger one's numbers and rows, the
 * other one the same or a single number.
 */
static int
stretch(const struct onnx_step *step, const struct onnx_numbers *in,
    size_t n_in, struct onnx_numbers *to)
{
	*to = in[0];
	for (size_t i = 1; i < n_in; i++) {
		if (in[i].rank > to->rank)
			to->rank = in[i].rank;
		if (in[i].n > to->n)
			to->n = in[i].n;
	}
	to->width = 1;
	for (size_t i = 0; i < n_in; i++)
		if (in[i].rank == to->rank && in[i].n == to->n)
			to->width = in[i].width;
	for (size_t i = 0; i < n_in; i++)
		if (in[i].n != 1 &&
		    (in[i].n != to->n ||
			(in[i].rank == 2 && in[i].width != to->width) ||
			(in[i].rank < 2 && to->rank == 2 &&
			    to->width != to->n)))
			return error_set(step->import->err,
			    "%lld and %lld numbers, expected as many",
			    (long long)in[i].n, (long long)to->n);
	return 0;
}

static double
number_at(const struct onnx_numbers *in, int64_t i)
{
	return in->at[in->n == 1 ? 0 : i];
}

typedef double fold_fn(double a, double b);

static int
fold_binary(const struct onnx_step *step, fold_fn *value, bool truth)
{
	double number[CONSTANT_MAX];
	struct onnx_numbers in[2], to;
	bool whole;

	if (onnx_get_numbers(step, 0, &in[0]) < 0 ||
	    onnx_get_numbers(step, 1, &in[1]) < 0 ||
	    stretch(step, in, 2, &to) < 0)
		return -1;
	whole = in[0].whole && in[1].whole;
	for (int64_t i = 0; i < to.n; i++) {
		double v = value(number_at(&in[0], i), number_at(&in[1], i));

		number[i] = whole ? trunc(v) : v;
	}
	return onnx_set_matrix(
	    step, number, to.n, to.rank, to.width, whole || truth);
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
FOLD(fold_equal, (double)(a == b), true)

static double
remainder_of(double a, double b)
{
	return a - b * floor(a / b);
}

/* With the sign of the divisor (integers), or of the dividend, as C's. */
static int
fold_mod(const struct onnx_step *step)
{
	int64_t as_c;

	if (onnx_int(step, "fmod", &as_c) < 0)
		return -1;
	return fold_binary(step, as_c != 0 ? fmod : remainder_of, false);
}

static int
fold_sqrt(const struct onnx_step *step)
{
	double number[CONSTANT_MAX];
	struct onnx_numbers in;

	if (onnx_get_numbers(step, 0, &in) < 0)
		return -1;
	for (int64_t i = 0; i < in.n; i++)
		number[i] = sqrt(in.at[i]);
	return onnx_set_matrix(step, number, in.n, in.rank, in.width, false);
}

static int
fold_where(const struct onnx_step *step)
{
	double number[CONSTANT_MAX];
	struct onnx_numbers in[3], to;

	for (size_t i = 0; i < 3; i++)
		if (onnx_get_numbers(step, i, &in[i]) < 0)
			return -1;
	if (stretch(step, in, 3, &to) < 0)
		return -1;
	for (int64_t i = 0; i < to.n; i++)
		number[i] =
		    number_at(&in[number_at(&in[0], i) != 0.0 ? 1 : 2], i);
	return onnx_set_matrix(
	    step, number, to.n, to.rank, to.width, in[1].whole && in[2].whole);
}

const struct onnx_row onnx_arithmetic[] = {
    {"Cast", fold_cast},
    {"Add", fold_add},
    {"Sub", fold_sub},
    {"Mul", fold_mul},
    {"Div", fold_div},
    {"Mod", fold_mod},
    {"Pow", fold_pow},
    {"Sqrt", fold_sqrt},
    {"Equal", fold_equal},
    {"Where", fold_where},
    {NULL, NULL},
};
