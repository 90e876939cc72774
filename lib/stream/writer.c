#include "stream/writer.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/plural.h"

enum { COLLECT_BYTES = 256 << 10 };

struct writer {
	struct output *output;
	int each;
	struct text pending; /* records not yet written */
	uint64_t records;    /* since `begin` */
	struct digest digest;
	struct marks marks; /* that were copied */
};

/*
 * A record that breaks off.  A program that fails between two segments, or
 * before much of one has left its buffer, would leave a stream that looks
 * whole.
 */
static const uint8_t torn[] = {
    0x95, 0xa4, 'L', 'L', 'v', '1', 0xa5, 'b', 'e', 'g', 'i', 'n'};

struct writer *
writer_new(struct output *output, int each, struct error *err)
{
	struct writer *w = memory_new(1, sizeof(*w), err);

	if (w != NULL) {
		w->output = output;
		w->each = each;
		output->torn = torn;
		output->torn_bytes = sizeof(torn);
	}
	return w;
}

void
writer_free(struct writer *writer)
{
	if (writer == NULL)
		return;
	text_free(&writer->pending);
	marks_free(&writer->marks);
	free(writer);
}

static int
flush_pending(struct writer *w, struct error *err)
{
	const char *chars = text_chars(&w->pending, err);
	int status = chars != NULL ? output_write(w->output, chars,
					 text_length(&w->pending), err)
				   : -1;

	text_cut(&w->pending, 0);
	return status;
}

/* The record stands at the end of pending, from offset at: send it or wait. */
static int
finish_record(struct writer *w, size_t at, struct error *err)
{
	const char *chars = text_chars(&w->pending, err);
	const size_t n = text_length(&w->pending);

	if (chars == NULL)
		return -1;
	if (n - at > RECORD_BYTES_MAX)
		return error_set(err,
		    "a record has %zu byte%s, at most %d are allowed", n - at,
		    plural_s((int64_t)(n - at)), RECORD_BYTES_MAX);
	digest_add(&w->digest, chars + at, n - at);
	if (w->each || n >= COLLECT_BYTES)
		return flush_pending(w, err);
	return 0;
}

int
record_encode(struct text *records, const char *kind, const struct pack *header,
    const void *payload, size_t bytes, struct error *err)
{
	const size_t at = text_length(records);
	struct pack frame = {.bytes_ = *records};
	const char *chars;
	uint32_t crc;
	uint8_t tail[CRC_BYTES];

	if (pack_check(header, err) < 0)
		return -1;
	text_add_bytes(&frame.bytes_, stream_magic, MAGIC_BYTES);
	pack_text(&frame, kind);
	pack_pack(&frame, header);
	if (payload == NULL)
		pack_nil(&frame);
	else
		pack_bytes(&frame, payload, bytes);
	*records = frame.bytes_;
	chars = text_chars(records, err);
	if (chars == NULL)
		return -1;
	crc = (uint32_t)crc32(
	    0, (const Bytef *)chars + at, (uInt)(text_length(records) - at));
	tail[0] = 0xce;
	for (int i = 0; i < 4; i++)
		tail[1 + i] = (uint8_t)(crc >> (24 - 8 * i));
	text_add_bytes(records, tail, sizeof(tail));
	return 0;
}

static int
write_record(struct writer *w, const char *kind, const struct pack *header,
    const void *payload, size_t bytes, struct error *err)
{
	const size_t at = text_length(&w->pending);

	if (record_encode(&w->pending, kind, header, payload, bytes, err) < 0)
		return -1;
	return finish_record(w, at, err);
}

void
history_open(struct pack *pack, const char *program)
{
	pack_open(pack);
	pack_key_text(pack, "program", program);
	pack_key_text(pack, "version", LOSSPIPE_VERSION);
	pack_key(pack, "options");
	pack_open(pack);
}

void
history_close(struct pack *pack)
{
	pack_close(pack);
	pack_close(pack);
}

int
writer_begin(struct writer *writer, const struct value *before,
    const struct pack *entry, struct error *err)
{
	const struct value *history;
	size_t n;
	struct pack own = {0}, header = {0};
	struct decoded *changed;
	int status = -1;

	if (begin_history(before, &history, err) < 0)
		return -1;
	n = array_count(history);
	pack_open(&own);
	pack_key_int(&own, "version", 1);
	pack_key(&own, "history");
	pack_array(&own, n + (entry != NULL));
	for (size_t i = 0; i < n; i++)
		pack_value(&own, array_at(history, i));
	if (entry != NULL)
		pack_pack(&own, entry);
	pack_close(&own);
	changed = pack_decode(&own, err);
	if (changed != NULL) {
		/* keys of `begin` that nobody here knows travel on */
		pack_merge(&header, before, decoded_value(changed));
		digest_start(&writer->digest);
		status = write_record(writer, "begin", &header, NULL, 0, err);
		writer->records = 0;
	}
	decoded_free(changed);
	pack_free(&own);
	pack_free(&header);
	return status;
}

int
writer_begin_after(struct writer *writer, const struct pack *before,
    const struct pack *entry, struct error *err)
{
	struct decoded *begin = pack_decode(before, err);
	int status = -1;

	if (begin != NULL)
		status = writer_begin(writer, decoded_value(begin), entry, err);
	decoded_free(begin);
	return status;
}

int
writer_record(struct writer *writer, const char *kind,
    const struct pack *header, const void *payload, size_t bytes,
    struct error *err)
{
	writer->records++;
	return write_record(writer, kind, header, payload, bytes, err);
}

int
writer_copy(
    struct writer *writer, const struct record *record, struct error *err)
{
	size_t at = text_length(&writer->pending);
	int meant = 1;

	/* a run's end travels where its beginning does */
	if (record_is_mark(record))
		meant = marks_take(&writer->marks, record, "", err);
	if (meant <= 0)
		return meant;
	writer->records++;
	text_add_bytes(&writer->pending, record->bytes, record->n_bytes);
	return finish_record(writer, at, err);
}

/* Copies a record that a scan has found at bytes; marks alone are decoded. */
static int
copy_scanned(struct writer *writer, const uint8_t *bytes,
    const struct scan *scan, struct error *err)
{
	struct record record = {.bytes = bytes, .n_bytes = scan->bytes};
	struct decoded *header = NULL;
	int status;

	memcpy(record.kind, bytes + scan->kind, scan->kind_bytes);
	if (record_is_mark(&record)) {
		header =
		    decoded_new(bytes + scan->header, scan->header_bytes, err);
		if (header == NULL)
			return -1;
		record.header = decoded_value(header);
	}
	status = writer_copy(writer, &record, err);
	decoded_free(header);
	return status;
}

int
writer_copy_all(
    struct writer *writer, const void *bytes, size_t n, struct error *err)
{
	const uint8_t *p = bytes;

	while (n > 0) {
		struct scan scan;
		size_t need;
		int status = scan_record(p, n, &scan, &need, err);

		if (status == 0)
			error_set(err, "a record to be copied is cut off");
		if (status != 1 || copy_scanned(writer, p, &scan, err) < 0)
			return -1;
		p += scan.bytes;
		n -= scan.bytes;
	}
	return 0;
}

int
writer_copy_text(
    struct writer *writer, const struct text *records, struct error *err)
{
	const char *chars = text_chars(records, err);

	return chars != NULL
		   ? writer_copy_all(writer, chars, text_length(records), err)
		   : -1;
}

int
writer_copy_scratch(
    struct writer *writer, const struct scratch *scratch, struct error *err)
{
	struct reader *reader = reader_new_scratch(scratch, err);
	struct record record;
	int status = reader != NULL ? 1 : -1;

	while (status == 1) {
		status = reader_next_intact(reader, &record, err);
		if (status == 1 && writer_copy(writer, &record, err) < 0)
			status = -1;
	}
	reader_free(reader);
	return status;
}

int
writer_copy_open(
    struct writer *writer, const struct marks *marks, struct error *err)
{
	for (size_t i = 0; i < marks->n; i++)
		if (writer_copy_text(writer, &marks->open[i].record, err) < 0)
			return -1;
	return 0;
}

int
writer_end(struct writer *writer, struct error *err)
{
	struct pack header = {0};
	char digest[DIGEST_TEXT_BYTES];
	int status;

	digest_finish_text(&writer->digest, digest);
	pack_open(&header);
	pack_key_int(&header, "count", (int64_t)writer->records);
	pack_key_text(&header, "digest", digest);
	pack_close(&header);
	status = write_record(writer, "end", &header, NULL, 0, err);
	pack_free(&header);
	return status < 0 ? -1 : flush_pending(writer, err);
}
