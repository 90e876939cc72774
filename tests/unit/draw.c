/*
 * The laws of drawing: which levels and ticks are chosen, where labels stand,
 * that text is escaped and pictures are small.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../drawn.h"
#include "draw/caption.h"
#include "draw/label.h"
#include "draw/levels.h"
#include "draw/picture.h"
#include "draw/svg.h"

static int
is_125(double v)
{
	double m = fabs(v) / pow(10, floor(log10(fabs(v)) + 1e-9));

	return fabs(m - 1) < 1e-9 || fabs(m - 2) < 1e-9 || fabs(m - 5) < 1e-9;
}

static void
test_ticks(void **state)
{
	static const double ranges[][2] = {{-1, 1}, {0, 1e-7}, {0.1, 0.9},
	    {-3.7e5, 12}, {2.3025, 2.3027}, {1e12, 1e12 + 400}, {-0.5, 1.5}};
	struct levels l;

	(void)state;
	for (size_t r = 0; r < sizeof(ranges) / sizeof(ranges[0]); r++)
		for (int want = 2; want < 14; want++) {
			double lo = ranges[r][0], hi = ranges[r][1];
			double slack = 1e-6 * (hi - lo);

			levels_linear(lo, hi, want, &l);
			assert_in_range(l.n, 1, 2 * want + 2);
			for (size_t i = 0; i < l.n; i++)
				assert_true(l.v[i] >= lo - slack &&
					    l.v[i] <= hi + slack);
			if (l.n > 1 && fabs(hi) < 1e9)
				assert_true(is_125(l.v[1] - l.v[0]));
		}
	levels_log(0.012, 3100, 22, &l);
	assert_int_equal(l.n, 16);
	assert_true(l.v[0] == 0.02 && l.v[1] == 0.05 && l.v[15] == 2000);
	levels_log(1e-9, 1e9, 22, &l);
	assert_in_range(l.n, 4, 22);
	for (size_t i = 0; i < l.n; i++)
		assert_true(is_125(l.v[i]));
	levels_default(0.01, 1e4, 1, 0, &l);
	assert_true(l.v[0] == 0.01 && l.v[l.n - 1] == 1e4);
	levels_default(2.30, 2.35, 1, 1, &l);
	assert_true(l.n >= 4 && l.v[l.n - 1] >= 2.35);
	levels_default(4, 4, 1, 1, &l);
	assert_int_equal(l.n, 1);
}

static void
test_level_lists(void **state)
{
	struct error err;
	struct levels l;

	(void)state;
	assert_int_equal(levels_parse("paper", &l, &err), 0);
	assert_int_equal(l.n, 20);
	assert_true(fabs(l.v[0] - 0.1) < 1e-12 && fabs(l.v[19] - 9.6) < 1e-12);
	assert_int_equal(levels_parse("0.1,1:3:1,10", &l, &err), 0);
	assert_int_equal(l.n, 5);
	assert_true(l.v[3] == 3 && l.v[4] == 10);
	assert_int_equal(levels_parse("", &l, &err), -1);
	assert_int_equal(levels_parse("1,", &l, &err), -1);
	assert_int_equal(levels_parse("1:2", &l, &err), -1);
	assert_int_equal(levels_parse("1:2:0", &l, &err), -1);
	assert_int_equal(levels_parse("1:2:3:4", &l, &err), -1);
	assert_int_equal(levels_parse("0:1:1e-9", &l, &err), -1);
	assert_int_equal(levels_parse("2,1", &l, &err), -1);
	assert_int_equal(levels_parse("1,nan", &l, &err), -1);
}

static void
test_level_text(void **state)
{
	char text[LEVEL_TEXT_BYTES];

	(void)state;
	assert_string_equal(level_text(0.05, text), "0.05");
	assert_string_equal(level_text(-0.5, text), "−0.5");
	assert_string_equal(level_text(20000, text), "20000");
	assert_string_equal(level_text(1e5, text), "10⁵");
	assert_string_equal(level_text(2e-7, text), "2·10⁻⁷");
	assert_string_equal(level_text(0, text), "0");
	assert_string_equal(level_text_short(0.123456, text), "0.1235");
}

static void
test_svg_text(void **state)
{
	struct text out = {0};
	struct svg svg = {.out = &out};
	struct error err;

	(void)state;
	svg_escape(&svg, "a<b>&\"\x01\xff\xc3\xa9\xed\xa0\x80!");
	assert_string_equal(text_chars(&out, &err),
	    "a&lt;b&gt;&amp;&quot;\xef\xbf\xbd\xef\xbf\xbd\xc3\xa9"
	    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd!");
	text_free(&out);
	svg_number(&svg, -0.001);
	text_add(&out, " ");
	svg_number(&svg, 12.50);
	text_add(&out, " ");
	svg_number(&svg, -3.456);
	assert_string_equal(text_chars(&out, &err), "0 12.5 -3.46");
	text_free(&out);
}

/* Labels stay inside, upright, and do not touch one another. */
static void
test_labels(void **state)
{
	static struct test_grid g;
	struct line_set sets[8] = {{0}};
	double widths[8];
	struct label_list labels = {0};

	(void)state;
	make_grid(&g, bowl);
	for (int k = 0; k < 8; k++) {
		widths[k] = 20;
		isoline_trace(&g.surface, 0.1 * (k + 1), &sets[k], NULL);
		for (size_t i = 0; i < sets[k].n_points; i++) {
			sets[k].points[i].x = 200 + 200 * sets[k].points[i].x;
			sets[k].points[i].y = 200 + 200 * sets[k].points[i].y;
		}
	}
	assert_int_equal(labels_place(&(struct label_task){.sets = sets,
					  .widths = widths,
					  .n = 8,
					  .height = 9,
					  .right = 400,
					  .bottom = 400},
			     &labels, NULL),
	    0);
	assert_true(labels.n >= 6);
	for (size_t i = 0; i < labels.n; i++) {
		const struct label *a = &labels.labels[i];

		assert_true(a->turn > -90.01 && a->turn < 90.01);
		assert_true(a->at.x > 10 && a->at.x < 390);
		for (size_t k = 0; k < i; k++) {
			const struct label *b = &labels.labels[k];

			assert_true(
			    hypot(a->at.x - b->at.x, a->at.y - b->at.y) > 9);
		}
	}
	for (int k = 0; k < 8; k++)
		line_set_free(&sets[k]);
	label_list_free(&labels);
}

/* Every style draws hostile values, twice the same, and refuses none at all. */
static void
test_pictures(void **state)
{
	static struct test_grid g;
	static struct picture p = {.limit = NAN,
	    .view = {.azimuth = -60, .elevation = 30},
	    .desc = "how",
	    .z_label = "z"};
	struct error err;

	(void)state;
	make_grid(&g, hills);
	g.z[3] = INFINITY;
	g.z[400] = -INFINITY;
	g.z[800] = NAN;
	g.z[801] = 1e300;
	for (int style = PICTURE_LINES; style <= PICTURE_SURFACE; style++)
		for (int log = 0; log < 2; log++) {
			struct text a = {0}, b = {0};

			p.style = (enum picture_style)style;
			p.log = log;
			assert_int_equal(
			    picture_surfaces(&p, &g.surface, 1, &a, &err), 0);
			assert_int_equal(
			    picture_surfaces(&p, &g.surface, 1, &b, &err), 0);
			assert_string_equal(
			    text_chars(&a, &err), text_chars(&b, &err));
			assert_null(strstr(text_chars(&a, &err), "nan"));
			assert_true(text_length(&a) < 1000000);
			text_free(&a);
			text_free(&b);
		}
	for (int i = 0; i < N * LONG; i++)
		g.z[i] = NAN;
	for (int style = PICTURE_LINES; style <= PICTURE_SURFACE; style++) {
		struct text a = {0};

		p.style = (enum picture_style)style;
		assert_int_equal(
		    picture_surfaces(&p, &g.surface, 1, &a, &err), -1);
		text_free(&a);
	}
}

static void
test_subsets(void **state)
{
	char out[128] = "";

	(void)state;
	caption_add_subset(out, sizeof(out), "");
	caption_add_subset(out, sizeof(out), "1,000 of 60,000 images");
	caption_add_subset(out, sizeof(out), "1,000 of 60,000 images");
	assert_string_equal(out, "1,000 of 60,000 images");
	caption_add_subset(out, sizeof(out), "500 of 10,000 images");
	caption_add_subset(out, sizeof(out), "1,000 of 60,000 images");
	assert_string_equal(out, "1,000 of 60,000 and 500 of 10,000 images");
	caption_add_subset(out, sizeof(out), "7 of 9 images: biased");
	assert_string_equal(out, "1,000 of 60,000 and 500 of 10,000 images; "
				 "7 of 9 images: biased");
}

/* A line that comes back beside itself, nearer than the text is high, is bare.
 */
static void
test_label_beside_itself(void **state)
{
	struct xy points[] = {{200, 390}, {202, 20}, {204, 390}};
	struct line line = {.n = 3};
	struct line_set set = {
	    .points = points, .n_points = 3, .lines = &line, .n = 1};
	const double width = 20;
	struct label_list labels = {0};
	const struct label_task task = {.sets = &set,
	    .widths = &width,
	    .n = 1,
	    .height = 9,
	    .right = 400,
	    .bottom = 400};

	(void)state;
	assert_int_equal(labels_place(&task, &labels, NULL), 0);
	assert_int_equal(labels.n, 0);
	points[2].x = 390;
	assert_int_equal(labels_place(&task, &labels, NULL), 0);
	assert_int_equal(labels.n, 1);
	label_list_free(&labels);
}

/* A label keeps clear of what is drawn over its line, and gives way to it. */
static void
test_label_beside_a_path(void **state)
{
	struct xy points[] = {{10, 200}, {390, 200}};
	struct line line = {.n = 2};
	struct line_set set = {
	    .points = points, .n_points = 2, .lines = &line, .n = 1};
	const double width = 20;
	struct stretch over[] = {{{{200, 0}, {200, 400}}}};
	struct label_list labels = {0};
	const struct label_task task = {.sets = &set,
	    .widths = &width,
	    .n = 1,
	    .height = 9,
	    .right = 400,
	    .bottom = 400,
	    .over = over,
	    .n_over = 1};

	(void)state;
	assert_int_equal(labels_place(&task, &labels, NULL), 0);
	assert_true(labels.n > 0);
	for (size_t i = 0; i < labels.n; i++)
		assert_true(fabs(labels.labels[i].at.x - 200) > 16);
	labels.n = 0;
	over[0] = (struct stretch){{{0, 203}, {400, 203}}};
	assert_int_equal(labels_place(&task, &labels, NULL), 0);
	assert_int_equal(labels.n, 0);
	label_list_free(&labels);
}

/* A relief of 101 x 101 points is below 1 MB, whole or cut. */
static void
test_relief_is_small(void **state)
{
	enum { MANY = 101 };
	static double at[MANY], z[MANY * MANY];
	struct drawn_surface s = {.nx = MANY,
	    .ny = MANY,
	    .x_label = "x",
	    .y_label = "y",
	    .x = at,
	    .y = at,
	    .z = z};
	struct picture p = {.style = PICTURE_SURFACE,
	    .limit = NAN,
	    .view = {.azimuth = -60, .elevation = 32},
	    .z_label = "loss",
	    .desc = ""};
	struct error err;

	(void)state;
	for (int i = 0; i < MANY; i++)
		at[i] = -1 + 2.0 * i / (MANY - 1);
	for (int i = 0; i < MANY * MANY; i++)
		z[i] = hills(at[i % MANY], at[i / MANY]);
	for (int cut = 0; cut < 2; cut++) {
		struct text a = {0};

		p.limit = cut ? 0.5 : NAN;
		assert_int_equal(picture_surfaces(&p, &s, 1, &a, &err), 0);
		assert_null(strstr(text_chars(&a, &err), "nan"));
		assert_true(text_length(&a) < 1000000);
		text_free(&a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_subsets),
	    cmocka_unit_test(test_label_beside_itself),
	    cmocka_unit_test(test_label_beside_a_path),
	    cmocka_unit_test(test_relief_is_small),
	    cmocka_unit_test(test_ticks),
	    cmocka_unit_test(test_level_lists),
	    cmocka_unit_test(test_level_text),
	    cmocka_unit_test(test_svg_text),
	    cmocka_unit_test(test_labels),
	    cmocka_unit_test(test_pictures),
	};

	return cmocka_run_group_tests_name("draw", tests, NULL, NULL);
}
