/*
 * Bytes as base64 (RFC 4648), which spares numbers a trip through decimals.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* A text that bytes are appended to; starts as {.out = text}. */
struct base64 {
	struct text *out; /* borrowed */
	uint8_t held[3];
	int n_held;
};

/* Appends n bytes; base64_end writes what is held back, with its padding. */
void base64_add(struct base64 *b, const void *bytes, size_t n);
void base64_end(struct base64 *b);

/* Appends a number, least significant byte first. */
void base64_add_u64(struct base64 *b, uint64_t word);
void base64_add_double(struct base64 *b, double x);
void base64_add_float(struct base64 *b, float x);

#endif
