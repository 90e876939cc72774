/*
 * Which of many pieces of bytes have been seen: a set that keeps a digest of
 * each, so that adding takes the same time however many there are.
 */
#ifndef BASE_DIGEST_SET_H
#define BASE_DIGEST_SET_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Starts as {0}; release with digest_set_free. */
struct digest_set {
	uint8_t (*slot)[16]; /* halves of SHA-256; zeros where none is */
	size_t n, room;      /* room: 0 or a power of two */
};

/* Adds n bytes: 1 when they are new, 0 when they were there, -1 with an error.
 */
int digest_set_add(
    struct digest_set *set, const void *bytes, size_t n, struct error *err);

void digest_set_free(struct digest_set *set);

#endif
