#include "base/random.h"

#include <math.h>

/*
 * Compiled with -ffp-contract=off (as everything): a fused multiply-add would
 * change the last bit of the normals.
 */

struct random_stream
random_open(uint64_t seed, uint32_t purpose, const char *name)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *name != '\0'; name++)
		hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
	return (struct random_stream){
	    .key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
	    .purpose = purpose,
	    .name = {(uint32_t)hash, (uint32_t)(hash >> 32)}};
}

void
random_block(
    const struct random_stream *random, uint32_t block, uint32_t out[4])
{
	uint32_t c0 = block, c1 = random->purpose;
	uint32_t c2 = random->name[0], c3 = random->name[1];
	uint32_t k0 = random->key[0], k1 = random->key[1];

	for (int round = 0; round < 10; round++) {
		uint64_t p0 = UINT64_C(0xD2511F53) * c0;
		uint64_t p1 = UINT64_C(0xCD9E8D57) * c2;

		c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32_t)p1;
		c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32_t)p0;
		k0 += UINT32_C(0x9E3779B9);
		k1 += UINT32_C(0xBB67AE85);
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

/* ln(w * 2^-32 + 2^-33): u is never 0 nor 1. */
static double
log_of_word(uint32_t w)
{
	const double ln2 = 0.6931471805599453;
	int exponent;
	double m = frexp(((double)w + 0.5) * 0x1p-32, &exponent);
	double s, z, sum = 0.0;

	if (m < 0.7071067811865476) {
		m *= 2.0;
		exponent--;
	}
	s = (m - 1.0) / (m + 1.0); /* ln m = 2 atanh s, |s| <= 0.1716 */
	z = s * s;
	for (int k = 21; k >= 1; k -= 2)
		sum = sum * z + 1.0 / (double)k;
	return (double)exponent * ln2 + 2.0 * s * sum;
}

/* cos and sin of 2 pi (w + 1/2) / 2^32, by quarter turns and Taylor series. */
static void
turn_of_word(uint32_t w, double *cosine, double *sine)
{
	uint32_t quarter = w >> 30;
	double a = ((double)(w & UINT32_C(0x3fffffff)) + 0.5) * 0x1p-30 - 0.5;
	double t = a * 1.5707963267948966; /* |t| <= pi / 4 */
	double z = t * t, c = 1.0, s = 1.0, e, f;

	for (int k = 16; k >= 2; k -= 2) {
		c = 1.0 - z / (double)(k * (k - 1)) * c;
		s = 1.0 - z / (double)(k * (k + 1)) * s;
	}
	s *= t;
	/* back from the middle of the quarter: turn by pi / 4 */
	e = (c - s) * 0.7071067811865476;
	f = (c + s) * 0.7071067811865476;
	*cosine = quarter == 0 ? e : quarter == 1 ? -f : quarter == 2 ? -e : f;
	*sine = quarter == 0 ? f : quarter == 1 ? e : quarter == 2 ? -f : -e;
}

void
random_normal(
    const struct random_stream *random, uint64_t first, size_t n, float *out)
{
	size_t i = 0;

	while (i < n) {
		uint64_t index = first + i;
		uint32_t word[4];
		double z[4];

		random_block(random, (uint32_t)(index / 4), word);
		for (int pair = 0; pair < 2; pair++) {
			double r = sqrt(-2.0 * log_of_word(word[2 * pair]));
			double c, s;

			turn_of_word(word[2 * pair + 1], &c, &s);
			z[2 * pair] = r * c;
			z[2 * pair + 1] = r * s;
		}
		for (size_t j = index % 4; j < 4 && i < n; j++)
			out[i++] = (float)z[j];
	}
}

uint32_t
random_below(const struct random_stream *random, uint64_t index, uint32_t bound)
{
	uint32_t word[4];

	random_block(random, (uint32_t)(index / 4), word);
	return (uint32_t)((uint64_t)word[index % 4] * bound >> 32);
}
