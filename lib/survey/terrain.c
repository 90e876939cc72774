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

static int64_t
all_points(const struct terrain *t)
{
	return t->nx * t->ny + t->n_other;
}

double
terrain_x(const struct terrain *t, int64_t i)
{
	const int64_t grid = t->nx * t->ny;

	return i < grid ? t->x[i % t->nx] : t->other_x[i - grid];
}

double
terrain_y(const struct terrain *t, int64_t i)
{
	const int64_t grid = t->nx * t->ny;

	return i < grid ? t->y[i / t->nx] : t->other_y[i - grid];
}

int64_t
terrain_lowest(const struct terrain *t)
{
	int64_t lowest = -1;

	for (int64_t i = 0; i < all_points(t); i++)
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

/* A way ends where the grid does. */
static bool
is_outside(const struct terrain *t, int64_t i)
{
	const double x = terrain_x(t, i), y = terrain_y(t, i);

	return x < t->x[0] || x > t->x[t->nx - 1] || y < t->y[0] ||
	       y > t->y[t->ny - 1];
}

/* What a way along an axis sees: coordinates along it and across. */
struct lane {
	const struct terrain *t;
	int axis, sign;
	int64_t first, n, stride; /* the grid's own points on it */
	double across, slack;
};

static double
along(const struct lane *l, int64_t i)
{
	return l->axis == 0 ? terrain_x(l->t, i) : terrain_y(l->t, i);
}

static double
across(const struct lane *l, int64_t i)
{
	return l->axis == 0 ? terrain_y(l->t, i) : terrain_x(l->t, i);
}

static struct lane
lane_from(const struct terrain *t, int64_t from, int axis, int sign)
{
	const double *at = axis == 0 ? t->x : t->y;
	struct lane l = {.t = t,
	    .axis = axis,
	    .sign = sign,
	    .first = axis == 0 ? from - from % t->nx : from % t->nx,
	    .n = axis == 0 ? t->nx : t->ny,
	    .stride = axis == 0 ? 1 : t->nx};

	l.slack = 1e-9 * (l.n > 1 ? at[l.n - 1] - at[0] : 1);
	l.across = across(&l, from);
	return l;
}

/*
 * The next point from `now`, or -1 at the grid's end: the grid's own, or
 * another that lies on the way to it.
 */
static int64_t
next_along(const struct lane *l, int64_t now)
{
	const int64_t grid = l->t->nx * l->t->ny;
	const double here = along(l, now);
	int64_t found = -1;
	double nearest = INFINITY;

	for (int64_t k = 0; k < l->n + l->t->n_other; k++) {
		const int64_t i =
		    k < l->n ? l->first + k * l->stride : grid + k - l->n;
		const double ahead = l->sign * (along(l, i) - here);

		if (ahead <= l->slack || ahead >= nearest - l->slack ||
		    (k >= l->n && (fabs(across(l, i) - l->across) > l->slack ||
				      is_outside(l->t, i))))
			continue;
		nearest = ahead;
		found = i;
	}
	return found;
}

struct crossing
terrain_width(const struct terrain *t, int64_t from, int axis, int sign,
    struct level level)
{
	const double height = level.loss + (level.above ? t->loss[from] : 0);
	const struct lane lane = lane_from(t, from, axis, sign);
	struct crossing c = {CROSSING_OPEN, 0, {.se = NAN}};
	int64_t before = from, now;

	if (!(t->loss[from] < height)) {
		c.kind =
		    isnan(t->loss[from]) ? CROSSING_BROKEN : CROSSING_ABOVE;
		return c;
	}
	for (; (now = next_along(&lane, before)) >= 0; before = now) {
		struct passing p = {.from = from,
		    .before = before,
		    .now = now,
		    .step = fabs(along(&lane, now) - along(&lane, before)),
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

/* A point within r that has a number, and is not the centre itself. */
static bool
is_within(
    const struct terrain *t, const struct centre *centre, double r, int64_t i)
{
	const double x = terrain_x(t, i), y = terrain_y(t, i);

	/* a point on the circle counts, whatever its last bit is */
	return i != centre->place && sqrt(x * x + y * y) <= r * (1 + 1e-9) &&
	       !isnan(t->loss[i] - centre->loss) && (x != 0 || y != 0);
}

static struct influence
rise_error(const struct terrain *t, const struct centre *centre, int64_t i)
{
	return terrain_combine(t,
	    (const struct term[]){
		terrain_term(t, i, 1), terrain_centre_term(centre, -1)},
	    2);
}

/* How many standard errors hold n intervals at once at 95 % (Bonferroni). */
static double
errors_of_all(int64_t n)
{
	const double outside = 0.05 / (double)n;
	double lo = 0, hi = 10;

	for (int i = 0; i < 60; i++) {
		const double middle = (lo + hi) / 2;

		if (erfc(middle / sqrt(2)) > outside)
			lo = middle;
		else
			hi = middle;
	}
	return hi;
}

static void
bound_sharpness(const struct terrain *t, const struct centre *centre, double r,
    struct sharpness *s)
{
	const double times = errors_of_all(s->points);

	s->lo = s->hi = -INFINITY;
	for (int64_t i = 0; i < all_points(t); i++) {
		double rise, half;

		if (!is_within(t, centre, r, i))
			continue;
		rise = t->loss[i] - centre->loss;
		half = times * rise_error(t, centre, i).se;
		s->lo = fmax(s->lo, rise - (isnan(half) ? 0 : half));
		s->hi = fmax(s->hi, rise + (isnan(half) ? 0 : half));
	}
}

struct sharpness
terrain_sharpness(
    const struct terrain *t, const struct centre *centre, double r)
{
	struct sharpness s = {.rise = NAN,
	    .keskar = NAN,
	    .lo = NAN,
	    .hi = NAN,
	    .error = {.se = NAN}};
	int64_t highest = -1;

	s.reached = reaches(t->x, t->nx, r) && reaches(t->y, t->ny, r);
	for (int64_t i = 0; i < all_points(t); i++) {
		if (!is_within(t, centre, r, i))
			continue;
		s.points++;
		if (t->loss[i] - centre->loss <= s.rise)
			continue;
		s.rise = t->loss[i] - centre->loss;
		highest = i;
	}
	if (highest < 0)
		return s;
	s.error = rise_error(t, centre, highest);
	bound_sharpness(t, centre, r, &s);
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
