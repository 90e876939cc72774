/* Pickles: the same values from every protocol; what is hostile is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "file/content.h"
#include "file/pickle.h"
#include "file/pickle_numpy.h"

static void
check_plain(const struct pickle_value *root)
{
	const struct pickle_value *v = pickle_get(root, "dict");

	assert_int_equal(pickle_get(root, "none")->kind, PICKLE_NONE);
	assert_int_equal(pickle_get(root, "yes")->integer, 1);
	assert_int_equal(pickle_get(root, "no")->integer, 0);
	assert_int_equal(pickle_get(root, "int")->integer, -5);
	assert_int_equal(pickle_get(root, "small")->integer, 7);
	assert_int_equal(pickle_get(root, "i2")->integer, 300);
	assert_int_equal(pickle_get(root, "i4")->integer, -70000);
	assert_true(pickle_get(root, "long")->integer == INT64_C(1) << 40);
	assert_true(
	    pickle_get(root, "neglong")->integer == -(INT64_C(1) << 40));
	assert_int_equal(pickle_get(root, "big")->kind, PICKLE_LONG);
	assert_true(pickle_get(root, "real")->real == 2.5);
	assert_true(pickle_is_text(pickle_get(root, "text"), "h\xc3\xa9llo"));
	assert_int_equal(v->kind, PICKLE_DICT);
	assert_true(pickle_is_text(v->items.at[0], "b"));
	assert_int_equal(pickle_get(v, "a")->integer, 2);
	v = pickle_get(root, "bytes");
	assert_int_equal(v->kind, PICKLE_BYTES);
	assert_int_equal(v->text.n, 6);
	assert_memory_equal(v->text.chars, "\xfa\xfb\xfc\xfd\xfe\xff", 6);
	v = pickle_get(root, "tuple");
	assert_int_equal(pickle_item(pickle_item(v, 3), 2)->integer, 3);
	assert_null(pickle_item(v, 4));
	assert_ptr_equal(pickle_get(root, "shared"), pickle_get(root, "list"));
	assert_int_equal(pickle_get(root, "list")->items.n, 3);
}

static void
check_numpy(const struct pickle_value *root)
{
	struct pickle_array array;
	struct error err;
	double number;

	assert_true(pickle_number(pickle_get(root, "f8"), &number));
	assert_true(number == 93.66);
	assert_true(pickle_number(pickle_get(root, "i8"), &number));
	assert_true(number == -3);
	assert_false(pickle_number(pickle_get(root, "text"), &number));
	assert_int_equal(
	    pickle_array_view(pickle_get(root, "array"), &array, &err), 0);
	assert_int_equal(array.element.kind, ELEMENT_I16);
	assert_int_equal(array.dim[1], 3);
	assert_int_equal(array.bytes[10], 5);
	assert_int_equal(
	    pickle_array_view(pickle_get(root, "fortran"), &array, &err), 0);
	assert_true(array.fortran);
	assert_int_equal(
	    pickle_array_view(pickle_get(root, "be"), &array, &err), 0);
	assert_true(array.element.swapped);
	assert_int_equal(
	    pickle_array_view(pickle_get(root, "list"), &array, &err), -1);
	assert_string_equal(
	    err.text, "a list where a numpy array was expected");
}

static void
values_of_each_protocol(void **state)
{
	(void)state;
	for (int protocol = 2; protocol <= 4; protocol++) {
		struct content content;
		struct pickle pickle;
		struct error err;
		char path[64];

		snprintf(path, sizeof(path), "tests/data/pickle/values%d.pkl",
		    protocol);
		assert_int_equal(content_open(&content, path, NULL, &err), 0);
		assert_int_equal(
		    pickle_read(&pickle, content.bytes, content.n, &err), 0);
		assert_int_equal(pickle.n_bytes, content.n);
		check_plain(pickle.root);
		check_numpy(pickle.root);
		pickle_free(&pickle);
		content_close(&content);
	}
}

/* Reads the n bytes of text; wants the words in the error, NULL: success. */
static void
check(const char *text, size_t n, const char *words)
{
	struct pickle pickle;
	struct error err = {.text = ""};
	uint8_t *bytes = malloc(n + 1); /* exact, for the sanitizer */
	int status;

	assert_non_null(bytes);
	memcpy(bytes, text, n);
	status = pickle_read(&pickle, bytes, n, &err);
	pickle_free(&pickle);
	free(bytes);
	assert_int_equal(status, words == NULL ? 0 : -1);
	if (words != NULL && strstr(err.text, words) == NULL)
		fail_msg("got '%s', wanted '%s'", err.text, words);
}

#define CHECK(text, words) check(text, sizeof(text) - 1, words)

static void
hostile_pickles(void **state)
{
	(void)state;
	CHECK("", "ends early");
	CHECK("\x80\x02", "ends early");
	CHECK("\x80\x02.", "empty stack");
	CHECK("\x80\x01N.", "protocol 1");
	CHECK("\x80\x02X\xff\xff\xff\xff"
	      "abc.",
	    "ends early");
	CHECK("\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "ends early");
	CHECK("\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.", "ends early");
	CHECK("\x80\x02t.", "mark that is not set");
	CHECK("(d.", NULL); /* nothing was ever on the stack */
	CHECK("(o.", "not callable");
	CHECK("\x80\x02(0N.", NULL);
	CHECK("\x80\x02N(\x85.", "empty stack");
	CHECK("\x80\x02h\x05.", "did not remember");
	CHECK("\x80\x02j\xff\xff\xff\xff.", "did not remember");
	CHECK("\x80\x02Nr\xff\xff\xff\xff.", "remembers value");
	CHECK("\x80\x02N)R.", "not callable");
	CHECK("\x80\x02"
	      "cos\nsystem\nNR.",
	    "without a tuple");
	CHECK("\x80\x02"
	      "cos\nsystem\n)R.",
	    NULL);
	CHECK("\x80\x02"
	      "cos\nsystem",
	    "ends early");
	CHECK("\x80\x02"
	      "ccollections\nOrderedDict\nNb.",
	    "state to coll");
	CHECK("\x80\x02NNa.", "items into None");
	CHECK("\x80\x02K\x01(NNu.", "items into an integer");
	CHECK("\x80\x02}(Nu.", "key without a value");
	CHECK("\x80\x02\x82\x01.", "opcode 0x82");
	CHECK("\x80\x02S'a'\n.", "opcode 0x53");
	CHECK("\x80\x02I4294967296", "ends early");
	CHECK("\x80\x02I\n.", "an integer of the pickle is ''");
	CHECK("\x80\x02I1x\n.", "is '1x'");
	CHECK("\x80\x02I99999999999999999999\n.", "an integer of the pickle");
	CHECK("\x80\x02I99999999999999999999999999999999999999\n.",
	    "integer of 38 digits");
	CHECK("\x80\x02]q\x01h\x01"
	      "a.",
	    NULL); /* a list in itself */
}

/* Python 2 writes integers of more than 32 bits in digits. */
static void
integers_in_digits(void **state)
{
	static const struct {
		const char *text;
		int64_t is;
	} rows[] = {
	    {"\x80\x02I94107573923008\n.", INT64_C(94107573923008)},
	    {"\x80\x02I-4294967296\n.", -INT64_C(4294967296)},
	    {"\x80\x02L94107573923008L\n.", INT64_C(94107573923008)},
	    {"\x80\x02L5\n.", 5},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pickle pickle;
		struct error err = {.text = ""};

		assert_int_equal(
		    pickle_read(&pickle, (const uint8_t *)rows[i].text,
			strlen(rows[i].text), &err),
		    0);
		assert_int_equal(pickle.root->kind, PICKLE_INT);
		assert_true(pickle.root->integer == rows[i].is);
		pickle_free(&pickle);
	}
}

static char *
repeat(const char *unit, size_t n, size_t *total)
{
	size_t len = strlen(unit);
	char *text = malloc(n * len);

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * len, unit, len);
	*total = n * len;
	return text;
}

static void
bombs_are_bounded(void **state)
{
	static const struct {
		const char *unit, *words;
	} bombs[] = {
	    {"N", "stacks more"},
	    {"(", "nests more"},
	    {"]0", "more than 1048576 values"},
	    {"](NNNNNNNNNNNNNNNNe0", "more than 2097152 items"},
	    {"N\x85", "more than 1048576 values"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bombs) / sizeof(bombs[0]); i++) {
		size_t n;
		char *text = repeat(bombs[i].unit, 2000000, &n);

		check(text, n, bombs[i].words);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(values_of_each_protocol),
	    cmocka_unit_test(hostile_pickles),
	    cmocka_unit_test(integers_in_digits),
	    cmocka_unit_test(bombs_are_bounded),
	};

	return cmocka_run_group_tests_name("pickle", tests, NULL, NULL);
}
