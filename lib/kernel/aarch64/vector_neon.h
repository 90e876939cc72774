/*
 * Vectors of 4 floats, 32 registers: NEON.  A block of channels is 4 of them,
 * so 6 tiles or pixels take 24 registers, their weights 4 and an input one.
 */
#ifndef KERNEL_AARCH64_VECTOR_NEON_H
#define KERNEL_AARCH64_VECTOR_NEON_H

#include <arm_neon.h>

enum { LANES = 4, PIXELS_MAX = 6, BLOCKS_MAX = 1, SUMS_MAX = 6 };
/* The sizes that SUMS_MAX allows, for a switch. */
#define SUMS_CASES(CASE) CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
#define PRODUCTS "kernel/product_points.inc"

typedef float32x4_t vec;
typedef int32x4_t lanes;
typedef float64x2_t wide;

/* A constraint of inline assembler: any register of vectors. */
#define VEC_REGISTER "w"

INLINE vec
vec_load(const float *p)
{
	return vld1q_f32(p);
}

INLINE void
vec_store(float *p, vec v)
{
	vst1q_f32(p, v);
}

INLINE vec
vec_all(float x)
{
	return vdupq_n_f32(x);
}

/* a * b + c, c - a * b */
INLINE vec
vec_fma(vec a, vec b, vec c)
{
	return vfmaq_f32(c, a, b);
}

INLINE vec
vec_fnma(vec a, vec b, vec c)
{
	return vfmsq_f32(c, a, b);
}

/*
 * a where it is above b, else b; so b when either is NaN, and of zeros the sign
 * of b: vmaxq_f32 has other answers, and the bits are those of AVX2.
 */
INLINE vec
vec_above(vec a, vec b)
{
	return vbslq_f32(vcgtq_f32(a, b), a, b);
}

/* a where it is below b, else b; likewise. */
INLINE vec
vec_below(vec a, vec b)
{
	return vbslq_f32(vcltq_f32(a, b), a, b);
}

INLINE vec
vec_sqrt(vec v)
{
	return vsqrtq_f32(v);
}

/* Half of a vector, in double. */
INLINE wide
wide_low(vec v)
{
	return vcvt_f64_f32(vget_low_f32(v));
}

INLINE wide
wide_high(vec v)
{
	return vcvt_high_f64_f32(v);
}

INLINE wide
wide_load(const double *p)
{
	return vld1q_f64(p);
}

INLINE void
wide_store(double *p, wide v)
{
	vst1q_f64(p, v);
}

INLINE wide
wide_fma(wide a, wide b, wide c)
{
	return vfmaq_f64(c, a, b);
}

#endif
