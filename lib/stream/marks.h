/*
 * Runs of training in a stream (losspipe(5)): a record `open` stands where one
 * begins, a record `close` among those of its last checkpoint.  A run that is
 * opened and not closed has lost its end: whoever wrote it failed or was
 * interrupted, and what is there must not pass for the whole.
 */
#ifndef STREAM_MARKS_H
#define STREAM_MARKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"
#include "stream/record.h"

enum {
	MARK_BYTES_MAX = 512,  /* of a record */
	MARKS_OPEN_MAX = 4096, /* runs at a time */
};

/* A run that is open. */
struct mark {
	char run[DIGEST_TEXT_BYTES];
	size_t times;     /* as often as it was opened, but not closed */
	const char *name; /* of the input that opened it (borrowed) */
	struct text record;
};

struct marks {
	struct mark *open; /* in the order in which they were opened */
	size_t n, room;
};

/* Is it an `open` or a `close`? */
bool record_is_mark(const struct record *record);

/*
 * Counts a mark.  A `close` of a run that is not open means nothing: it came
 * from a run of which only the end was taken, and does not travel.  Returns 1,
 * 0 for such a one, -1 with an error when the record is none.
 */
int marks_take(struct marks *marks, const struct record *record,
    const char *name, struct error *err);

/* Adds runs that are open elsewhere. */
int marks_add(
    struct marks *marks, const struct marks *other, struct error *err);

void marks_free(struct marks *marks);

#endif
