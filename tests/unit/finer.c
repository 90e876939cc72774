/*
 * The laws of drawing between points: a triangulation covers the square once
 * and is Delaunay's, a plane stays a plane, there are no cracks, and smooth
 * heights stay within the range of the points around them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/coarse.h"
#include "draw/cubic.h"
#include "draw/finer.h"
#include "draw/mesh.h"
#include "surface/grid.h"

enum { POINTS = 160, GRID = 9 };

/* A fixed sequence; which one does not matter. */
static uint32_t
next(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

static int64_t
area(struct mesh_place a, struct mesh_place b, struct mesh_place c)
{
	return (int64_t)(b.x - a.x) * (c.y - a.y) -
	       (int64_t)(b.y - a.y) * (c.x - a.x);
}

static double
in_circle(const struct mesh *m, const struct mesh_triangle *t, size_t i)
{
	double v[3][3];

	for (int k = 0; k < 3; k++) {
		v[k][0] = m->place[t->corner[k]].x - m->place[i].x;
		v[k][1] = m->place[t->corner[k]].y - m->place[i].y;
		v[k][2] = v[k][0] * v[k][0] + v[k][1] * v[k][1];
	}
	return v[0][2] * (v[1][0] * v[2][1] - v[2][0] * v[1][1]) +
	       v[1][2] * (v[2][0] * v[0][1] - v[0][0] * v[2][1]) +
	       v[2][2] * (v[0][0] * v[1][1] - v[1][0] * v[0][1]);
}

/* Once all of the square, and no point inside of a circle. */
static void
check_mesh(const struct mesh *m)
{
	int64_t all = 0;

	for (size_t k = 0; k < m->n_triangles; k++) {
		const struct mesh_triangle *t = &m->triangle[k];
		const int64_t a = area(m->place[t->corner[0]],
		    m->place[t->corner[1]], m->place[t->corner[2]]);

		assert_true(a > 0);
		all += a;
		for (size_t i = 0; i < m->n; i++)
			assert_true(in_circle(m, t, i) <= 1e-3);
	}
	assert_int_equal(all, 2 * (int64_t)MESH_SIDE * MESH_SIDE);
}

/* Random places, on a raster (all on lines and circles), both, none. */
static void
meshes_are_delaunay(void **state)
{
	struct mesh_place p[POINTS] = {{0}};
	uint32_t seed = 7;
	struct error err;

	(void)state;
	for (int round = 0; round < 24; round++) {
		const uint32_t step = 1U << (round % 12);
		const size_t n = round == 0 ? 0 : POINTS - (size_t)round;
		struct mesh m = {0};

		for (size_t i = 0; i < n; i++)
			p[i] = (struct mesh_place){
			    (int32_t)(next(&seed) % (MESH_SIDE / step + 1) *
				      step),
			    (int32_t)(next(&seed) % (MESH_SIDE / step + 1) *
				      step)};
		assert_int_equal(mesh_make(&m, p, n, &err), 0);
		check_mesh(&m);
		for (size_t i = 0; i < n; i++) {
			size_t corner[3];
			double weight[3];

			assert_int_equal(
			    mesh_find(&m, p[i], corner, weight), 1);
			assert_int_equal(p[corner[0]].x, p[i].x);
			assert_int_equal(p[corner[0]].y, p[i].y);
		}
		mesh_free(&m);
	}
}

/* ---- one grid through all points ---- */

struct raster {
	double x[GRID], y[GRID], z[GRID * GRID + POINTS];
	unsigned char missing[GRID * GRID];
	struct xy other[POINTS];
	struct finer_task task;
};

static double
plane(double x, double y)
{
	return 3 + 2 * x - 5 * y;
}

static void
make_coarse(struct raster *c, size_t others, unsigned gaps, uint32_t *seed)
{
	*c = (struct raster){.task = {.nx = GRID,
				 .ny = GRID,
				 .x = c->x,
				 .y = c->y,
				 .missing = c->missing,
				 .other = c->other,
				 .n_other = others}};
	for (int i = 0; i < GRID; i++) {
		c->x[i] = -1 + 2.0 * i / (GRID - 1);
		c->y[i] = 3 + 0.5 * i;
	}
	for (int i = 0; i < GRID * GRID; i++) {
		c->z[i] = plane(c->x[i % GRID], c->y[i / GRID]);
		c->missing[i] =
		    i % GRID % (GRID - 1) != 0 && next(seed) % 100 < gaps;
	}
	for (size_t i = 0; i < others; i++) {
		c->other[i].x = -1 + 2.0 * (next(seed) % 65) / 64;
		c->other[i].y = 3 + 4.0 * (next(seed) % 4097) / 4096;
		c->z[GRID * GRID + i] = plane(c->other[i].x, c->other[i].y);
	}
}

static void
a_plane_stays_one(void **state)
{
	static const unsigned gaps[] = {0, 30, 99};
	struct raster c;
	uint32_t seed = 3;
	struct error err;

	(void)state;
	for (int round = 0; round < 9; round++) {
		struct finer f = {0};
		size_t found = 0;

		make_coarse(&c, (size_t)(round / 3) * POINTS / 2,
		    gaps[round % 3], &seed);
		assert_int_equal(finer_make(&f, &c.task, &err), 0);
		for (int i = 0; i < f.nx * f.ny; i++) {
			const struct blend *b = &f.blend[i];
			const double z = blend_value(b, c.z);

			assert_true(b->n > 0);
			assert_true(fabs(z - plane(f.x[i % f.nx],
						 f.y[i / f.nx])) < 5e-3);
			for (int k = 0; k < b->n; k++)
				assert_true(b->point[k] >= GRID * GRID ||
					    !c.missing[b->point[k]]);
			found += b->n == 1;
		}
		assert_true(found >= 4);
		finer_free(&f);
	}
}

/* Ever more points: lines stay few. */
static void
lines_are_bounded(void **state)
{
	enum { MANY = 3000 };
	static struct xy other[MANY];
	struct raster c;
	struct finer f = {0};
	uint32_t seed = 5;
	struct error err;

	(void)state;
	make_coarse(&c, 0, 0, &seed);
	for (int i = 0; i < MANY; i++)
		other[i] = (struct xy){-1 + 2.0 * (next(&seed) % 10007) / 10007,
		    3 + 4.0 * (next(&seed) % 10007) / 10007};
	c.task.other = other;
	c.task.n_other = MANY;
	assert_int_equal(finer_make(&f, &c.task, &err), 0);
	assert_true(f.nx <= FINER_LINES && f.ny <= FINER_LINES);
	assert_true(f.nx > FINER_LINES / 2);
	finer_free(&f);
}

/* Outside of what was measured there is nothing. */
static void
nothing_is_beyond(void **state)
{
	struct raster c;
	struct finer f = {0};
	uint32_t seed = 5;
	struct error err;

	(void)state;
	make_coarse(&c, 0, 0, &seed);
	for (int i = 0; i < GRID * GRID; i++)
		c.missing[i] = i % GRID > 4 || i / GRID > 4;
	assert_int_equal(finer_make(&f, &c.task, &err), 0);
	for (int i = 0; i < f.nx * f.ny; i++)
		assert_int_equal(f.blend[i].n == 0, c.missing[i]);
	finer_free(&f);
}

/* ---- smooth heights ---- */

/* At 200,000 places of rough grids with uneven steps and holes. */
static void
cubics_stay_in_range(void **state)
{
	double x[GRID], y[GRID], z[GRID * GRID];
	struct drawn_surface s = {
	    .nx = GRID, .ny = GRID, .x = x, .y = y, .z = z};
	uint32_t seed = 11;
	size_t holes = 0;

	(void)state;
	for (int round = 0; round < 200; round++) {
		for (int i = 0; i < GRID; i++) {
			x[i] = i + (next(&seed) % 900) / 1000.0;
			y[i] = -i * 0.1 + 0.2 * i + (next(&seed) % 90) / 1000.0;
		}
		for (int i = 0; i < GRID * GRID; i++)
			z[i] = next(&seed) % 50 == 0
				   ? NAN
				   : pow(10, (next(&seed) % 1600) / 100.0 - 8);
		for (int k = 0; k < 1000; k++) {
			const int ix = (int)(next(&seed) % (GRID - 1));
			const int iy = (int)(next(&seed) % (GRID - 1));
			const double a = (next(&seed) % 1001) / 1001.0;
			const double b = (next(&seed) % 1001) / 1001.0;
			const double *v = z + iy * GRID + ix;
			const double at =
			    cubic_at(&s, x[ix] + a * (x[ix + 1] - x[ix]),
				y[iy] + b * (y[iy + 1] - y[iy]));
			const double lo =
			    fmin(fmin(v[0], v[1]), fmin(v[GRID], v[GRID + 1]));
			const double hi =
			    fmax(fmax(v[0], v[1]), fmax(v[GRID], v[GRID + 1]));

			if (isnan(v[0] + v[1] + v[GRID] + v[GRID + 1])) {
				holes++;
				assert_true(isnan(at));
				continue;
			}
			assert_true(at >= lo && at <= hi);
		}
	}
	assert_true(holes > 100);
}

/* Points keep their heights, a plane stays one, and a bowl is met better. */
static void
cubics_fit(void **state)
{
	double x[GRID], y[GRID], z[GRID * GRID], worst = 0, linear = 0;
	struct drawn_surface s = {
	    .nx = GRID, .ny = GRID, .x = x, .y = y, .z = z};

	(void)state;
	for (int i = 0; i < GRID; i++)
		x[i] = y[i] = -1 + 2.0 * i / (GRID - 1);
	for (int i = 0; i < GRID * GRID; i++)
		z[i] = plane(x[i % GRID], y[i / GRID]);
	for (int i = 0; i < 100; i++) {
		const double at = -1 + 0.02 * i, other = 1 - 0.017 * i;

		assert_true(
		    fabs(cubic_at(&s, at, other) - plane(at, other)) < 1e-12);
	}
	for (int i = 0; i < GRID * GRID; i++)
		z[i] = exp(x[i % GRID]) * (3 + y[i / GRID]);
	for (int i = 0; i < GRID * GRID; i++)
		assert_true(cubic_at(&s, x[i % GRID], y[i / GRID]) == z[i]);
	for (int i = 0; i < GRID - 1; i++) {
		const double at = (x[i] + x[i + 1]) / 2;
		const double want = exp(at) * 3.0;

		worst = fmax(worst, fabs(cubic_at(&s, at, 0) - want));
		linear = fmax(linear,
		    fabs((z[4 * GRID + i] + z[4 * GRID + i + 1]) / 2 - want));
	}
	assert_true(worst < linear / 5);
}

/*
 * A part of a random surface: measured places keep their bits, the others are
 * filled within the range of what was measured, unless a coarser grid has a
 * hole there.
 */
static void
check_part(uint32_t *state, int share, bool hole)
{
	double x[GRID], z[GRID * GRID], before[GRID * GRID];
	double lo = INFINITY, hi = -INFINITY;
	unsigned char missing[GRID * GRID] = {0}, filled[GRID * GRID] = {0};
	const struct drawn_surface s = {.nx = GRID, .ny = GRID, .x = x, .y = x};
	struct coarse c = {.heights = z, .missing = missing, .filled = filled};
	struct error err;

	for (int i = 0; i < GRID; i++)
		x[i] = i;
	for (int i = 0; i < GRID * GRID; i++) {
		const bool coarse = grid_level_of(i % GRID, GRID) < 1 &&
				    grid_level_of(i / GRID, GRID) < 1;

		missing[i] = (hole && i == 0) ||
			     (!coarse && (int)(next(state) % 100) >= share);
		z[i] = before[i] = missing[i] ? NAN : next(state) % 1000;
		lo = fmin(lo, z[i]);
		hi = fmax(hi, z[i]);
	}
	assert_int_equal(coarse_fill(&c, &s, &err), 0);
	for (int i = 0; i < GRID * GRID; i++) {
		assert_true(filled[i] == (isnan(before[i]) && !missing[i]));
		assert_true(missing[i] == isnan(z[i]));
		assert_true(isnan(before[i]) || z[i] == before[i]);
		assert_true(missing[i] || (z[i] >= lo && z[i] <= hi));
		assert_true(hole || !missing[i]);
	}
	assert_true(!hole || missing[0]);
}

static void
parts_are_filled(void **state)
{
	uint32_t seed = 5;

	(void)state;
	for (int i = 0; i < 100; i++) {
		check_part(&seed, i, false);
		check_part(&seed, i, true);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(meshes_are_delaunay),
	    cmocka_unit_test(a_plane_stays_one),
	    cmocka_unit_test(lines_are_bounded),
	    cmocka_unit_test(nothing_is_beyond),
	    cmocka_unit_test(cubics_stay_in_range),
	    cmocka_unit_test(cubics_fit),
	    cmocka_unit_test(parts_are_filled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
