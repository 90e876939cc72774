#include "stream/reader.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/digest.h"
#include "base/memory.h"
#include "stream/value_internal.h"

enum { READ_BYTES = 256 << 10 };

struct reader {
	char *const *paths;
	int n_paths, next_path;
	int fd;                        /* -1: no file is open */
	const struct scratch *scratch; /* instead of a file, or NULL */
	uint64_t scratch_at;
	const char *name;

	uint8_t *buffer;
	size_t room, start, end; /* unread bytes are [start, end) */
	msgpack_zone zone;

	bool in_segment;
	uint64_t segments, records; /* records since `begin` */
	struct digest digest;       /* of the segment's bytes so far */
	uint64_t place, last; /* in this file: read so far; the last record */
	size_t skipped;
	bool broken; /* reading failed: the error says all */
};

/* ---- bytes ---- */

static int
open_next(struct reader *r, struct error *err)
{
	const char *path = r->paths[r->next_path++];

	r->place = 0;
	if (strcmp(path, "-") == 0) {
		r->fd = STDIN_FILENO;
		r->name = "standard input";
		return 0;
	}
	r->name = path;
	r->fd = open(path, O_RDONLY | O_CLOEXEC);
	return r->fd >= 0 ? 0 : error_set(err, "%s:", path);
}

static void
close_file(struct reader *r)
{
	if (r->fd > STDIN_FILENO)
		close(r->fd);
	r->fd = -1;
}

/* Up to n bytes of whatever is read, at the buffer's end; 0 at its end. */
static int64_t
read_some(struct reader *r, size_t n, struct error *err)
{
	uint8_t *to = r->buffer + r->end;
	ssize_t got;

	if (r->scratch != NULL) {
		int64_t part =
		    scratch_read(r->scratch, r->scratch_at, to, n, err);

		r->scratch_at += part > 0 ? (uint64_t)part : 0;
		return part;
	}
	got = descriptor_read(r->fd, to, n);
	return got < 0 ? error_set(err, "%s:", r->name) : got;
}

/* Reads on in this file.  1: there are more bytes, 0: it has ended. */
static int
fill(struct reader *r, size_t need, struct error *err)
{
	int64_t got;

	if (r->fd < 0 && r->scratch == NULL)
		return 0;
	if (r->start > 0) {
		memmove(r->buffer, r->buffer + r->start, r->end - r->start);
		r->end -= r->start;
		r->start = 0;
	}
	/* Room follows the bytes that came, not the bytes that are claimed. */
	if (need > 2 * r->end + READ_BYTES)
		need = 2 * r->end + READ_BYTES;
	if (need < r->end + READ_BYTES)
		need = r->end + READ_BYTES;
	if (memory_grow(&r->buffer, &r->room, need, 1, err) < 0)
		return -1;
	got = read_some(r, r->room - r->end, err);
	if (got < 0) {
		r->broken = true;
		return -1;
	}
	r->end += (size_t)got;
	return got > 0;
}

struct reader *
reader_new(char *const *paths, int n, struct error *err)
{
	static char *const standard_input[] = {(char *)"-"};
	struct reader *r = memory_new(1, sizeof(*r), err);

	if (r == NULL)
		return NULL;
	r->fd = -1;
	r->paths = n > 0 ? paths : standard_input;
	r->n_paths = n > 0 ? n : 1;
	if (!msgpack_zone_init(&r->zone, 8192)) {
		error_memory(err, 0);
		free(r);
		return NULL;
	}
	if (open_next(r, err) < 0) {
		reader_free(r);
		return NULL;
	}
	return r;
}

struct reader *
reader_new_bytes(const void *bytes, size_t n, struct error *err)
{
	struct reader *r = memory_new(1, sizeof(*r), err);

	if (r == NULL)
		return NULL;
	r->fd = -1;
	r->name = "memory";
	r->buffer = (uint8_t *)memory_text_n(bytes, n, err);
	r->room = r->end = n;
	if (r->buffer == NULL || !msgpack_zone_init(&r->zone, 8192)) {
		error_memory(err, n);
		free(r->buffer);
		free(r);
		return NULL;
	}
	return r;
}

struct reader *
reader_new_text(const struct text *records, struct error *err)
{
	const char *chars = text_chars(records, err);

	return chars != NULL
		   ? reader_new_bytes(chars, text_length(records), err)
		   : NULL;
}

struct reader *
reader_new_fd(int fd, const char *name, struct error *err)
{
	struct reader *r = reader_new_bytes("", 0, err);

	if (r != NULL) {
		r->fd = fd;
		r->name = name;
	}
	return r;
}

struct reader *
reader_new_scratch(const struct scratch *scratch, struct error *err)
{
	struct reader *r = reader_new_bytes("", 0, err);

	if (r != NULL)
		r->scratch = scratch;
	return r;
}

void
reader_free(struct reader *reader)
{
	if (reader == NULL)
		return;
	close_file(reader);
	msgpack_zone_destroy(&reader->zone);
	free(reader->buffer);
	free(reader);
}

const char *
reader_name(const struct reader *reader)
{
	return reader->name;
}

uint64_t
reader_place(const struct reader *reader)
{
	return reader->last;
}

size_t
reader_skipped(const struct reader *reader)
{
	return reader->skipped;
}

bool
record_is(const struct record *record, const char *kind)
{
	return strcmp(record->kind, kind) == 0;
}

/* ---- records ---- */

static int
make_record(struct reader *r, const struct scan *scan, struct record *record,
    struct error *err)
{
	const uint8_t *p = r->buffer + r->start;
	size_t used = 0;
	msgpack_object *header;

	msgpack_zone_clear(&r->zone);
	header = msgpack_zone_malloc(&r->zone, sizeof(*header));
	if (header == NULL)
		return error_memory(err, sizeof(*header));
	if (msgpack_unpack((const char *)p + scan->header, scan->header_bytes,
		&used, &r->zone, header) != MSGPACK_UNPACK_SUCCESS)
		return error_memory(err, 0); /* the scan found it msgpack */
	*record = (struct record){.header = value_of_object(header),
	    .payload = p + scan->payload,
	    .payload_bytes = scan->payload_bytes,
	    .bytes = p,
	    .n_bytes = scan->bytes};
	memcpy(record->kind, p + scan->kind, scan->kind_bytes);
	if (strlen(record->kind) != scan->kind_bytes)
		return error_set(err, "the record's kind has a zero byte");
	return 0;
}

/*
 * Scans for one record at the reader's place.  1, -1 as scan_record; 0: the
 * file ends here (cleanly when nothing is left, otherwise inside a record).
 */
static int
scan_here(struct reader *r, struct scan *scan, struct error *err)
{
	for (;;) {
		size_t need = 1;
		int status = 0;

		if (r->end > r->start)
			status = scan_record(r->buffer + r->start,
			    r->end - r->start, scan, &need, err);
		if (status != 0)
			return status;
		status = fill(r, need, err);
		if (status <= 0)
			return status;
	}
}

static int
check_end(struct reader *r, const struct record *record, struct error *err)
{
	char is[DIGEST_TEXT_BYTES], should[DIGEST_TEXT_BYTES];
	int64_t count;

	if (field_int(record->header, "count", 0, INT64_MAX, &count, err) < 0 ||
	    field_text(record->header, "digest", should, sizeof(should), err) <
		0)
		return error_prefix(err, "end");
	if ((uint64_t)count != r->records)
		return error_set(err,
		    "the end mark counts %" PRId64 " records, %" PRIu64
		    " came before it",
		    count, r->records);
	digest_finish_text(&r->digest, is);
	if (strcmp(is, should) != 0)
		return error_set(err,
		    "the segment's digest is %.16s..., the end mark says "
		    "%.16s...",
		    is, should);
	return 0;
}

int
begin_history(
    const struct value *begin, const struct value **history, struct error *err)
{
	*history = value_get(begin, "history");
	if (*history == NULL)
		return 0;
	*history = field_array(begin, "history", HEADER_VALUES_MAX, err);
	return *history != NULL ? 0 : error_prefix(err, "begin");
}

/* begin, records, end: nothing else, and nothing missing. */
static int
check_order(struct reader *r, const struct record *record, struct error *err)
{
	const struct value *history;
	int64_t version;

	if (record_is(record, "begin")) {
		if (r->in_segment)
			return error_set(err, "a segment begins before the one "
					      "before it has ended");
		if (field_int(record->header, "version", 1, 1, &version, err) <
		    0)
			return error_prefix(err, "begin");
		if (begin_history(record->header, &history, err) < 0)
			return -1;
		r->in_segment = true;
		r->segments++;
		r->records = 0;
		digest_start(&r->digest);
	} else if (!r->in_segment) {
		return error_set(err,
		    "a '%s' record stands outside of a segment", record->kind);
	} else if (record_is(record, "end")) {
		if (check_end(r, record, err) < 0)
			return -1;
		r->in_segment = false;
		return 0;
	} else {
		r->records++;
	}
	digest_add(&r->digest, record->bytes, record->n_bytes);
	return 0;
}

static int
end_of_file(struct reader *r, struct error *err)
{
	if (r->in_segment || r->end > r->start)
		return error_set(err,
		    "%s: truncated after %" PRIu64
		    " records, without an end mark (did an earlier stage "
		    "fail?)",
		    r->name, r->in_segment ? r->records : 0);
	close_file(r);
	return 0;
}

int
reader_next(struct reader *reader, struct record *record, struct error *err)
{
	struct reader *r = reader;
	struct scan scan;
	int status;

	while ((status = scan_here(r, &scan, err)) == 0) {
		if (end_of_file(r, err) < 0)
			return -1;
		if (r->next_path < r->n_paths) {
			if (open_next(r, err) < 0)
				return -1;
		} else if (r->segments == 0) {
			return error_set(
			    err, "%s is empty, expected records", r->name);
		} else {
			return 0;
		}
	}
	if (r->broken)
		return -1;
	if (status < 0 || make_record(r, &scan, record, err) < 0 ||
	    check_order(r, record, err) < 0)
		return error_prefix(
		    err, "%s: record %" PRIu64, r->name, r->records + 1);
	r->start += scan.bytes;
	r->last = r->place;
	r->place += scan.bytes;
	return 1;
}

int
reader_next_is(struct reader *reader, const char *kind, struct error *err)
{
	struct scan scan;
	int status = scan_here(reader, &scan, err);

	if (status < 0 && err->memory)
		return -1;
	return status == 1 && scan.kind_bytes == strlen(kind) &&
	       memcmp(reader->buffer + reader->start + scan.kind, kind,
		   scan.kind_bytes) == 0;
}

/* ---- salvage ---- */

/* Moves to the next place where a magic could start. */
static void
skip_to_magic(struct reader *r)
{
	uint8_t *from = r->buffer + r->start + 1, *p;
	size_t left = r->end - r->start - 1;

	p = left > 0 ? memchr(from, stream_magic[0], left) : NULL;
	if (p == NULL)
		p = r->buffer + r->end;
	r->skipped += (size_t)(p - (r->buffer + r->start));
	r->start = (size_t)(p - r->buffer);
}

int
reader_next_intact(
    struct reader *reader, struct record *record, struct error *err)
{
	struct reader *r = reader;
	struct scan scan;

	for (;;) {
		int status = scan_here(r, &scan, err);

		if (status == 1 && make_record(r, &scan, record, err) == 0) {
			r->start += scan.bytes;
			return 1;
		}
		if (r->end > r->start) {
			skip_to_magic(r);
			continue;
		}
		if (status < 0)
			return -1;
		close_file(r);
		if (r->next_path >= r->n_paths)
			return 0;
		if (open_next(r, err) < 0)
			return -1;
	}
}
