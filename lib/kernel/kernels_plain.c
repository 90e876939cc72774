/*
 * The definition of every kernel in plain C: sums in float, one output at a
 * time, written for reading.
 */
#include <math.h>

#include "kernel/kernel.h"
#include "kernel/window.h"

enum { B = KERNEL_BLOCK, P = WINOGRAD_POINTS, TILE = WINOGRAD_TILE };

static float *
view_at(const struct view *view, int n, int y, int x)
{
	return view->at + n * view->image + y * view->row + x * view->pixel;
}

/* max(x, 0) that lets a NaN through. */
static float
finish(float sum, const float *add, int relu)
{
	if (add != NULL)
		sum += *add;
	return relu && sum < 0 ? 0 : sum;
}

static void
conv_pixel(
    const struct conv_job *job, const float *in, const float *add, float *out)
{
	for (int k = 0; k < kernel_padded(job->k); k++) {
		const float *w = job->weights +
				 (ptrdiff_t)(k / B) * job->taps * job->c * B +
				 k % B;
		float sum = job->bias[k];

		for (int i = 0; i < job->taps; i++)
			for (int c = 0; c < job->c; c++, w += B)
				sum += in[job->tap[i] + c] * *w;
		out[k] = finish(sum, add ? add + k : NULL, job->relu);
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
		out[k] = finish(sum, add ? add + k : NULL, job->relu);
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

/* The matrices of F(4x4,3x3): points 0, 1, -1, 2, -2 and infinity. */
static const float input_matrix[P][P] = {
    {4, 0, -5, 0, 1, 0},
    {0, -4, -4, 1, 1, 0},
    {0, 4, -4, -1, 1, 0},
    {0, -2, -1, 2, 1, 0},
    {0, 2, -1, -2, 1, 0},
    {0, 4, 0, -5, 0, 1},
};
static const float weight_matrix[P][3] = {
    {1.0f / 4, 0, 0},
    {-1.0f / 6, -1.0f / 6, -1.0f / 6},
    {-1.0f / 6, 1.0f / 6, -1.0f / 6},
    {1.0f / 24, 1.0f / 12, 1.0f / 6},
    {1.0f / 24, -1.0f / 12, 1.0f / 6},
    {0, 0, 1},
};
static const float output_matrix[TILE][P] = {
    {1, 1, 1, 1, 1, 0},
    {0, 1, -1, 2, -2, 0},
    {0, 1, 1, 4, 4, 0},
    {0, 1, -1, 8, -8, 1},
};

/* out = M d M^T for M of rows x columns; d is columns x columns. */
static void
both_sides(const float *m, int rows, int columns, const float *d, float *out)
{
	float half[P][P];

	for (int i = 0; i < rows; i++) {
		for (int x = 0; x < columns; x++) {
			half[i][x] = 0;
			for (int y = 0; y < columns; y++)
				half[i][x] +=
				    m[i * columns + y] * d[y * columns + x];
		}
	}
	for (int i = 0; i < rows; i++) {
		for (int j = 0; j < rows; j++) {
			out[i * rows + j] = 0;
			for (int x = 0; x < columns; x++)
				out[i * rows + j] +=
				    half[i][x] * m[j * columns + x];
		}
	}
}

static void
winograd_weights(
    const float *g, const float *scale, const int *from, int k, int c, float *u)
{
	const ptrdiff_t column = (ptrdiff_t)c * B;
	const ptrdiff_t row = kernel_blocks(k) * P * column;

	for (int f = 0; f < kernel_padded(k); f++) {
		for (int q = 0; q < c; q++) {
			float filter[9] = {0}, points[P * P];
			float *to = u + f / B * P * column + q * B + f % B;

			for (int i = 0; f < k && i < 9; i++)
				filter[i] =
				    scale[f] *
				    g[((ptrdiff_t)f * c + from[q]) * 9 + i];
			both_sides(&weight_matrix[0][0], P, 3, filter, points);
			for (int i = 0; i < P * P; i++)
				to[i / P * row + i % P * column] = points[i];
		}
	}
}

/* The input tile of one channel at (y, x), transformed. */
static void
input_tile(const struct winograd_job *job, int n, int y, int x, int c,
    float points[P * P])
{
	float d[P * P];

	for (int i = 0; i < P * P; i++)
		d[i] = view_at(&job->in, n, y + i / P, x + i % P)[c];
	both_sides(&input_matrix[0][0], P, P, d, points);
}

static void
output_tile(const struct winograd_job *job, int n, int y0, int x0, int k,
    const float points[P * P])
{
	float o[TILE * TILE];

	both_sides(&output_matrix[0][0], TILE, P, points, o);
	for (int y = y0; y < y0 + TILE && y < job->h; y++)
		for (int x = x0; x < x0 + TILE && x < job->w; x++)
			view_at(&job->out, n, y, x)[k] =
			    finish(o[(y - y0) * TILE + x - x0] + job->bias[k],
				job->add.at == NULL
				    ? NULL
				    : view_at(&job->add, n, y, x) + k,
				job->relu);
}

static void
winograd_tile(const struct winograd_job *job, int n, int y, int x)
{
	const ptrdiff_t column = (ptrdiff_t)job->c * B;
	const ptrdiff_t row = kernel_blocks(job->k) * P * column;
	float *v = job->work; /* [c][P * P] */

	for (int c = 0; c < job->c; c++)
		input_tile(job, n, y, x, c, v + c * P * P);
	for (int k = 0; k < kernel_padded(job->k); k++) {
		float sum[P * P] = {0};

		for (int c = 0; c < job->c; c++)
			for (int i = 0; i < P * P; i++)
				sum[i] += v[c * P * P + i] *
					  job->weights[i / P * row +
						       k / B * P * column +
						       i % P * column + c * B +
						       k % B];
		output_tile(job, n, y, x, k, sum);
	}
}

static void
winograd(const struct winograd_job *job)
{
	for (int n = 0; n < job->images; n++)
		for (int y = 0; y < job->h; y += TILE)
			for (int x = 0; x < job->w; x += TILE)
				winograd_tile(job, n, y, x);
}

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
		out[c] = finish(v, add ? add + c : NULL, job->relu);
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
    .max_pool = max_pool,
    .average_pool = average_pool,
    .affine = affine,
    .peak = peak,
};
