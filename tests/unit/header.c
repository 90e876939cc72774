/* Headers of records: maps and arrays, encoded and decoded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "stream/reader.h"
#include "stream/writer.h"

/* What is no array has no entries, and nothing lies at any place. */
static void
arrays_are_no_maps(void **state)
{
	static const char map[] = "\x81\xa1k\x07", array[] = "\x91\x07";
	struct error err;
	struct decoded *d[] = {decoded_new(map, 4, &err),
	    decoded_new(array, 2, &err), decoded_new("\x07", 1, &err)};
	int64_t i;

	(void)state;
	for (int k = 0; k < 3; k++) {
		const struct value *v = decoded_value(d[k]);

		assert_non_null(d[k]);
		assert_int_equal(map_count(v), k == 0);
		assert_int_equal(map_key(v, 0) != NULL, k == 0);
		assert_int_equal(value_int(map_item(v, 0), &i), k == 0);
		assert_int_equal(array_count(v), k == 1);
		assert_int_equal(value_int(array_at(v, 0), &i), k == 1);
		assert_null(array_at(v, 1));
		assert_null(map_item(v, 1));
		decoded_free(d[k]);
	}
	assert_int_equal(array_count(NULL) + map_count(NULL), 0);
	assert_null(array_at(NULL, 0));
	assert_null(map_key(NULL, 0));
}

/* A header answers as it is encoded what it answers decoded. */
static void
encoded_header_answers(void **state)
{
	static const char *const numbers[] = {"\x07", "\xe0", "\xcc\xff",
	    "\xcd\xff\xfe", "\xce\xff\xff\xff\xfe", "\xd0\x80", "\xd1\x80\x01",
	    "\xd2\x80\x00\x00\x01", "\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
	    "\xd3\x80\x00\x00\x00\x00\x00\x00\x01",
	    "\xd3\x00\x00\x00\x00\x00\x00\x00\x05", "\xca\xbf\xc0\x00\x00",
	    "\xcb\x40\x09\x21\xfb\x54\x44\x2d\x18", "\xc0", "\xc3", "\xa1x",
	    "\x90"};
	static const size_t bytes[] = {
	    1, 1, 2, 3, 5, 2, 3, 5, 9, 9, 9, 5, 9, 1, 1, 2, 1};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++) {
		uint8_t map[32] = "\x83\xa1k\x92\xa1v\x01\xa1v";
		const size_t n = 9 + bytes[i] + 4;
		struct decoded *d;
		double want = -0.5, got = -0.5;

		memcpy(map + 9, numbers[i], bytes[i]);
		memcpy(map + 9 + bytes[i], "\xa1w\xa1x", 4);
		d = decoded_new(map, n, &err);
		assert_non_null(d);
		assert_int_equal(scan_real(map, n, "v", &got),
		    value_real(value_get(decoded_value(d), "v"), &want));
		assert_true(got == want);
		assert_true(scan_says(map, n, "w", "x"));
		assert_false(scan_says(map, n, "w", "xx"));
		assert_int_equal(scan_says(map, n, "v", "x"),
		    bytes[i] == 2 && numbers[i][0] == '\xa1');
		assert_false(scan_real(map, n, "k", &got));
		assert_false(scan_real(map, n, "none", &got));
		/* a header that is cut off answers nothing beyond its end */
		assert_false(scan_real(map, 9 + bytes[i] - 1, "v", &got));
		decoded_free(d);
	}
}

/* Maps count their keys, whatever stands in them; one left open is no record.
 */
static void
maps_count_themselves(void **state)
{
	struct pack pack = {0};
	struct decoded *d;
	struct error err;
	const struct value *inner;
	size_t n;

	(void)state;
	pack_open(&pack);
	for (int i = 0; i < 15; i++) {
		char key[16];

		snprintf(key, sizeof(key), "k%d", i);
		pack_key_int(&pack, key, i);
	}
	pack_key(&pack, "inner");
	pack_open(&pack);
	pack_key(&pack, "none");
	pack_open(&pack);
	pack_close(&pack);
	pack_key_bool(&pack, "yes", 1);
	pack_close(&pack);
	assert_null(pack_encoded(&pack, &n, &err));
	assert_int_equal(pack_check(&pack, &err), -1);
	pack_close(&pack);
	d = pack_decode(&pack, &err);
	assert_non_null(d);
	assert_int_equal(map_count(decoded_value(d)), 16);
	inner = value_get(decoded_value(d), "inner");
	assert_int_equal(map_count(inner), 2);
	assert_int_equal(map_count(value_get(inner, "none")), 0);
	decoded_free(d);
	pack_close(&pack); /* none is open */
	assert_null(pack_encoded(&pack, &n, &err));
	pack_free(&pack);
}

/* Keys of `begin` that nobody knows travel on; the history grows. */
static void
history_grows(void **state)
{
	struct pack header = {0}, entry = {0};
	struct decoded *before;
	struct error err;
	FILE *f = tmpfile();
	struct output output = {.fd = fileno(f), .name = "memory"};
	struct writer *writer = writer_new(&output, 0, &err);
	uint8_t bytes[512];
	struct reader *reader;
	struct record r;
	ssize_t n;

	(void)state;
	pack_open(&header);
	pack_key_int(&header, "version", 1);
	pack_key_text(&header, "colour", "red");
	pack_key(&header, "history");
	pack_array(&header, 1);
	history_open(&entry, "first");
	history_close(&entry);
	pack_pack(&header, &entry);
	pack_close(&header);
	pack_free(&entry);
	before = pack_decode(&header, &err);
	history_open(&entry, "second");
	history_close(&entry);
	assert_int_equal(
	    writer_begin(writer, decoded_value(before), &entry, &err), 0);
	assert_int_equal(writer_end(writer, &err), 0);
	n = pread(fileno(f), bytes, sizeof(bytes), 0);
	reader = reader_new_bytes(bytes, (size_t)n, &err);
	assert_int_equal(reader_next(reader, &r, &err), 1);
	assert_true(value_is(value_get(r.header, "colour"), "red"));
	for (size_t i = 0; i < 2; i++)
		assert_true(value_is(
		    value_get(
			array_at(value_get(r.header, "history"), i), "program"),
		    i == 0 ? "first" : "second"));
	reader_free(reader);
	decoded_free(before);
	pack_free(&header);
	pack_free(&entry);
	writer_free(writer);
	fclose(f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(arrays_are_no_maps),
	    cmocka_unit_test(encoded_header_answers),
	    cmocka_unit_test(maps_count_themselves),
	    cmocka_unit_test(history_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
