/* Convolutions, direct and by Winograd, against direct sums of plain C. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

int
check_conv(const struct kernels *kernels, struct dice *dice)
{
	int r = roll(dice, 1, 4), s = roll(dice, 1, 4),
	    stride = roll(dice, 1, 3);
	int taps = r * s, border = 2;
	struct layer l = layer_drawn(dice, taps);
	int h_in = (l.h - 1) * stride + r, w_in = (l.w - 1) * stride + s;
	struct images in =
	    images_drawn(dice, l.images, h_in, w_in, l.c, border, 0);
	struct images add = images_drawn(dice, l.images, l.h, l.w, l.k, 1, 0);
	struct images got = images_junk(l.images, l.h, l.w, l.k, 1);
	struct images want = images_junk(l.images, l.h, l.w, l.k, 1);
	float *packed = guarded((size_t)(kernel_padded(l.k) * taps * l.c));
	ptrdiff_t tap[16];
	struct conv_job job = {
	    .in = in.view,
	    .out = got.view,
	    .images = l.images,
	    .h = l.h,
	    .w = l.w,
	    .c = l.c,
	    .k = l.k,
	    .taps = taps,
	    .tap = tap,
	    .weights = packed,
	    .bias = l.bias,
	    .limits = l.limits,
	};

	for (int i = 0; i < taps; i++)
		tap[i] = i / s * in.view.row + i % s * in.view.pixel;
	job.in.row *= stride;
	job.in.pixel *= stride;
	if (l.add)
		job.add = add.view;
	layer_pack(&l, taps, packed);
	kernels->conv(&job);
	job.out = want.view;
	kernels_plain.conv(&job);
	return images_agree(&got, &want, l.k, tolerance(&l, taps, 1));
}

int
check_depthwise(const struct kernels *kernels, struct dice *dice)
{
	struct layer l = layer_drawn(dice, 9);
	struct images in = images_drawn(dice, l.images, l.h, l.w, l.k, 1, 0);
	struct images got = images_junk(l.images, l.h, l.w, l.k, 1);
	struct images want = images_junk(l.images, l.h, l.w, l.k, 1);
	ptrdiff_t tap[9];
	struct conv_job job = {
	    .in = in.view,
	    .out = got.view,
	    .images = l.images,
	    .h = l.h,
	    .w = l.w,
	    .c = l.k,
	    .k = l.k,
	    .taps = 9,
	    .tap = tap,
	    .weights = drawn(dice, (size_t)(9 * kernel_padded(l.k))),
	    .bias = l.bias,
	    .limits = l.limits,
	};

	for (int i = 0; i < 9; i++)
		tap[i] =
		    (i / 3 - 1) * in.view.row + (i % 3 - 1) * in.view.pixel;
	kernels->depthwise(&job);
	job.out = want.view;
	kernels_plain.depthwise(&job);
	return images_agree(&got, &want, l.k, tolerance(&l, 9, 1));
}

/*
 * Winograd against the direct sum of plain C.  The transforms let rounding
 * errors grow: about 10 times for F(4x4,3x3).
 */
static int
check_tiles(const struct kernels *kernels, struct dice *dice, int stride)
{
	struct layer l = layer_drawn(dice, 9);
	/* whole tiles are read */
	struct images in = images_drawn(
	    dice, l.images, stride * l.h, stride * l.w, l.c, 1, 3 * stride);
	struct images add = images_drawn(dice, l.images, l.h, l.w, l.k, 1, 0);
	struct images got = images_junk(l.images, l.h, l.w, l.k, 1);
	struct images want = images_junk(l.images, l.h, l.w, l.k, 1);
	float *u = guarded(winograd_weight_floats(l.k, l.c));
	float *direct = guarded((size_t)(kernel_padded(l.k) * 9 * l.c));
	ptrdiff_t tap[9];
	struct winograd_job job = {
	    .in = in.view,
	    .out = got.view,
	    .images = l.images,
	    .h = l.h,
	    .w = l.w,
	    .c = l.c,
	    .k = l.k,
	    .weights = u,
	    .bias = l.bias,
	    .limits = l.limits,
	    .stride = stride,
	    .work = guarded(
		(stride == 2 ? strided_work_floats : winograd_work_floats)(
		    l.c, l.k, l.h, l.w, l.images)),
	};
	struct conv_job plain = {
	    .in = in.view,
	    .out = want.view,
	    .images = l.images,
	    .h = l.h,
	    .w = l.w,
	    .c = l.c,
	    .k = l.k,
	    .taps = 9,
	    .tap = tap,
	    .weights = direct,
	    .bias = l.bias,
	    .limits = l.limits,
	};

	for (int i = 0; i < 9; i++)
		tap[i] = i / 3 * in.view.row + i % 3 * in.view.pixel;
	job.in.at -= in.view.row + in.view.pixel;
	plain.in.at = job.in.at;
	plain.in.row *= stride;
	plain.in.pixel *= stride;
	if (l.add)
		job.add = plain.add = add.view;
	(stride == 2 ? kernels->strided_weights : kernels->winograd_weights)(
	    l.weights, l.scale, l.from, l.k, l.c, u);
	kernels->winograd(&job);
	layer_pack(&l, 9, direct);
	kernels_plain.conv(&plain);
	return images_agree(&got, &want, l.k, tolerance(&l, 9, 10));
}

int
check_winograd(const struct kernels *kernels, struct dice *dice)
{
	return check_tiles(kernels, dice, 1);
}

int
check_strided(const struct kernels *kernels, struct dice *dice)
{
	return check_tiles(kernels, dice, 2);
}

/* Where the element of [row][column][c][lane] lies in [row][c][column][lane].
 */
static size_t
place_in_rows(size_t i, size_t c)
{
	size_t lane = i % KERNEL_BLOCK, channel = i / KERNEL_BLOCK % c;
	size_t point = i / KERNEL_BLOCK / c; /* row and column */
	size_t row = point / WINOGRAD_POINTS, column = point % WINOGRAD_POINTS;

	return ((row * c + channel) * WINOGRAD_POINTS + column) * KERNEL_BLOCK +
	       lane;
}

int
check_weights(const struct kernels *kernels, struct dice *dice)
{
	struct layer l = layer_drawn(dice, 9);
	size_t n = winograd_weight_floats(l.k, l.c);
	float *got = guarded(n), *want = guarded(n);

	memset(got, 0xff, n * sizeof(float));
	if (roll(dice, 0, 1)) {
		kernels->winograd_weights(
		    l.weights, l.scale, l.from, l.k, l.c, got);
		kernels_plain.winograd_weights(
		    l.weights, l.scale, l.from, l.k, l.c, want);
	} else {
		kernels->strided_weights(
		    l.weights, l.scale, l.from, l.k, l.c, got);
		kernels_plain.strided_weights(
		    l.weights, l.scale, l.from, l.k, l.c, want);
	}
	for (size_t i = 0; i < n; i++) {
		size_t at =
		    kernels->weight_rows ? place_in_rows(i, (size_t)l.c) : i;

		if (!(fabsf(got[at] - want[i]) <= 64 * FLT_EPSILON)) {
			printf("# element %zu: %.9g, expected %.9g\n", i,
			    got[at], want[i]);
			return 0;
		}
	}
	return 1;
}
