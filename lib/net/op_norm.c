/*
 * BatchNormalization in evaluation mode, over c h w or over flat features;
 * LayerNormalization.
 */
#include <math.h>

#include "net/op_family.h"

int
op_batch_norm_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	if (!(attr->epsilon >= 0.0F))
		return error_set(err, "epsilon is %g, expected 0 or more",
		    (double)attr->epsilon);
	for (int i = 1; i < n_in; i++)
		if (in[i].rank != 1 || in[i].dim[0] != in[0].dim[0])
			return error_set(err,
			    "input %d has not the %lld elements that the "
			    "channels ask for",
			    i, (long long)in[0].dim[0]);
	*out = in[0];
	return 0;
}

/* y = (x - mean) / sqrt(var + epsilon) * weight + bias */
void
op_batch_norm_forward(const struct operator_call *call)
{
	const float *x = call->in[0];
	const float *weight = call->in[1], *bias = call->in[2];
	const float *mean = call->in[3], *var = call->in[4];
	const double epsilon = (double)call->attr->epsilon;
	const int64_t c = call->in_shape[0].dim[0];
	const int64_t n = shape_size(&call->in_shape[0]) / c;
	float *out = call->out;

	for (int64_t k = 0; k < c; k++, x += n, out += n) {
		double scale =
		    (double)weight[k] / sqrt((double)var[k] + epsilon);

		for (int64_t i = 0; i < n; i++)
			out[i] =
			    (float)(((double)x[i] - (double)mean[k]) * scale +
				    (double)bias[k]);
	}
}

/* Over all axes from attr->axis on; weight and bias have their shape. */
int
op_layer_norm_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	int64_t n = 1;

	if (attr->axis < 1 || attr->axis > in[0].rank)
		return error_set(err, "axis is %d, expected 1 to %d",
		    attr->axis, in[0].rank);
	if (!(attr->epsilon >= 0.0F))
		return error_set(err, "epsilon is %g, expected 0 or more",
		    (double)attr->epsilon);
	for (int i = attr->axis - 1; i < in[0].rank; i++)
		n *= in[0].dim[i];
	for (int i = 1; i < n_in; i++)
		if (shape_check(&in[i], err) < 0 || shape_size(&in[i]) != n)
			return error_set(err,
			    "input %d has not the %lld elements that are "
			    "normalised together",
			    i, (long long)n);
	*out = in[0];
	return 0;
}

/* Elements that are normalised together. */
static int64_t
row_of(const struct operator_call *call)
{
	int64_t n = 1;

	for (int i = call->attr->axis - 1; i < call->out_shape->rank; i++)
		n *= call->out_shape->dim[i];
	return n;
}

void
op_layer_norm_forward(const struct operator_call *call)
{
	const int64_t n = row_of(call);
	const int64_t rows = shape_size(call->out_shape) / n;
	const float *weight = call->n_in > 1 ? call->in[1] : NULL;
	const float *bias = call->n_in == 3 ? call->in[2] : NULL;
	const float *x = call->in[0];
	float *out = call->out;

	for (int64_t r = 0; r < rows; r++, x += n, out += n) {
		double mean = 0.0, var = 0.0, scale;

		for (int64_t i = 0; i < n; i++)
			mean += (double)x[i];
		mean /= (double)n;
		for (int64_t i = 0; i < n; i++)
			var += ((double)x[i] - mean) * ((double)x[i] - mean);
		scale =
		    1.0 / sqrt(var / (double)n + (double)call->attr->epsilon);
		for (int64_t i = 0; i < n; i++)
			out[i] =
			    (float)(((double)x[i] - mean) * scale *
					(weight != NULL ? (double)weight[i]
							: 1.0) +
				    (bias != NULL ? (double)bias[i] : 0.0));
	}
}
