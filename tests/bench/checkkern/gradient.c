/* Gradients by the weights. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

/* n sums of many products: as tolerance, with the number of terms. */
static int
sums_agree(const float *got, const float *want, const struct layer *l, int taps,
    double tolerance)
{
	for (int i = 0; i < kernel_padded(l->k) * taps * l->c; i++) {
		int k = i / (KERNEL_BLOCK * taps * l->c) * KERNEL_BLOCK +
			i % KERNEL_BLOCK;

		if (k < l->k &&
		    !(fabs((double)got[i] - (double)want[i]) <= tolerance)) {
			printf("# sum %d: %.9g, expected %.9g within %.3g\n", i,
			    (double)got[i], (double)want[i], tolerance);
			return 0;
		}
	}
	return 1;
}

int
check_gradient(const struct kernels *kernels, struct dice *dice)
{
	int r = roll(dice, 1, 4), s = roll(dice, 1, 4),
	    stride = roll(dice, 1, 3), taps = r * s;
	struct layer l = layer_drawn(dice, 1);
	struct images in = images_drawn(dice, l.images, (l.h - 1) * stride + r,
	    (l.w - 1) * stride + s, l.c, 0, 0);
	struct images d = images_drawn(dice, l.images, l.h, l.w, l.k, 1, 0);
	size_t n = (size_t)(kernel_padded(l.k) * taps * l.c);
	float *want = drawn(dice, n), *got = guarded(n);
	ptrdiff_t tap[16];
	struct gradient_job job = {
	    .in = in.view,
	    .d_out = d.view,
	    .images = l.images,
	    .h = l.h,
	    .w = l.w,
	    .c = l.c,
	    .k = l.k,
	    .taps = taps,
	    .tap = tap,
	    .d_weights = got,
	};

	for (int i = 0; i < taps; i++)
		tap[i] = i / s * in.view.row + i % s * in.view.pixel;
	job.in.row *= stride;
	job.in.pixel *= stride;
	memcpy(got, want, n * sizeof(*got));
	kernels->gradient(&job);
	job.d_weights = want;
	kernels_plain.gradient(&job);
	return sums_agree(got, want, &l, taps,
	    8 * (double)FLT_EPSILON * (l.images * l.h * l.w + 1));
}

/* In two calls, as a slice's groups of images come. */
static void
run_winograd_gradient(const struct kernels *kernels,
    struct winograd_gradient_job job, float *d_weights)
{
	const int images = job.images;

	job.fresh = 1;
	job.images = (images + 1) / 2;
	kernels->winograd_gradient(&job);
	job.fresh = 0;
	job.in.at += job.images * job.in.image;
	job.d_out.at += job.images * job.d_out.image;
	job.images = images - job.images;
	if (job.images > 0)
		kernels->winograd_gradient(&job);
	kernels->winograd_gradient_end(job.sums, job.k, job.c, d_weights);
}

int
check_winograd_gradient(const struct kernels *kernels, struct dice *dice)
{
	struct layer l = layer_drawn(dice, 9);
	struct images in = images_drawn(dice, l.images, l.h, l.w, l.c, 1, 3);
	struct images d = images_drawn(dice, l.images, l.h, l.w, l.k, 0, 3);
	size_t n = (size_t)(kernel_padded(l.k) * 9 * l.c);
	float *got = guarded(n), *want = guarded(n);
	struct winograd_gradient_job job = {
	    .in = in.view,
	    .d_out = d.view,
	    .images = l.images,
	    .h = l.h,
	    .w = l.w,
	    .c = l.c,
	    .k = l.k,
	    .sums = guarded(winograd_gradient_floats(l.k, l.c)),
	    .work = guarded(
		winograd_gradient_work_floats(l.c, l.k, l.h, l.w, l.images)),
	};

	job.in.at -= in.view.row + in.view.pixel;
	run_winograd_gradient(kernels, job, got);
	run_winograd_gradient(&kernels_plain, job, want);
	return sums_agree(got, want, &l, 9,
	    80 * (double)FLT_EPSILON * (l.images * l.h * l.w + 1));
}
