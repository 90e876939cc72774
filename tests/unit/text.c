/*
 * Names from outside: printable UTF-8, and the natural order of file names;
 * numbers: decimal ones alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"
#include "base/text.h"

static void
printable_text(void **state)
{
	static const char *const good[] = {"", "conv1.weight", "h\xc3\xa9",
	    "\xe4\xb8\xad", "\xf0\x9f\x99\x82", "\xed\x9f\xbf", "\xee\x80\x80",
	    "\xf4\x8f\xbf\xbf"};
	/* Controls, lone and missing continuations, overlong forms, surrogates,
	 * beyond the last character. */
	static const char *const bad[] = {"a\n", "\x1b[2J", "\x7f", "\xc2\x85",
	    "\x80", "\xc3", "\xe4\xb8", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf",
	    "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(text_is_printable(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(text_is_printable(bad[i], strlen(bad[i])));
	assert_false(text_is_printable("a\0b", 3));
}

static void
natural_order(void **state)
{
	static const char *const sorted[] = {"", "a", "a1b", "a02", "a2", "a2b",
	    "a10", "a10.1", "a10.9", "a10.10", "aa", "b"};
	const int n = sizeof(sorted) / sizeof(sorted[0]);

	(void)state;
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			int order = text_compare_natural(sorted[i], sorted[j]);

			assert_int_equal(
			    (order > 0) - (order < 0), (i > j) - (i < j));
		}
}

static void
strict_numbers(void **state)
{
	static const char *const good[] = {"0", "-1", "+1", "1.", ".5", "-.5e3",
	    "1e-3", "1E+05", "0.10", "00", "1e-400"};
	static const char *const bad[] = {"", "-", "+", ".", "-.", "e5", ".e5",
	    "1e", "1e+", "1.5e", "1e5.", "0x10", "0x1p0", "-0x1p0", "0X1", " 1",
	    "1 ", "\t1", "1,5", "1_0", "--1", "+-1", "inf", "nan", "nan(1)",
	    "infinity", "1e999", "1f", "1d0", "0b1", "1e5e5", "1\n"};
	double v;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(number_parse_real(good[i], "x", &v, NULL), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(number_parse_real(bad[i], "x", &v, NULL), -1);
	assert_int_equal(number_parse_real("-.5e3", "x", &v, NULL), 0);
	assert_true(v == -500.0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(printable_text),
	    cmocka_unit_test(natural_order),
	    cmocka_unit_test(strict_numbers),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
