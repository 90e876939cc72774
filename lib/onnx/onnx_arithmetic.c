/* The arithmetic of shapes and of other constants, done while reading. */
#include <math.h>

#include "onnx/onnx_import.h"

enum { FOLDED_MAX = 16 };

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
FOLD(fold_less, (double)(a < b), true)
FOLD(fold_less_or_equal, (double)(a <= b), true)
FOLD(fold_greater, (double)(a > b), true)
FOLD(fold_greater_or_equal, (double)(a >= b), true)
FOLD(fold_and, (double)(a != 0.0 && b != 0.0), true)
FOLD(fold_or, (double)(a != 0.0 || b != 0.0), true)
FOLD(fold_xor, (double)((a != 0.0) != (b != 0.0)), true)

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

/* Any number of operands, from the first one on. */
static int
fold_several(const struct onnx_step *step, fold_fn *value)
{
	const size_t n_in = step->node->n_in;
	struct onnx_numbers in[FOLDED_MAX], to;
	double number[CONSTANT_MAX];

	if (n_in < 1 || n_in > FOLDED_MAX)
		return error_set(step->import->err,
		    "%zu constants, expected at most %d", n_in, FOLDED_MAX);
	for (size_t k = 0; k < n_in; k++)
		if (onnx_get_numbers(step, k, &in[k]) < 0)
			return -1;
	if (stretch(step, in, n_in, &to) < 0)
		return -1;
	for (int64_t i = 0; i < to.n; i++) {
		number[i] = number_at(&in[0], i);
		for (size_t k = 1; k < n_in; k++)
			number[i] = value(number[i], number_at(&in[k], i));
	}
	return onnx_set_matrix(
	    step, number, to.n, to.rank, to.width, in[0].whole);
}

#define FOLD_SEVERAL(name, value)                     \
	static int name(const struct onnx_step *step) \
	{                                             \
		return fold_several(step, value);     \
	}

FOLD_SEVERAL(fold_max, fmax)
FOLD_SEVERAL(fold_min, fmin)
FOLD_SEVERAL(fold_sum, fold_add_of)

typedef double fold_one_fn(double a);

static int
fold_one(const struct onnx_step *step, fold_one_fn *value)
{
	double number[CONSTANT_MAX];
	struct onnx_numbers in;

	if (onnx_get_numbers(step, 0, &in) < 0)
		return -1;
	for (int64_t i = 0; i < in.n; i++)
		number[i] = value(in.at[i]);
	return onnx_set_matrix(step, number, in.n, in.rank, in.width, in.whole);
}

static double
negative(double a)
{
	return -a;
}

static double
no(double a)
{
	return (double)(a == 0.0);
}

static double
reciprocal(double a)
{
	return 1.0 / a;
}

#define FOLD_ONE(name, value)                         \
	static int name(const struct onnx_step *step) \
	{                                             \
		return fold_one(step, value);         \
	}

FOLD_ONE(fold_abs, fabs)
FOLD_ONE(fold_ceil, ceil)
FOLD_ONE(fold_floor, floor)
FOLD_ONE(fold_neg, negative)
FOLD_ONE(fold_not, no)
FOLD_ONE(fold_reciprocal, reciprocal)
FOLD_ONE(fold_round, nearbyint)
FOLD_ONE(fold_sqrt, sqrt)

/* From start, below limit, delta apart. */
static int
fold_range(const struct onnx_step *step)
{
	double number[CONSTANT_MAX], count;
	struct onnx_numbers in[3];

	for (size_t i = 0; i < 3; i++) {
		if (onnx_get_numbers(step, i, &in[i]) < 0)
			return -1;
		if (in[i].n != 1)
			return error_set(step->import->err,
			    "input %zu has %lld numbers, expected one", i,
			    (long long)in[i].n);
	}
	count = ceil((in[1].at[0] - in[0].at[0]) / in[2].at[0]);
	if (!(count >= 1.0 && count <= CONSTANT_MAX))
		return error_set(step->import->err,
		    "%g numbers, expected 1 to %d", count, CONSTANT_MAX);
	for (int64_t i = 0; i < (int64_t)count; i++)
		number[i] = in[0].at[0] + (double)i * in[2].at[0];
	return onnx_set_numbers(step, number, (int64_t)count, 1, in[0].whole);
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
    {"Abs", fold_abs},
    {"Ceil", fold_ceil},
    {"Floor", fold_floor},
    {"Neg", fold_neg},
    {"Reciprocal", fold_reciprocal},
    {"Round", fold_round},
    {"Sqrt", fold_sqrt},
    {"Max", fold_max},
    {"Min", fold_min},
    {"Sum", fold_sum},
    {"Range", fold_range},
    {"And", fold_and},
    {"Equal", fold_equal},
    {"Greater", fold_greater},
    {"GreaterOrEqual", fold_greater_or_equal},
    {"Less", fold_less},
    {"LessOrEqual", fold_less_or_equal},
    {"Not", fold_not},
    {"Or", fold_or},
    {"Xor", fold_xor},
    {"Where", fold_where},
    {NULL, NULL},
};
