/* Filters into the kernels' layout. */
#include "execute/conv.h"

size_t
conv_direct_floats(const struct conv *conv)
{
	return (size_t)conv->groups * (size_t)kernel_padded(conv->k) *
	       (size_t)conv->c * (size_t)(conv->kh * conv->kw);
}

size_t
conv_packed(const struct conv *conv)
{
	if (conv->depthwise)
		return (size_t)(conv->kh * conv->kw) *
		       (size_t)kernel_padded(conv->groups);
	return conv->winograd ? winograd_weight_floats(conv->k, conv->c)
			      : conv_direct_floats(conv);
}

struct conv_filters
conv_filters_of(const struct conv *conv, bool trans, const float *w,
    const double *scale, const int *from)
{
	const int taps = conv->kh * conv->kw;
	struct conv_filters f = {.w = w,
	    .scale = scale,
	    .from = from,
	    .k = conv->k,
	    .c = conv->c,
	    .taps = taps,
	    .k_step = (ptrdiff_t)conv->c * taps,
	    .c_step = taps,
	    .tap_step = 1};

	if (trans) {
		f.k_step = 1;
		f.c_step *= conv->k;
		f.tap_step = conv->k;
	}
	return f;
}

void
conv_pack(const struct kernels *kernels, const struct conv *conv,
    const struct conv_filters *filters, float *out)
{
	struct conv_filters f = *filters;

	if (conv->winograd) {
		(conv->stride[0] == 2 ? kernels->strided_weights
				      : kernels->winograd_weights)(
		    f.w, f.scale, f.from, conv->k, conv->c, out);
		return;
	}
	for (int g = 0; g < conv->groups; g++) {
		conv_weights(&f, out);
		f.w += conv->k * f.k_step;
		f.scale += conv->k;
		out += conv_direct_floats(conv) / (size_t)conv->groups;
	}
}

void
conv_pack_depthwise(const struct conv *conv, const float *w,
    const double *scale, const int *order, float *out)
{
	const int taps = conv->kh * conv->kw;

	for (int p = 0; p < conv->groups; p++)
		for (int i = 0; i < taps; i++)
			out[i * kernel_padded(conv->groups) + p] =
			    (float)((double)w[order[p] * taps + i] *
				    scale[order[p]]);
}

/* Filters and channels change their roles. */
void
conv_back_pack(const struct conv_back *back, const struct conv *conv,
    const struct conv_filters *filters, float *out)
{
	struct conv_filters f = *filters;

	f.k = conv->c;
	f.c = conv->k;
	f.k_step = filters->c_step;
	f.c_step = filters->k_step;
	f.tap = back->filter;
	for (int r = 0; r < conv->stride[0] * conv->stride[1]; r++) {
		f.taps = back->taps[r];
		conv_weights(&f, out);
		out += (ptrdiff_t)f.taps * f.c * kernel_padded(f.k);
		f.tap += f.taps;
	}
}
