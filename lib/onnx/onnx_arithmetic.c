/* The arithmetic of shapes and of other constants, done while reading. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/plural.h"
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
	struct onnx_numbers in;
	double *number;
	int64_t to;
	bool real;

	if (onnx_get_numbers(step, 0, &in) < 0 || onnx_int(step, "to", &to) < 0)
		return -1;
	if (!is_number(to))
		return error_set(step->import->err,
		    "a cast to element type %lld, expected numbers",
		    (long long)to);
	real = to == 1 || to == 10 || to == 11 || to == 16;
	number = onnx_new_numbers(step, &in.shape, !real);
	for (int64_t i = 0; number != NULL && i < in.n; i++)
		number[i] = real      ? in.at[i]
			    : to == 9 ? (double)(in.at[i] != 0.0)
				      : trunc(in.at[i]);
	return number != NULL ? 0 : -1;
}

/* Operands stretched to one shape, in memory of their own. */
struct operands {
	struct onnx_shape shape;
	double *at[FOLDED_MAX];
	bool whole; /* all of them */
};

static void
free_operands(const struct operands *o)
{
	for (int i = 0; i < FOLDED_MAX; i++)
		free(o->at[i]);
}

/* Axes are counted from the last one; 1 stretches. */
static int
stretch(const struct onnx_step *step, struct onnx_shape *to,
    const struct onnx_shape *from)
{
	const struct onnx_shape a = *to;
	const int rank = a.rank > from->rank ? a.rank : from->rank;

	to->rank = rank;
	for (int i = 1; i <= rank; i++) {
		const int64_t m = i <= a.rank ? a.dim[a.rank - i] : 1;
		const int64_t n =
		    i <= from->rank ? from->dim[from->rank - i] : 1;

		if (m != n && m != 1 && n != 1)
			return error_set(step->import->err,
			    "constants of %lld and %lld number%s along an "
			    "axis, "
			    "expected as many",
			    (long long)m, (long long)n, plural_s(n));
		to->dim[rank - i] = m == 1 ? n : m;
	}
	return 0;
}

/* The operand's numbers as many as shape has. */
static double *
spread(const struct onnx_step *step, const struct onnx_numbers *in,
    const struct onnx_shape *shape)
{
	const struct onnx_view view = onnx_view_of(&in->shape);
	const int shift = shape->rank - in->shape.rank;
	struct onnx_view wide = {0};
	int64_t n = 1;
	double *to;

	for (int i = 0; i < shape->rank; i++) {
		if (__builtin_mul_overflow(n, shape->dim[i], &n) ||
		    n > CONSTANT_MADE_MAX) {
			error_set(step->import->err,
			    "a constant would have more than %d numbers",
			    CONSTANT_MADE_MAX);
			return NULL;
		}
		if (i >= shift && in->shape.dim[i - shift] > 1)
			wide.step[i] = view.step[i - shift];
	}
	to = memory_new((size_t)n, sizeof(*to), step->import->err);
	if (to != NULL)
		onnx_copy_view(in->at, &wide, shape, to);
	return to;
}

/* The first n inputs; what is there is to be freed in any case. */
static int
read_operands(const struct onnx_step *step, size_t n, struct operands *o)
{
	struct onnx_numbers in[FOLDED_MAX];

	*o = (struct operands){.whole = true};
	if (n < 1 || n > FOLDED_MAX)
		return error_set(step->import->err,
		    "%zu constant%s, expected at most %d", n,
		    plural_s((int64_t)n), FOLDED_MAX);
	for (size_t i = 0; i < n; i++) {
		if (onnx_get_numbers(step, i, &in[i]) < 0 ||
		    stretch(step, &o->shape, &in[i].shape) < 0)
			return -1;
		o->whole &= in[i].whole;
	}
	for (size_t i = 0; i < n; i++)
		if ((o->at[i] = spread(step, &in[i], &o->shape)) == NULL)
			return -1;
	return 0;
}

static int64_t
count(const struct onnx_shape *shape)
{
	int64_t n = 1;

	for (int i = 0; i < shape->rank; i++)
		n *= shape->dim[i];
	return n;
}

typedef double fold_fn(double a, double b);

/* Any number of operands, from the first one on. */
static int
fold(const struct onnx_step *step, size_t n_in, fold_fn *value, bool truth)
{
	struct operands o;
	double *number = NULL;

	if (read_operands(step, n_in, &o) == 0)
		number = onnx_new_numbers(step, &o.shape, o.whole || truth);
	for (int64_t i = 0;
	     number != NULL && o.at[0] != NULL && i < count(&o.shape); i++) {
		number[i] = o.at[0][i];
		for (size_t k = 1; k < n_in; k++)
			number[i] = value(number[i], o.at[k][i]);
		if (o.whole)
			number[i] = trunc(number[i]);
	}
	free_operands(&o);
	return number != NULL ? 0 : -1;
}

#define FOLD(name, value, truth)                        \
	static double name##_of(double a, double b)     \
	{                                               \
		return value;                           \
	}                                               \
                                                        \
	static int name(const struct onnx_step *step)   \
	{                                               \
		return fold(step, 2, name##_of, truth); \
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
	return fold(step, 2, as_c != 0 ? fmod : remainder_of, false);
}

#define FOLD_SEVERAL(name, value)                                  \
	static int name(const struct onnx_step *step)              \
	{                                                          \
		return fold(step, step->node->n_in, value, false); \
	}

FOLD_SEVERAL(fold_max, fmax)
FOLD_SEVERAL(fold_min, fmin)
FOLD_SEVERAL(fold_sum, fold_add_of)

typedef double fold_one_fn(double a);

static int
fold_one(const struct onnx_step *step, fold_one_fn *value)
{
	struct onnx_numbers in;
	double *number;

	if (onnx_get_numbers(step, 0, &in) < 0)
		return -1;
	number = onnx_new_numbers(step, &in.shape, in.whole);
	for (int64_t i = 0; number != NULL && i < in.n; i++)
		number[i] = value(in.at[i]);
	return number != NULL ? 0 : -1;
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
	struct onnx_shape shape = {.rank = 1};
	struct onnx_numbers in[3];
	double *number, n;

	for (size_t i = 0; i < 3; i++) {
		if (onnx_get_numbers(step, i, &in[i]) < 0)
			return -1;
		if (in[i].n != 1)
			return error_set(step->import->err,
			    "input %zu has %lld number%s, expected one", i,
			    (long long)in[i].n, plural_s(in[i].n));
	}
	n = ceil((in[1].at[0] - in[0].at[0]) / in[2].at[0]);
	if (!(n >= 1.0 && n <= CONSTANT_MADE_MAX))
		return error_set(step->import->err,
		    "%g numbers, expected 1 to %d", n, CONSTANT_MADE_MAX);
	shape.dim[0] = (int64_t)n;
	number = onnx_new_numbers(step, &shape, in[0].whole);
	for (int64_t i = 0; number != NULL && i < shape.dim[0]; i++)
		number[i] = in[0].at[0] + (double)i * in[2].at[0];
	return number != NULL ? 0 : -1;
}

static int
fold_where(const struct onnx_step *step)
{
	struct onnx_numbers in[2];
	struct operands o;
	double *number = NULL;

	if (onnx_get_numbers(step, 1, &in[0]) < 0 ||
	    onnx_get_numbers(step, 2, &in[1]) < 0)
		return -1;
	if (read_operands(step, 3, &o) == 0)
		number = onnx_new_numbers(
		    step, &o.shape, in[0].whole && in[1].whole);
	for (int64_t i = 0; number != NULL && i < count(&o.shape); i++)
		number[i] = o.at[o.at[0][i] != 0.0 ? 1 : 2][i];
	free_operands(&o);
	return number != NULL ? 0 : -1;
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
