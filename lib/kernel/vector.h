/*
 * One block of channels as vectors.  The kernels' bodies (*.inc) are compiled
 * once per instruction set; VECTOR names the header of its vectors, the only
 * place that knows how wide they are.
 */
#ifndef KERNEL_VECTOR_H
#define KERNEL_VECTOR_H

#include "kernel/kernel.h"

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE __attribute__((noinline))

/*
 * What a table is made of: types vec (LANES floats), wide (half as many
 * doubles) and lanes (bits), what can be done with them, and what its registers
 * allow.
 */
#include VECTOR

enum { VECS = KERNEL_BLOCK / LANES };

/* Whole numbers, as many as floats. */
typedef unsigned whole __attribute__((vector_size(LANES * sizeof(float))));

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
#define HIDE_VEC(v) __asm__("" : "+" VEC_REGISTER(v))

/* Keeps v in its register up to here.  Or gcc lets a sum take the place of a
 * factor that is not needed any more, and moves a dozen of them back where a
 * loop begins again. */
#define KEEP_VEC(v) __asm__("" : : VEC_REGISTER(v))

/* HIDE_VEC in the order of the program: clang moves shuffles forward until no
 * register is left. */
#define PIN_VEC(v) __asm__ volatile("" : "+" VEC_REGISTER(v))

/* Half a block is whole vectors where it is not PARTS of one. */
#ifndef HALF_VECTORS
enum { PARTS = 0 };
typedef vec part;
#define part_load(p) vec_load(p)
#define part_store(p, v) vec_store(p, v)
#define part_of(v) (v)
#define part_fma(a, b, c) vec_fma(a, b, c)
#define part_limit(low, high, v) vec_limit(low, high, v)
#endif

/* v within limits; the order of operands lets a NaN in v through. */
INLINE vec
vec_limit(vec low, vec high, vec v)
{
	return vec_below(high, vec_above(low, v));
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
	vec m = vec_above(a, b); /* b when either is NaN */

	return (vec)((lanes)m | (lanes)(a != a)); /* NOLINT: asks for NaN */
}

#endif
