/* Pools, scales and batch normalisation. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

int
check_pool(const struct kernels *kernels, struct dice *dice)
{
	struct pool_job job = {
	    .images = roll(dice, 1, 3),
	    .c = roll(dice, 1, 40),
	    .h_in = roll(dice, 3, 12),
	    .w_in = roll(dice, 3, 12),
	    .kh = roll(dice, 1, 3),
	    .kw = roll(dice, 1, 3),
	    .stride_y = roll(dice, 1, 3),
	    .stride_x = roll(dice, 1, 3),
	    .include_pad = roll(dice, 0, 1),
	};
	int maximum = roll(dice, 0, 1);
	struct images in =
	    images_drawn(dice, job.images, job.h_in, job.w_in, job.c, 0, 0);
	struct images got, want;

	job.top = roll(dice, 0, job.kh - 1);
	job.left = roll(dice, 0, job.kw - 1);
	job.h_padded = job.h_in + job.top;
	job.w_padded = job.w_in + job.left;
	job.h = (job.h_padded - job.kh) / job.stride_y + 1;
	job.w = (job.w_padded - job.kw) / job.stride_x + 1;
	got = images_junk(job.images, job.h, job.w, job.c, 1);
	want = images_junk(job.images, job.h, job.w, job.c, 1);
	in.view.at[job.c / 2] = NAN;
	job.in = in.view;
	job.out = want.view;
	(maximum ? kernels_plain.max_pool : kernels_plain.average_pool)(&job);
	job.out = got.view;
	(maximum ? kernels->max_pool : kernels->average_pool)(&job);
	for (size_t i = 0; i < got.n; i++)
		if (isnan(got.floats[i]) && isnan(want.floats[i]))
			got.floats[i] = want.floats[i] = 0;
	return images_agree(&got, &want, job.c, 16 * FLT_EPSILON);
}

int
check_affine(const struct kernels *kernels, struct dice *dice)
{
	struct layer l = layer_drawn(dice, 1);
	struct images in = images_drawn(dice, l.images, l.h, l.w, l.k, 1, 0);
	struct images add = images_drawn(dice, l.images, l.h, l.w, l.k, 2, 0);
	struct images got = images_junk(l.images, l.h, l.w, l.k, 1);
	struct images want = images_junk(l.images, l.h, l.w, l.k, 1);
	struct affine_job job = {
	    .in = in.view,
	    .out = got.view,
	    .images = l.images,
	    .h = l.h,
	    .w = l.w,
	    .c = l.k,
	    .limits = l.limits,
	};

	if (l.add)
		job.add = add.view;
	if (roll(dice, 0, 1)) {
		job.scale = drawn(dice, (size_t)kernel_padded(l.k));
		job.shift = l.bias;
	}
	kernels->affine(&job);
	job.out = want.view;
	kernels_plain.affine(&job);
	if (!images_agree(&got, &want, l.k, 64 * FLT_EPSILON))
		return 0;
	job.add = add.view;
	if (l.add)
		job.add.row = job.add.pixel = 0;
	kernels_plain.multiply(&job);
	job.out = got.view;
	kernels->multiply(&job);
	return images_agree(&got, &want, l.k, 0);
}

int
check_norm(const struct kernels *kernels, struct dice *dice)
{
	struct layer l = layer_drawn(dice, 1);
	const int cp = kernel_padded(l.c), masked = roll(dice, 0, 1);
	struct images x = images_drawn(dice, l.images, l.h, l.w, l.c, 1, 0);
	struct images y = images_drawn(dice, l.images, l.h, l.w, l.c, 1, 0);
	struct images got = images_drawn(dice, l.images, l.h, l.w, l.c, 1, 0);
	struct images want = images_new(l.images, l.h, l.w, l.c, 1, 0);
	double *sums[2];
	struct norm_sums_job job = {
	    .x = x.view,
	    .images = l.images,
	    .h = l.h,
	    .w = l.w,
	    .c = l.c,
	    .mean = drawn(dice, (size_t)cp),
	};

	memcpy(want.floats, got.floats, want.n * sizeof(float));
	if (masked)
		job.y = y.view;
	for (int i = 0; i < 2; i++) {
		const struct kernels *table = i ? &kernels_plain : kernels;

		job.d = i ? want.view : got.view;
		job.sums = sums[i] = drawn_scale(dice, 4 * cp);
		memset(job.sums, 0, sizeof(double) * 4 * (size_t)cp);
		table->norm_sums(&job);
		job.sums += 2 * cp;
		table->norm_back_sums(&job);
	}
	for (int i = 0; i < 4 * cp; i++)
		if (i % cp < l.c && !(fabs(sums[0][i] - sums[1][i]) <= 1e-10)) {
			printf("# sum %d: %.17g, expected %.17g\n", i,
			    sums[0][i], sums[1][i]);
			return 0;
		}
	return images_agree(&got, &want, l.c, 0);
}

int
check_norm_back(const struct kernels *kernels, struct dice *dice)
{
	struct layer l = layer_drawn(dice, 1);
	const size_t kp = (size_t)kernel_padded(l.k);
	struct images x = images_drawn(dice, l.images, l.h, l.w, l.k, 1, 0);
	struct images d = images_drawn(dice, l.images, l.h, l.w, l.k, 2, 0);
	struct images add = images_drawn(dice, l.images, l.h, l.w, l.k, 0, 1);
	struct images got = images_junk(l.images, l.h, l.w, l.k, 1);
	struct images want = images_junk(l.images, l.h, l.w, l.k, 1);
	struct norm_back_job job = {
	    .x = x.view,
	    .d = d.view,
	    .out = got.view,
	    .images = l.images,
	    .h = l.h,
	    .w = l.w,
	    .c = l.k,
	    .mean = drawn(dice, kp),
	    .d_mean = drawn(dice, kp),
	    .slope = drawn(dice, kp),
	    .scale = l.bias,
	};

	if (l.add)
		job.add = add.view;
	kernels->norm_back(&job);
	job.out = want.view;
	kernels_plain.norm_back(&job);
	return images_agree(&got, &want, l.k, 256 * FLT_EPSILON);
}
