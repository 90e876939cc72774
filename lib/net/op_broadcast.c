/* Add, Sub, Mul, Div, Pow, Max, Min, comparisons: two operands, stretched to
 * each other's shape. */
#include <math.h>

#include "net/op_family.h"

/* numpy's rule: axes from the last one on, 1 stretches. */
static int
broadcast_shape(const struct shape *in, struct shape *out, struct error *err)
{
	const struct shape *a = &in[in[0].rank < in[1].rank];
	const struct shape *b = &in[in[0].rank >= in[1].rank];
	char text[2][TENSOR_SHAPE_TEXT_BYTES];
	const int shift = a->rank - b->rank;

	*out = *a;
	for (int i = 0; i < b->rank; i++) {
		int64_t *dim = &out->dim[shift + i];

		if (*dim == 1)
			*dim = b->dim[i];
		else if (b->dim[i] != 1 && b->dim[i] != *dim)
			return error_set(err,
			    "the operands are %s and %s, expected shapes that "
			    "are equal or stretch",
			    shape_text(&in[0], text[0]),
			    shape_text(&in[1], text[1]));
	}
	return 0;
}

/* How far in moves when an axis of out moves by one: 0 where it is stretched.
 */
static void
find_strides(const struct shape *in, const struct shape *out,
    int64_t stride[TENSOR_RANK_MAX])
{
	int64_t step = 1;

	for (int i = out->rank - 1, j = in->rank - 1; i >= 0; i--, j--) {
		stride[i] = j >= 0 && in->dim[j] > 1 ? step : 0;
		if (j >= 0)
			step *= in->dim[j];
	}
}

/* A row of n elements; the next element of an operand is step floats on. */
typedef void row_fn(int64_t n, const float *a, int64_t a_step, const float *b,
    int64_t b_step, float *restrict out);

/* Rows of the output, and where the operands' elements of each are: axes over
 * which both go on in one step are one row. */
struct walk {
	const struct shape *shape;
	int64_t stride[2][TENSOR_RANK_MAX], at[TENSOR_RANK_MAX];
	int64_t a, b; /* the row's first elements */
	int64_t width, a_step, b_step;
	int axes; /* in front of the rows' */
};

static struct walk
walk_start(const struct shape in[2], const struct shape *out)
{
	struct walk w = {.shape = out, .axes = out->rank - 1};

	find_strides(&in[0], out, w.stride[0]);
	find_strides(&in[1], out, w.stride[1]);
	w.width = out->dim[w.axes];
	w.a_step = w.stride[0][w.axes];
	w.b_step = w.stride[1][w.axes];
	while (w.axes > 0 && w.stride[0][w.axes - 1] == w.a_step * w.width &&
	       w.stride[1][w.axes - 1] == w.b_step * w.width)
		w.width *= out->dim[--w.axes];
	return w;
}

static void
walk_on(struct walk *w)
{
	for (int i = w->axes - 1; i >= 0; i--) {
		w->a += w->stride[0][i];
		w->b += w->stride[1][i];
		if (++w->at[i] < w->shape->dim[i])
			return;
		w->a -= w->at[i] * w->stride[0][i];
		w->b -= w->at[i] * w->stride[1][i];
		w->at[i] = 0;
	}
}

static void
broadcast(const struct operator_call *call, row_fn *row)
{
	const int64_t n = shape_size(call->out_shape);
	struct walk w = walk_start(call->in_shape, call->out_shape);

	for (int64_t i = 0; i < n; i += w.width, walk_on(&w))
		row(w.width, call->in[0] + w.a, w.a_step, call->in[1] + w.b,
		    w.b_step, call->out + i);
}

/*
 * In float32, which gives the bits that double would, rounded once.  Steps of 0
 * and 1 are constants, so that the compiler makes vectors of them.
 */
#define EXACT_ROW(name, value)                                                \
	static void name(int64_t n, const float *a, int64_t a_step,           \
	    const float *b, int64_t b_step, float *restrict out)              \
	{                                                                     \
		if (a_step == 1 && b_step == 1)                               \
			for (int64_t i = 0; i < n; i++)                       \
				out[i] = value(a[i], b[i]);                   \
		else if (a_step == 1 && b_step == 0)                          \
			for (int64_t i = 0; i < n; i++)                       \
				out[i] = value(a[i], b[0]);                   \
		else                                                          \
			for (int64_t i = 0; i < n; i++)                       \
				out[i] = value(a[i * a_step], b[i * b_step]); \
	}

/* In double and rounded once. */
#define DOUBLE_ROW(name, value)                                            \
	static void name(int64_t n, const float *a, int64_t a_step,        \
	    const float *b, int64_t b_step, float *restrict out)           \
	{                                                                  \
		for (int64_t i = 0; i < n; i++)                            \
			out[i] = (float)value(                             \
			    (double)a[i * a_step], (double)b[i * b_step]); \
	}

#define BROADCAST(family, name, ROW, real, expression)                    \
	static real name(real a, real b)                                  \
	{                                                                 \
		return expression;                                        \
	}                                                                 \
                                                                          \
	ROW(name##_row, name)                                             \
                                                                          \
	int family##_shape(const struct attributes *attr, int n_in,       \
	    const struct shape *in, struct shape *out, struct error *err) \
	{                                                                 \
		(void)attr;                                               \
		(void)n_in;                                               \
		return broadcast_shape(in, out, err);                     \
	}                                                                 \
                                                                          \
	void family##_forward(const struct operator_call *call)           \
	{                                                                 \
		broadcast(call, name##_row);                              \
	}

/* A square needs no logarithm, and is exact in double. */
static double
power(double a, double b)
{
	return b == 2.0 ? a * a : pow(a, b);
}

BROADCAST(op_add, sum, EXACT_ROW, float, a + b)
BROADCAST(op_sub, difference, EXACT_ROW, float, a - b)
BROADCAST(op_mul, product, EXACT_ROW, float, a *b)
BROADCAST(op_div, quotient, EXACT_ROW, float, a / b)
BROADCAST(op_pow, raised, DOUBLE_ROW, double, power(a, b))
BROADCAST(op_less, less, DOUBLE_ROW, double, a < b ? 1.0 : 0.0)
BROADCAST(
    op_less_or_equal, less_or_equal, DOUBLE_ROW, double, a <= b ? 1.0 : 0.0)
BROADCAST(op_equal, equal, DOUBLE_ROW, double, a == b ? 1.0 : 0.0)
BROADCAST(op_max, larger, DOUBLE_ROW, double, a > b || isnan(a) ? a : b)
BROADCAST(op_min, smaller, DOUBLE_ROW, double, a < b || isnan(a) ? a : b)

/* ---- derivatives ---- */

/* d[i * step] += sign by[i], one after the other */
static void
give_row(int64_t n, float *d, int64_t step, float sign, const float *by)
{
	float sum = *d;

	if (step == 1) {
		for (int64_t i = 0; i < n; i++)
			d[i] += sign * by[i];
		return;
	}
	for (int64_t i = 0; i < n && step == 0; i++)
		sum += sign * by[i];
	*d = sum;
	for (int64_t i = 0; i < n && step != 0; i++)
		d[i * step] += sign * by[i];
}

/* What was stretched gets the sum. */
static void
give(const struct operator_batch *batch, float sign)
{
	const int64_t n = shape_size(batch->out_shape);
	struct walk w = walk_start(batch->in_shape, batch->out_shape);

	for (int64_t i = 0; i < n; i += w.width, walk_on(&w)) {
		if (batch->d_in[0] != NULL)
			give_row(w.width, batch->d_in[0] + w.a, w.a_step, 1.0F,
			    batch->d_out + i);
		if (batch->d_in[1] != NULL)
			give_row(w.width, batch->d_in[1] + w.b, w.b_step, sign,
			    batch->d_out + i);
	}
}

void
op_add_backward(const struct operator_batch *batch)
{
	give(batch, 1.0F);
}

void
op_sub_backward(const struct operator_batch *batch)
{
	give(batch, -1.0F);
}

typedef double binary_fn(double a, double b);

/* The derivatives of a function of a and b. */
struct partials {
	binary_fn *a, *b, *aa, *ab, *bb;
};

/* What stands still has no part, even where its derivative is no number. */
static double
part(binary_fn *derivative, double a, double b, double by)
{
	return by == 0.0 ? 0.0 : derivative(a, b) * by;
}

/* Compiled anew for each function, so that it is no call. */
#define EACH static inline __attribute__((always_inline)) void

/* d[i * step] += derivative(a, b) dy */
EACH
partial_row(const struct walk *w, binary_fn *derivative, const float *a,
    const float *b, const float *dy, float *d, const int64_t step)
{
	for (int64_t i = 0; i < w->width; i++)
		d[i * step] += (float)part(derivative, (double)a[i * w->a_step],
		    (double)b[i * w->b_step], (double)dy[i]);
}

EACH
partials_backward(const struct operator_batch *batch, const struct partials *f)
{
	const int64_t n = shape_size(batch->out_shape);
	struct walk w = walk_start(batch->in_shape, batch->out_shape);

	for (int64_t i = 0; i < n; i += w.width, walk_on(&w)) {
		const float *a = batch->in[0] + w.a, *b = batch->in[1] + w.b;
		const float *dy = batch->d_out + i;

		if (batch->d_in[0] != NULL)
			partial_row(
			    &w, f->a, a, b, dy, batch->d_in[0] + w.a, w.a_step);
		if (batch->d_in[1] != NULL)
			partial_row(
			    &w, f->b, a, b, dy, batch->d_in[1] + w.b, w.b_step);
	}
}

EACH
partials_tangent(const struct operator_batch *batch, const struct partials *f)
{
	const int64_t n = shape_size(batch->out_shape);
	struct walk w = walk_start(batch->in_shape, batch->out_shape);

	for (int64_t i = 0; i < n; i += w.width, walk_on(&w))
		for (int64_t j = 0; j < w.width; j++) {
			const int64_t at = w.a + j * w.a_step;
			const int64_t bt = w.b + j * w.b_step;
			const double a = (double)batch->in[0][at];
			const double b = (double)batch->in[1][bt];

			batch->t_out[i + j] =
			    (float)(part(f->a, a, b,
					(double)batch->t_in[0][at]) +
				    part(f->b, a, b,
					(double)batch->t_in[1][bt]));
		}
}

/* One element of the tangents of both gradients. */
EACH
back_tangent_at(const struct operator_batch *batch, const struct partials *f,
    int64_t at, int64_t bt, int64_t i)
{
	const double a = (double)batch->in[0][at];
	const double b = (double)batch->in[1][bt];
	const double dy = (double)batch->d_out[i];
	const double ta = (double)batch->t_in[0][at] * dy;
	const double tb = (double)batch->t_in[1][bt] * dy;
	const double t_dy = (double)batch->t_d_out[i];

	if (batch->t_d_in[0] != NULL)
		batch->t_d_in[0][at] +=
		    (float)(part(f->a, a, b, t_dy) + part(f->aa, a, b, ta) +
			    part(f->ab, a, b, tb));
	if (batch->t_d_in[1] != NULL)
		batch->t_d_in[1][bt] +=
		    (float)(part(f->b, a, b, t_dy) + part(f->ab, a, b, ta) +
			    part(f->bb, a, b, tb));
}

EACH
partials_back_tangent(
    const struct operator_batch *batch, const struct partials *f)
{
	const int64_t n = shape_size(batch->out_shape);
	struct walk w = walk_start(batch->in_shape, batch->out_shape);

	for (int64_t i = 0; i < n; i += w.width, walk_on(&w))
		for (int64_t j = 0; j < w.width; j++)
			back_tangent_at(batch, f, w.a + j * w.a_step,
			    w.b + j * w.b_step, i + j);
}
#undef EACH

/* What stands still has no part, as above. */
static float
times(float x, float dy)
{
	return dy == 0.0F ? 0.0F : x * dy;
}

/* d[i * step] += x dy, in float32: the bits that double would give. */
static void
times_row(int64_t n, const float *x, int64_t x_step, const float *dy,
    float *restrict d, int64_t step)
{
	if (step == 1 && x_step == 1)
		for (int64_t i = 0; i < n; i++)
			d[i] += times(x[i], dy[i]);
	else if (step == 1 && x_step == 0)
		for (int64_t i = 0; i < n; i++)
			d[i] += times(x[0], dy[i]);
	else
		for (int64_t i = 0; i < n; i++)
			d[i * step] += times(x[i * x_step], dy[i]);
}

void
op_mul_backward(const struct operator_batch *batch)
{
	const int64_t n = shape_size(batch->out_shape);
	struct walk w = walk_start(batch->in_shape, batch->out_shape);

	for (int64_t i = 0; i < n; i += w.width, walk_on(&w)) {
		const float *a = batch->in[0] + w.a, *b = batch->in[1] + w.b;
		const float *dy = batch->d_out + i;

		if (batch->d_in[0] != NULL)
			times_row(w.width, b, w.b_step, dy,
			    batch->d_in[0] + w.a, w.a_step);
		if (batch->d_in[1] != NULL)
			times_row(w.width, a, w.a_step, dy,
			    batch->d_in[1] + w.b, w.b_step);
	}
}

#define PARTIAL(name, value)                   \
	static double name(double a, double b) \
	{                                      \
		(void)a;                       \
		(void)b;                       \
		return value;                  \
	}

/* Derivatives by a, by b, by both twice: aa, ab, bb. */
#define TANGENTS(family, by_a, by_b, by_aa, by_ab, by_bb)                   \
	PARTIAL(family##_a, by_a)                                           \
	PARTIAL(family##_b, by_b)                                           \
	PARTIAL(family##_aa, by_aa)                                         \
	PARTIAL(family##_ab, by_ab)                                         \
	PARTIAL(family##_bb, by_bb)                                         \
                                                                            \
	static const struct partials family##_partials = {                  \
	    family##_a, family##_b, family##_aa, family##_ab, family##_bb}; \
                                                                            \
	void family##_tangent(const struct operator_batch *batch)           \
	{                                                                   \
		partials_tangent(batch, &family##_partials);                \
	}                                                                   \
                                                                            \
	void family##_back_tangent(const struct operator_batch *batch)      \
	{                                                                   \
		partials_back_tangent(batch, &family##_partials);           \
	}

/* The same, and what backward makes of the first two. */
#define PARTIALS(family, by_a, by_b, by_aa, by_ab, by_bb)          \
	TANGENTS(family, by_a, by_b, by_aa, by_ab, by_bb)          \
                                                                   \
	void family##_backward(const struct operator_batch *batch) \
	{                                                          \
		partials_backward(batch, &family##_partials);      \
	}

/* How much of the larger of a and b is a: equal ones share, as in PyTorch. */
static double
share(double a, double b)
{
	return a > b ? 1.0 : a == b ? 0.5 : 0.0;
}

/* b a^(b - 1), without the number that 0 to the power of -1 is not. */
static double
pow_slope(double a, double b)
{
	return b == 0.0 ? 0.0 : b * pow(a, b - 1.0);
}

PARTIALS(op_less, 0.0, 0.0, 0.0, 0.0, 0.0)
PARTIALS(op_less_or_equal, 0.0, 0.0, 0.0, 0.0, 0.0)
PARTIALS(op_equal, 0.0, 0.0, 0.0, 0.0, 0.0)
PARTIALS(op_max, share(a, b), share(b, a), 0.0, 0.0, 0.0)
PARTIALS(op_min, share(b, a), share(a, b), 0.0, 0.0, 0.0)
TANGENTS(op_mul, b, a, 0.0, 1.0, 0.0)
PARTIALS(
    op_div, 1.0 / b, -a / (b * b), 0.0, -1.0 / (b * b), 2.0 * a / (b * b * b))
PARTIALS(op_pow, pow_slope(a, b), pow(a, b) * log(a), b *pow_slope(a, b - 1.0),
    pow(a, b - 1.0) * (1.0 + b * log(a)), pow(a, b) * log(a) * log(a))
