#include "kernel/kernel.h"

void
conv_weights(const float *w, const float *scale, const int *from, int k, int c,
    int taps, float *out)
{
	for (int k0 = 0; k0 < k; k0 += KERNEL_BLOCK) {
		int n = k - k0 < KERNEL_BLOCK ? k - k0 : KERNEL_BLOCK;

		for (int t = 0; t < taps; t++) {
			for (int q = 0; q < c; q++) {
				const float *f = w + ((ptrdiff_t)k0 * c +
				    from[q]) * taps + t;

				for (int l = 0; l < KERNEL_BLOCK; l++)
					*out++ = l < n ? scale[k0 + l] *
					    f[(ptrdiff_t)l * c * taps] : 0;
			}
		}
	}
}
