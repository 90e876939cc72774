/* ReduceMean, Softmax, LogSoftmax: along one axis, or several in a row. */
#include <math.h>

#include "net/op_family.h"

/* An array as outer x n x inner, n being what is reduced. */
struct extent {
	int64_t outer, n, inner;
};

/* Image axes first ... last are reduced; both are in range. */
static struct extent
find_extent(const struct shape *shape, int first, int last)
{
	struct extent e = {1, 1, 1};

	for (int i = 0; i < shape->rank; i++)
		*(i < first     ? &e.outer
		    : i <= last ? &e.n
				: &e.inner) *= shape->dim[i];
	return e;
}

static int
count_axes(const struct attributes *attr)
{
	int n = 0;

	while (n < IMAGE_RANK_MAX && attr->axes[n] != 0)
		n++;
	return n;
}

int
op_reduce_mean_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	const int n = count_axes(attr);

	(void)n_in;
	for (int i = 0; i < n; i++)
		if (attr->axes[i] < 1 || attr->axes[i] > in[0].rank ||
		    attr->axes[i] != attr->axes[0] + i)
			return error_set(err,
			    "axis %d is reduced, expected neighbours among 1 "
			    "to %d",
			    attr->axes[i], in[0].rank);
	if (n == 0)
		return error_set(err, "no axes, expected 1 to %d", in[0].rank);
	for (int i = 0; i < in[0].rank; i++) {
		const bool reduced =
		    i + 1 >= attr->axes[0] && i + 1 < attr->axes[0] + n;

		if (!reduced || attr->keepdims)
			out->dim[out->rank++] = reduced ? 1 : in[0].dim[i];
	}
	return 0;
}

void
op_reduce_mean_forward(const struct operator_call *call)
{
	const int first = call->attr->axes[0] - 1;
	const struct extent e = find_extent(
	    &call->in_shape[0], first, first + count_axes(call->attr) - 1);
	float *out = call->out;

	for (int64_t o = 0; o < e.outer; o++)
		for (int64_t i = 0; i < e.inner; i++) {
			const float *x = call->in[0] + o * e.n * e.inner + i;
			double sum = 0.0;

			for (int64_t j = 0; j < e.n; j++)
				sum += (double)x[j * e.inner];
			*out++ = (float)(sum / (double)e.n);
		}
}

int
op_softmax_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	(void)n_in;
	if (attr->axis < 1 || attr->axis > in[0].rank)
		return error_set(err, "axis is %d, expected 1 to %d",
		    attr->axis, in[0].rank);
	*out = in[0];
	return 0;
}

static void
softmax(const struct operator_call *call, bool logarithm)
{
	const int axis = call->attr->axis - 1;
	const struct extent e = find_extent(call->out_shape, axis, axis);

	for (int64_t o = 0; o < e.outer * e.inner; o++) {
		const int64_t at = o / e.inner * e.n * e.inner + o % e.inner;
		const float *x = call->in[0] + at;
		float *out = call->out + at;
		double most = (double)x[0], sum = 0.0;

		for (int64_t j = 1; j < e.n; j++)
			most = fmax(most, (double)x[j * e.inner]);
		for (int64_t j = 0; j < e.n; j++)
			sum += exp((double)x[j * e.inner] - most);
		for (int64_t j = 0; j < e.n; j++) {
			double d = (double)x[j * e.inner] - most;

			out[j * e.inner] =
			    (float)(logarithm ? d - log(sum) : exp(d) / sum);
		}
	}
}

void
op_softmax_forward(const struct operator_call *call)
{
	softmax(call, false);
}

int
op_log_softmax_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	return op_softmax_shape(attr, n_in, in, out, err);
}

void
op_log_softmax_forward(const struct operator_call *call)
{
	softmax(call, true);
}
