/* MaxPool, AveragePool, GlobalAveragePool. */
#include <math.h>

#include "net/op_family.h"
#include "net/window.h"

/* A dilated window may step over a small image. */
static int
check_windows(const struct attributes *attr, const struct shape *in,
    const struct shape *out, struct error *err)
{
	for (int axis = 0; axis < SPATIAL; axis++)
		for (int i = 0; i < (int)out->dim[1 + axis]; i++) {
			const int at =
			    i * attr->strides[axis] - attr->pads[axis];
			int first, last;

			window_clip(at, attr->dilations[axis],
			    attr->kernel_shape[axis], (int)in->dim[1 + axis],
			    &first, &last);
			if (first == last)
				return error_set(err,
				    "a window of %d (dilation %d) has no pixel "
				    "of the %lld",
				    attr->kernel_shape[axis],
				    attr->dilations[axis],
				    (long long)in->dim[1 + axis]);
		}
	return 0;
}

static int
pool_shape(const struct attributes *attr, const struct shape *in,
    struct shape *out, struct error *err)
{
	if (window_shape(attr, in, out, err) < 0)
		return -1;
	for (int i = 0; i < SPATIAL; i++)
		/* so that no window lies outside the image completely */
		if (attr->pads[i] >= attr->kernel_shape[i] ||
		    attr->pads[SPATIAL + i] >= attr->kernel_shape[i])
			return error_set(err,
			    "a pool pads %d and %d, expected less than its "
			    "kernel of %d",
			    attr->pads[i], attr->pads[SPATIAL + i],
			    attr->kernel_shape[i]);
	out->dim[0] = in->dim[0];
	return check_windows(attr, in, out, err);
}

/* A window's taps that lie inside the image. */
struct taps {
	int y, x;           /* position of tap 0, may be negative */
	int y0, y1, x0, x1; /* taps y0 <= i < y1, x0 <= j < x1 */
};

static struct taps
taps_at(const struct attributes *a, const struct shape *in, int y, int x)
{
	struct taps t = {.y = y * a->strides[0] - a->pads[0],
	    .x = x * a->strides[1] - a->pads[1]};

	window_clip(t.y, a->dilations[0], a->kernel_shape[0], (int)in->dim[1],
	    &t.y0, &t.y1);
	window_clip(t.x, a->dilations[1], a->kernel_shape[1], (int)in->dim[2],
	    &t.x0, &t.x1);
	return t;
}

typedef double pool_fn(const struct attributes *attr, const struct shape *in,
    const float *plane, const struct taps *taps);

static void
pool(const struct operator_call *call, pool_fn *value)
{
	const struct shape *in = &call->in_shape[0], *out = call->out_shape;
	const float *plane = call->in[0];
	float *p = call->out;

	for (int c = 0; c < in->dim[0]; c++, plane += in->dim[1] * in->dim[2])
		for (int y = 0; y < out->dim[1]; y++)
			for (int x = 0; x < out->dim[2]; x++) {
				struct taps t = taps_at(call->attr, in, y, x);

				*p++ = (float)value(call->attr, in, plane, &t);
			}
}

/* Gives dy, the gradient by one window's value, back to the window's pixels. */
typedef void unpool_fn(const struct attributes *attr, const struct shape *in,
    const float *plane, const struct taps *taps, float dy, float *d_plane);

/* plane is NULL for a pool that needs no input. */
static void
unpool(const struct operator_batch *batch, const float *plane, unpool_fn *back)
{
	const struct shape *in = &batch->in_shape[0], *out = batch->out_shape;
	const int64_t size = in->dim[1] * in->dim[2];
	const float *dy = batch->d_out;
	float *dx = batch->d_in[0];

	for (int64_t c = 0; dx != NULL && c < batch->n * in->dim[0];
	     c++, dx += size) {
		for (int y = 0; y < out->dim[1]; y++)
			for (int x = 0; x < out->dim[2]; x++) {
				struct taps t = taps_at(batch->attr, in, y, x);

				back(batch->attr, in, plane, &t, *dy++, dx);
			}
		if (plane != NULL)
			plane += size;
	}
}

/* Where tap (i, j) lies in a plane. */
static int64_t
tap_at(const struct attributes *attr, const struct shape *in,
    const struct taps *t, int i, int j)
{
	int64_t y = t->y + i * attr->dilations[0];

	return y * in->dim[2] + t->x + j * attr->dilations[1];
}

static float
tap(const struct attributes *attr, const struct shape *in, const float *plane,
    const struct taps *t, int i, int j)
{
	return plane[tap_at(attr, in, t, i, j)];
}

/* A NaN in the window is the result, as in PyTorch. */
static double
largest(const struct attributes *attr, const struct shape *in,
    const float *plane, const struct taps *t)
{
	float max = -INFINITY;

	for (int i = t->y0; i < t->y1; i++)
		for (int j = t->x0; j < t->x1; j++) {
			float v = tap(attr, in, plane, t, i, j);

			if (v > max || isnan(v))
				max = v;
		}
	return (double)max;
}

/* Padding counts as far as the attributes' pads reach, not what ceil adds. */
static int
padded_taps(
    const struct attributes *attr, const struct shape *in, int axis, int start)
{
	const int64_t rest =
	    in->dim[1 + axis] + attr->pads[SPATIAL + axis] - start;
	const int64_t n =
	    (rest + attr->dilations[axis] - 1) / attr->dilations[axis];

	return n < attr->kernel_shape[axis] ? (int)n : attr->kernel_shape[axis];
}

/* What an average divides by. */
static int
divisor(
    const struct attributes *attr, const struct shape *in, const struct taps *t)
{
	if (!attr->count_include_pad)
		return (t->y1 - t->y0) * (t->x1 - t->x0);
	return padded_taps(attr, in, 0, t->y) * padded_taps(attr, in, 1, t->x);
}

static double
average(const struct attributes *attr, const struct shape *in,
    const float *plane, const struct taps *t)
{
	double sum = 0.0;

	for (int i = t->y0; i < t->y1; i++)
		for (int j = t->x0; j < t->x1; j++)
			sum += (double)tap(attr, in, plane, t, i, j);
	return sum / divisor(attr, in, t);
}

/* The first largest pixel of a window, as in PyTorch; a NaN counts as largest.
 */
static int64_t
largest_at(const struct attributes *attr, const struct shape *in,
    const float *plane, const struct taps *t)
{
	int64_t best = tap_at(attr, in, t, t->y0, t->x0);

	for (int i = t->y0; i < t->y1; i++)
		for (int j = t->x0; j < t->x1; j++) {
			int64_t at = tap_at(attr, in, t, i, j);

			if (plane[at] > plane[best] || isnan(plane[at]))
				best = at;
		}
	return best;
}

/* It gets all. */
static void
largest_back(const struct attributes *attr, const struct shape *in,
    const float *plane, const struct taps *t, float dy, float *d_plane)
{
	d_plane[largest_at(attr, in, plane, t)] += dy;
}

static void
average_back(const struct attributes *attr, const struct shape *in,
    const float *plane, const struct taps *t, float dy, float *d_plane)
{
	const float share = dy / (float)divisor(attr, in, t);

	(void)plane;
	for (int i = t->y0; i < t->y1; i++)
		for (int j = t->x0; j < t->x1; j++)
			d_plane[tap_at(attr, in, t, i, j)] += share;
}

int
op_max_pool_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	(void)n_in;
	return pool_shape(attr, in, out, err);
}

void
op_max_pool_forward(const struct operator_call *call)
{
	pool(call, largest);
}

void
op_max_pool_backward(const struct operator_batch *batch)
{
	unpool(batch, batch->in[0], largest_back);
}

void
op_max_pool_tangent(const struct operator_batch *batch)
{
	const struct shape *in = &batch->in_shape[0], *out = batch->out_shape;
	const int64_t size = in->dim[1] * in->dim[2];
	const float *plane = batch->in[0], *t_in = batch->t_in[0];
	float *t_out = batch->t_out;

	for (int64_t c = 0; c < batch->n * in->dim[0];
	     c++, plane += size, t_in += size)
		for (int y = 0; y < out->dim[1]; y++)
			for (int x = 0; x < out->dim[2]; x++) {
				struct taps t = taps_at(batch->attr, in, y, x);

				*t_out++ = t_in[largest_at(
				    batch->attr, in, plane, &t)];
			}
}

int
op_average_pool_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	(void)n_in;
	return pool_shape(attr, in, out, err);
}

void
op_average_pool_forward(const struct operator_call *call)
{
	pool(call, average);
}

void
op_average_pool_backward(const struct operator_batch *batch)
{
	unpool(batch, NULL, average_back);
}

int
op_global_average_pool_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	(void)attr;
	(void)n_in;
	if (in->rank < 2)
		return error_set(err,
		    "the input has %d dimension, expected c h w", in->rank);
	*out = *in;
	for (int i = 1; i < out->rank; i++)
		out->dim[i] = 1;
	return 0;
}

void
op_global_average_pool_forward(const struct operator_call *call)
{
	const float *x = call->in[0];
	const int64_t c = call->in_shape[0].dim[0];
	const int64_t n = shape_size(&call->in_shape[0]) / c;

	for (int64_t k = 0; k < c; k++, x += n) {
		double sum = 0.0;

		for (int64_t i = 0; i < n; i++)
			sum += (double)x[i];
		call->out[k] = (float)(sum / (double)n);
	}
}

void
op_global_average_pool_backward(const struct operator_batch *batch)
{
	const int64_t c = batch->in_shape[0].dim[0];
	const int64_t n = shape_size(&batch->in_shape[0]) / c;
	float *dx = batch->d_in[0];

	for (int64_t k = 0; dx != NULL && k < batch->n * c; k++, dx += n) {
		const float share = batch->d_out[k] / (float)n;

		for (int64_t i = 0; i < n; i++)
			dx[i] += share;
	}
}
