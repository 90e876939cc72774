/*
 * Reading a stream: one or more segments `begin`, records, `end`, from standard
 * input or from files one behind the other.
 */
#ifndef STREAM_READER_H
#define STREAM_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scratch.h"
#include "stream/marks.h"
#include "stream/record.h"
#include "stream/scan.h"
#include "stream/value.h"

struct reader;

/*
 * Opens n files ("-" is standard input); n = 0 reads standard input.  paths is
 * borrowed.  Returns NULL with an error when the first cannot be opened.
 */
struct reader *reader_new(char *const *paths, int n, struct error *err);
void reader_free(struct reader *reader);

/* Reads from memory instead (tests, fuzzing); bytes are borrowed. */
struct reader *reader_new_bytes(const void *bytes, size_t n, struct error *err);

/* Reads records that were kept in a text (borrowed). */
struct reader *reader_new_text(const struct text *records, struct error *err);

/* Reads what was put aside; scratch is borrowed, nobody writes to it. */
struct reader *reader_new_scratch(
    const struct scratch *scratch, struct error *err);

/* Reads what is open as fd, from where it stands; closes it in the end. */
struct reader *reader_new_fd(int fd, const char *name, struct error *err);

/*
 * Takes what is there of a training run that has no end (stream/marks.h), which
 * is an error otherwise, and whole segments of it where a file breaks off
 * inside one or is damaged.  What was taken so is told to warn, a line each.
 * Every file is read twice for that; what is none is put aside first.  partial
 * is borrowed; with NULL nothing changes.  To be called before the first read.
 */
struct partial {
	void (*warn)(void *context, const char *text);
	void *context;
};
void reader_take_partial(struct reader *reader, const struct partial *partial);

/*
 * The same bytes have been read before, and told of: whatever a run lacks, this
 * reader says nothing about it.
 */
void reader_trust(struct reader *reader);

/* The runs that are open by now; at the end, those that have no end. */
const struct marks *reader_open_runs(const struct reader *reader);

/* What is being read now, for messages: "standard input" or a path. */
const char *reader_name(const struct reader *reader);

/*
 * The same for legends: the file's name without folder and ".ll", "" of what is
 * no file.
 */
void reader_short_name(const struct reader *reader, char *out, size_t room);

/*
 * The next record, `begin` and `end` included.  Returns 1, 0 at the end of all
 * input, -1 with an error: damaged or unknown bytes, a segment that is not
 * closed by an `end` whose count and digest are right, an input without any
 * segment, a run that is not closed by the end of all input.
 */
int reader_next(struct reader *reader, struct record *record, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Where the record that reader_next brought last begins: bytes from the place
 * at which reading of its file began.
 */
uint64_t reader_place(const struct reader *reader);

/*
 * 1: the next record is of this kind, and stays the next one; what was read
 * before is no longer valid.  0: it is not, there is none, or no good one, and
 * reader_next says why.  -1: memory is short.
 */
int reader_next_is(struct reader *reader, const char *kind, struct error *err)
    __attribute__((warn_unused_result));

/*
 * Fails when the file at path cannot be read, or holds something else than a
 * stream, whole or torn: for options that take what is left of one.
 */
int reader_check_file(const char *path, struct error *err);

/*
 * For salvage: the next record whose magic and CRC are right, whatever lies
 * between, in any order, with or without `end`.  Returns 1, 0 at the end, -1
 * when reading itself failed.
 */
int reader_next_intact(struct reader *reader, struct record *record,
    struct error *err) __attribute__((warn_unused_result));

/* Bytes that reader_next_intact had to skip so far. */
size_t reader_skipped(const struct reader *reader);

#endif
