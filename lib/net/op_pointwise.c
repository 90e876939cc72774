/* Relu, Clip, Sigmoid and others: element by element. */
#include <math.h>

#include "net/op_family.h"

/*
 * A family of one input: x is an element, in double, a the attributes.  Written
 * so that a NaN stays a NaN, as in PyTorch.
 */
#define POINTWISE(family, value)                                          \
	int family##_shape(const struct attributes *attr, int n_in,       \
	    const struct shape *in, struct shape *out, struct error *err) \
	{                                                                 \
		(void)attr;                                               \
		(void)n_in;                                               \
		(void)err;                                                \
		*out = in[0];                                             \
		return 0;                                                 \
	}                                                                 \
                                                                          \
	void family##_forward(const struct operator_call *call)           \
	{                                                                 \
		const struct attributes *a = call->attr;                  \
		const int64_t n = shape_size(call->out_shape);            \
                                                                          \
		(void)a;                                                  \
		for (int64_t i = 0; i < n; i++) {                         \
			const double x = (double)call->in[0][i];          \
                                                                          \
			call->out[i] = (float)(value);                    \
		}                                                         \
	}

/* With low above high everything becomes high, as ONNX says of Clip. */
static double
clamp(double x, double low, double high)
{
	x = x < low ? low : x;
	return x > high ? high : x;
}

POINTWISE(op_relu, x < 0.0 ? 0.0 : x)
POINTWISE(op_leaky_relu, x < 0.0 ? (double)a->alpha * x : x)
POINTWISE(op_elu, x < 0.0 ? (double)a->alpha * expm1(x) : x)
POINTWISE(op_clip, clamp(x, (double)a->min, (double)a->max))
POINTWISE(op_sigmoid, 1.0 / (1.0 + exp(-x)))
POINTWISE(
    op_hard_sigmoid, clamp((double)a->alpha *x + (double)a->beta, 0.0, 1.0))
POINTWISE(op_hard_swish, x *clamp(x / 6.0 + 0.5, 0.0, 1.0))
POINTWISE(op_tanh, tanh(x))
POINTWISE(op_erf, erf(x))
POINTWISE(op_exp, exp(x))
POINTWISE(op_sqrt, sqrt(x))
POINTWISE(op_softplus, x > 0.0 ? x + log1p(exp(-x)) : log1p(exp(x)))

POINTWISE(op_abs, fabs(x))
POINTWISE(op_neg, -x)
POINTWISE(op_log, log(x))

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

/* Where it was cut off nothing comes back, at 0 neither, as in PyTorch. */
void
op_relu_backward(const struct operator_batch *batch)
{
	const int64_t n = batch->n * shape_size(batch->out_shape);
	const float *out = batch->out, *d_out = batch->d_out;
	float *d_in = batch->d_in[0];

	for (int64_t i = 0; d_in != NULL && i < n; i++)
		d_in[i] += out[i] > 0.0F ? d_out[i] : 0.0F;
}

void
op_relu_tangent(
    const struct operator_batch *batch, const float *t_in, float *t_out)
{
	const int64_t n = batch->n * shape_size(batch->out_shape);

	for (int64_t i = 0; i < n; i++)
		t_out[i] = batch->out[i] > 0.0F ? t_in[i] : 0.0F;
}
