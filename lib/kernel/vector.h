/*
 * One block of channels as vectors: the only place that knows how wide they
 * are.  The kernels' bodies (*.inc) are compiled once per instruction set.
 */
#ifndef KERNEL_VECTOR_H
#define KERNEL_VECTOR_H

#include <immintrin.h>

#include "kernel/kernel.h"

#ifdef __AVX512F__
enum { LANES = 16, ROWWISE = 1, PIXELS_MAX = 8, BLOCKS_MAX = 2, SUMS_MAX = 16 };
typedef __m512 vec;
typedef __m512i lanes;
typedef __m512d wide; /* half of the lanes, in double */
#define VEC(name) _mm512_##name
#define WIDE_LOW(v) _mm512_castps512_ps256(v)
#define WIDE_HIGH(v) _mm512_extractf32x8_ps(v, 1)
#else
enum { LANES = 8, ROWWISE = 0, PIXELS_MAX = 6, BLOCKS_MAX = 1, SUMS_MAX = 6 };
typedef __m256 vec;
typedef __m256i lanes;
typedef __m256d wide;
#define VEC(name) _mm256_##name
#define WIDE_LOW(v) _mm256_castps256_ps128(v)
#define WIDE_HIGH(v) _mm256_extractf128_ps(v, 1)
#endif

enum { VECS = KERNEL_BLOCK / LANES };

/* clang ignores gcc's pragma, and arrays of vectors live in registers only
 * when their loops are unrolled completely. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 64")
#endif

/* Keeps the compiler from computing all addresses around a pointer beforehand:
 * it has no registers for them. */
#define HIDE(p) __asm__("" : "+r"(p))

/* Keeps it from loading v anew wherever it is used: with gcc two loads for each
 * multiply-add of AVX-512, which took a fifth longer. */
#define HIDE_VEC(v) __asm__("" : "+v"(v))

/* Keeps v in its register up to here.  Or gcc lets a sum take the place of a
 * factor that is not needed any more, and moves a dozen of them back where a
 * loop begins again. */
#define KEEP_VEC(v) __asm__("" : : "v"(v))

/* HIDE_VEC in the order of the program: clang moves shuffles forward until no
 * register is left. */
#define PIN_VEC(v) __asm__ volatile("" : "+v"(v))

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))

INLINE vec
vec_load(const float *p)
{
	return VEC(loadu_ps)(p);
}

INLINE void
vec_store(float *p, vec v)
{
	VEC(storeu_ps)(p, v);
}

INLINE vec
vec_all(float x)
{
	return VEC(set1_ps)(x);
}

/* a * b + c, c - a * b */
INLINE vec
vec_fma(vec a, vec b, vec c)
{
	return VEC(fmadd_ps)(a, b, c);
}

INLINE vec
vec_fnma(vec a, vec b, vec c)
{
	return VEC(fnmadd_ps)(a, b, c);
}

/* max(v, floor); the order of operands lets a NaN in v through. */
INLINE vec
vec_floor(vec floor, vec v)
{
	return VEC(max_ps)(floor, v);
}

INLINE vec
vec_relu(vec v)
{
	return vec_floor(VEC(setzero_ps)(), v);
}

/* v where y is above 0, else 0. */
INLINE vec
vec_where_positive(vec y, vec v)
{
	return (vec)((lanes)v & (lanes)(y > vec_all(0)));
}

/* The larger one; a NaN in either stays (all bits set are a NaN). */
INLINE vec
vec_max(vec a, vec b)
{
	vec m = VEC(max_ps)(a, b); /* b when either is NaN */

	return (vec)((lanes)m | (lanes)(a != a)); /* NOLINT: asks for NaN */
}

#endif
