#include "stream/reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/magic.h"
#include "base/memory.h"
#include "base/plural.h"
#include "stream/reader_internal.h"
#include "stream/value_internal.h"

/* ---- opening ---- */

static int
open_next(struct reader *r, struct error *err)
{
	r->place = 0;
	r->measured = false;
	r->torn.text[0] = '\0';
	return input_open_next(&r->in, err);
}

struct reader *
reader_new(char *const *paths, int n, struct error *err)
{
	static char *const standard_input[] = {(char *)"-"};
	struct reader *r = memory_new(1, sizeof(*r), err);

	if (r == NULL)
		return NULL;
	r->in = input_none;
	r->in.paths = n > 0 ? paths : standard_input;
	r->in.n_paths = n > 0 ? n : 1;
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
	r->in = input_none;
	r->in.name = "the stream";
	r->in.buffer = (uint8_t *)memory_text_n(bytes, n, err);
	r->in.room = r->in.end = n;
	if (r->in.buffer == NULL || !msgpack_zone_init(&r->zone, 8192)) {
		error_memory(err, n);
		free(r->in.buffer);
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
		r->in.fd = fd;
		r->in.name = name;
	}
	return r;
}

struct reader *
reader_new_scratch(const struct scratch *scratch, struct error *err)
{
	struct reader *r = reader_new_bytes("", 0, err);

	if (r != NULL)
		r->in.scratch = scratch;
	return r;
}

void
reader_free(struct reader *reader)
{
	if (reader == NULL)
		return;
	input_free(&reader->in);
	msgpack_zone_destroy(&reader->zone);
	marks_free(&reader->marks);
	free(reader);
}

const char *
reader_name(const struct reader *reader)
{
	return reader->in.name;
}

void
reader_short_name(const struct reader *reader, char *out, size_t room)
{
	out[0] = '\0';
	if (reader->in.name != NULL &&
	    strcmp(reader->in.name, "standard input") != 0)
		text_short_path(reader->in.name, out, room);
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

/* ---- with partial: is all of a file to be read? ---- */

/* Another reader of the bytes that this one is going to read. */
static struct reader *
look_ahead(struct reader *r, off_t at, struct error *err)
{
	struct reader *ahead;
	int fd;

	if (r->in.fd < 0 && r->in.scratch == NULL)
		return reader_new_bytes(
		    r->in.buffer + r->in.start, r->in.end - r->in.start, err);
	if (at < 0 && r->in.scratch == NULL && input_put_aside(&r->in, err) < 0)
		return NULL;
	if (r->in.scratch != NULL)
		return reader_new_scratch(r->in.scratch, err);
	fd = dup(r->in.fd);
	if (fd < 0)
		error_set(err, "%s:", r->in.name);
	ahead = fd >= 0 ? reader_new_fd(fd, r->in.name, err) : NULL;
	if (ahead == NULL && fd >= 0)
		close(fd);
	return ahead;
}

/* Reads ahead: how many bytes are whole segments, and what is behind them. */
static int
measure(struct reader *r, struct error *err)
{
	const off_t at = r->in.fd >= 0 ? lseek(r->in.fd, 0, SEEK_CUR) : -1;
	struct reader *ahead = look_ahead(r, at, err);
	struct record record;
	uint64_t whole = 0;
	int status;

	if (ahead == NULL)
		return -1;
	r->torn = (struct error){0};
	ahead->in.name = r->in.name;
	reader_trust(ahead);
	while ((status = reader_next(ahead, &record, &r->torn)) == 1)
		if (record_is(&record, "end"))
			whole = ahead->place;
	if (status == 0)
		r->torn = (struct error){0};
	status = ahead->in.broken || r->torn.memory ? -1 : 0;
	if (status < 0)
		*err = r->torn;
	reader_free(ahead);
	if (r->in.fd < 0 && r->in.scratch == NULL)
		r->in.end = r->in.start + (size_t)whole;
	r->in.left = whole;
	if (status == 0 && r->in.fd >= 0 && lseek(r->in.fd, at, SEEK_SET) < 0)
		status = error_set(err, "%s:", r->in.name);
	return status;
}

/*
 * With partial, before anything of a file is read: how much of it is whole
 * segments, and why no more is; the rest stays unread.
 */
static int
measure_once(struct reader *r, struct error *err)
{
	struct error why = {0};

	if (!r->measured && measure(r, &why) < 0) {
		r->in.broken = true;
		r->torn = why;
	}
	r->measured = true;
	if (r->in.broken)
		*err = r->torn;
	return r->in.broken ? -1 : 0;
}

/* ---- records ---- */

static int
make_record(struct reader *r, const struct scan *scan, struct record *record,
    struct error *err)
{
	const uint8_t *p = r->in.buffer + r->in.start;
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

		if (r->partial != NULL && !r->salvages &&
		    measure_once(r, err) < 0)
			return -1;
		if (r->in.end > r->in.start)
			status = scan_record(r->in.buffer + r->in.start,
			    r->in.end - r->in.start, scan, &need, err);
		if (status != 0)
			return status;
		status = input_fill(&r->in, need, err);
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
		    "the end mark counts %" PRId64 " record%s, %" PRIu64
		    " came before it",
		    count, plural_s(count), r->records);
	digest_finish_text(&r->digest, is);
	if (strcmp(is, should) != 0)
		return error_set(err,
		    "the segment's digest is %.16s..., the end mark says "
		    "%.16s...",
		    is, should);
	return 0;
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
		if (record_is_mark(record) &&
		    marks_take(&r->marks, record, r->in.name, err) < 0)
			return -1;
	}
	digest_add(&r->digest, record->bytes, record->n_bytes);
	return 0;
}

static int
end_of_file(struct reader *r, struct error *err)
{
	if (r->in_segment || r->in.end > r->in.start)
		return reader_break_off(r, err);
	if (reader_leave_torn(r, err) < 0)
		return -1;
	input_close(&r->in);
	return 0;
}

/* Is what comes next called a record, right or wrong? */
static bool
begins(const struct reader *r)
{
	const size_t n = r->in.end - r->in.start;

	return memcmp(r->in.buffer + r->in.start, stream_magic,
		   n < MAGIC_BYTES ? n : MAGIC_BYTES) == 0;
}

/* What the file is in which not even the first record is one. */
static int
refuse_file(struct reader *r, struct error *err)
{
	while (r->in.end - r->in.start < MAGIC_WANTS) {
		const int more = input_fill(&r->in, MAGIC_WANTS, err);

		if (more < 0)
			return -1;
		if (more == 0)
			break;
	}
	return magic_refuse(r->in.buffer + r->in.start, r->in.end - r->in.start,
		   "losspipe records", MAGIC_RECORDS, err) < 0
		   ? error_prefix(err, "%s", r->in.name)
		   : 0;
}

int
reader_check_file(const char *path, struct error *err)
{
	char *paths[1] = {(char *)path};
	struct reader *r = reader_new(paths, 1, err);
	int more = r != NULL ? input_fill(&r->in, MAGIC_WANTS, err) : -1;

	if (more > 0 && !begins(r))
		more = refuse_file(r, err);
	reader_free(r);
	return more < 0 ? -1 : 0;
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
		if (r->in.next_path < r->in.n_paths) {
			if (open_next(r, err) < 0)
				return -1;
		} else if (r->segments == 0) {
			return error_set(
			    err, "%s is empty, expected records", r->in.name);
		} else {
			return reader_judge(r, err);
		}
	}
	if (r->in.broken)
		return -1;
	if (status < 0 && r->place == 0 && !begins(r))
		return refuse_file(r, err);
	if (status < 0 || make_record(r, &scan, record, err) < 0 ||
	    check_order(r, record, err) < 0)
		return error_prefix(
		    err, "%s: record %" PRIu64, r->in.name, r->records + 1);
	r->in.start += scan.bytes;
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
	       memcmp(reader->in.buffer + reader->in.start + scan.kind, kind,
		   scan.kind_bytes) == 0;
}

/* ---- salvage ---- */

/* Moves to the next place where a magic could start. */
static void
skip_to_magic(struct reader *r)
{
	uint8_t *from = r->in.buffer + r->in.start + 1, *p;
	size_t left = r->in.end - r->in.start - 1;

	p = left > 0 ? memchr(from, stream_magic[0], left) : NULL;
	if (p == NULL)
		p = r->in.buffer + r->in.end;
	r->skipped += (size_t)(p - (r->in.buffer + r->in.start));
	r->in.start = (size_t)(p - r->in.buffer);
}

int
reader_next_intact(
    struct reader *reader, struct record *record, struct error *err)
{
	struct reader *r = reader;
	struct scan scan;

	r->salvages = true;
	for (;;) {
		int status = scan_here(r, &scan, err);

		if (status == 1 && make_record(r, &scan, record, err) == 0) {
			r->in.start += scan.bytes;
			/* a mark that is none is salvaged as it is */
			if (record_is_mark(record) &&
			    marks_take(&r->marks, record, r->in.name, err) <
				0 &&
			    err->memory)
				return -1;
			return 1;
		}
		if (r->in.end > r->in.start) {
			skip_to_magic(r);
			continue;
		}
		if (status < 0)
			return -1;
		input_close(&r->in);
		if (r->in.next_path >= r->in.n_paths)
			return r->partial != NULL ? reader_judge(r, err) : 0;
		if (open_next(r, err) < 0)
			return -1;
	}
}
