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
			out[k + l] =
			    finish(sum[l], add ? add + k + l : NULL, job->relu);
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

/*
 * The matrices of F(4x4,3x3): points 0, 1/2, -1/2, 3/2, -3/2 and infinity; the
 * second and third are scaled by 2 (input) and 1/2 (output).
 */
static const double input_matrix[P][P] = {
    {0.5625, 0, -2.5, 0, 1, 0},
    {0, -2.25, -4.5, 1, 2, 0},
    {0, 2.25, -4.5, -1, 2, 0},
    {0, -0.375, -0.25, 1.5, 1, 0},
    {0, 0.375, -0.25, -1.5, 1, 0},
    {0, 0.5625, 0, -2.5, 0, 1},
};
static const double weight_matrix[P][3] = {
    {16.0 / 9, 0, 0},
    {-0.25, -0.125, -0.0625},
    {-0.25, 0.125, -0.0625},
    {1.0 / 9, 1.0 / 6, 0.25},
    {1.0 / 9, -1.0 / 6, 0.25},
    {0, 0, 1},
};
static const double output_matrix[TILE][P] = {
    {1, 2, 2, 1, 1, 0},
    {0, 1, -1, 1.5, -1.5, 0},
    {0, 0.5, 0.5, 2.25, 2.25, 0},
    {0, 0.25, -0.25, 3.375, -3.375, 1},
};

/* out = M d M^T for M of rows x columns; d is columns x columns. */
static void
both_sides(const double *m, int rows, int columns, const double *d, double *out)
{
	double half[P][P];

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
winograd_weights(const float *g, const double *scale, const int *from, int k,
    int c, float *u)
{
	const ptrdiff_t point = (ptrdiff_t)c * B;

	for (int f = 0; f < kernel_padded(k); f++) {
		for (int q = 0; q < c; q++) {
			double filter[9] = {0}, points[P * P];
			float *to = u + f / B * P * P * point + q * B + f % B;

			for (int i = 0; f < k && i < 9; i++)
				filter[i] =
				    scale[f] *
				    (double)
					g[((ptrdiff_t)f * c + from[q]) * 9 + i];
			both_sides(&weight_matrix[0][0], P, 3, filter, points);
			for (int i = 0; i < P * P; i++)
				to[i * point] = (float)points[i];
		}
	}
}

/* The input tile of one channel at (y, x), transformed. */
static void
input_tile(const struct winograd_job *job, int n, int y, int x, int c,
    float out[P * P])
{
	double d[P * P], points[P * P];

	for (int i = 0; i < P * P; i++)
		d[i] = (double)view_at(&job->in, n, y + i / P, x + i % P)[c];
	both_sides(&input_matrix[0][0], P, P, d, points);
	for (int i = 0; i < P * P; i++)
		out[i] = (float)points[i];
}

static void
output_tile(const struct winograd_job *job, int n, int y0, int x0, int k,
    const double points[P * P])
{
	double o[TILE * TILE];

	both_sides(&output_matrix[0][0], TILE, P, points, o);
	for (int y = y0; y < y0 + TILE && y < job->h; y++)
		for (int x = x0; x < x0 + TILE && x < job->w; x++)
			view_at(&job->out, n, y, x)[k] = finish(
			    (float)o[(y - y0) * TILE + x - x0] + job->bias[k],
			    job->add.at == NULL
				? NULL
				: view_at(&job->add, n, y, x) + k,
			    job->relu);
}

/* One block of output channels of a tile; v: [c][P * P]. */
static void
tile_block(const struct winograd_job *job, int n, int y, int x, int block)
{
	const ptrdiff_t point = (ptrdiff_t)job->c * B;
	const float *u = job->weights + block * P * P * point, *v = job->work;
	float sum[P * P][B] = {{0}};

	for (int c = 0; c < job->c; c++)
		for (int i = 0; i < P * P; i++)
			for (int l = 0; l < B; l++)
				sum[i][l] +=
				    v[c * P * P + i] * u[i * point + c * B + l];
	for (int l = 0; l < B; l++) {
		double points[P * P];

		for (int i = 0; i < P * P; i++)
			points[i] = (double)sum[i][l];
		output_tile(job, n, y, x, block * B + l, points);
	}
}

static void
winograd_tile(const struct winograd_job *job, int n, int y, int x)
{
	for (int c = 0; c < job->c; c++)
		input_tile(job, n, y, x, c, job->work + c * P * P);
	for (int k = 0; k < kernel_blocks(job->k); k++)
		tile_block(job, n, y, x, k);
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
    .gradient = gradient,
    .winograd_gradient = winograd_gradient,
    .winograd_gradient_end = winograd_gradient_end,
    .norm_sums = norm_sums,
    .norm_back_sums = norm_back_sums,
    .norm_back = norm_back,
    .peak = peak,
};
