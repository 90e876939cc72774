#include "kernel/kernel.h"

/* A channel of n filters; with a constant n no loop and no branch is left. */
static inline __attribute__((always_inline)) void
pack_channel(const double *scale, const float *w, ptrdiff_t step, const int n,
    float *restrict out)
{
	for (int l = 0; l < n; l++)
		out[l] = (float)(scale[l] * (double)w[l * step]);
	for (int l = n; l < KERNEL_BLOCK; l++)
		out[l] = 0;
}

/* One block: n of its filters are there. */
static float *
pack_block(const struct conv_filters *f, int k0, int n, float *out)
{
	const double *scale = f->scale + k0;

	for (int t = 0; t < f->taps; t++) {
		const int tap = f->tap != NULL ? f->tap[t] : t;
		const float *first = f->w + k0 * f->k_step + tap * f->tap_step;

		for (int c = 0; c < f->c; c++, out += KERNEL_BLOCK) {
			const float *w = first + f->from[c] * f->c_step;

			if (n < KERNEL_BLOCK)
				pack_channel(scale, w, f->k_step, n, out);
			else if (f->k_step == 1)
				pack_channel(scale, w, 1, KERNEL_BLOCK, out);
			else
				pack_channel(
				    scale, w, f->k_step, KERNEL_BLOCK, out);
		}
	}
	return out;
}

void
conv_weights(const struct conv_filters *f, float *out)
{
	for (int k0 = 0; k0 < f->k; k0 += KERNEL_BLOCK) {
		int n = f->k - k0 < KERNEL_BLOCK ? f->k - k0 : KERNEL_BLOCK;

		out = pack_block(f, k0, n, out);
	}
}
