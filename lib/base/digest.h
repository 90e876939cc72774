/*
 * SHA-256 (from nettle).  Digests name models, directions, data and runs, and
 * close every stream segment; any language has them in its standard library.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <nettle/sha2.h>
#include <stddef.h>
#include <stdint.h>

enum { DIGEST_BYTES = 32, DIGEST_TEXT_BYTES = 65 };

struct digest {
	struct sha256_ctx state;
};

void digest_start(struct digest *digest);
void digest_add(struct digest *digest, const void *bytes, size_t n);

/* Adds the text with its NUL, so that "ab","c" differs from "a","bc". */
void digest_add_text(struct digest *digest, const char *text);

/* Adds the eight bytes of v, least significant first. */
void digest_add_u64(struct digest *digest, uint64_t v);

/* The digest as bytes, or as 64 lower-case hexadecimal digits with a NUL. */
void digest_finish(struct digest *digest, uint8_t out[DIGEST_BYTES]);
void digest_finish_text(struct digest *digest, char out[DIGEST_TEXT_BYTES]);

#endif
