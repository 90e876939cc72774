/* Measures of a terrain, on functions whose answers are known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "survey/terrain.h"

enum { SIDE = 41 };

typedef double function(double x, double y);

static double x_at[SIDE], z[SIDE * SIDE], se[SIDE * SIDE];

/* The function on -1..1 squared, 41 x 41. */
static struct terrain
over_square(function *f)
{
	for (int i = 0; i < SIDE; i++)
		x_at[i] = i == SIDE - 1 ? 1 : -1 + i * (2.0 / (SIDE - 1));
	for (int i = 0; i < SIDE * SIDE; i++)
		z[i] = f(x_at[i % SIDE], x_at[i / SIDE]);
	return (struct terrain){
	    .nx = SIDE, .ny = SIDE, .x = x_at, .y = x_at, .loss = z};
}

static double
bowl(double x, double y)
{
	return x * x + y * y;
}

static double
ellipse(double x, double y)
{
	return 0.05 + 2 * x * x + 0.1 * y * y;
}

static double
saddle(double x, double y)
{
	return 3 + x * y;
}

static double
valley(double x, double y)
{
	return 1 + (x + y) * (x + y);
}

static double
well(double x, double y)
{
	return 1 - exp(-8 * (x * x + y * y));
}

/* From the centre, to a loss. */
static struct crossing
outward(const struct terrain *t, int axis, int sign, double loss)
{
	return terrain_width(
	    t, terrain_place(t, 0), axis, sign, (struct level){loss, false});
}

static struct sharpness
sharp(const struct terrain *t, double r)
{
	const int64_t place = terrain_place(t, 0);
	const struct centre centre = {place >= 0 ? t->loss[place] : NAN,
	    place >= 0 && t->se != NULL ? t->se[place] : NAN, place,
	    place >= 0 && t->groups != NULL ? t->groups + place * GROUPS
					    : NULL};

	return terrain_sharpness(t, &centre, r);
}

/* Linear between points of step 0.05: off by at most h^2 f'' / 8 over f'. */
#define NEAR 0.002

static void
widths(void **state)
{
	struct terrain t = over_square(bowl);
	struct crossing c;

	(void)state;
	for (int axis = 0; axis < 2; axis++)
		for (int sign = -1; sign <= 1; sign += 2) {
			c = outward(&t, axis, sign, 0.1);
			assert_int_equal(c.kind, CROSSING_AT);
			assert_float_equal(c.at, sqrt(0.1), NEAR);
		}
	t = over_square(ellipse);
	c = outward(&t, 0, 1, 0.15);
	assert_float_equal(c.at, sqrt(0.05), NEAR);
	c = outward(&t, 1, -1, 0.149);
	assert_float_equal(c.at, sqrt(0.99), NEAR);
	c = outward(&t, 1, 1, 0.2);
	assert_int_equal(c.kind, CROSSING_OPEN);
	assert_float_equal(c.at, 1, 1e-12);
	c = outward(&t, 1, 1, 0.05);
	assert_int_equal(c.kind, CROSSING_ABOVE);
}

static void
widths_past_no_numbers(void **state)
{
	struct terrain t = over_square(bowl);
	int64_t centre = terrain_place(&t, 0);
	struct crossing c;

	(void)state;
	z[centre + 3] = NAN;
	c = outward(&t, 0, 1, 0.1);
	assert_int_equal(c.kind, CROSSING_BROKEN);
	assert_float_equal(c.at, 0.1, 1e-12);
	/* an infinite loss is above: the crossing lies not beyond 0.1 */
	z[centre + 3] = INFINITY;
	c = outward(&t, 0, 1, 0.1);
	assert_int_equal(c.kind, CROSSING_AT);
	assert_float_equal(c.at, 0.1, 1e-12);
}

/* The error of a width, by moving every loss of the way a little. */
static double
width_error(struct terrain *t, struct level level)
{
	const int64_t centre = terrain_place(t, 0);
	const double step = 1e-7;
	double sum = 0;

	for (int64_t k = centre; k < centre + SIDE / 2; k++) {
		const double was = z[k];
		double up, down;

		z[k] = was + step;
		up = terrain_width(t, centre, 0, 1, level).at;
		z[k] = was - step;
		down = terrain_width(t, centre, 0, 1, level).at;
		z[k] = was;
		sum += pow((up - down) / (2 * step) * se[k], 2);
	}
	return sqrt(sum);
}

static void
errors_of_widths(void **state)
{
	static const struct level levels[] = {
	    {0.1, false}, {0.1, true}, {0.002, true}, {0.0001, false}};
	struct terrain t = over_square(bowl);
	const int64_t centre = terrain_place(&t, 0);

	(void)state;
	t.se = se;
	for (int i = 0; i < SIDE * SIDE; i++)
		se[i] = 0.001 * (1 + i % 7);
	for (int l = 0; l < 4; l++) {
		struct crossing c = terrain_width(&t, centre, 0, 1, levels[l]);

		assert_int_equal(c.kind, CROSSING_AT);
		assert_float_equal(
		    c.error.se, width_error(&t, levels[l]), 1e-5 * c.error.se);
	}
	/* somewhere within the step before the loss is infinite */
	z[centre + 2] = INFINITY;
	assert_float_equal(
	    terrain_width(&t, centre, 0, 1, levels[0]).error.se, 0.05, 1e-12);
	assert_true(isnan(
	    terrain_width(&t, centre, 1, 1, (struct level){5, true}).error.se));
	/* errors that nobody knows are no errors of 0 */
	t.se = NULL;
	assert_true(
	    isnan(terrain_width(&t, centre, 0, -1, levels[0]).error.se));
	assert_true(isnan(sharp(&t, 0.5).error.se));
}

/*
 * Groups of images that lift the whole surface, each by its own constant, leave
 * its shape alone; those that stretch it do not.
 */
static void
errors_of_groups(void **state)
{
	static double groups[SIDE * SIDE * GROUPS];
	struct terrain t = over_square(saddle);
	const int64_t centre = terrain_place(&t, 0);
	struct bends b;

	(void)state;
	for (int i = 0; i < SIDE * SIDE; i++) {
		se[i] = 1;
		for (int g = 0; g < GROUPS; g++)
			groups[i * GROUPS + g] = z[i] + 10 * (g % 2) - 5;
	}
	t.se = se;
	t.shrink = 0.5;
	b = terrain_bends(&t);
	assert_int_equal(b.unsure, b.points);
	t.groups = groups;
	b = terrain_bends(&t);
	assert_int_equal(b.down, b.points);
	assert_true(sharp(&t, 0.5).error.grouped);
	assert_float_equal(sharp(&t, 0.5).error.se, 0, 1e-12);
	/* stretched by 1 + 0.1 or 1 - 0.1 around the centre's 3 */
	for (int i = 0; i < SIDE * SIDE; i++)
		for (int g = 0; g < GROUPS; g++)
			groups[i * GROUPS + g] =
			    3 + (z[i] - 3) * (g % 2 == 0 ? 1.1 : 0.9);
	/* of a rise of 0.35^2 each group has a tenth more or less */
	assert_float_equal(
	    sharp(&t, 0.5).error.se, 0.01225 * sqrt(16.0 / 15) / 4 * 0.5, 1e-9);
	/* a place without groups falls back on its own error */
	groups[centre * GROUPS] = NAN;
	assert_false(sharp(&t, 0.5).error.grouped);
	assert_float_equal(sharp(&t, 0.5).error.se, sqrt(2), 1e-9);
}

static void
sharpness(void **state)
{
	struct terrain t = over_square(ellipse);
	struct sharpness s = sharp(&t, 0.5);

	(void)state;
	assert_float_equal(s.rise, 0.5, 1e-12);
	assert_float_equal(s.keskar, 100 * 0.5 / 1.05, 1e-10);
	assert_true(s.reached);
	/* 317 points of the lattice lie within 10 steps (Gauss's circle) */
	assert_int_equal(s.points, 316);
	s = sharp(&t, 1.2);
	assert_false(s.reached);
	t.se = se;
	se[terrain_place(&t, 0)] = 0.3;
	se[terrain_place(&t, 0.5)] = se[terrain_place(&t, -0.5)] = 0.4;
	assert_float_equal(sharp(&t, 0.5).error.se, 0.5, 1e-12);
	t.loss = z;
	z[terrain_place(&t, 0) + 1] = NAN;
	assert_int_equal(sharp(&t, 0.5).points, 315);
	assert_true(isnan(sharp(&t, 0.04).rise));
}

static void
bends(void **state)
{
	struct terrain t = over_square(bowl);
	struct bends b = terrain_bends(&t);

	(void)state;
	assert_int_equal(b.points, (SIDE - 2) * (SIDE - 2));
	assert_int_equal(b.down, 0);
	assert_float_equal(b.lowest, 2, 1e-9);

	/* x y has the eigenvalues +1 and -1: seen by the cross term alone */
	t = over_square(saddle);
	b = terrain_bends(&t);
	assert_int_equal(b.down, b.points);
	assert_float_equal(b.lowest, -1, 1e-9);

	/* flat along one way: 0 up to rounding, which does not count */
	t = over_square(valley);
	b = terrain_bends(&t);
	assert_int_equal(b.down, 0);
	assert_float_equal(b.lowest, 0, 1e-9);
}

/* 1 - exp(-8 r^2) bends down where r > 1/4. */
static void
bends_of_a_well(void **state)
{
	struct terrain t = over_square(well);
	struct bends b = terrain_bends(&t);
	int64_t outside = 0;

	(void)state;
	for (int y = 1; y < SIDE - 1; y++)
		for (int x = 1; x < SIDE - 1; x++)
			outside += hypot(x_at[x], x_at[y]) > 0.25;
	/* of 39 x 39 points, those within half a step of the circle may turn */
	assert_true(llabs(b.down - outside) < 40);
}

/* What lies within two standard errors is no bend. */
static void
bends_with_errors(void **state)
{
	struct terrain t = over_square(saddle);

	(void)state;
	t.se = se;
	for (int i = 0; i < SIDE * SIDE; i++)
		se[i] = 1e-6;
	assert_int_equal(terrain_bends(&t).down, terrain_bends(&t).points);
	assert_int_equal(terrain_bends(&t).unsure, 0);
	for (int i = 0; i < SIDE * SIDE; i++)
		se[i] = 1;
	assert_int_equal(terrain_bends(&t).down, 0);
	assert_int_equal(terrain_bends(&t).unsure, terrain_bends(&t).points);
}

static void
lines(void **state)
{
	struct terrain t = over_square(well);
	struct bends b;

	(void)state;
	t.loss = z + SIDE * (SIDE / 2); /* y = 0 */
	t.y = &x_at[SIDE / 2];
	t.ny = 1;
	assert_int_equal(terrain_place(&t, 0), SIDE / 2);
	assert_int_equal(terrain_lowest(&t), SIDE / 2);
	assert_float_equal(outward(&t, 0, 1, 0.5).at, sqrt(log(2) / 8), NEAR);
	/* 1 - exp(-8 x^2) bends down where |x| > 1/4: beyond 5 steps */
	b = terrain_bends(&t);
	assert_int_equal(b.points, SIDE - 2);
	assert_true(b.down == 2 * (19 - 5) || b.down == 2 * (19 - 5) + 2);
	assert_float_equal(sharp(&t, 0.5).rise, 1 - exp(-2), 1e-12);
}

static void
centres(void **state)
{
	const double even[] = {-1, -1.0 / 3, 1.0 / 3, 1, 0};
	const double loss[] = {NAN, 3, 3, INFINITY};
	struct terrain t = {
	    .nx = 4, .ny = 1, .x = even, .y = &even[4], .loss = loss};

	(void)state;
	assert_int_equal(terrain_place(&t, 0), -1);
	assert_int_equal(terrain_lowest(&t), 1);
	assert_int_equal(sharp(&t, 1).points, 0);
	t.loss = (const double[]){NAN, NAN, NAN, NAN};
	assert_int_equal(terrain_lowest(&t), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(widths),
	    cmocka_unit_test(widths_past_no_numbers),
	    cmocka_unit_test(errors_of_widths),
	    cmocka_unit_test(errors_of_groups),
	    cmocka_unit_test(sharpness),
	    cmocka_unit_test(bends),
	    cmocka_unit_test(bends_of_a_well),
	    cmocka_unit_test(bends_with_errors),
	    cmocka_unit_test(lines),
	    cmocka_unit_test(centres),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
