/* Vectors of 16 floats, 32 registers: AVX-512 F, VL and DQ. */
#ifndef KERNEL_X86_64_VECTOR_AVX512_H
#define KERNEL_X86_64_VECTOR_AVX512_H

#include <immintrin.h>

enum { LANES = 16, PIXELS_MAX = 8, BLOCKS_MAX = 2, SUMS_MAX = 16 };
/* The sizes that SUMS_MAX allows, for a switch.  (The formatter takes the calls
 * for statements.) */
/* clang-format off */
#define SUMS_CASES(CASE) \
	CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6) CASE(7) CASE(8) \
	CASE(9) CASE(10) CASE(11) CASE(12) CASE(13) CASE(14) CASE(15) CASE(16)
/* clang-format on */
#define PRODUCTS "kernel/product_rows.inc"

typedef __m512 vec;
typedef __m512i lanes;
typedef __m512d wide;
#define VEC(name) _mm512_##name
#define WIDE_LOW(v) _mm512_castps512_ps256(v)
#define WIDE_HIGH(v) _mm512_extractf32x8_ps(v, 1)

#include "kernel/x86_64/vector_x86.h"

/* Half a block. */
#define HALF_VECTORS
enum { PARTS = 1 };
typedef __m256 part;

INLINE part
part_load(const float *p)
{
	return _mm256_loadu_ps(p);
}

INLINE void
part_store(float *p, part v)
{
	_mm256_storeu_ps(p, v);
}

/* The first half of a vector. */
INLINE part
part_of(vec v)
{
	return _mm512_castps512_ps256(v);
}

INLINE part
part_fma(part a, part b, part c)
{
	return _mm256_fmadd_ps(a, b, c);
}

/* As vec_limit. */
INLINE part
part_limit(part low, part high, part v)
{
	return _mm256_min_ps(high, _mm256_max_ps(low, v));
}

/* 4 floats of memory, four times. */
INLINE vec
quad_load(const float *p)
{
	return _mm512_broadcast_f32x4(_mm_loadu_ps(p));
}

/* Number i of the 4 everywhere. */
INLINE vec
quad_spread(vec quad, const int i)
{
	switch (i) {
	case 0:
		return _mm512_permute_ps(quad, 0x00);
	case 1:
		return _mm512_permute_ps(quad, 0x55);
	case 2:
		return _mm512_permute_ps(quad, 0xaa);
	default:
		return _mm512_permute_ps(quad, 0xff);
	}
}

#endif
