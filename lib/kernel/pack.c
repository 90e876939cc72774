#include "kernel/kernel.h"

/* One block: n of its filters are there. */
static float *
pack_block(const struct conv_filters *f, int k0, int n, float *out)
{
	for (int t = 0; t < f->taps; t++) {
		const int tap = f->tap != NULL ? f->tap[t] : t;

		for (int c = 0; c < f->c; c++, out += KERNEL_BLOCK) {
			const float *w = f->w + k0 * f->k_step +
					 f->from[c] * f->c_step +
					 tap * f->tap_step;

			for (int l = 0; l < KERNEL_BLOCK; l++) {
				out[l] = 0;
				if (l < n)
					out[l] =
					    (float)(f->scale[k0 + l] *
						    (double)w[l * f->k_step]);
			}
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
