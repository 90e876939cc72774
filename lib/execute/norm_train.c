#include "execute/norm_train.h"

#include <math.h>
#include <stdbool.h>

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

/* Adds sum (a - from) and sum (a - from) * (x - mean) of one plane. */
static void
plane_sums(const float *a, const float *x, int64_t n, double from, double mean,
    double *s1, double *s2)
{
	double p[LANES] = {0}, q[LANES] = {0};
	int64_t i = 0;

	for (; i + LANES <= n; i += LANES)
		for (int l = 0; l < LANES; l++) {
			double v = (double)a[i + l] - from;

			p[l] += v;
			q[l] += v * ((double)x[i + l] - mean);
		}
	for (int l = 0; i < n; i++, l++) {
		p[l] += (double)a[i] - from;
		q[l] += ((double)a[i] - from) * ((double)x[i] - mean);
	}
	*s1 += sum_lanes(p);
	*s2 += sum_lanes(q);
}

/* By how much a and x are moved: by their channel's mean, or not at all. */
static void
all_sums(const struct norm_planes *planes, const float *a, const float *x,
    bool move_a, bool move_x, double *sums)
{
	const int64_t c = planes->c, pixels = planes->pixels;

	for (int64_t k = 0; k < 2 * c; k++)
		sums[k] = 0.0;
	for (int64_t i = 0; i < planes->n * c; i++, a += pixels, x += pixels) {
		const double mean = planes->channel[i % c].mean;

		plane_sums(a, x, pixels, move_a ? mean : 0.0,
		    move_x ? mean : 0.0, &sums[i % c], &sums[c + i % c]);
	}
}

void
norm_sums(const struct norm_planes *planes, const float *a, const float *x,
    double *sums)
{
	all_sums(planes, a, x, false, false, sums);
}

void
norm_back_sums(const struct norm_planes *planes, const float *a, const float *x,
    double *sums)
{
	all_sums(planes, a, x, false, true, sums);
}

void
norm_squares(const struct norm_planes *planes, const float *x, double *sums)
{
	all_sums(planes, x, x, true, true, sums);
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
norm_apply(const struct norm_planes *planes, const float *x, float *y)
{
	const int64_t c = planes->c, pixels = planes->pixels;

	for (int64_t i = 0; i < planes->n * c; i++, x += pixels, y += pixels) {
		const struct norm_channel *ch = &planes->channel[i % c];
		const float mean = (float)ch->mean, shift = planes->bias[i % c];
		const float scale = (float)((double)planes->weight[i % c] /
					    sqrt(ch->var + planes->epsilon));

		for (int64_t j = 0; j < pixels; j++)
			y[j] = (x[j] - mean) * scale + shift;
	}
}

/*
 * With s = 1 / sqrt(var + epsilon):
 * dx = weight s (dy - mean(dy) - (x - mean) s^2 mean(dy (x - mean)))
 */
void
norm_back_apply(const struct norm_planes *planes, const float *x,
    const float *dy, const double *sums, double count, float *dx)
{
	const int64_t c = planes->c, pixels = planes->pixels;

	for (int64_t i = 0; i < planes->n * c; i++) {
		const int64_t k = i % c;
		const struct norm_channel *ch = &planes->channel[k];
		const double s2 = 1.0 / (ch->var + planes->epsilon);
		const double scale = (double)planes->weight[k] * sqrt(s2);
		const float a = (float)scale, mean = (float)ch->mean;
		const float b = (float)(s2 * sums[c + k] / count);
		const float d = (float)(sums[k] / count);

		for (int64_t j = 0; j < pixels; j++)
			dx[j] += a * (dy[j] - d - b * (x[j] - mean));
		x += pixels;
		dy += pixels;
		dx += pixels;
	}
}
