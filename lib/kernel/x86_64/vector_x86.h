/* What vectors of either width are made of; VEC(name) is the intrinsic. */
#ifndef KERNEL_X86_64_VECTOR_X86_H
#define KERNEL_X86_64_VECTOR_X86_H

/* A constraint of inline assembler: any register of vectors. */
#define VEC_REGISTER "v"

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

/* a where it is above b, else b; so b when either is NaN. */
INLINE vec
vec_above(vec a, vec b)
{
	return VEC(max_ps)(a, b);
}

/* a where it is below b, else b; likewise. */
INLINE vec
vec_below(vec a, vec b)
{
	return VEC(min_ps)(a, b);
}

INLINE vec
vec_sqrt(vec v)
{
	return VEC(sqrt_ps)(v);
}

/* Half of a vector, in double. */
INLINE wide
wide_low(vec v)
{
	return VEC(cvtps_pd)(WIDE_LOW(v));
}

INLINE wide
wide_high(vec v)
{
	return VEC(cvtps_pd)(WIDE_HIGH(v));
}

INLINE wide
wide_load(const double *p)
{
	return VEC(loadu_pd)(p);
}

INLINE void
wide_store(double *p, wide v)
{
	VEC(storeu_pd)(p, v);
}

INLINE wide
wide_fma(wide a, wide b, wide c)
{
	return VEC(fmadd_pd)(a, b, c);
}

#endif
