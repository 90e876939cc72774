/*
 * Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel Random
 * Numbers: As Easy as 1, 2, 3", SC'11).  A number is a pure function of (seed,
 * purpose, name, index), so order, sharding and threads cannot change it.
 * losspipe(5) specifies the layout with test vectors:
 *
 *	key     = { seed low 32 bits, seed high 32 bits }
 *	counter = { block, purpose, FNV-1a-64(name) low, high }
 *
 * Block b yields four words; word i of a sequence is word i % 4 of block i / 4.
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* What numbers are drawn for.  RANDOM_AXIS + a is axis a (0 = x, 1 = y). */
enum random_purpose {
	RANDOM_AXIS = 0,
	RANDOM_INIT = 16,    /* initial weights */
	RANDOM_SAMPLE = 17,  /* choice of a subset of images */
	RANDOM_SHUFFLE = 18, /* order of images in an epoch */
	RANDOM_AUGMENT = 19, /* crops and flips */
	RANDOM_NOISE = 20,   /* label noise */
	RANDOM_ORDER = 21,   /* order in which a surface takes its images */
	RANDOM_PROBE = 24,   /* first vectors and probes of the curvature */
};

struct random_stream {
	uint32_t key[2];
	uint32_t purpose;
	uint32_t name[2];
};

struct random_stream random_open(
    uint64_t seed, uint32_t purpose, const char *name);

/* One block: four uniform 32-bit words. */
void random_block(
    const struct random_stream *random, uint32_t block, uint32_t out[4]);

/*
 * Fills out[0..n) with the standard normal draws of elements first, first + 1,
 * ... (Box-Muller on pairs of words, from additions, multiplications, divisions
 * and square roots in double only, then rounded to float: the same bits on
 * every IEEE machine).  first + n <= 2^34.
 */
void random_normal(
    const struct random_stream *random, uint64_t first, size_t n, float *out);

/* A uniform integer in [0, bound), from word index of the stream (bound > 0).
 */
uint32_t random_below(
    const struct random_stream *random, uint64_t index, uint32_t bound);

#endif
