/* Inside lib/stream: a reader, and what it does about runs that have no end. */
#ifndef STREAM_READER_INTERNAL_H
#define STREAM_READER_INTERNAL_H

#include "base/digest.h"
#include "stream/input.h"
#include "stream/reader.h"
#include "stream/value_internal.h"

struct reader {
	struct input in;
	msgpack_zone zone;

	bool in_segment;
	uint64_t segments, records; /* records since `begin` */
	struct digest digest;       /* of the segment's bytes so far */
	uint64_t place, last; /* in this file: read so far; the last record */
	size_t skipped;

	struct marks marks;
	const struct partial *partial;
	bool trusted, salvages, told;
	bool measured;     /* with partial, this file */
	struct error torn; /* why not all of it is to be read, or "" */
};

/* The file ends inside a segment: writes the error, returns -1. */
int reader_break_off(const struct reader *reader, struct error *err);

/*
 * The file has been read as far as it was measured: what is behind is told when
 * a run that has no end explains it, and an error otherwise.
 */
int reader_leave_torn(const struct reader *reader, struct error *err);

/* All input has come: a run that has no end is told, or an error. */
int reader_judge(struct reader *reader, struct error *err);

#endif
