/*
 * Functions of vectors, all with the same bits whatever their width.
 */
#ifndef KERNEL_VECTOR_MATH_H
#define KERNEL_VECTOR_MATH_H

#include <math.h>

#include "kernel/vector.h"

/* a where it is told, else b. */
INLINE vec
vec_choose(lanes told, vec a, vec b)
{
	return (vec)(((lanes)a & told) | ((lanes)b & ~told));
}

/* -|x| */
INLINE vec
vec_below_zero(vec x)
{
	return (vec)((lanes)x | (lanes)vec_all(-0.0F));
}

INLINE vec
vec_size(vec x)
{
	return (vec)((lanes)x & ~(lanes)vec_all(-0.0F));
}

/* b with the sign of x; b has none. */
INLINE vec
vec_signed(vec x, vec b)
{
	return (vec)((lanes)b | ((lanes)x & (lanes)vec_all(-0.0F)));
}

/* x is n ln 2 + r with a whole n: (e^r - 1) / r by a polynomial, and what 2^n
 * adds to a number's bits. */
struct power {
	vec slope, r;
	whole exponent;
};

INLINE struct power
vec_power(vec x)
{
	const vec least = vec_all(-87.0f), magic = vec_all(12582912.0f);
	const vec in = vec_above(least, x); /* a NaN stays */
	const vec shifted = vec_fma(in, vec_all(0x1.715476p0f), magic);
	const vec n = shifted - magic;
	vec r = vec_fnma(n, vec_all(0x1.62e400p-1f), in), p;

	r = vec_fnma(n, vec_all(0x1.7f7d1cp-20f), r);
	p = vec_all(0x1.694000p-10f);
	p = vec_fma(p, r, vec_all(0x1.125edcp-7f));
	p = vec_fma(p, r, vec_all(0x1.555b5ap-5f));
	p = vec_fma(p, r, vec_all(0x1.555450p-3f));
	p = vec_fma(p, r, vec_all(0x1.fffff6p-2f));
	p = vec_fma(p, r, vec_all(1));
	return (struct power){p, r, (whole)shifted << 23};
}

/* e^x within 1 ulp, up to 88; below -87 it is 0. */
INLINE vec
vec_exp(vec x)
{
	const struct power e = vec_power(x);
	vec p = vec_fma(e.slope, e.r, vec_all(1));

	p = (vec)((whole)p + e.exponent);
	return (vec)((lanes)p & ~(lanes)(x < vec_all(-87.0f)));
}

/*
 * The error function within 2 ulp: an odd polynomial in the middle, 1 - e^r
 * with a polynomial r outside.
 */
INLINE vec
vec_erf(vec x)
{
	const lanes sign = (lanes)vec_all(-0.0f);
	const vec t = (vec)((lanes)x & ~sign), s = x * x;
	vec r, u, in;

	r = vec_fma(vec_all(-0x1.220000p-16f), t, vec_all(0x1.91cfb2p-12f));
	u = vec_fma(vec_all(-0x1.fd1438p-9f), t, vec_all(0x1.8d6342p-6f));
	r = vec_fma(r, s, u);
	r = vec_fma(r, t, vec_all(-0x1.b55cb8p-4f));
	r = vec_fma(r, t, vec_all(-0x1.450aa0p-1f));
	r = vec_fma(r, t, vec_all(-0x1.079d0cp-3f));
	r = vec_fma(r, t, -t);
	r = vec_all(1) - vec_exp(r);
	r = (vec)((lanes)r | ((lanes)x & sign));
	in = vec_all(-0x1.38e000p-11f);
	in = vec_fma(in, s, vec_all(0x1.471a58p-8f));
	in = vec_fma(in, s, vec_all(-0x1.b691b2p-6f));
	in = vec_fma(in, s, vec_all(0x1.ce1c44p-4f));
	in = vec_fma(in, s, vec_all(-0x1.812700p-2f));
	in = vec_fma(in, s, vec_all(0x1.06eba8p-3f));
	in = vec_fma(in, x, x);
	return vec_choose((lanes)(t > vec_all(0.927734375f)), r, in);
}

/* e^x - 1 of x that is not above 0: 2^n (e^r - 1) + (2^n - 1). */
INLINE vec
vec_exp_minus_1(vec x)
{
	const struct power e = vec_power(x);
	const vec two = (vec)((whole)vec_all(1) + e.exponent);

	return vec_fma(two, e.slope * e.r, two - vec_all(1));
}

/* 1 / (1 + e^-x), both ways so that nothing overflows. */
INLINE vec
vec_logistic(vec x)
{
	const vec one = vec_all(1), e = vec_exp(vec_below_zero(x));

	return vec_choose((lanes)(x < vec_all(0)), e, one) / (one + e);
}

/* x / (1 + e^-x): where e^x is taken for 0, e^-x is infinite. */
INLINE vec
vec_silu(vec x)
{
	const vec one = vec_all(1), endless = vec_all(INFINITY);
	const vec back = (vec)((lanes)x ^ (lanes)vec_all(-0.0F));
	const struct power e = vec_power(back);
	const vec p = vec_fma(e.slope, e.r, one);
	const lanes gone = (lanes)(x < vec_all(-87.0F));

	return x /
	       vec_choose(gone, endless, one + (vec)((whole)p + e.exponent));
}

/* An odd polynomial in the middle, (1 - e^-2|x|) / (1 + e^-2|x|) outside. */
INLINE vec
vec_tanh(vec x)
{
	const vec one = vec_all(1), z = x * x;
	const vec e = vec_exp(vec_below_zero(x + x));
	vec in = vec_all(-0x1.75e1d4p-8F);

	in = vec_fma(in, z, vec_all(0x1.52269cp-6F));
	in = vec_fma(in, z, vec_all(-0x1.b83c5ap-5F));
	in = vec_fma(in, z, vec_all(0x1.110726p-3F));
	in = vec_fma(in, z, vec_all(-0x1.555532p-2F));
	in = vec_fma(in * z, x, x);
	return vec_choose((lanes)(vec_size(x) > vec_all(0.625F)),
	    vec_signed(x, (one - e) / (one + e)), in);
}

/* max(x, 0) + log(1 + e), e being e^-|x|: 2 atanh(e / (2 + e)) is a series. */
INLINE vec
vec_softplus(vec x)
{
	const vec e = vec_exp(vec_below_zero(x));
	const vec s = e / (vec_all(2) + e), z = s * s;
	vec p = vec_all(2.0F / 15);

	p = vec_fma(p, z, vec_all(2.0F / 13));
	p = vec_fma(p, z, vec_all(2.0F / 11));
	p = vec_fma(p, z, vec_all(2.0F / 9));
	p = vec_fma(p, z, vec_all(2.0F / 7));
	p = vec_fma(p, z, vec_all(2.0F / 5));
	p = vec_fma(p, z, vec_all(2.0F / 3));
	p = vec_fma(p * z, s, s + s);
	return vec_above(vec_all(0), x) + p;
}

/* x tanh(log(1 + e^x)), which is n / d of powers of e^x, or of e^-x. */
INLINE vec
vec_mish(vec x)
{
	const vec one = vec_all(1), two = vec_all(2);
	const vec e = vec_exp(vec_below_zero(x));
	const lanes below = (lanes)(x < vec_all(0));
	const vec n = vec_choose(below, e, one) * vec_fma(two, e, one);
	const vec m = vec_choose(below, e * (e + two), n);

	return x * m / (m + two * vec_choose(below, one, e * e));
}

INLINE vec
vec_gelu(vec x)
{
	const vec half = vec_all(0.5F), root = vec_all(0x1.6a09e6p-1F);

	return x * vec_fma(vec_erf(x * root), half, half);
}

/* With tanh for erf: x / (1 + e^-2u), u = sqrt(2 / pi) (x + 0.044715 x^3). */
INLINE vec
vec_gelu_tanh(vec x)
{
	const vec u =
	    vec_fma(x * x, vec_all(0x1.2444f2p-4F), vec_all(0x1.988454p0F));

	return x * vec_logistic(x * u);
}

INLINE vec
vec_exp_any(vec x)
{
	return vec_choose(
	    (lanes)(x > vec_all(0x1.62e42ep6F)), vec_all(INFINITY), vec_exp(x));
}

#endif
