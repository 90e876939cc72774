/* Where lines run; regions are nested and cover once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "../drawn.h"
#include "base/random.h"
#include "draw/isoline.h"

static double
plane(double x, double y)
{
	return 0.3 + 2 * x - y;
}

static double
noise(double x, double y)
{
	struct random_stream random = random_open(7, RANDOM_NOISE, "draw");
	float v;

	random_normal(
	    &random, (uint64_t)lround(1000 * (x + 2) + 1e5 * (y + 2)), 1, &v);
	return (double)v;
}

static double
area(const struct line_set *set)
{
	double sum = 0;

	for (size_t i = 0; i < set->n; i++) {
		const struct line *l = &set->lines[i];
		const struct xy *p = set->points + l->first;

		assert_true(l->closed);
		for (size_t k = 0; k < l->n; k++) {
			struct xy a = p[k], b = p[(k + 1) % l->n];

			sum += (a.x * b.y - b.x * a.y) / 2;
		}
	}
	return sum;
}

static int
winding(const struct line_set *set, double x, double y)
{
	int turns = 0;

	for (size_t i = 0; i < set->n; i++) {
		const struct line *l = &set->lines[i];
		const struct xy *p = set->points + l->first;

		for (size_t k = 0; k < l->n; k++) {
			struct xy a = p[k], b = p[(k + 1) % l->n];
			double side =
			    (b.x - a.x) * (y - a.y) - (x - a.x) * (b.y - a.y);

			if (a.y <= y && b.y > y && side > 0)
				turns++;
			if (a.y > y && b.y <= y && side < 0)
				turns--;
		}
	}
	return turns;
}

/* An end lies on the border of the grid or on the edge of a missing cell. */
static int
is_border(const struct test_grid *g, struct xy p)
{
	const struct drawn_surface *s = &g->surface;
	int touches = 0, exist = 0;

	for (int iy = 0; iy < s->ny - 1; iy++)
		for (int ix = 0; ix < s->nx - 1; ix++) {
			const double *z = s->z + iy * s->nx + ix;

			if (p.x < s->x[ix] || p.x > s->x[ix + 1] ||
			    p.y < s->y[iy] || p.y > s->y[iy + 1])
				continue;
			touches++;
			exist += !isnan(z[0] + z[1] + z[s->nx] + z[s->nx + 1]);
		}
	return touches < 2 || exist < touches;
}

static void
punch_holes(struct test_grid *g)
{
	for (int i = 0; i < N * LONG; i += 97)
		g->z[i] = NAN;
}

/*
 * Linear interpolation of x^2 + y^2 along an edge of length h errs by at most
 * h^2/8 * 2 in height, and the height rises by 2r per length.
 */
static void
test_circle(void **state)
{
	static struct test_grid g;
	double h = 2.0 / (N - 1);

	(void)state;
	make_grid(&g, bowl);
	for (int k = 0; k < 6; k++) {
		double r = 0.2 + 0.13 * k;
		struct line_set set = {0};

		assert_int_equal(
		    isoline_trace(&g.surface, r * r, &set, NULL), 0);
		assert_int_equal(set.n, 1);
		assert_true(set.lines[0].closed);
		for (size_t i = 0; i < set.n_points; i++) {
			double at = hypot(set.points[i].x, set.points[i].y);

			assert_true(fabs(at - r) <= h * h / 4 / (2 * r) * 1.2);
		}
		/* higher ground on the left: clockwise around the bowl */
		assert_true(area(&set) < 0);
		line_set_free(&set);
	}
}

static void
test_plane(void **state)
{
	static struct test_grid g;
	struct line_set set = {0};

	(void)state;
	make_grid(&g, plane);
	assert_int_equal(isoline_trace(&g.surface, 0.417, &set, NULL), 0);
	assert_int_equal(set.n, 1);
	assert_false(set.lines[0].closed);
	for (size_t i = 0; i < set.n_points; i++)
		assert_true(fabs(plane(set.points[i].x, set.points[i].y) -
				 0.417) < 1e-13);
	line_set_free(&set);
}

static void
test_ends(void **state)
{
	static struct test_grid g;
	double (*const functions[])(double, double) = {hills, noise};

	(void)state;
	for (size_t f = 0; f < 2; f++)
		for (int holes = 0; holes < 2; holes++) {
			struct line_set set = {0};

			make_grid(&g, functions[f]);
			if (holes)
				punch_holes(&g);
			for (int k = 0; k < 10; k++)
				assert_int_equal(isoline_trace(&g.surface,
						     -1 + 0.21 * k, &set, NULL),
				    0);
			assert_true(set.n > 5);
			for (size_t i = 0; i < set.n; i++) {
				const struct line *l = &set.lines[i];
				const struct xy *p = set.points + l->first;

				if (l->closed)
					continue;
				assert_true(is_border(&g, p[0]));
				assert_true(is_border(&g, p[l->n - 1]));
			}
			line_set_free(&set);
		}
}

static void
test_nan_leaves_nothing(void **state)
{
	static struct test_grid g;
	struct line_set set = {0};
	int hole = 12 * N + 20;

	(void)state;
	make_grid(&g, hills);
	g.z[hole] = NAN;
	for (int k = 0; k < 40; k++)
		assert_int_equal(
		    isoline_trace(&g.surface, -1 + 0.05 * k, &set, NULL), 0);
	for (size_t i = 0; i < set.n_points; i++) {
		assert_true(isfinite(set.points[i].x));
		assert_false(
		    set.points[i].x > g.x[19] && set.points[i].x < g.x[21] &&
		    set.points[i].y > g.y[11] && set.points[i].y < g.y[13]);
	}
	line_set_free(&set);
	for (int i = 0; i < N * LONG; i++)
		g.z[i] = NAN;
	assert_int_equal(region_trace(&g.surface, -INFINITY, &set, NULL), 0);
	assert_int_equal(set.n, 0);
	line_set_free(&set);
}

/*
 * Regions of rising levels: a point is in each of them once or not at all, and
 * once out stays out; so the bands between them cover the plane exactly once.
 */
static void
test_bands_cover_once(void **state)
{
	static struct test_grid g;
	enum { LEVELS = 12, PROBES = 300 };
	static int inside[PROBES];
	double before = INFINITY;

	(void)state;
	make_grid(&g, noise);
	for (int i = 0; i < PROBES; i++)
		inside[i] = 1;
	for (int k = 0; k < LEVELS; k++) {
		double level = k == 0 ? -INFINITY : -2.2 + 0.4 * k;
		struct line_set set = {0};

		assert_int_equal(
		    region_trace(&g.surface, level, &set, NULL), 0);
		if (k == 0)
			assert_true(fabs(area(&set) - 2 * 1.8) < 1e-12);
		assert_true(area(&set) <= before);
		before = area(&set);
		for (int i = 0; i < PROBES; i++) {
			int now = winding(
			    &set, -0.99 + 0.0066 * i, 0.87 * sin(12.9898 * i));

			assert_true(now == 0 || now == 1);
			assert_true(now <= inside[i]);
			inside[i] = now;
		}
		line_set_free(&set);
	}
}

/* A saddle's middle decides which corners are joined. */
static void
test_saddle(void **state)
{
	double at[] = {0, 1}, z[] = {3, 0, 0, 3};
	struct drawn_surface s = {.nx = 2, .ny = 2, .x = at, .y = at, .z = z};
	struct line_set set = {0};

	(void)state;
	assert_int_equal(region_trace(&s, 1, &set, NULL), 0);
	assert_int_equal(winding(&set, 0.5, 0.501), 1);
	line_set_free(&set);
	assert_int_equal(region_trace(&s, 2, &set, NULL), 0);
	assert_int_equal(set.n, 2);
	assert_int_equal(winding(&set, 0.5, 0.501), 0);
	line_set_free(&set);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_circle),
	    cmocka_unit_test(test_plane),
	    cmocka_unit_test(test_ends),
	    cmocka_unit_test(test_nan_leaves_nothing),
	    cmocka_unit_test(test_bands_cover_once),
	    cmocka_unit_test(test_saddle),
	};

	return cmocka_run_group_tests_name("isoline", tests, NULL, NULL);
}
