/*
 * Where the values of a pickle live: memory that is only ever released as a
 * whole, and constructors that keep to the bounds.
 */
#ifndef FILE_PICKLE_MEMORY_H
#define FILE_PICKLE_MEMORY_H

#include <stddef.h>

#include "base/error.h"
#include "file/pickle.h"

struct pickle_memory {
	struct pickle_chunk *chunks;
	size_t values; /* made so far */
	size_t slots;  /* room for items, made so far */
};

/* n zeroed bytes for the life of the pickle, or NULL. */
void *pickle_memory_new(
    struct pickle_memory *memory, size_t n, struct error *err);

/* A new value, or NULL when a pickle has more than 2^20 of them. */
struct pickle_value *pickle_value_new(
    struct pickle_memory *memory, enum pickle_kind kind, struct error *err);

/* Appends n items to a tuple, list, set or dict. */
int pickle_value_append(struct pickle_memory *memory,
    struct pickle_value *value, struct pickle_value *const *items, size_t n,
    struct error *err);

void pickle_chunks_free(struct pickle_chunk *chunks);

#endif
