/*
 * Bytes that may become many: what a program must put aside until it knows
 * more.  A little stays in memory; as soon as there is more, the rest goes to a
 * nameless temporary file.
 */
#ifndef BASE_SCRATCH_H
#define BASE_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Starts as {0}; release with scratch_free. */
struct scratch {
	uint64_t n; /* bytes; places that nobody wrote are zeros */
	/* What is not in the file yet: [from, from + held). */
	char *window;
	size_t held, room;
	uint64_t from;
	int file; /* its descriptor + 1; 0: there is none */
};

/* What is kept in memory at most. */
enum { SCRATCH_WINDOW = 64 << 10 };

/* Writes n bytes at this place, or behind the last byte. */
int scratch_write(struct scratch *scratch, uint64_t at, const void *bytes,
    size_t n, struct error *err);
int scratch_add(
    struct scratch *scratch, const void *bytes, size_t n, struct error *err);

/*
 * Reads up to n bytes from this place on into out.  Returns how many, 0 at the
 * end, -1 with an error.
 */
int64_t scratch_read(const struct scratch *scratch, uint64_t at, void *out,
    size_t n, struct error *err);

void scratch_free(struct scratch *scratch);

#endif
