/*
 * Writing a stream to standard output or to a file that appears when it is
 * complete (base/output.h).
 */
#ifndef STREAM_WRITER_H
#define STREAM_WRITER_H

#include <stddef.h>

#include "base/error.h"
#include "base/output.h"
#include "stream/pack.h"
#include "stream/reader.h"

struct writer;

/*
 * A writer on output (borrowed; the caller commits or abandons it after the
 * last segment; what has been abandoned no reader takes for whole).  each:
 * every record goes out with one write(2) of its own, so that a killed program
 * leaves whole records (results); otherwise they are collected (tensors).
 */
struct writer *writer_new(struct output *output, int each, struct error *err);
void writer_free(struct writer *writer);

/*
 * An entry of the history: program and version, then a map "options", whose
 * keys the caller packs before it closes the entry: those that determine the
 * numbers, never -j, -o, paths or times.
 */
void history_open(struct pack *pack, const char *program);
void history_close(struct pack *pack);

/*
 * Opens a segment.  Its history is that of before (the `begin` record whose
 * work is continued, or NULL) and then the entry (from history_open, or NULL).
 */
int writer_begin(struct writer *writer, const struct value *before,
    const struct pack *entry, struct error *err);

/* The same after a `begin` whose header was kept; empty: after none. */
int writer_begin_after(struct writer *writer, const struct pack *before,
    const struct pack *entry, struct error *err);

/* A record of this kind; payload may be NULL when bytes is 0 (nil is written).
 */
int writer_record(struct writer *writer, const char *kind,
    const struct pack *header, const void *payload, size_t bytes,
    struct error *err);

/* The same at the end of a text, which no stream need be. */
int record_encode(struct text *records, const char *kind,
    const struct pack *header, const void *payload, size_t bytes,
    struct error *err);

/*
 * The record as it came, byte for byte.  A `close` of a run whose `open` was
 * not copied is dropped.
 */
int writer_copy(
    struct writer *writer, const struct record *record, struct error *err);

/* n bytes that are whole records as they came, one behind the other. */
int writer_copy_all(
    struct writer *writer, const void *bytes, size_t n, struct error *err);
int writer_copy_text(
    struct writer *writer, const struct text *records, struct error *err);

/* The same for records that were put aside. */
int writer_copy_scratch(
    struct writer *writer, const struct scratch *scratch, struct error *err);

/* The `open` of each of these runs, so that what is made of them has no end. */
int writer_copy_open(
    struct writer *writer, const struct marks *marks, struct error *err);

/* Closes the segment with count and digest, and sends everything. */
int writer_end(struct writer *writer, struct error *err);

#endif
