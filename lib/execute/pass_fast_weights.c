/* A convolution's weights for the kernels, and their gradient back. */
#include <string.h>

#include "execute/pass_fast.h"

enum { B = KERNEL_BLOCK };

size_t
pass_conv_floats(const struct conv *conv)
{
	return (size_t)kernel_padded(conv->k) * (size_t)conv->c *
	       (size_t)(conv->kh * conv->kw);
}

size_t
pass_conv_packed(const struct conv *conv)
{
	const int taps = conv->kh * conv->kw;
	size_t forward = pass_conv_floats(conv), back;

	back = (size_t)kernel_padded(conv->c) * (size_t)(conv->k * taps);
	if (conv->winograd)
		forward = winograd_weight_floats(conv->k, conv->c);
	if (conv->d_winograd)
		back = winograd_weight_floats(conv->c, conv->k);
	return liveness_floats((int64_t)(forward > back ? forward : back));
}

/*
 * n filters of m channels, element (filter, channel, tap) of w at these steps,
 * as conv_job wants them: [block of filters][tap][channel][B].
 */
static float *
pack(const float *w, int n, ptrdiff_t n_step, int m, ptrdiff_t m_step,
    const int *tap, int taps, float *out)
{
	for (int block = 0; block < n; block += B)
		for (int t = 0; t < taps; t++)
			for (int c = 0; c < m; c++, out += B)
				for (int l = 0; l < B; l++)
					out[l] = block + l < n
						     ? w[(block + l) * n_step +
							   c * m_step + tap[t]]
						     : 0.0F;
	return out;
}

static void
pack_forward(const struct fast_pass *p, const struct conv *conv, const float *w,
    float *out)
{
	const int taps = conv->kh * conv->kw;

	if (conv->winograd)
		p->kernels->winograd_weights(
		    w, p->one, p->same, conv->k, conv->c, out);
	else
		pack(w, conv->k, (ptrdiff_t)conv->c * taps, conv->c, taps,
		    p->same, taps, out);
}

/* Filters and channels change their roles, and the taps their order. */
static void
pack_backward(const struct fast_pass *p, const struct conv *conv,
    const float *w, float *work, float *out)
{
	const int taps = conv->kh * conv->kw, c = conv->c, k = conv->k;
	const int *tap = conv->d_filter;

	if (conv->d_winograd) {
		for (int i = 0; i < c; i++)
			for (int j = 0; j < k; j++)
				for (int t = 0; t < taps; t++)
					*work++ = w[(j * c + i) * taps + taps -
						    1 - t];
		work -= c * k * taps;
		p->kernels->winograd_weights(work, p->one, p->same, c, k, out);
		return;
	}
	for (int r = 0; r < conv->stride[0] * conv->stride[1]; r++) {
		out = pack(w, c, taps, k, (ptrdiff_t)c * taps, tap,
		    conv->d_taps[r], out);
		tap += conv->d_taps[r];
	}
}

void
pass_conv_pack(const struct fast_pass *p, int node, const struct tensor *theta,
    bool backward, float *work)
{
	const struct conv *conv = &p->conv[node];
	const float *w = theta[conv->weight].f32;
	float *out = p->packed + conv->packed;

	if (backward) {
		pack_backward(p, conv, w, work, out);
		return;
	}
	pack_forward(p, conv, w, out);
	if (conv->bias_tensor >= 0)
		memcpy(p->packed + conv->bias, theta[conv->bias_tensor].f32,
		    (size_t)conv->k * sizeof(float));
}

/* Rows are [block of k][tap][c]; in the model's weight k c tap. */
void
pass_conv_add(const struct fast_pass *p, const struct conv *conv, int slices,
    size_t first, size_t end, float *gradient)
{
	const size_t c = (size_t)conv->c, k = (size_t)conv->k;
	const size_t taps = (size_t)conv->kh * (size_t)conv->kw;

	for (size_t row = first; row < end; row++) {
		const float *at = p->base.partials + conv->partial + row * B;
		size_t block = row / (taps * c) * B;
		size_t to = row % c * taps + row / c % taps;
		double sum[B] = {0};

		for (int i = 0; i < slices; i++, at += p->base.partial)
			for (int l = 0; l < B; l++)
				sum[l] += (double)at[l];
		for (size_t l = 0; l < B && block + l < k; l++)
			gradient[(block + l) * c * taps + to] += (float)sum[l];
	}
}
