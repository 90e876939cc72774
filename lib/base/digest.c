#include "base/digest.h"

#include <stdio.h>
#include <string.h>

void
digest_start(struct digest *digest)
{
	sha256_init(&digest->state);
}

void
digest_add(struct digest *digest, const void *bytes, size_t n)
{
	sha256_update(&digest->state, n, bytes);
}

void
digest_add_text(struct digest *digest, const char *text)
{
	digest_add(digest, text, strlen(text) + 1);
}

void
digest_add_u64(struct digest *digest, uint64_t v)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(v >> 8 * i);
	digest_add(digest, bytes, sizeof(bytes));
}

void
digest_finish(struct digest *digest, uint8_t out[DIGEST_BYTES])
{
	sha256_digest(&digest->state, DIGEST_BYTES, out);
}

void
digest_finish_text(struct digest *digest, char out[DIGEST_TEXT_BYTES])
{
	uint8_t bytes[DIGEST_BYTES];

	digest_finish(digest, bytes);
	for (int i = 0; i < DIGEST_BYTES; i++)
		snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}
