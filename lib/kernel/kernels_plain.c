/*
 * The definition of every kernel in plain C: sums in float, one output at a
 * time, written for reading.
 */
#include <math.h>

#include "kernel/kernel.h"
#include "kernel/window.h"

enum {
	B = KERNEL_BLOCK,
	P = WINOGRAD_POINTS,
	Q = STRIDED_POINTS,
	TILE = WINOGRAD_TILE,
};

static float *
view_at(const struct view *view, int n, int y, int x)
{
	return view->at + n * view->image + y * view->row + x * view->pixel;
}

/* What follows a sum. */
static float
finish(float sum, const float *add, struct limits limits)
{
	if (add != NULL)
		sum += *add;
	sum = sum < limits.low ? limits.low : sum;
	return sum > limits.high ? limits.high : sum;
}

static void
conv_pixel(
    const struct conv_job *job, const float *in, const float *add, float *out)
{
	const float *w = job->weights;

	for (int k = 0; k < kernel_padded(job->k); k += B) {
		float sum[B];

		for (int l = 0; l < B; l++)
			sum[l] = job->bias[k + l];
		for (int i = 0; i < job->taps; i++)
			for (int c = 0; c < job->c; c++, w += B)
				for (int l = 0; l < B; l++)
					sum[l] += in[job->tap[i] + c] * w[l];
		for (int l = 0; l < B; l++)
			out[k + l] = finish(
			    sum[l], add ? add + k + l : NULL, job->limits);
	}
}

static void
depthwise_pixel(
    const struct conv_job *job, const float *in, const float *add, float *out)
{
	for (int k = 0; k < kernel_padded(job->k); k++) {
		const float *w = job->weights + k;
		float sum = job->bias[k];

		for (int i = 0; i < job->taps; i++)
			sum +=
			    in[job->tap[i] + k] * w[i * kernel_padded(job->k)];
		out[k] = finish(sum, add ? add + k : NULL, job->limits);
	}
}

static void
each_pixel(
    const struct conv_job *job, void (*pixel)(const struct conv_job *,
				    const float *, const float *, float *))
{
	for (int n = 0; n < job->images; n++)
		for (int y = 0; y < job->h; y++)
			for (int x = 0; x < job->w; x++)
				pixel(job, view_at(&job->in, n, y, x),
				    job->add.at == NULL
					? NULL
					: view_at(&job->add, n, y, x),
				    view_at(&job->out, n, y, x));
}

static void
conv(const struct conv_job *job)
{
	each_pixel(job, conv_pixel);
}

static void
depthwise(const struct conv_job *job)
{
	each_pixel(job, depthwise_pixel);
}

#include "kernel/plain_winograd.inc"

static float
larger(float a, float b)
{
	return a > b || isnan(a) ? a : b;
}

static float
pool_pixel(const struct pool_job *job, const struct window *w,
    const float *image, int maximum)
{
	float v = 0;

	for (int y = w->top; y < w->bottom; y++) {
		for (int x = w->left; x < w->right; x++) {
			float d = image[y * job->in.row + x * job->in.pixel];

			if (!maximum)
				v += d;
			else if (y == w->top && x == w->left)
				v = d;
			else
				v = larger(v, d);
		}
	}
	return maximum ? v : v * w->share;
}

static void
pool(const struct pool_job *job, int maximum)
{
	for (int n = 0; n < job->images; n++) {
		for (int y = 0; y < job->h; y++) {
			for (int x = 0; x < job->w; x++) {
				struct window w = window_at(job, y, x);

				for (int c = 0; c < kernel_padded(job->c); c++)
					view_at(&job->out, n, y, x)[c] =
					    pool_pixel(job, &w,
						view_at(&job->in, n, 0, 0) + c,
						maximum);
			}
		}
	}
}

static void
max_pool(const struct pool_job *job)
{
	pool(job, 1);
}

static void
average_pool(const struct pool_job *job)
{
	pool(job, 0);
}

static void
affine_pixel(
    const struct affine_job *job, const float *in, const float *add, float *out)
{
	for (int c = 0; c < kernel_padded(job->c); c++) {
		float v = in[c];

		if (job->scale != NULL)
			v = v * job->scale[c] + job->shift[c];
		out[c] = finish(v, add ? add + c : NULL, job->limits);
	}
}

static void
affine(const struct affine_job *job)
{
	for (int n = 0; n < job->images; n++)
		for (int y = 0; y < job->h; y++)
			for (int x = 0; x < job->w; x++)
				affine_pixel(job, view_at(&job->in, n, y, x),
				    job->add.at == NULL
					? NULL
					: view_at(&job->add, n, y, x),
				    view_at(&job->out, n, y, x));
}

static void
multiply(const struct affine_job *job)
{
	for (int n = 0; n < job->images; n++)
		for (int p = 0; p < job->h * job->w; p++) {
			int y = p / job->w, x = p % job->w;
			const float *by = view_at(&job->add, n, y, x);

			for (int c = 0; c < kernel_padded(job->c); c++)
				view_at(&job->out, n, y, x)[c] =
				    view_at(&job->in, n, y, x)[c] * by[c];
		}
}

static void
gradient(const struct gradient_job *job)
{
	float *to = job->d_weights;

	for (int k = 0; k < kernel_padded(job->k); k += B)
		for (int i = 0; i < job->taps; i++)
			for (int c = 0; c < job->c; c++, to += B)
				for (int n = 0; n < job->images; n++)
					for (int p = 0; p < job->h * job->w;
					     p++) {
						int y = p / job->w;
						int x = p % job->w;
						float in = view_at(&job->in, n,
						    y, x)[job->tap[i] + c];
						const float *d = view_at(
						    &job->d_out, n, y, x);

						for (int l = 0; l < B; l++)
							to[l] += in * d[k + l];
					}
}

/* Directly: the sums are the first 9/36 of their room. */
static void
winograd_gradient(const struct winograd_gradient_job *job)
{
	const ptrdiff_t row = job->in.row, pixel = job->in.pixel;
	const ptrdiff_t taps[9] = {0, pixel, 2 * pixel, row, row + pixel,
	    row + 2 * pixel, 2 * row, 2 * row + pixel, 2 * row + 2 * pixel};
	const struct gradient_job direct = {
	    .in = job->in,
	    .d_out = job->d_out,
	    .images = job->images,
	    .h = job->h,
	    .w = job->w,
	    .c = job->c,
	    .k = job->k,
	    .taps = 9,
	    .tap = taps,
	    .d_weights = job->sums,
	};
	const ptrdiff_t n = (ptrdiff_t)kernel_padded(job->k) * 9 * job->c;

	for (ptrdiff_t i = 0; job->fresh && i < n; i++)
		job->sums[i] = 0;
	gradient(&direct);
}

static void
winograd_gradient_end(const float *sums, int k, int c, float *d_weights)
{
	for (ptrdiff_t i = 0; i < (ptrdiff_t)kernel_padded(k) * 9 * c; i++)
		d_weights[i] = sums[i];
}

static void
norm_sums(const struct norm_sums_job *job)
{
	const int cp = kernel_padded(job->c);

	for (int n = 0; n < job->images; n++)
		for (int p = 0; p < job->h * job->w; p++) {
			const float *x =
			    view_at(&job->x, n, p / job->w, p % job->w);

			for (int c = 0; c < cp; c++) {
				job->sums[c] += (double)x[c];
				job->sums[cp + c] +=
				    (double)x[c] * (double)x[c];
			}
		}
}

static void
norm_back_sums(const struct norm_sums_job *job)
{
	const int cp = kernel_padded(job->c);

	for (int n = 0; n < job->images; n++)
		for (int p = 0; p < job->h * job->w; p++) {
			int i = p / job->w, j = p % job->w;
			const float *x = view_at(&job->x, n, i, j);
			float *d = view_at(&job->d, n, i, j);

			for (int c = 0; c < cp; c++) {
				if (job->y.at != NULL &&
				    !(view_at(&job->y, n, i, j)[c] > 0))
					d[c] = 0;
				job->sums[c] += (double)d[c];
				job->sums[cp + c] +=
				    (double)d[c] *
				    (double)(x[c] - job->mean[c]);
			}
		}
}

static void
norm_back(const struct norm_back_job *job)
{
	for (int n = 0; n < job->images; n++)
		for (int p = 0; p < job->h * job->w; p++) {
			int i = p / job->w, j = p % job->w;
			const float *x = view_at(&job->x, n, i, j);
			const float *d = view_at(&job->d, n, i, j);
			float *out = view_at(&job->out, n, i, j);

			for (int c = 0; c < kernel_padded(job->c); c++) {
				float v =
				    job->scale[c] *
				    (d[c] - job->d_mean[c] -
					job->slope[c] * (x[c] - job->mean[c]));

				if (job->add.at != NULL)
					v += view_at(&job->add, n, i, j)[c];
				out[c] = v;
			}
		}
}

#include "kernel/plain_pointwise.inc"
#include "kernel/plain_rows.inc"
#include "kernel/plain_slopes.inc"

static double
peak(long n, float *sink)
{
	for (long i = 0; i < n; i++)
		*sink = *sink * 0.5f + 1;
	return 2.0 * (double)n;
}

const struct kernels kernels_plain = {
    .name = "plain",
    .block_pixels = 1,
    .conv = conv,
    .depthwise = depthwise,
    .winograd = winograd,
    .winograd_weights = winograd_weights,
    .strided_weights = strided_weights,
    .max_pool = max_pool,
    .average_pool = average_pool,
    .affine = affine,
    .multiply = multiply,
    .gradient = gradient,
    .winograd_gradient = winograd_gradient,
    .winograd_gradient_end = winograd_gradient_end,
    .norm_sums = norm_sums,
    .norm_back_sums = norm_back_sums,
    .norm_back = norm_back,
    .softmax = softmax_rows,
    .layer_norm = layer_norm_rows,
    .softmax_back = softmax_back_rows,
    .layer_norm_back = layer_norm_back_rows,
    .pointwise = {POINTWISE_EACH(POINTWISE_ENTRY)},
    .slope = {POINTWISE_EACH(SLOPE_ENTRY)},
    .bend = {POINTWISE_EACH(BEND_ENTRY)},
    .peak = peak,
};
