/* Streams: what the reader accepts is exactly what a writer wrote. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "stream/reader.h"
#include "stream/writer.h"

/* ---- streams made in memory ---- */

struct bytes {
	uint8_t *p;
	size_t n;
};

/* What emit writes, by way of a temporary file. */
static struct bytes
written(int each, void (*emit)(struct writer *writer))
{
	FILE *f = tmpfile();
	struct output output;
	struct writer *writer;
	struct bytes b;
	struct error err;

	assert_non_null(f);
	output = (struct output){.fd = fileno(f), .name = "memory"};
	writer = writer_new(&output, each, &err);
	assert_non_null(writer);
	emit(writer);
	writer_free(writer);
	b.n = (size_t)lseek(fileno(f), 0, SEEK_END);
	b.p = malloc(b.n);
	assert_non_null(b.p);
	assert_int_equal(pread(fileno(f), b.p, b.n, 0), (ssize_t)b.n);
	fclose(f);
	return b;
}

static void
add_record(struct writer *writer, const char *kind, int64_t i,
    const void *payload, size_t n)
{
	struct pack header = {0};
	struct error err;

	pack_open(&header);
	pack_key_int(&header, "i", i);
	pack_close(&header);
	assert_int_equal(
	    writer_record(writer, kind, &header, payload, n, &err), 0);
	pack_free(&header);
}

static void
begin(struct writer *writer)
{
	struct pack entry = {0};
	struct error err;

	history_open(&entry, "test");
	pack_key_int(&entry, "seed", 7);
	history_close(&entry);
	assert_int_equal(writer_begin(writer, NULL, &entry, &err), 0);
	pack_free(&entry);
}

static void
end(struct writer *writer)
{
	struct error err;

	assert_int_equal(writer_end(writer, &err), 0);
}

/* A segment of four records, one with a payload that looks like a record. */
static void
emit_small(struct writer *writer)
{
	begin(writer);
	add_record(writer, "alpha", 1, NULL, 0);
	add_record(writer, "beta", -1, stream_magic, MAGIC_BYTES);
	add_record(writer, "alpha", INT64_MAX, "", 0);
	add_record(writer, "x-unknown", 0, "payload", 7);
	end(writer);
}

/* Reads all; the number of records, or -1 with the error. */
static int
count_records(const void *p, size_t n, struct error *err)
{
	struct reader *reader = reader_new_bytes(p, n, err);
	struct record record;
	int status, count = 0;

	assert_non_null(reader);
	while ((status = reader_next(reader, &record, err)) == 1)
		count++;
	reader_free(reader);
	return status < 0 ? -1 : count;
}

static int
count_intact(const void *p, size_t n, size_t *skipped)
{
	struct error err;
	struct reader *reader = reader_new_bytes(p, n, &err);
	struct record record;
	int count = 0;

	assert_non_null(reader);
	while (reader_next_intact(reader, &record, &err) == 1)
		count++;
	*skipped = reader_skipped(reader);
	reader_free(reader);
	return count;
}

static void
expect_error(const void *p, size_t n, const char *reason)
{
	struct error err = {.text = ""};

	assert_int_equal(count_records(p, n, &err), -1);
	if (strstr(err.text, reason) == NULL)
		fail_msg("got '%s', wanted '%s'", err.text, reason);
	assert_null(strchr(err.text, '\n'));
}

/* ---- laws ---- */

static void
round_trip(void **state)
{
	struct bytes b = written(1, emit_small);
	struct bytes collected = written(0, emit_small);
	struct reader *reader;
	struct record r;
	struct error err;
	int64_t i;

	(void)state;
	assert_int_equal(b.n, collected.n);
	assert_memory_equal(b.p, collected.p, b.n);
	reader = reader_new_bytes(b.p, b.n, &err);
	assert_int_equal(reader_next(reader, &r, &err), 1);
	assert_true(record_is(&r, "begin"));
	assert_int_equal(array_count(value_get(r.header, "history")), 1);
	assert_int_equal(reader_next(reader, &r, &err), 1);
	assert_true(record_is(&r, "alpha"));
	assert_int_equal(r.payload_bytes, 0);
	assert_int_equal(reader_next(reader, &r, &err), 1);
	assert_int_equal(r.payload_bytes, MAGIC_BYTES);
	assert_memory_equal(r.payload, stream_magic, MAGIC_BYTES);
	assert_int_equal(reader_next(reader, &r, &err), 1);
	assert_true(value_int(value_get(r.header, "i"), &i));
	assert_true(i == INT64_MAX);
	assert_int_equal(reader_next(reader, &r, &err), 1);
	assert_int_equal(reader_next(reader, &r, &err), 1);
	assert_true(record_is(&r, "end"));
	assert_int_equal(reader_next(reader, &r, &err), 0);
	reader_free(reader);
	free(b.p);
	free(collected.p);
}

static struct bytes copied; /* what emit_copy reads */

static void
emit_copy(struct writer *writer)
{
	struct error err;
	struct reader *reader = reader_new_bytes(copied.p, copied.n, &err);
	struct record record;

	while (reader_next(reader, &record, &err) == 1)
		if (record_is(&record, "begin"))
			assert_int_equal(
			    writer_begin(writer, record.header, NULL, &err), 0);
		else if (record_is(&record, "end"))
			assert_int_equal(writer_end(writer, &err), 0);
		else
			assert_int_equal(writer_copy(writer, &record, &err), 0);
	reader_free(reader);
}

/* A filter that changes nothing writes the same bytes. */
static void
pass_through(void **state)
{
	struct bytes b;

	(void)state;
	copied = written(0, emit_small);
	b = written(0, emit_copy);
	assert_int_equal(b.n, copied.n);
	assert_memory_equal(b.p, copied.p, b.n);
	free(b.p);
	free(copied.p);
}

static void
emit_twice(struct writer *writer)
{
	emit_small(writer);
	emit_small(writer);
}

static void
concatenation(void **state)
{
	struct bytes one = written(0, emit_small);
	struct bytes two = written(0, emit_twice);
	struct error err;

	(void)state;
	assert_int_equal(two.n, 2 * one.n);
	assert_memory_equal(two.p, one.p, one.n);
	assert_memory_equal(two.p + one.n, one.p, one.n);
	assert_int_equal(count_records(two.p, two.n, &err), 12);
	free(one.p);
	free(two.p);
}

/* Cut anywhere: an error, and salvage finds exactly the whole records. */
static void
truncation(void **state)
{
	struct bytes b = written(0, emit_small);
	struct error err;
	size_t skipped;
	int whole = 0;

	(void)state;
	for (size_t n = 0; n < b.n; n++) {
		int now = count_intact(b.p, n, &skipped);

		assert_in_range(now, whole, whole + 1);
		whole = now;
		assert_int_equal(count_records(b.p, n, &err), -1);
	}
	assert_int_equal(whole, 5);
	assert_int_equal(count_records(b.p, b.n, &err), 6);
	free(b.p);
}

/* Cut anywhere in the first of two: the second is no excuse. */
static void
truncation_in_the_middle(void **state)
{
	struct bytes b = written(0, emit_small);
	uint8_t *joined = malloc(2 * b.n);
	struct error err;
	size_t skipped;

	(void)state;
	assert_non_null(joined);
	for (size_t n = 1; n < b.n; n++) {
		memcpy(joined, b.p, n);
		memcpy(joined + n, b.p, b.n);
		assert_int_equal(count_records(joined, n + b.n, &err), -1);
		assert_true(count_intact(joined, n + b.n, &skipped) >= 6);
	}
	free(joined);
	free(b.p);
}

/* Every flip of a bit is noticed, and costs salvage one record at most. */
static void
flipped_bits(void **state)
{
	struct bytes b = written(0, emit_small);
	struct error err;
	size_t skipped;

	(void)state;
	for (size_t bit = 0; bit < 8 * b.n; bit++) {
		b.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_equal(count_records(b.p, b.n, &err), -1);
		assert_int_equal(count_intact(b.p, b.n, &skipped), 5);
		b.p[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(count_records(b.p, b.n, &err), 6);
	free(b.p);
}

/* Bytes of a record with a good CRC around any kind, header and payload. */
static size_t
forge(uint8_t *out, const char *body, size_t n)
{
	uint32_t crc;

	memcpy(out, stream_magic, MAGIC_BYTES);
	memcpy(out + MAGIC_BYTES, body, n);
	n += MAGIC_BYTES;
	crc = (uint32_t)crc32(0, out, (uInt)n);
	out[n++] = 0xce;
	for (int shift = 24; shift >= 0; shift -= 8)
		out[n++] = (uint8_t)(crc >> shift);
	return n;
}

#define FORGED(body, reason)                                              \
	do {                                                              \
		uint8_t bytes[512];                                       \
		expect_error(                                             \
		    bytes, forge(bytes, body, sizeof(body) - 1), reason); \
	} while (0)

/* Each of them carries a CRC that is right. */
static void
hostile_records(void **state)
{
	(void)state;
	FORGED("\xa1x\x80\xc0", "outside of a segment");
	FORGED("\xa0\x80\xc0", "1 to 31 bytes");
	FORGED("\x01\x80\xc0", "1 to 31 bytes");
	FORGED("\xd9\x20"
	       "abcdefghijklmnopqrstuvwxyzabcdef\x80\xc0",
	    "1 to 31 bytes");
	FORGED("\xa2x\0\x80\xc0", "zero byte");
	FORGED("\xa1x\x90\xc0", "not a map");
	FORGED("\xa1x\x81\xc1\xc0\xc0", "not msgpack");
	FORGED("\xa1x\x80\x01", "neither bin nor nil");
	FORGED("\xa5"
	       "begin\x80\xc0",
	    "version is missing");
	FORGED("\xa5"
	       "begin\x81\xa7version\x02\xc0",
	    "version is 2, expected");
	/* lengths that nothing follows: refused before any allocation */
	FORGED("\xa1x\xdf\x10\x00\x00\x00", "claims 268435456 entries");
	FORGED("\xa1x\x81\xa1k\xdd\x10\x00\x00\x00", "claims 268435456");
	FORGED("\xa1x\x81\xa1k\xdb\xff\xff\xff\xff", "too large");
	FORGED("\xa1x\x81\xa1k\xc6\xff\xff\xff\xff", "too large");
	FORGED("\xa1x\x81\xa1k\xc9\xff\xff\xff\xff", "too large");
	FORGED("\xa1x\x80\xc6\xff\xff\xff\xff", "claims a payload");
	expect_error("\xdd\x10\x00\x00\x00", 5, "of no kind that is known");
}

static void
depth_is_bounded(void **state)
{
	char body[64] = "\xa1x\x81\xa1k";
	uint8_t bytes[128];
	size_t n = 5;

	(void)state;
	for (int depth = 1; depth < 40; depth++)
		body[n++] = (char)0x91;
	body[n++] = (char)0xc0;
	body[n++] = (char)0xc0;
	expect_error(bytes, forge(bytes, body, n), "nests deeper than 16");
}

/* begin, then a record, then an `end` that is wrong in one way. */
static void
check_bad_end(int64_t count, const char *digest, const char *reason)
{
	static const char open[] = "\xa5"
				   "begin\x81\xa7version\x01\xc0";
	uint8_t bytes[512];
	struct pack tail = {0};
	struct error err;
	const void *end;
	size_t n = forge(bytes, open, sizeof(open) - 1), n_end;

	pack_text(&tail, "end");
	pack_open(&tail);
	pack_key_int(&tail, "count", count);
	pack_key_text(&tail, "digest", digest);
	pack_close(&tail);
	pack_nil(&tail);
	end = pack_encoded(&tail, &n_end, &err);
	n += forge(bytes + n, end, n_end);
	expect_error(bytes, n, reason);
	pack_free(&tail);
}

static void
wrong_ends(void **state)
{
	static const char zeros[] = "00000000000000000000000000000000"
				    "00000000000000000000000000000000";

	(void)state;
	check_bad_end(1, zeros, "counts 1 record, 0 came");
	check_bad_end(-1, zeros, "count is -1");
	check_bad_end(0, zeros, "digest is");
	check_bad_end(0, "", "digest is");
}

/* A record that is left out, twice there or moved breaks the segment. */
static void
missing_records(void **state)
{
	struct bytes b = written(0, emit_small);
	size_t at[8], n = 0, from = 0;
	struct scan scan;
	size_t need;
	struct error err;

	(void)state;
	for (; from < b.n; from += scan.bytes) {
		assert_int_equal(
		    scan_record(b.p + from, b.n - from, &scan, &need, &err), 1);
		at[n++] = from;
	}
	at[n] = b.n;
	for (size_t i = 0; i < n; i++) {
		uint8_t *less = malloc(b.n);

		assert_non_null(less);
		memcpy(less, b.p, at[i]);
		memcpy(less + at[i], b.p + at[i + 1], b.n - at[i + 1]);
		assert_int_equal(
		    count_records(less, b.n - (at[i + 1] - at[i]), &err), -1);
		free(less);
	}
	free(b.p);
}

static void
emit_vector(struct writer *writer)
{
	struct pack header = {0};
	struct error err;

	assert_int_equal(writer_begin(writer, NULL, NULL, &err), 0);
	pack_open(&header);
	pack_key_int(&header, "k", 1);
	pack_close(&header);
	assert_int_equal(
	    writer_record(writer, "x-note", &header, "abc", 3, &err), 0);
	pack_free(&header);
	end(writer);
}

/* The stream that losspipe(5) shows byte for byte. */
static void
documented_bytes(void **state)
{
	struct bytes b = written(0, emit_vector);
	uint8_t bytes[512];
	FILE *f = fopen("tests/data/streams/vector.ll", "rb");

	(void)state;
	assert_non_null(f);
	assert_int_equal(fread(bytes, 1, sizeof(bytes), f), b.n);
	assert_memory_equal(bytes, b.p, b.n);
	fclose(f);
	free(b.p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(pass_through),
	    cmocka_unit_test(concatenation),
	    cmocka_unit_test(truncation),
	    cmocka_unit_test(truncation_in_the_middle),
	    cmocka_unit_test(flipped_bits),
	    cmocka_unit_test(hostile_records),
	    cmocka_unit_test(depth_is_bounded),
	    cmocka_unit_test(wrong_ends),
	    cmocka_unit_test(missing_records),
	    cmocka_unit_test(documented_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
