/*
 * Names from outside: printable UTF-8, how they are shown, and the natural
 * order of file names; numbers: decimal ones alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/character.h"
#include "base/number.h"
#include "base/plural.h"
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

/* What cannot be shown, as it is and as it leaves. */
static void
shown_text(void **state)
{
	static const struct {
		const char *text, *shown, *xml;
	} cases[] = {
	    {"conv1.weight", "conv1.weight", "conv1.weight"},
	    {"h\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x99\x82 \xd7\x90",
		"h\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x99\x82 \xd7\x90",
		"h\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x99\x82 \xd7\x90"},
	    /* a picture of two characters */
	    {"\xe2\x9c\x93\xef\xb8\x8f", "\xe2\x9c\x93\xef\xb8\x8f",
		"\xe2\x9c\x93\xef\xb8\x8f"},
	    {"\x1b[2J", "?[2J", "\xef\xbf\xbd[2J"},
	    {"a\tb\rc\nd\x7f", "a?b?c?d?", "a b c\nd\xef\xbf\xbd"},
	    {"\xc2\x9b"
	     "1m",
		"?1m",
		"\xef\xbf\xbd"
		"1m"},
	    {"\xe2\x80\xae"
	     "x\xe2\x81\xa6",
		"?x?", "\xef\xbf\xbdx\xef\xbf\xbd"},
	    {"\xd8\x9c\xe2\x80\x8b\xef\xbb\xbf", "???",
		"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xef\xbf\xbe\xf0\x9f\xbf\xbf", "??", "\xef\xbf\xbd\xef\xbf\xbd"},
	    /* bytes that are no characters, one by one */
	    {"\xff\xfe", "??", "\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xe2\x80", "??", "\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xc0\xaf", "??", "\xef\xbf\xbd\xef\xbf\xbd"},
	    {"\xed\xa0\x80", "???", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	    {"<a b=\"c\">&'", "<a b=\"c\">&'",
		"&lt;a b=&quot;c&quot;&gt;&amp;'"},
	};

	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text shown = {0}, xml = {0};

		text_add_shown(&shown, cases[i].text);
		assert_string_equal(text_chars(&shown, &err), cases[i].shown);
		assert_true(text_is_shown(
		    text_chars(&shown, &err), text_length(&shown)));
		assert_int_equal(
		    text_is_shown(cases[i].text, strlen(cases[i].text)),
		    strcmp(cases[i].text, cases[i].shown) == 0);
		text_add_xml(&xml, cases[i].text);
		assert_string_equal(text_chars(&xml, &err), cases[i].xml);
		text_free(&shown);
		text_free(&xml);
	}
}

/* Behind what stands there already; what is allowed stays. */
static void
shown_in_place(void **state)
{
	char chars[] = "a\x1b\n\xe2\x80\xae\tb";
	struct text text = {0};
	struct error err;

	(void)state;
	assert_int_equal(text_make_shown(chars, strlen(chars), "\n\t"), 6);
	assert_memory_equal(chars, "a?\n?\tb", 6);
	text_add(&text, "\n");
	text_add_shown(&text, "\x80");
	text_add_shown_bytes(&text, "\0", 1);
	assert_string_equal(text_chars(&text, &err), "\n??");
	text_free(&text);
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

static void
plurals(void **state)
{
	(void)state;
	assert_string_equal(plural(1, "axis", "axes"), "axis");
	assert_string_equal(plural(0, "axis", "axes"), "axes");
	assert_string_equal(plural(-1, "axis", "axes"), "axes");
	assert_string_equal(plural_s(1), "");
	assert_string_equal(plural_s(2), "s");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plurals),
	    cmocka_unit_test(printable_text),
	    cmocka_unit_test(shown_text),
	    cmocka_unit_test(shown_in_place),
	    cmocka_unit_test(natural_order),
	    cmocka_unit_test(strict_numbers),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
