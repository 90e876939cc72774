#include "base/base64.h"

#include <string.h>

void
base64_end(struct base64 *b)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t word = 0;
	char four[4];

	if (b->n_held == 0)
		return;
	for (int i = 0; i < 3; i++)
		word = word << 8 | (i < b->n_held ? b->held[i] : 0);
	for (int i = 0; i < 4; i++)
		four[i] =
		    i <= b->n_held ? digits[word >> (18 - 6 * i) & 63] : '=';
	text_add_bytes(b->out, four, 4);
	b->n_held = 0;
}

void
base64_add(struct base64 *b, const void *bytes, size_t n)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < n; i++) {
		b->held[b->n_held++] = at[i];
		if (b->n_held == 3)
			base64_end(b);
	}
}

void
base64_add_u64(struct base64 *b, uint64_t word)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(word >> 8 * i);
	base64_add(b, bytes, sizeof(bytes));
}

void
base64_add_double(struct base64 *b, double x)
{
	uint64_t bits;

	memcpy(&bits, &x, sizeof(bits));
	base64_add_u64(b, bits);
}

void
base64_add_float(struct base64 *b, float x)
{
	uint8_t bytes[4];
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	for (int i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(bits >> 8 * i);
	base64_add(b, bytes, sizeof(bytes));
}
