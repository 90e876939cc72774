/* Conv: any kernel, stride, dilation, group and padding. */

#include "base/plural.h"
#include "net/blas.h"
#include "net/im2col.h"
#include "net/op_family.h"
#include "net/window.h"

/* k c h w; or k c w, whose kernels are one pixel high. */
static bool
is_weight(const struct shape *w, const int kernel[SPATIAL])
{
	if (w->rank == 1 + SPATIAL)
		return kernel[0] == 1 && w->dim[2] == kernel[1];
	return w->rank == 2 + SPATIAL && w->dim[2] == kernel[0] &&
	       w->dim[3] == kernel[1];
}

int
op_conv_shape(const struct attributes *attr, int n_in, const struct shape *in,
    struct shape *out, struct error *err)
{
	const struct shape *x = &in[0], *w = &in[1];

	if (window_shape(attr, x, out, err) < 0)
		return -1;
	if (!is_weight(w, attr->kernel_shape))
		return error_set(err,
		    "the weight has no shape k c %d %d as kernel_shape says",
		    attr->kernel_shape[0], attr->kernel_shape[1]);
	if (attr->group < 1 || w->dim[0] < 1 || w->dim[0] % attr->group != 0 ||
	    x->dim[0] % attr->group != 0)
		return error_set(err,
		    "%lld input and %lld output channel%s do not divide into "
		    "%d group%s",
		    (long long)x->dim[0], (long long)w->dim[0],
		    plural_s(w->dim[0]), attr->group, plural_s(attr->group));
	if (w->dim[1] != x->dim[0] / attr->group)
		return error_set(err,
		    "the weight has %lld channel%s, the input has %lld in %d "
		    "group(s)",
		    (long long)w->dim[1], plural_s(w->dim[1]),
		    (long long)x->dim[0], attr->group);
	if (n_in == 3 && (in[2].rank != 1 || in[2].dim[0] != w->dim[0]))
		return error_set(err, "the bias has not %lld element%s",
		    (long long)w->dim[0], plural_s(w->dim[0]));
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

/* A convolution of one image and one group as products of matrices. */
struct product {
	int c, k, taps, pixels; /* of a group; taps: c kh kw */
	int in_h, in_w;
	int64_t in_size, out_size; /* elements of a group's planes */
	const float *columns;      /* taps x pixels */
};

static void
product_of(const struct operator_batch *batch, struct product *p)
{
	const struct shape *in = &batch->in_shape[0];
	const struct shape *w = &batch->in_shape[1];

	*p = (struct product){.c = (int)w->dim[1],
	    .k = (int)(w->dim[0] / batch->attr->group),
	    .taps = (int)(shape_size(w) / w->dim[0]),
	    .pixels =
		(int)(batch->out_shape->dim[1] * batch->out_shape->dim[2]),
	    .in_h = (int)in->dim[1],
	    .in_w = (int)in->dim[2]};
	p->in_size = (int64_t)p->c * p->in_h * p->in_w;
	p->out_size = (int64_t)p->k * p->pixels;
}

/* Points columns at what the group's planes x look like through the taps. */
static void
look(const struct operator_batch *batch, struct product *p, const float *x)
{
	p->columns = x;
	if (im2col_is_identity(batch->attr))
		return;
	im2col(batch->attr, x, p->c, p->in_h, p->in_w, batch->out_shape,
	    batch->work);
	p->columns = batch->work;
}

/* Columns, and in backward their gradient behind them. */
size_t
op_conv_work(const struct attributes *attr, const struct shape *in,
    const struct shape *out)
{
	const int64_t taps = shape_size(&in[1]) / in[1].dim[0];

	(void)attr;
	return 2 * (size_t)(taps * out->dim[1] * out->dim[2]);
}

static void
add_bias(const struct operator_batch *batch)
{
	const int64_t k = batch->out_shape->dim[0];
	const int64_t pixels = shape_size(batch->out_shape) / k;
	float *out = batch->out;

	for (int64_t i = 0; i < batch->n * k; i++, out += pixels)
		for (int64_t j = 0; j < pixels; j++)
			out[j] += batch->in[2][i % k];
}

void
op_conv_batch(const struct operator_batch *batch)
{
	const int groups = batch->attr->group;
	struct product p;

	product_of(batch, &p);
	for (int i = 0; i < batch->n * groups; i++) {
		const float *w =
		    batch->in[1] + (int64_t)(i % groups) * p.k * p.taps;

		look(batch, &p, batch->in[0] + i * p.in_size);
		blas_sgemm(CblasNoTrans, CblasNoTrans, p.k, p.pixels, p.taps,
		    1.0F, w, p.taps, p.columns, p.pixels, 0.0F,
		    batch->out + i * p.out_size, p.pixels);
	}
	if (batch->n_in == 3)
		add_bias(batch);
}

static void
bias_backward(const struct operator_batch *batch)
{
	const int64_t k = batch->out_shape->dim[0];
	const int64_t pixels = shape_size(batch->out_shape) / k;
	const float *dy = batch->d_out;

	for (int64_t i = 0; i < batch->n * k; i++, dy += pixels) {
		double sum = 0.0;

		for (int64_t j = 0; j < pixels; j++)
			sum += (double)dy[j];
		batch->d_in[2][i % k] += (float)sum;
	}
}

/* dW += dY columns' */
static void
weight_backward(const struct operator_batch *batch, struct product *p, int i)
{
	const int g = i % batch->attr->group;

	look(batch, p, batch->in[0] + i * p->in_size);
	blas_sgemm(CblasNoTrans, CblasTrans, p->k, p->taps, p->pixels, 1.0F,
	    batch->d_out + i * p->out_size, p->pixels, p->columns, p->pixels,
	    1.0F, batch->d_in[1] + (int64_t)g * p->k * p->taps, p->taps);
}

/* dX += what W' dY says to the taps, each back to its pixel */
static void
data_backward(const struct operator_batch *batch, struct product *p, int i)
{
	const bool identity = im2col_is_identity(batch->attr);
	const int g = i % batch->attr->group;
	const float *w = batch->in[1] + (int64_t)g * p->k * p->taps;
	float *dx = batch->d_in[0] + i * p->in_size;
	float *columns =
	    identity ? dx : batch->work + (int64_t)p->taps * p->pixels;

	blas_sgemm(CblasTrans, CblasNoTrans, p->taps, p->pixels, p->k, 1.0F, w,
	    p->taps, batch->d_out + i * p->out_size, p->pixels,
	    identity ? 1.0F : 0.0F, columns, p->pixels);
	if (!identity)
		col2im(batch->attr, columns, p->c, p->in_h, p->in_w,
		    batch->out_shape, dx);
}

void
op_conv_backward(const struct operator_batch *batch)
{
	struct product p;

	product_of(batch, &p);
	for (int i = 0; i < batch->n * batch->attr->group; i++) {
		if (batch->d_in[1] != NULL)
			weight_backward(batch, &p, i);
		if (batch->d_in[0] != NULL)
			data_backward(batch, &p, i);
	}
	if (batch->n_in == 3 && batch->d_in[2] != NULL)
		bias_backward(batch);
}
