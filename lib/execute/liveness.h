/*
 * Placing activations in one piece of scratch memory, so that those that are
 * needed at the same time do not overlap and others share their place.
 */
#ifndef EXECUTE_LIVENESS_H
#define EXECUTE_LIVENESS_H

#include <stddef.h>
#include <stdint.h>

/* One value: made by step first, read last by step last. */
struct span {
	size_t size; /* 0: this value has no place */
	int first, last;
	size_t offset;
};

/* n floats rounded up to whole cache lines, the unit of memory_new. */
size_t liveness_floats(int64_t n);

/* Where n floats start behind the total ones so far, which they then join. */
size_t liveness_append(size_t *total, size_t n);

/* Step makes the value, of size elements; step reads it. */
void liveness_make(struct span *span, int step, size_t size);
void liveness_read(struct span *span, int step);

/*
 * Gives every span of size > 0 an offset, lowest first fit in the order of the
 * array; returns the room they need together.  Sizes and offsets are in the
 * caller's units; make sizes multiples of the alignment.  A span is busy from
 * first to last inclusive: a step never writes over what it reads.
 */
size_t liveness_place(struct span *spans, size_t n);

#endif
