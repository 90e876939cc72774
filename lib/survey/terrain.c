#include "survey/terrain.h"

#include <math.h>
#include <stddef.h>

/* linspace is exact to a few ulp of its ends; a step is far larger. */
static int64_t
zero_of(const double *at, int64_t n)
{
	for (int64_t i = 0; i < n; i++)
		if (fabs(at[i]) <= 1e-9 * (n > 1 ? at[n - 1] - at[0] : 1))
			return i;
	return -1;
}

int64_t
terrain_centre(const struct terrain *t)
{
	int64_t ix = zero_of(t->x, t->nx), iy = zero_of(t->y, t->ny);

	return ix < 0 || iy < 0 ? -1 : iy * t->nx + ix;
}

int64_t
terrain_lowest(const struct terrain *t)
{
	int64_t lowest = -1;

	for (int64_t i = 0; i < t->nx * t->ny; i++)
		if (isfinite(t->loss[i]) &&
		    (lowest < 0 || t->loss[i] < t->loss[lowest]))
			lowest = i;
	return lowest;
}

struct crossing
terrain_width(const struct terrain *t, int axis, int sign, double level)
{
	const int64_t n = axis == 0 ? t->nx : t->ny;
	const int64_t stride = axis == 0 ? 1 : t->nx;
	const double *at = axis == 0 ? t->x : t->y;
	int64_t centre = terrain_centre(t);
	int64_t start = axis == 0 ? centre % t->nx : centre / t->nx;
	double before = t->loss[centre];
	struct crossing c = {CROSSING_OPEN, 0};

	if (!(before < level)) {
		c.kind = isnan(before) ? CROSSING_BROKEN : CROSSING_ABOVE;
		return c;
	}
	for (int64_t k = start + sign; k >= 0 && k < n; k += sign) {
		double now = t->loss[centre + (k - start) * stride];
		double step = fabs(at[k] - at[k - sign]);

		if (isnan(now)) {
			c.kind = CROSSING_BROKEN;
			return c;
		}
		if (now >= level) {
			c.kind = CROSSING_AT;
			if (isfinite(now) && now > before)
				c.at +=
				    step * (level - before) / (now - before);
			return c;
		}
		c.at += step;
		before = now;
	}
	return c;
}

/* Does the grid go out to distance r both ways? */
static bool
reaches(const double *at, int64_t n, double r)
{
	const double room = r * (1 - 1e-9);

	return n < 2 || (at[0] <= -room && at[n - 1] >= room);
}

struct sharpness
terrain_sharpness(const struct terrain *t, double r)
{
	struct sharpness s = {.rise = NAN, .keskar = NAN};
	int64_t centre = terrain_centre(t);

	s.reached = reaches(t->x, t->nx, r) && reaches(t->y, t->ny, r);
	for (int64_t i = 0; centre >= 0 && i < t->nx * t->ny; i++) {
		double x = t->x[i % t->nx];
		double y = t->y[i / t->nx];
		double rise = t->loss[i] - t->loss[centre];

		/* a point on the circle counts, whatever its last bit is */
		if (i == centre || sqrt(x * x + y * y) > r * (1 + 1e-9) ||
		    isnan(rise))
			continue;
		s.points++;
		s.rise = fmax(s.rise, rise);
	}
	if (s.points > 0)
		s.keskar = 100 * s.rise / (1 + t->loss[centre]);
	return s;
}

/* The 3 x 3 surroundings of a point, row by row, and weights on them. */
enum { AROUND = 9 };

static void
look_around(
    const struct terrain *t, int64_t i, const double *field, double out[AROUND])
{
	for (int k = 0; k < AROUND; k++) {
		int64_t dy = k / 3 - 1, dx = k % 3 - 1;

		out[k] = t->ny > 1 || dy == 0 ? field[i + dy * t->nx + dx] : 0;
	}
}

static double
weigh(const double *weight, const double *value)
{
	double sum = 0;

	for (int k = 0; k < AROUND; k++)
		sum += weight[k] * value[k];
	return sum;
}

/*
 * The smallest eigenvalue of [a b; b c], and its eigenvector in v: the bend is
 * the second difference along v, which is a weighted sum of the nine losses.
 */
static double
smallest(double a, double b, double c, double v[2])
{
	double half = (a - c) / 2, root = sqrt(half * half + b * b);
	double angle = 0.5 * atan2(2 * b, a - c);

	/* the eigenvector of the other one, turned by a right angle */
	v[0] = -sin(angle);
	v[1] = cos(angle);
	return (a + c) / 2 - root;
}

static const double xx[AROUND] = {0, 0, 0, 1, -2, 1, 0, 0, 0};
static const double yy[AROUND] = {0, 1, 0, 0, -2, 0, 0, 1, 0};
static const double xy[AROUND] = {0.25, 0, -0.25, 0, 0, 0, -0.25, 0, 0.25};

/* The bend at a point and its standard error; NaN next to no number. */
static double
bend_at(const struct terrain *t, int64_t i, double hx, double hy, double *error)
{
	double loss[AROUND], se[AROUND] = {0}, v[2] = {1, 0}, bend, sum = 0;

	look_around(t, i, t->loss, loss);
	if (t->se != NULL)
		look_around(t, i, t->se, se);
	bend = weigh(xx, loss) / (hx * hx);
	if (t->ny > 1)
		bend = smallest(bend, weigh(xy, loss) / (hx * hy),
		    weigh(yy, loss) / (hy * hy), v);
	for (int k = 0; k < AROUND; k++) {
		double w = v[0] * v[0] * xx[k] / (hx * hx) +
			   2 * v[0] * v[1] * xy[k] / (hx * hy) +
			   v[1] * v[1] * yy[k] / (hy * hy);
		double e = isfinite(se[k]) ? se[k] : 0;
		double ulp = ldexp(fabs(loss[k]), -24);

		sum += w * w * (e * e + ulp * ulp);
	}
	*error = sqrt(sum);
	return bend;
}

struct bends
terrain_bends(const struct terrain *t)
{
	struct bends b = {.lowest = NAN};
	const int64_t edge = t->ny > 1 ? 1 : 0;
	double hx = t->nx > 1 ? t->x[1] - t->x[0] : 1;
	double hy = t->ny > 1 ? t->y[1] - t->y[0] : 1;

	for (int64_t iy = edge; iy < t->ny - edge; iy++)
		for (int64_t ix = 1; ix < t->nx - 1; ix++) {
			double error, bend;

			bend = bend_at(t, iy * t->nx + ix, hx, hy, &error);
			if (!isfinite(bend) || !isfinite(error))
				continue;
			b.points++;
			b.lowest = fmin(b.lowest, bend);
			b.down += bend < -2 * error;
		}
	return b;
}
