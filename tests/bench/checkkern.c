/*
 * checkkern: checks every kernel of every instruction set against plain C, and
 * times them.
 *
 * A check draws shapes (odd ones too) and numbers from a seed, puts each
 * operand against a guard page, fills outputs with junk, and compares all of
 * them: inside within a tolerance from eps sqrt(K), outside untouched.
 */
#define _GNU_SOURCE
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/options.h"
#include "base/random.h"
#include "kernel/cpu.h"

enum { BUFFERS_MAX = 64, JUNK = 12345 };

/* Guarded buffers of one check, released together. */
static struct {
	void *map[BUFFERS_MAX];
	size_t bytes[BUFFERS_MAX];
	int n;
} buffers;

struct dice {
	struct random_stream stream;
	uint64_t at;
};

static void
die(const char *text)
{
	fprintf(stderr, "checkkern: %s\n", text);
	exit(1);
}

/* n floats whose end is the end of readable memory. */
static float *
guarded(size_t n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t bytes = (n * sizeof(float) + page - 1) / page * page + page;
	char *map = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED || buffers.n == BUFFERS_MAX ||
	    mprotect(map + bytes - page, page, PROT_NONE) != 0)
		die("out of memory");
	buffers.map[buffers.n] = map;
	buffers.bytes[buffers.n++] = bytes;
	return (float *)(map + bytes - page) - n;
}

static void
release(void)
{
	while (buffers.n > 0) {
		buffers.n--;
		munmap(buffers.map[buffers.n], buffers.bytes[buffers.n]);
	}
}

static int
roll(struct dice *dice, int lo, int hi)
{
	return lo + (int)random_below(
			&dice->stream, dice->at++, (uint32_t)(hi - lo + 1));
}

static float *
drawn(struct dice *dice, size_t n)
{
	float *p = guarded(n);

	random_normal(&dice->stream, dice->at & ~(uint64_t)3, n, p);
	dice->at += n + 4;
	return p;
}

static double *
drawn_scale(struct dice *dice, int k)
{
	float *from = drawn(dice, (size_t)k);
	double *scale = (double *)(void *)guarded((size_t)k * 2);

	for (int i = 0; i < k; i++)
		scale[i] = (double)from[i];
	return scale;
}

/* Images with a border, in one guarded buffer. */
struct images {
	float *floats;
	size_t n;
	struct view view; /* at the first inner pixel */
};

static struct images
images_new(int images, int h, int w, int c, int border, int beyond)
{
	struct images im;
	int pixel = kernel_padded(c);
	int row = (w + 2 * border + beyond) * pixel;
	int all = (h + 2 * border + beyond) * row;

	im.n = (size_t)images * (size_t)all;
	im.floats = guarded(im.n);
	im.view =
	    (struct view){im.floats + border * (row + pixel), pixel, row, all};
	return im;
}

/* Numbers inside, zeros in the border, junk behind the last channel. */
static struct images
images_drawn(
    struct dice *dice, int images, int h, int w, int c, int border, int beyond)
{
	struct images im = images_new(images, h, w, c, border, beyond);
	float *from = drawn(dice, (size_t)(images * h * w * c));

	memset(im.floats, 0, im.n * sizeof(float));
	for (int n = 0; n < images; n++)
		for (int y = 0; y < h; y++)
			for (int x = 0; x < w; x++) {
				float *p = im.view.at + n * im.view.image +
					   y * im.view.row + x * im.view.pixel;

				for (int i = 0; i < im.view.pixel; i++)
					p[i] = i < c ? *from++ : JUNK;
			}
	return im;
}

static struct images
images_junk(int images, int h, int w, int c, int border)
{
	struct images im = images_new(images, h, w, c, border, 0);

	for (size_t i = 0; i < im.n; i++)
		im.floats[i] = JUNK;
	return im;
}

/*
 * Compares the first c channels inside within tolerance, and what lies outside
 * of the images exactly.
 */
static int
images_agree(const struct images *got, const struct images *want, int c,
    double tolerance)
{
	ptrdiff_t pixel = got->view.pixel;

	for (size_t i = 0; i < got->n; i++) {
		float a = got->floats[i], b = want->floats[i];

		if ((ptrdiff_t)i % pixel >= c && b != JUNK)
			continue;
		if (!(fabs((double)a - b) <= (b == JUNK ? 0 : tolerance))) {
			printf("# element %zu: %.9g, expected %.9g "
			       "within %.3g\n",
			    i, a, b, tolerance);
			return 0;
		}
	}
	return 1;
}

/* A draw of what conv and winograd have in common. */
struct layer {
	int images, h, w, c, k, add, relu;
	float *weights, *bias; /* PyTorch's layout */
	double *scale;
	int *from;
};

static struct layer
layer_drawn(struct dice *dice, int taps)
{
	/* more than a slab of channels (product_rows.inc) now and then */
	const int many = roll(dice, 0, 3) == 0;
	struct layer l = {
	    .images = roll(dice, 1, 3),
	    .h = roll(dice, 1, 13),
	    .w = roll(dice, 1, 13),
	    .c = many ? roll(dice, 41, 200) : roll(dice, 1, 40),
	    .k = roll(dice, 1, 40),
	    .add = roll(dice, 0, 1),
	    .relu = roll(dice, 0, 1),
	};

	l.weights = drawn(dice, (size_t)(l.k * l.c * taps));
	l.scale = drawn_scale(dice, l.k);
	l.bias = drawn(dice, (size_t)kernel_padded(l.k));
	l.from = (int *)guarded((size_t)l.c);
	for (int i = 0; i < l.c; i++)
		l.from[i] = l.c - 1 - i;
	return l;
}

static void
layer_pack(const struct layer *l, int taps, float *packed)
{
	const struct conv_filters filters = {.w = l->weights,
	    .scale = l->scale,
	    .from = l->from,
	    .k = l->k,
	    .c = l->c,
	    .taps = taps,
	    .k_step = (ptrdiff_t)l->c * taps,
	    .c_step = taps,
	    .tap_step = 1};

	conv_weights(&filters, packed);
}

/* eps sqrt(K) times the size of the sum; 8: the largest of many, 3 sigma. */
static double
tolerance(const struct layer *l, int taps, double growth)
{
	double terms = l->c * taps, scale = 0;

	for (int i = 0; i < l->k; i++)
		scale = fmax(scale, fabs(l->scale[i]));
	return 8 * growth * FLT_EPSILON * sqrt(terms) * sqrt(terms) *
	       (scale + 1);
}

static int
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
	    .relu = l.relu,
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

static int
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
	    .relu = l.relu,
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
	    .relu = l.relu,
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
	    .relu = l.relu,
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

static int
check_winograd(const struct kernels *kernels, struct dice *dice)
{
	return check_tiles(kernels, dice, 1);
}

static int
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

static int
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

static int
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

static int
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
	    .relu = l.relu,
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
	return images_agree(&got, &want, l.k, 64 * FLT_EPSILON);
}

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

static int
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

static int
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

static int
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

static int
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

static const struct {
	const char *name;
	int (*run)(const struct kernels *, struct dice *);
} checks[] = {
    {"conv", check_conv},
    {"depthwise", check_depthwise},
    {"winograd", check_winograd},
    {"strided", check_strided},
    {"winograd_weights", check_weights},
    {"pool", check_pool},
    {"affine", check_affine},
    {"gradient", check_gradient},
    {"winograd_gradient", check_winograd_gradient},
    {"norm_sums", check_norm},
    {"norm_back", check_norm_back},
};
enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };

/* Every table, the level that it needs, and what to call it. */
static const struct set {
	const char *name;
	enum cpu_level level;
	const struct kernels *kernels;
} sets[] = {
    {"base", CPU_BASE, &kernels_plain},
    {"avx2", CPU_AVX2, &kernels_avx2},
    {"avx512", CPU_AVX512, &kernels_avx512},
    {"spread", CPU_AVX512, &kernels_spread_avx512},
};
enum { SETS = sizeof(sets) / sizeof(sets[0]) };

/* All checks of all instruction sets, as TAP.  Returns the number that fail. */
static int
check_all(uint64_t seed, int rounds)
{
	int failed = 0, count = 0;

	for (int k = 0; k < SETS; k++) {
		if (sets[k].level > cpu_level_native())
			continue;
		for (int i = 0; i < CHECKS; i++) {
			struct dice dice = {
			    random_open(seed, RANDOM_NOISE, checks[i].name), 0};
			int good = 1;

			for (int r = 0; r < rounds && good; r++) {
				good = checks[i].run(sets[k].kernels, &dice);
				release();
				if (!good)
					printf("# round %d\n", r);
			}
			failed += !good;
			printf("%sok %d - %s %s\n", good ? "" : "not ", ++count,
			    sets[k].name, checks[i].name);
		}
	}
	printf("1..%d\n", count);
	return failed;
}

/* The thread's own time: others may be at work on the machine. */
static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Shapes that matter: the stages of the CIFAR networks. */
static const struct bench {
	const char *kernel;
	int images, h, c, k, size, stride;
} benches[] = {
    {"winograd", 1, 32, 16, 16, 3, 1},
    {"winograd", 4, 16, 32, 32, 3, 1},
    {"winograd", 16, 8, 64, 64, 3, 1},
    {"winograd", 1, 32, 64, 64, 3, 1},
    {"winograd", 4, 16, 128, 128, 3, 1},
    {"winograd", 16, 8, 256, 256, 3, 1},
    {"winograd", 64, 4, 512, 512, 3, 1},
    {"winograd", 4, 16, 48, 12, 3, 1},
    {"winograd", 4, 16, 16, 32, 3, 2},
    {"winograd", 16, 8, 32, 64, 3, 2},
    {"winograd_gradient", 1, 32, 16, 16, 3, 1},
    {"winograd_gradient", 4, 16, 32, 32, 3, 1},
    {"winograd_gradient", 16, 8, 64, 64, 3, 1},
    {"gradient", 1, 32, 3, 16, 3, 1},
    {"gradient", 1, 32, 16, 16, 3, 1},
    {"gradient", 4, 16, 16, 32, 3, 2},
    {"gradient", 16, 8, 32, 64, 3, 2},
    {"conv", 1, 32, 3, 16, 3, 1},
    {"conv", 1, 32, 16, 16, 3, 1},
    {"conv", 4, 16, 16, 32, 3, 2},
    {"conv", 16, 8, 32, 64, 3, 2},
    {"conv", 4, 16, 16, 32, 1, 2},
    {"conv", 4, 16, 96, 48, 1, 1},
    {"conv", 16, 8, 384, 192, 1, 1},
    {"conv", 16, 8, 192, 32, 5, 1},
    {"conv", 16, 1, 4096, 256, 1, 1},
};
enum { BENCHES = sizeof(benches) / sizeof(benches[0]), REPEATS = 81 };

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct bench_jobs {
	struct conv_job conv;
	struct winograd_job winograd;
	struct gradient_job gradient;
	struct winograd_gradient_job winograd_gradient;
	ptrdiff_t tap[49];
};

/* The jobs of the gradient, on the operands of the convolution. */
static void
bench_prepare_gradients(const struct bench *b, struct bench_jobs *jobs)
{
	const struct conv_job *conv = &jobs->conv;

	jobs->gradient = (struct gradient_job){
	    .in = conv->in,
	    .d_out = conv->out,
	    .images = b->images,
	    .h = b->h,
	    .w = b->h,
	    .c = b->c,
	    .k = b->k,
	    .taps = conv->taps,
	    .tap = jobs->tap,
	    .d_weights = guarded(
		(size_t)kernel_padded(b->k) * b->c * (size_t)conv->taps),
	};
	jobs->winograd_gradient = (struct winograd_gradient_job){
	    .in = conv->in,
	    .d_out = conv->out,
	    .images = b->images,
	    .h = b->h,
	    .w = b->h,
	    .c = b->c,
	    .k = b->k,
	    .fresh = 1,
	    .sums = guarded(winograd_gradient_floats(b->k, b->c)),
	    .work = guarded(winograd_gradient_work_floats(
		b->c, b->k, b->h, b->h, b->images)),
	};
}

static void
bench_prepare(const struct bench *b, const struct kernels *kernels,
    struct dice *dice, struct bench_jobs *jobs)
{
	int pad = b->size / 2, h_in = (b->h - 1) * b->stride + 1;
	struct images in =
	    images_drawn(dice, b->images, h_in, h_in, b->c, pad, 4);
	struct images out = images_junk(b->images, b->h, b->h, b->k, 1);
	struct images add =
	    images_drawn(dice, b->images, b->h, b->h, b->k, 1, 0);
	int taps = b->size * b->size, from[4096];
	size_t n = (size_t)b->k * (size_t)(b->c * taps);
	float *w = drawn(dice, n);
	double *scale = drawn_scale(dice, b->k);
	float *bias = drawn(dice, (size_t)kernel_padded(b->k));
	float *packed = guarded((size_t)kernel_padded(b->k) * b->c * taps);

	for (int i = 0; i < b->c; i++)
		from[i] = i;
	in.view.at -= pad * (in.view.row + in.view.pixel);
	jobs->conv = (struct conv_job){
	    .in = in.view,
	    .out = out.view,
	    .add = add.view,
	    .images = b->images,
	    .h = b->h,
	    .w = b->h,
	    .c = b->c,
	    .k = b->k,
	    .taps = taps,
	    .tap = jobs->tap,
	    .weights = packed,
	    .bias = bias,
	    .relu = 1,
	};
	jobs->conv.in.pixel *= b->stride;
	jobs->conv.in.row *= b->stride;
	for (int i = 0; i < taps; i++)
		jobs->tap[i] =
		    i / b->size * in.view.row + i % b->size * in.view.pixel;
	layer_pack(&(struct layer){.weights = w,
		       .scale = scale,
		       .from = from,
		       .k = b->k,
		       .c = b->c},
	    taps, packed);
	bench_prepare_gradients(b, jobs);
	if (strcmp(b->kernel, "winograd") == 0) {
		float *u = guarded(winograd_weight_floats(b->k, b->c));

		(b->stride == 2 ? kernels->strided_weights
				: kernels->winograd_weights)(
		    w, scale, from, b->k, b->c, u);
		jobs->winograd = (struct winograd_job){
		    .in = in.view,
		    .out = out.view,
		    .add = add.view,
		    .images = b->images,
		    .h = b->h,
		    .w = b->h,
		    .c = b->c,
		    .k = b->k,
		    .weights = u,
		    .bias = bias,
		    .relu = 1,
		    .stride = b->stride,
		    .work = guarded((b->stride == 2 ? strided_work_floats
						    : winograd_work_floats)(
			b->c, b->k, b->h, b->h, b->images)),
		};
	}
}

static void
bench_call(const struct bench *b, const struct kernels *kernels,
    const struct bench_jobs *jobs)
{
	if (strcmp(b->kernel, "winograd") == 0)
		kernels->winograd(&jobs->winograd);
	else if (strcmp(b->kernel, "winograd_gradient") == 0)
		kernels->winograd_gradient(&jobs->winograd_gradient);
	else if (strcmp(b->kernel, "gradient") == 0)
		kernels->gradient(&jobs->gradient);
	else
		kernels->conv(&jobs->conv);
}

/* The least and the median time of one call, in seconds. */
static void
bench_time(const struct bench *b, const struct kernels *kernels,
    const struct bench_jobs *jobs, double *least, double *median)
{
	double time[REPEATS];
	int calls = 1;

	for (int r = -2; r < REPEATS; r++) {
		double start = seconds(), took;

		for (int i = 0; i < calls; i++)
			bench_call(b, kernels, jobs);
		took = (seconds() - start) / calls;
		if (r < 0)
			calls = took > 5e-4 ? 1 : (int)(5e-4 / took) + 1;
		else
			time[r] = took;
	}
	qsort(time, REPEATS, sizeof(time[0]), by_size);
	*least = time[0];
	*median = time[REPEATS / 2];
}

static double
peak_rate(const struct kernels *kernels)
{
	double best = 0;
	float sink = 1;

	for (int r = 0; r < 20; r++) {
		double start = seconds(), n = kernels->peak(200000, &sink);
		double rate = n / (seconds() - start);

		best = rate > best ? rate : best;
	}
	return best;
}

static void
bench_all(uint64_t seed, int csv, enum cpu_level lowest)
{
	printf(csv ? "kernels,kernel,images,h,c,k,size,stride,us_per_image,"
		     "us_least,gflops,share_of_peak\n"
		   : "%-8s%-18s%-22s%10s%10s%10s%8s\n",
	    "set", "kernel", "images h c k size/str", "us/image", "least",
	    "GFLOP/s", "peak");
	for (int k = 0; k < SETS; k++) {
		const struct kernels *kernels = sets[k].kernels;
		double peak;

		if (sets[k].level < lowest ||
		    sets[k].level > cpu_level_native())
			continue;
		peak = peak_rate(kernels);
		for (int i = 0; i < BENCHES; i++) {
			const struct bench *b = &benches[i];
			struct dice dice = {
			    random_open(seed, RANDOM_NOISE, b->kernel), 0};
			struct bench_jobs jobs;
			double least, median,
			    flops = 2.0 * b->size * b->size * b->c * b->k *
				    b->h * b->h * b->images;

			bench_prepare(b, kernels, &dice, &jobs);
			bench_time(b, kernels, &jobs, &least, &median);
			release();
			printf(csv ? "%s,%s,%d,%d,%d,%d,%d,%d,%.3f,%.3f,%.2f,"
				     "%.4f\n"
				   : "%-8s%-18s%3d %3d %4d %4d %d/%d   %10.2f"
				     "%10.2f%10.1f%8.2f\n",
			    sets[k].name, b->kernel, b->images, b->h, b->c,
			    b->k, b->size, b->stride, 1e6 * median / b->images,
			    1e6 * least / b->images, 1e-9 * flops / median,
			    flops / median / peak);
			fflush(stdout);
		}
	}
}

int
main(int argc, char **argv)
{
	uint64_t seed = 1;
	int64_t rounds = 200;
	int bench = 0, csv = 0, plain = 0;
	struct error err;
	const struct option_row options[] = {
	    OPTION_U64(
		's', "seed", "SEED", &seed, "seed of shapes and numbers"),
	    OPTION_INT(
		'r', "rounds", "N", &rounds, 1, 1000000, "shapes per kernel"),
	    OPTION_FLAG('b', "bench", &bench, "time instead of check"),
	    OPTION_FLAG('p', "plain", &plain, "time plain C too"),
	    OPTION_FLAG('c', "csv", &csv, "times as CSV"),
	    OPTION_END,
	};

	if (options_parse(options, argc, argv, &err) != argc) {
		options_help(options, stderr);
		return 2;
	}
	if (!bench)
		return check_all(seed, (int)rounds) != 0;
	bench_all(seed, csv, plain ? CPU_BASE : CPU_AVX2);
	return 0;
}
