/* Conv: any kernel, stride, dilation, group and padding. */
#include "net/op_family.h"
#include "net/window.h"

int
op_conv_shape(const struct attributes *attr, int n_in, const struct shape *in,
    struct shape *out, struct error *err)
{
	const struct shape *x = &in[0], *w = &in[1];

	if (window_shape(attr, x, out, err) < 0)
		return -1;
	if (w->rank != 2 + SPATIAL || w->dim[2] != attr->kernel_shape[0] ||
	    w->dim[3] != attr->kernel_shape[1])
		return error_set(err,
		    "the weight has no shape k c %d %d as kernel_shape says",
		    attr->kernel_shape[0], attr->kernel_shape[1]);
	if (attr->group < 1 || w->dim[0] < 1 || w->dim[0] % attr->group != 0 ||
	    x->dim[0] % attr->group != 0)
		return error_set(err,
		    "%lld input and %lld output channels do not divide into "
		    "%d groups",
		    (long long)x->dim[0], (long long)w->dim[0], attr->group);
	if (w->dim[1] != x->dim[0] / attr->group)
		return error_set(err,
		    "the weight has %lld channels, the input has %lld in %d "
		    "group(s)",
		    (long long)w->dim[1], (long long)x->dim[0], attr->group);
	if (n_in == 3 && (in[2].rank != 1 || in[2].dim[0] != w->dim[0]))
		return error_set(err, "the bias has not %lld elements",
		    (long long)w->dim[0]);
	out->dim[0] = w->dim[0];
	return 0;
}

/*
 * Output columns [x0, x0 + n) of one row.  acc sums over channels, then kernel
 * rows, then kernel columns; the innermost loop runs over pixels so that it
 * vectorises without changing that order.
 */
enum { CHUNK = 64 };

static void
add_tap(double acc[CHUNK], int n, int x0, double w, const float *row, int width,
    int stride, int shift)
{
	int first = 0, last = n;

	while (first < last && (x0 + first) * stride + shift < 0)
		first++;
	while (last > first && (x0 + last - 1) * stride + shift >= width)
		last--;
	if (stride == 1)
		for (int i = first; i < last; i++)
			acc[i] += w * (double)row[x0 + shift + i];
	else
		for (int i = first; i < last; i++)
			acc[i] += w * (double)row[(x0 + i) * stride + shift];
}

static void
convolve_chunk(const struct operator_call *call, int k, int y, int x0, int n,
    double acc[CHUNK])
{
	const struct attributes *a = call->attr;
	const struct shape *in = &call->in_shape[0];
	const int height = (int)in->dim[1], width = (int)in->dim[2];
	const int c_group = (int)call->in_shape[1].dim[1];
	const int k_group = (int)(call->out_shape->dim[0] / a->group);
	const int kh = a->kernel_shape[0], kw = a->kernel_shape[1];
	const int top = y * a->strides[0] - a->pads[0];
	const float *w = call->in[1] + (int64_t)k * c_group * kh * kw;
	const float *x =
	    call->in[0] + (int64_t)(k / k_group) * c_group * height * width;
	int first, last;

	window_clip(top, a->dilations[0], kh, height, &first, &last);
	for (int i = 0; i < n; i++)
		acc[i] = 0.0;
	for (int c = 0; c < c_group; c++, w += kh * kw)
		for (int i = first; i < last; i++) {
			int64_t row =
			    (int64_t)c * height + top + i * a->dilations[0];

			for (int j = 0; j < kw; j++)
				add_tap(acc, n, x0, w[i * kw + j],
				    x + row * width, width, a->strides[1],
				    j * a->dilations[1] - a->pads[1]);
		}
}

void
op_conv_forward(const struct operator_call *call)
{
	const struct shape *shape = call->out_shape;
	const int height = (int)shape->dim[1], width = (int)shape->dim[2];
	float *out = call->out;
	double acc[CHUNK];

	for (int k = 0; k < shape->dim[0]; k++) {
		double bias = call->n_in == 3 ? (double)call->in[2][k] : 0.0;

		for (int y = 0; y < height; y++, out += width)
			for (int x = 0; x < width; x += CHUNK) {
				int n = width - x < CHUNK ? width - x : CHUNK;

				convolve_chunk(call, k, y, x, n, acc);
				for (int i = 0; i < n; i++)
					out[x + i] = (float)(acc[i] + bias);
			}
	}
}
