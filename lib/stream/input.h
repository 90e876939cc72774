/*
 * Inside lib/stream: where a reader's bytes come from, one file behind the
 * other, through a buffer that grows with the records.
 */
#ifndef STREAM_INPUT_H
#define STREAM_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/scratch.h"

struct input {
	char *const *paths; /* borrowed */
	int n_paths, next_path;
	int fd;                        /* -1: no file is open */
	const struct scratch *scratch; /* instead of a file, or NULL */
	uint64_t scratch_at;
	const char *name; /* of what is open */

	uint8_t *buffer;
	size_t room, start, end; /* unread bytes are [start, end) */
	uint64_t left;           /* of this file: bytes that may be read */
	struct scratch aside;    /* a pipe's bytes */
	bool broken;             /* reading failed: the error says all */
};

/* Nothing is open; what is in the buffer is all there is. */
extern const struct input input_none;

/* Opens the next of paths; the buffer must have been read. */
int input_open_next(struct input *input, struct error *err);
void input_close(struct input *input);
void input_free(struct input *input);

/*
 * More bytes of this file behind those that are unread, which move to the
 * buffer's start; need: how many unread ones the caller wants to see in the
 * end.  1, 0 at the end of the file, -1.
 */
int input_fill(struct input *input, size_t need, struct error *err);

/*
 * Reads a pipe to its end and puts its bytes aside, from where they are read
 * then.
 */
int input_put_aside(struct input *input, struct error *err);

#endif
