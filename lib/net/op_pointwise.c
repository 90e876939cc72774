/* Relu, Clip, Sigmoid and others: element by element. */
#include <math.h>

#include "net/op_family.h"

typedef double pointwise_fn(const struct attributes *a, double x);

static int64_t
elements(const struct operator_batch *batch)
{
	return batch->n * shape_size(batch->out_shape);
}

/* d_in += f'(x) d_out */
static void
pointwise_backward(const struct operator_batch *batch, pointwise_fn *slope)
{
	float *d_in = batch->d_in[0];

	for (int64_t i = 0; d_in != NULL && i < elements(batch); i++)
		d_in[i] += (float)(slope(batch->attr, (double)batch->in[0][i]) *
				   (double)batch->d_out[i]);
}

static void
pointwise_tangent(const struct operator_batch *batch, pointwise_fn *slope)
{
	for (int64_t i = 0; i < elements(batch); i++)
		batch->t_out[i] =
		    (float)(slope(batch->attr, (double)batch->in[0][i]) *
			    (double)batch->t_in[0][i]);
}

/* t_d_in += f'(x) t_d_out + f''(x) t_in d_out */
static void
pointwise_back_tangent(
    const struct operator_batch *batch, pointwise_fn *slope, pointwise_fn *bend)
{
	float *t_d_in = batch->t_d_in[0];

	for (int64_t i = 0; t_d_in != NULL && i < elements(batch); i++) {
		const double x = (double)batch->in[0][i];

		t_d_in[i] +=
		    (float)(slope(batch->attr, x) * (double)batch->t_d_out[i] +
			    bend(batch->attr, x) * (double)batch->t_in[0][i] *
				(double)batch->d_out[i]);
	}
}

#define POINTWISE_FUNCTION(name, value)                          \
	static double name(const struct attributes *a, double x) \
	{                                                        \
		(void)a;                                         \
		(void)x;                                         \
		return value;                                    \
	}

/*
 * A family of one input: x is an element, in double, a the attributes; the
 * function and its first two derivatives.  Written so that a NaN stays a NaN,
 * as in PyTorch.
 */
#define POINTWISE(family, value, slope, bend)                                 \
	POINTWISE_FUNCTION(family##_value, value)                             \
	POINTWISE_FUNCTION(family##_slope, slope)                             \
	POINTWISE_FUNCTION(family##_bend, bend)                               \
                                                                              \
	int family##_shape(const struct attributes *attr, int n_in,           \
	    const struct shape *in, struct shape *out, struct error *err)     \
	{                                                                     \
		(void)attr;                                                   \
		(void)n_in;                                                   \
		(void)err;                                                    \
		*out = in[0];                                                 \
		return 0;                                                     \
	}                                                                     \
                                                                              \
	void family##_forward(const struct operator_call *call)               \
	{                                                                     \
		const int64_t n = shape_size(call->out_shape);                \
                                                                              \
		for (int64_t i = 0; i < n; i++)                               \
			call->out[i] = (float)family##_value(                 \
			    call->attr, (double)call->in[0][i]);              \
	}                                                                     \
                                                                              \
	void family##_backward(const struct operator_batch *batch)            \
	{                                                                     \
		pointwise_backward(batch, family##_slope);                    \
	}                                                                     \
                                                                              \
	void family##_tangent(const struct operator_batch *batch)             \
	{                                                                     \
		pointwise_tangent(batch, family##_slope);                     \
	}                                                                     \
                                                                              \
	void family##_back_tangent(const struct operator_batch *batch)        \
	{                                                                     \
		pointwise_back_tangent(batch, family##_slope, family##_bend); \
	}

/* With low above high everything becomes high, as ONNX says of Clip. */
static double
clamp(double x, double low, double high)
{
	x = x < low ? low : x;
	return x > high ? high : x;
}

static double
logistic(double x)
{
	return 1.0 / (1.0 + exp(-x));
}

/* The slope of logistic, and of that. */
static double
logistic_slope(double x)
{
	return logistic(x) * (1.0 - logistic(x));
}

static double
logistic_bend(double x)
{
	return logistic_slope(x) * (1.0 - 2.0 * logistic(x));
}

static double
erf_slope(double x)
{
	return 2.0 / sqrt(acos(-1.0)) * exp(-x * x);
}

static double
tanh_slope(double x)
{
	return 1.0 - tanh(x) * tanh(x);
}

/* Between the two cuts of HardSigmoid. */
static bool
is_within(const struct attributes *a, double x)
{
	const double y = (double)a->alpha * x + (double)a->beta;

	return y > 0.0 && y < 1.0;
}

static double
hard_swish_slope(double x)
{
	return x < -3.0 ? 0.0 : x > 3.0 ? 1.0 : x / 3.0 + 0.5;
}

static double
sign(double x)
{
	return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
}

/* x (1 + tanh(u)) / 2 where u is c (x + 0.044715 x^3), c being sqrt(2 / pi). */
static double
gelu_line(double x)
{
	return sqrt(2.0 / acos(-1.0)) * (x + 0.044715 * x * x * x);
}

/* u's slope, and the tanh's as a function of u. */
static double
gelu_line_slope(double x)
{
	return sqrt(2.0 / acos(-1.0)) * (1.0 + 3.0 * 0.044715 * x * x);
}

static double
gelu_tanh_slope(double x)
{
	const double slope = tanh_slope(gelu_line(x));

	return 0.5 * (1.0 + tanh(gelu_line(x))) +
	       0.5 * x * slope * gelu_line_slope(x);
}

static double
gelu_tanh_bend(double x)
{
	const double u = gelu_line(x), slope = gelu_line_slope(x);
	const double bend = sqrt(2.0 / acos(-1.0)) * 6.0 * 0.044715 * x;

	return tanh_slope(u) *
	       (slope + 0.5 * x * (bend - 2.0 * tanh(u) * slope * slope));
}

/* The share of a standard normal that lies below x, and its density. */
static double
below(double x)
{
	return 0.5 * erfc(-x / sqrt(2.0));
}

static double
density(double x)
{
	return exp(-0.5 * x * x) / sqrt(2.0 * acos(-1.0));
}

static double
softplus(double x)
{
	return x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static double
mish_slope(double x)
{
	const double t = tanh(softplus(x));

	return t + x * (1.0 - t * t) * logistic(x);
}

static double
mish_bend(double x)
{
	const double t = tanh(softplus(x)), p = logistic(x);

	return (1.0 - t * t) *
	       (2.0 * p + x * (logistic_slope(x) - 2.0 * t * p * p));
}

/* Outside of [-alpha, alpha], by beta closer. */
static double
shrink(const struct attributes *a, double x)
{
	if (x < -(double)a->alpha)
		return x + (double)a->beta;
	if (x > (double)a->alpha)
		return x - (double)a->beta;
	return isnan(x) ? x : 0.0;
}

POINTWISE(op_leaky_relu, x < 0.0 ? (double)a->alpha * x : x,
    x <= 0.0 ? (double)a->alpha : 1.0, 0.0)
POINTWISE(op_elu, x < 0.0 ? (double)a->alpha * expm1(x) : x,
    x <= 0.0 ? (double)a->alpha * exp(x) : 1.0,
    x <= 0.0 ? (double)a->alpha * exp(x) : 0.0)
POINTWISE(op_clip, clamp(x, (double)a->min, (double)a->max),
    x >= (double)a->min && x <= (double)a->max ? 1.0 : 0.0, 0.0)
POINTWISE(op_sigmoid, logistic(x), logistic_slope(x), logistic_bend(x))
POINTWISE(op_hard_sigmoid,
    clamp((double)a->alpha *x + (double)a->beta, 0.0, 1.0),
    is_within(a, x) ? (double)a->alpha : 0.0, 0.0)
POINTWISE(op_hard_swish, x *clamp(x / 6.0 + 0.5, 0.0, 1.0), hard_swish_slope(x),
    x<-3.0 || x> 3.0 ? 0.0 : 1.0 / 3.0)
POINTWISE(op_tanh, tanh(x), tanh_slope(x), -2.0 * tanh(x) * tanh_slope(x))
POINTWISE(op_erf, erf(x), erf_slope(x), -2.0 * x * erf_slope(x))
POINTWISE(op_exp, exp(x), exp(x), exp(x))
POINTWISE(op_sqrt, sqrt(x), 0.5 / sqrt(x), -0.25 / (x * sqrt(x)))
POINTWISE(op_softplus, softplus(x), logistic(x), logistic_slope(x))
POINTWISE(op_abs, fabs(x), sign(x), 0.0)
POINTWISE(op_neg, -x, -1.0, 0.0)
POINTWISE(op_sin, sin(x), cos(x), -sin(x))
POINTWISE(op_log, log(x), 1.0 / x, -1.0 / (x * x))
POINTWISE(op_reciprocal, 1.0 / x, -1.0 / (x * x), 2.0 / (x * x * x))
POINTWISE(op_floor, floor(x), 0.0, 0.0)
POINTWISE(op_ceil, ceil(x), 0.0, 0.0)
POINTWISE(op_round, nearbyint(x), 0.0, 0.0)
POINTWISE(op_sign, isnan(x) ? x : sign(x), 0.0, 0.0)
POINTWISE(op_selu, (double)a->beta *(x < 0.0 ? (double)a->alpha * expm1(x) : x),
    (double)a->beta *(x <= 0.0 ? (double)a->alpha * exp(x) : 1.0),
    x <= 0.0 ? (double)a->beta * (double)a->alpha * exp(x) : 0.0)
POINTWISE(op_celu, x < 0.0 ? (double)a->alpha * expm1(x / (double)a->alpha) : x,
    x <= 0.0 ? exp(x / (double)a->alpha) : 1.0,
    x <= 0.0 ? exp(x / (double)a->alpha) / (double)a->alpha : 0.0)
POINTWISE(op_gelu,
    a->approximate ? 0.5 * x *(1.0 + tanh(gelu_line(x))) : x *below(x),
    a->approximate ? gelu_tanh_slope(x) : below(x) + x * density(x),
    a->approximate ? gelu_tanh_bend(x) : (2.0 - x * x) * density(x))
POINTWISE(op_mish, x *tanh(softplus(x)), mish_slope(x), mish_bend(x))
POINTWISE(op_softsign, x / (1.0 + fabs(x)), 1.0 / pow(1.0 + fabs(x), 2.0),
    -2.0 * sign(x) / pow(1.0 + fabs(x), 3.0))
POINTWISE(op_thresholded_relu, x <= (double)a->alpha ? 0.0 : x,
    x <= (double)a->alpha ? 0.0 : 1.0, 0.0)
POINTWISE(op_shrink, shrink(a, x), fabs(x) <= (double)a->alpha ? 0.0 : 1.0, 0.0)

/* One slope for all, or one for each channel. */
int
op_prelu_shape(const struct attributes *attr, int n_in, const struct shape *in,
    struct shape *out, struct error *err)
{
	(void)attr;
	(void)n_in;
	if (in[1].rank != 1 ||
	    (in[1].dim[0] != 1 && in[1].dim[0] != in[0].dim[0]))
		return error_set(err,
		    "the slopes are not 1 or %lld, one for each channel",
		    (long long)in[0].dim[0]);
	*out = in[0];
	return 0;
}

void
op_prelu_forward(const struct operator_call *call)
{
	const int64_t n = shape_size(call->out_shape);
	const int64_t each = n / call->in_shape[1].dim[0];

	for (int64_t i = 0; i < n; i++) {
		const double x = (double)call->in[0][i];
		const double slope = (double)call->in[1][i / each];

		call->out[i] = (float)(x < 0.0 ? slope * x : x);
	}
}

/* x < 0 ? slope x : x, linear in each of both. */
struct prelu {
	int64_t n, each;
};

static struct prelu
prelu_of(const struct operator_batch *batch)
{
	const int64_t n = shape_size(batch->out_shape);

	return (struct prelu){n, n / batch->in_shape[1].dim[0]};
}

/* dx += slope dy, d_slope += x dy, where x < 0 */
static void
prelu_back(const struct operator_batch *batch, const float *slope,
    const float *x, const float *dy, float above, float *const *d)
{
	const struct prelu p = prelu_of(batch);

	for (int64_t i = 0; i < p.n; i++) {
		const bool cut = batch->in[0][i] <= 0.0F;

		if (d[0] != NULL)
			d[0][i] += (cut ? slope[i / p.each] : above) * dy[i];
		if (d[1] != NULL && cut)
			d[1][i / p.each] += x[i] * dy[i];
	}
}

void
op_prelu_backward(const struct operator_batch *batch)
{
	prelu_back(
	    batch, batch->in[1], batch->in[0], batch->d_out, 1.0F, batch->d_in);
}

void
op_prelu_tangent(const struct operator_batch *batch)
{
	const struct prelu p = prelu_of(batch);
	const float *x = batch->in[0], *t_x = batch->t_in[0];

	for (int64_t i = 0; i < p.n; i++)
		batch->t_out[i] = x[i] > 0.0F
				      ? t_x[i]
				      : batch->in[1][i / p.each] * t_x[i] +
					    batch->t_in[1][i / p.each] * x[i];
}

void
op_prelu_back_tangent(const struct operator_batch *batch)
{
	prelu_back(batch, batch->in[1], batch->in[0], batch->t_d_out, 1.0F,
	    batch->t_d_in);
	prelu_back(batch, batch->t_in[1], batch->t_in[0], batch->d_out, 0.0F,
	    batch->t_d_in);
}

/* ReLU reads its output alone, so that the input need not be kept. */
int
op_relu_shape(const struct attributes *attr, int n_in, const struct shape *in,
    struct shape *out, struct error *err)
{
	return op_abs_shape(attr, n_in, in, out, err);
}

void
op_relu_forward(const struct operator_call *call)
{
	const int64_t n = shape_size(call->out_shape);

	for (int64_t i = 0; i < n; i++)
		call->out[i] = call->in[0][i] < 0.0F ? 0.0F : call->in[0][i];
}

/* Where it was cut off nothing comes back, at 0 neither, as in PyTorch. */
void
op_relu_backward(const struct operator_batch *batch)
{
	const float *out = batch->out, *d_out = batch->d_out;
	float *d_in = batch->d_in[0];

	for (int64_t i = 0; d_in != NULL && i < elements(batch); i++)
		d_in[i] += out[i] > 0.0F ? d_out[i] : 0.0F;
}

void
op_relu_tangent(const struct operator_batch *batch)
{
	for (int64_t i = 0; i < elements(batch); i++)
		batch->t_out[i] =
		    batch->out[i] > 0.0F ? batch->t_in[0][i] : 0.0F;
}
