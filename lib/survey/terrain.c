#include "survey/terrain_terms.h"

#include <math.h>
#include <stddef.h>

/* linspace is exact to a few ulp of its ends; a step is far larger. */
int64_t
terrain_index(const double *at, int64_t n, double x)
{
	for (int64_t i = 0; i < n; i++)
		if (fabs(at[i] - x) <= 1e-9 * (n > 1 ? at[n - 1] - at[0] : 1))
			return i;
	return -1;
}

int64_t
terrain_place(const struct terrain *t, double x)
{
	const int64_t ix = terrain_index(t->x, t->nx, x);
	const int64_t iy = terrain_index(t->y, t->ny, 0);

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

/* ---- errors ---- */

struct term
terrain_term(const struct terrain *t, int64_t i, double weight)
{
	return (struct term){.weight = weight,
	    .loss = t->loss[i],
	    .se = t->se != NULL ? t->se[i] : NAN,
	    .groups = t->groups != NULL ? t->groups + i * GROUPS : NULL};
}

struct term
terrain_centre_term(const struct centre *centre, double weight)
{
	return (struct term){weight, centre->loss, centre->se, centre->groups};
}

double
influence_error(const double by[GROUPS], double shrink)
{
	double mean = 0, squares = 0;

	for (int g = 0; g < GROUPS; g++)
		mean += by[g] / GROUPS;
	for (int g = 0; g < GROUPS; g++)
		squares += (by[g] - mean) * (by[g] - mean);
	return shrink * sqrt(squares / GROUPS / (GROUPS - 1));
}

struct influence
terrain_combine(const struct terrain *t, const struct term *term, int n)
{
	struct influence in = {.grouped = true};
	double squares = 0;

	for (int k = 0; k < n; k++) {
		const double e = term[k].weight * term[k].se;

		if (term[k].weight == 0)
			continue;
		squares += e * e;
		in.grouped &=
		    term[k].groups != NULL && !isnan(term[k].groups[0]);
		for (int g = 0; g < GROUPS && in.grouped; g++)
			in.by[g] +=
			    term[k].weight * (term[k].groups[g] - term[k].loss);
	}
	if (!in.grouped)
		return (struct influence){.se = sqrt(squares)};
	in.se = influence_error(in.by, t->shrink);
	return in;
}

/* ---- widths ---- */

/* Three places of the way: its start, and those around the crossing. */
struct passing {
	int64_t from, before, now;
	double step, level;
};

/*
 * The crossing lies step * (level - before) / (now - before) behind `before`.
 * Its derivatives by these losses, where the start may be `before`, too.
 */
static void
set_crossing(const struct terrain *t, const struct passing *p, bool above,
    struct crossing *c)
{
	const double before = t->loss[p->before], now = t->loss[p->now];
	const double slope = (now - before) / p->step;
	const double share = (p->level - before) / (now - before);
	struct term terms[] = {terrain_term(t, p->before, -(1 - share) / slope),
	    terrain_term(t, p->now, -share / slope),
	    terrain_term(t, p->from, above ? 1 / slope : 0)};

	c->kind = CROSSING_AT;
	c->error = (struct influence){.se = p->step};
	if (!isfinite(now) || !(now > before))
		return;
	c->at += p->step * (p->level - before) / (now - before);
	if (p->from == p->before) {
		terms[0].weight += terms[2].weight;
		terms[2].weight = 0;
	}
	c->error = terrain_combine(t, terms, 3);
}

struct crossing
terrain_width(const struct terrain *t, int64_t from, int axis, int sign,
    struct level level)
{
	const int64_t n = axis == 0 ? t->nx : t->ny;
	const int64_t stride = axis == 0 ? 1 : t->nx;
	const double *at = axis == 0 ? t->x : t->y;
	const int64_t start = axis == 0 ? from % t->nx : from / t->nx;
	const double height = level.loss + (level.above ? t->loss[from] : 0);
	struct crossing c = {CROSSING_OPEN, 0, {.se = NAN}};

	if (!(t->loss[from] < height)) {
		c.kind =
		    isnan(t->loss[from]) ? CROSSING_BROKEN : CROSSING_ABOVE;
		return c;
	}
	for (int64_t k = start + sign; k >= 0 && k < n; k += sign) {
		struct passing p = {.from = from,
		    .before = from + (k - sign - start) * stride,
		    .now = from + (k - start) * stride,
		    .step = fabs(at[k] - at[k - sign]),
		    .level = height};

		if (isnan(t->loss[p.now])) {
			c.kind = CROSSING_BROKEN;
			return c;
		}
		if (t->loss[p.now] >= height) {
			set_crossing(t, &p, level.above, &c);
			return c;
		}
		c.at += p.step;
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
terrain_sharpness(
    const struct terrain *t, const struct centre *centre, double r)
{
	struct sharpness s = {.rise = NAN, .keskar = NAN, .error = {.se = NAN}};
	int64_t highest = -1;

	s.reached = reaches(t->x, t->nx, r) && reaches(t->y, t->ny, r);
	for (int64_t i = 0; i < t->nx * t->ny; i++) {
		double x = t->x[i % t->nx];
		double y = t->y[i / t->nx];
		double rise = t->loss[i] - centre->loss;

		/* a point on the circle counts, whatever its last bit is */
		if (i == centre->place ||
		    sqrt(x * x + y * y) > r * (1 + 1e-9) || isnan(rise))
			continue;
		s.points++;
		if (rise <= s.rise)
			continue;
		s.rise = rise;
		highest = i;
	}
	if (highest >= 0)
		s.error = terrain_combine(t,
		    (const struct term[]){terrain_term(t, highest, 1),
			terrain_centre_term(centre, -1)},
		    2);
	if (s.points > 0)
		s.keskar = 100 * s.rise / (1 + centre->loss);
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

/*
 * The bend at a point and its standard error; NaN next to no number.  Errors
 * that are not known are none; the last bits are nobody's group's.
 */
static double
bend_at(const struct terrain *t, int64_t i, double hx, double hy, double *error)
{
	double loss[AROUND], v[2] = {1, 0}, bend, ulps = 0;
	struct term terms[AROUND];

	look_around(t, i, t->loss, loss);
	bend = weigh(xx, loss) / (hx * hx);
	if (t->ny > 1)
		bend = smallest(bend, weigh(xy, loss) / (hx * hy),
		    weigh(yy, loss) / (hy * hy), v);
	for (int k = 0; k < AROUND; k++) {
		double w = v[0] * v[0] * xx[k] / (hx * hx) +
			   2 * v[0] * v[1] * xy[k] / (hx * hy) +
			   v[1] * v[1] * yy[k] / (hy * hy);
		double ulp = ldexp(fabs(loss[k]), -24);

		terms[k] = (struct term){0};
		if (t->ny > 1 || k / 3 == 1)
			terms[k] = terrain_term(
			    t, i + (k / 3 - 1) * t->nx + k % 3 - 1, w);
		if (isnan(terms[k].se))
			terms[k].se = 0;
		ulps += w * w * ulp * ulp;
	}
	*error = hypot(terrain_combine(t, terms, AROUND).se, sqrt(ulps));
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
			b.unsure += fabs(bend) <= 2 * error;
		}
	return b;
}
