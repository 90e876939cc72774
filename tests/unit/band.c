/* Bands over several directions: lowest, highest and mean of curves. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "draw/band.h"

static const double x[] = {-1, 0, 1};
static const double a[] = {1, 2, 3}, b[] = {3, 2, NAN}, c[] = {8, 2, 6};
static const double other[] = {5, 5, 5}, acc[] = {10, 20, 30};

static struct curve
curve_of(size_t group, const double *left)
{
	return (struct curve){.label = "with a seed",
	    .family = "network",
	    .group = group,
	    .x_label = "x",
	    .n = 3,
	    .x = x,
	    .left = left,
	    .right = acc};
}

static void
gathers_by_group(void **state)
{
	const struct curve curves[] = {
	    curve_of(4, a), curve_of(7, other), curve_of(4, b), curve_of(4, c)};
	struct bands bands = {0};
	struct error err;

	(void)state;
	assert_int_equal(bands_make(&bands, curves, 4, &err), 0);
	assert_int_equal(bands.n, 2);
	assert_int_equal(bands.item[0].members, 3);
	assert_int_equal(bands.item[1].members, 1);
	assert_string_equal(bands.means[0].label, "network");
	assert_true(bands.item[0].lo[0] == 1 && bands.item[0].hi[0] == 8);
	assert_true(bands.item[0].lo[1] == 2 && bands.item[0].hi[1] == 2);
	assert_true(bands.means[0].left[0] == 4 && bands.means[0].left[1] == 2);
	/* one has no number there: no mean, but what there is */
	assert_true(isnan(bands.means[0].left[2]));
	assert_true(bands.item[0].lo[2] == 3 && bands.item[0].hi[2] == 6);
	assert_true(bands.means[0].right[1] == 20);
	assert_non_null(strstr(bands.caption, "mean of 1 to 3 directions"));
	bands_free(&bands);
}

static void
one_is_no_band(void **state)
{
	const struct curve curves[] = {curve_of(0, a), curve_of(1, b)};
	struct bands bands = {0};
	struct error err;

	(void)state;
	assert_int_equal(bands_make(&bands, curves, 2, &err), -1);
	assert_non_null(strstr(err.text, "one direction set"));
	bands_free(&bands);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(gathers_by_group),
	    cmocka_unit_test(one_is_no_band),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
