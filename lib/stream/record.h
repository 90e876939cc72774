/*
 * One record of a stream, as a reader shows it.
 */
#ifndef STREAM_RECORD_H
#define STREAM_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "stream/scan.h"
#include "stream/value.h"

/* Everything is borrowed from the reader until its next read. */
struct record {
	char kind[KIND_BYTES_MAX + 1];
	const struct value *header; /* a map */
	const uint8_t *payload;     /* unaligned: copy, never cast */
	size_t payload_bytes;
	const uint8_t *bytes; /* the whole record as it came */
	size_t n_bytes;
};

/*
 * The history of a `begin`: an array, or NULL where the header has none.  -1
 * when it is something else, which the reader lets pass only for salvage.
 */
int begin_history(
    const struct value *begin, const struct value **history, struct error *err);

/* Is it this kind? */
bool record_is(const struct record *record, const char *kind);

#endif
