#include "execute/norm_train.h"

#include <math.h>

/*
 * Sums run in eight lanes, that a compiler may keep in vectors without changing
 * their order.
 */
enum { LANES = 8 };

static double
sum_lanes(const double lane[LANES])
{
	double sum = 0.0;

	for (int i = 0; i < LANES; i++)
		sum += lane[i];
	return sum;
}

/* Adds sum x and sum x * x of one plane. */
static void
plane_sums(const float *x, int64_t n, double *s1, double *s2)
{
	double a[LANES] = {0}, b[LANES] = {0};
	int64_t i = 0;

	for (; i + LANES <= n; i += LANES)
		for (int l = 0; l < LANES; l++) {
			double v = (double)x[i + l];

			a[l] += v;
			b[l] += v * v;
		}
	for (int l = 0; i < n; i++, l++) {
		a[l] += (double)x[i];
		b[l] += (double)x[i] * (double)x[i];
	}
	*s1 += sum_lanes(a);
	*s2 += sum_lanes(b);
}

/* Adds sum (x - mean)^2 of one plane. */
static void
plane_squares(const float *x, int64_t n, double mean, double *sum)
{
	double a[LANES] = {0};
	int64_t i = 0;

	for (; i + LANES <= n; i += LANES)
		for (int l = 0; l < LANES; l++) {
			double d = (double)x[i + l] - mean;

			a[l] += d * d;
		}
	for (int l = 0; i < n; i++, l++)
		a[l] += ((double)x[i] - mean) * ((double)x[i] - mean);
	*sum += sum_lanes(a);
}

/* Adds sum dy and sum dy * (x - mean) of one plane. */
static void
plane_back_sums(const float *x, const float *dy, int64_t n, double mean,
    double *s1, double *s2)
{
	double a[LANES] = {0}, b[LANES] = {0};
	int64_t i = 0;

	for (; i + LANES <= n; i += LANES)
		for (int l = 0; l < LANES; l++) {
			double v = (double)dy[i + l];

			a[l] += v;
			b[l] += v * ((double)x[i + l] - mean);
		}
	for (int l = 0; i < n; i++, l++) {
		a[l] += (double)dy[i];
		b[l] += (double)dy[i] * ((double)x[i] - mean);
	}
	*s1 += sum_lanes(a);
	*s2 += sum_lanes(b);
}

void
norm_sums(const float *x, int64_t n, int64_t c, int64_t pixels, double *sums)
{
	for (int64_t k = 0; k < 2 * c; k++)
		sums[k] = 0.0;
	for (int64_t i = 0; i < n * c; i++, x += pixels)
		plane_sums(x, pixels, &sums[i % c], &sums[c + i % c]);
}

void
norm_finish(
    const double *sums, int64_t c, double count, struct norm_channel *channel)
{
	for (int64_t k = 0; k < c; k++) {
		double mean = sums[k] / count;
		double var = sums[c + k] / count - mean * mean;

		/* rounding alone can make it negative; a NaN stays */
		channel[k].mean = mean;
		channel[k].var = var < 0.0 ? 0.0 : var;
	}
}

void
norm_squares(const float *x, int64_t n, int64_t c, int64_t pixels,
    const struct norm_channel *channel, double *sums)
{
	for (int64_t k = 0; k < c; k++)
		sums[k] = 0.0;
	for (int64_t i = 0; i < n * c; i++, x += pixels)
		plane_squares(x, pixels, channel[i % c].mean, &sums[i % c]);
}

void
norm_apply(const float *x, int64_t n, int64_t c, int64_t pixels,
    const struct norm_channel *channel, double epsilon, const float *weight,
    const float *bias, float *y)
{
	for (int64_t i = 0; i < n * c; i++, x += pixels, y += pixels) {
		const struct norm_channel *ch = &channel[i % c];
		const float mean = (float)ch->mean, shift = bias[i % c];
		const float scale =
		    (float)((double)weight[i % c] / sqrt(ch->var + epsilon));

		for (int64_t j = 0; j < pixels; j++)
			y[j] = (x[j] - mean) * scale + shift;
	}
}

void
norm_back_sums(const float *x, const float *dy, int64_t n, int64_t c,
    int64_t pixels, const struct norm_channel *channel, double *sums)
{
	for (int64_t k = 0; k < 2 * c; k++)
		sums[k] = 0.0;
	for (int64_t i = 0; i < n * c; i++, x += pixels, dy += pixels)
		plane_back_sums(x, dy, pixels, channel[i % c].mean,
		    &sums[i % c], &sums[c + i % c]);
}

/*
 * With s = 1 / sqrt(var + epsilon):
 * dx = weight s (dy - mean(dy) - (x - mean) s^2 mean(dy (x - mean)))
 */
void
norm_back_apply(const float *x, const float *dy, int64_t n, int64_t c,
    int64_t pixels, const struct norm_channel *channel, double epsilon,
    const float *weight, const double *sums, double count, float *dx)
{
	for (int64_t i = 0; i < n * c; i++) {
		const int64_t k = i % c;
		const double s2 = 1.0 / (channel[k].var + epsilon);
		const double scale = (double)weight[k] * sqrt(s2);
		const float a = (float)scale, mean = (float)channel[k].mean;
		const float b = (float)(s2 * sums[c + k] / count);
		const float d = (float)(sums[k] / count);

		for (int64_t j = 0; j < pixels; j++)
			dx[j] += a * (dy[j] - d - b * (x[j] - mean));
		x += pixels;
		dy += pixels;
		dx += pixels;
	}
}
