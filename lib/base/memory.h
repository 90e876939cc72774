/*
 * Allocation that checks its arithmetic and reports failure as an error.
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

#include "base/error.h"

/*
 * Zeroed memory for count objects of size bytes each, aligned to 64 bytes (a
 * cache line, a full vector).  A count of 0 gives a valid pointer.  Returns
 * NULL with an error when the product overflows or memory is short.  The caller
 * releases it with free().
 */
void *memory_new(size_t count, size_t size, struct error *err);

/*
 * Makes room for at least count objects in the growing array *array that has
 * room for *room now (doubling, so that appending is linear).  New room is not
 * zeroed.  Returns 0, or -1 with *array still valid.  *array comes from here or
 * is NULL; release with free().
 */
int memory_grow(
    void *array, size_t *room, size_t count, size_t size, struct error *err);

/* A copy of text (NUL-terminated) that the caller frees, or NULL. */
char *memory_text(const char *text, struct error *err);

/* A copy of the first n bytes of text with a NUL behind them, or NULL. */
char *memory_text_n(const char *text, size_t n, struct error *err);

#endif
