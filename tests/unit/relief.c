/*
 * What a relief shows of what lies on it: all of it where the surface does not
 * stand before it, and nothing where it does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "draw/picture.h"
#include "draw/trail.h"

enum { N = 21 };

/* A wall along y at x = 0; a path before it, one behind it, one over it. */
struct scene {
	double at[N], z[N * N];
	struct xy way[6];
	unsigned char drop[6];
	struct trail trails[3];
	struct drawn_surface surface;
};

static void
make_scene(struct scene *s)
{
	static const struct xy way[6] = {{0.9, -0.5}, {0.5, 0.5}, {-0.25, -0.5},
	    {-0.25, 0.5}, {0.6, 0}, {-0.25, 0.1}};

	*s = (struct scene){.surface = {.nx = N,
				.ny = N,
				.x_label = "x",
				.y_label = "y",
				.x = s->at,
				.y = s->at,
				.z = s->z,
				.trails = s->trails}};
	memcpy(s->way, way, sizeof(way));
	for (int i = 0; i < N; i++)
		s->at[i] = -1 + 2.0 * i / (N - 1);
	for (int i = 0; i < N * N; i++)
		s->z[i] = i % N == N / 2 ? 1 : 0;
	for (int i = 0; i < 3; i++)
		s->trails[i] = (struct trail){.name = "way",
		    .n = 2,
		    .at = s->way + (size_t)2 * (size_t)i,
		    .drop = s->drop};
}

/* Lines and dots of the first n trails, seen from above +x. */
static struct trail_count
draw(struct scene *s, double elevation, struct text *out)
{
	const struct plot plot = {.width = 300, .height = 300};
	const struct scale scale = {.lo = 0, .hi = 1, .top = 1};
	const struct relief_task task = {.surface = &s->surface,
	    .scale = &scale,
	    .view = {.azimuth = 1, .elevation = elevation},
	    .labels = {"x", "y", "z"}};
	struct svg svg = {.out = out};
	struct relief_hidden hidden;
	struct error err;

	assert_int_equal(relief_draw(&svg, &plot, &task, &hidden, &err), 0);
	return hidden.trails;
}

static void
hides(const struct trail *trail, double elevation, int64_t hidden)
{
	static struct scene s;
	struct text out = {0};
	struct trail_count count;

	make_scene(&s);
	s.trails[0] = *trail;
	s.surface.n_trails = 1;
	count = draw(&s, elevation, &out);
	assert_int_equal(count.inside, 2);
	assert_int_equal(count.hidden, hidden);
	text_free(&out);
}

static void
test_hidden(void **state)
{
	static struct scene s;

	(void)state;
	make_scene(&s);
	/* low, the wall stands before what is behind it; seen from straight
	 * above it does not */
	hides(&s.trails[0], 20, 0);
	hides(&s.trails[1], 20, 2);
	hides(&s.trails[2], 20, 1);
	hides(&s.trails[1], 89, 0);
	hides(&s.trails[2], 89, 0);
}

static long
count(const struct text *text, const char *what)
{
	struct error err;
	long n = 0;

	for (const char *at = text_chars(text, &err);
	     (at = strstr(at, what)) != NULL; at++)
		n++;
	return n;
}

/* A line goes as far as it is seen, and its marks with it. */
static void
test_lines(void **state)
{
	static struct scene s;
	struct text before = {0}, behind = {0}, none = {0};

	(void)state;
	make_scene(&s);
	draw(&s, 20, &none);
	s.surface.n_trails = 1;
	draw(&s, 20, &before);
	s.trails[0] = s.trails[1];
	draw(&s, 20, &behind);
	/* a ring, a square; the halo and the line are there in any case */
	assert_int_equal(
	    count(&before, "<circle"), count(&none, "<circle") + 1);
	assert_int_equal(count(&behind, "<circle"), count(&none, "<circle"));
	assert_true(text_length(&before) > text_length(&behind) + 500);
	text_free(&none);
	text_free(&before);
	text_free(&behind);
}

/* Over a hole there is no height. */
static void
test_hole(void **state)
{
	static struct scene s;
	struct text out = {0};
	struct trail_count seen;

	(void)state;
	make_scene(&s);
	s.surface.n_trails = 1;
	for (int i = 0; i < N * N; i++)
		if (i / N < N / 2)
			s.z[i] = NAN;
	seen = draw(&s, 20, &out);
	assert_int_equal(seen.inside, 1);
	assert_int_equal(seen.hidden, 0);
	assert_int_equal(count(&out, "nan"), 0);
	text_free(&out);
}

/* Networks alone: each has its name, and no name covers another or a dot. */
static void
test_names(void **state)
{
	static const char *const names[] = {"one", "two", "three", "four"};
	static const struct xy at[] = {{0, 0}, {0.01, 0}, {0.02, 0.01}, {5, 5}};
	static const unsigned char drop[4];
	const struct plot plot = {
	    .width = 200, .height = 200, .x0 = -1, .x1 = 1, .y0 = -1, .y1 = 1};
	const struct trail_view view = trail_view_plot(&plot);
	struct trail trails[4];
	struct text out = {0};
	struct svg svg = {.out = &out};
	struct trail_count seen;

	(void)state;
	for (int i = 0; i < 4; i++)
		trails[i] = (struct trail){
		    .name = names[i], .n = 1, .at = &at[i], .drop = drop};
	seen = trails_draw(&svg, &view, trails, 4);
	assert_int_equal(seen.inside, 3);
	assert_int_equal(count(&out, "<text"), 3);
	assert_int_equal(count(&out, ">four<"), 0);
	text_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_hidden),
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_hole),
	    cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("relief", tests, NULL, NULL);
}
