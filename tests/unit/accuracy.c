/* Does an accuracy that was measured fit the one that a checkpoint notes? */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/accuracy.h"
#include "stream/pack.h"

static void
fits(void **state)
{
	static const struct {
		double acc;
		int64_t n;
		double noted;
		const char *set;
		enum accuracy_fit fit;
	} cases[] = {
	    {93.5, 10000, 93.66, "test", ACCURACY_FITS},
	    {10.2, 10000, 93.66, "test", ACCURACY_WRONG},
	    {10.2, 100, 93.66, "test", ACCURACY_WRONG},
	    /* 3.3 points, but 0.75 standard errors of 4.4 */
	    {70, 100, 73.3, "test", ACCURACY_FITS},
	    {70, 100, 73.3, "train", ACCURACY_FITS},
	    /* 3.3 points, 7.5 standard errors */
	    {70, 10000, 73.3, "test", ACCURACY_WRONG},
	    /* 2.9 points, 20 standard errors */
	    {70.4, 100000, 73.3, "test", ACCURACY_FITS},
	    {60, 100, 73.3, "test", ACCURACY_FITS},
	    {59, 100, 73.3, "test", ACCURACY_WRONG},
	    /* more is a surprise on test images alone */
	    {99, 10000, 73.3, "test", ACCURACY_WRONG},
	    {99, 10000, 73.3, "train", ACCURACY_FITS},
	    /* 0 and 100 % have an error, too */
	    {95, 100, 100, "train", ACCURACY_WRONG},
	    {90, 20, 100, "train", ACCURACY_FITS},
	    {0, 1, 100, "train", ACCURACY_FITS},
	    {0, 4, 100, "train", ACCURACY_WRONG},
	    /* what else may explain it */
	    {10.2, 10000, 93.66, "blurred", ACCURACY_DIFFERS},
	    {10.2, 0, 93.66, "test", ACCURACY_DIFFERS},
	    {NAN, 100, 93.66, "test", ACCURACY_FITS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct accuracy measured = {
		    .acc = cases[i].acc, .n = cases[i].n, .set = cases[i].set};
		double noted = cases[i].noted;

		if (accuracy_compare(&measured, &noted) != cases[i].fit)
			fail_msg("case %zu", i);
		assert_true(noted == cases[i].noted);
	}
}

/* Other batch norms are a reason of their own. */
static void
recomputed(void **state)
{
	const struct accuracy measured = {
	    .acc = 50, .n = 10000, .set = "test", .recomputed = true};
	double noted = 90;

	(void)state;
	assert_int_equal(accuracy_compare(&measured, &noted), ACCURACY_DIFFERS);
}

/* A note of at most 1 is read as what is nearer: a share, or per cent. */
static void
shares(void **state)
{
	struct accuracy measured = {.acc = 93, .n = 10000, .set = "test"};
	double noted = 0.9366;

	(void)state;
	assert_int_equal(accuracy_compare(&measured, &noted), ACCURACY_FITS);
	assert_float_equal(noted, 93.66, 1e-9);
	measured.acc = 0.2;
	noted = 0.1;
	assert_int_equal(accuracy_compare(&measured, &noted), ACCURACY_FITS);
	assert_true(noted == 0.1);
}

static void
errors(void **state)
{
	(void)state;
	/* (50 + 1) / 102, and 0 as 1 of 102 */
	assert_float_equal(accuracy_error(50, 100), 5, 1e-9);
	assert_float_equal(accuracy_error(0, 100),
	    100 * sqrt(1.0 / 102 * 101 / 102 / 100), 1e-12);
}

static bool
noted_in(const char *key, double value, double *acc)
{
	struct pack pack = {0};
	struct decoded *d;
	struct error err;
	bool found;

	pack_open(&pack);
	pack_key_real(&pack, key, value);
	pack_close(&pack);
	d = pack_decode(&pack, &err);
	assert_non_null(d);
	found = accuracy_noted(decoded_value(d), acc);
	decoded_free(d);
	pack_free(&pack);
	return found;
}

static void
notes(void **state)
{
	double acc = -1;

	(void)state;
	assert_true(noted_in("best_prec1", 93.66, &acc));
	assert_true(acc == 93.66);
	assert_false(noted_in("accuracy of something", 93.66, &acc));
	assert_false(noted_in("acc", 1e9, &acc));
	assert_false(noted_in("acc", -5, &acc));
	assert_false(noted_in("acc", NAN, &acc));
	assert_true(acc == 93.66);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fits),
	    cmocka_unit_test(recomputed),
	    cmocka_unit_test(shares),
	    cmocka_unit_test(errors),
	    cmocka_unit_test(notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
