/* Vectors of 8 floats, 16 registers: AVX2 and FMA. */
#ifndef KERNEL_X86_64_VECTOR_AVX2_H
#define KERNEL_X86_64_VECTOR_AVX2_H

#include <immintrin.h>

enum { LANES = 8, PIXELS_MAX = 6, BLOCKS_MAX = 1, SUMS_MAX = 6 };
/* The sizes that SUMS_MAX allows, for a switch. */
#define SUMS_CASES(CASE) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#define PRODUCTS "kernel/product_points.inc"

typedef __m256 vec;
typedef __m256i lanes;
typedef __m256d wide;
#define VEC(name) _mm256_##name
#define WIDE_LOW(v) _mm256_castps256_ps128(v)
#define WIDE_HIGH(v) _mm256_extractf128_ps(v, 1)

#include "kernel/x86_64/vector_x86.h"

#endif
