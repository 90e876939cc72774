/* How long kernels take, and what share of the peak of multiply-adds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "check.h"

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
    {"depthwise", 1, 32, 1, 96, 3, 1},
    {"depthwise", 1, 16, 1, 144, 3, 2},
    {"depthwise", 16, 8, 1, 384, 3, 1},
    {"depthwise", 64, 4, 1, 960, 3, 1},
};
enum { BENCHES = sizeof(benches) / sizeof(benches[0]), REPEATS = 81 };

/* A filter for each of k channels: c is 1. */
static int
is_depthwise(const struct bench *b)
{
	return strcmp(b->kernel, "depthwise") == 0;
}

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
	struct images in = images_drawn(
	    dice, b->images, h_in, h_in, is_depthwise(b) ? b->k : b->c, pad, 4);
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
	    .limits = limits_relu(1),
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
		    .limits = limits_relu(1),
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
	else if (is_depthwise(b))
		kernels->depthwise(&jobs->conv);
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

void
bench_all(const struct set *sets, int n, uint64_t seed, int csv)
{
	printf(csv ? "kernels,kernel,images,h,c,k,size,stride,us_per_image,"
		     "us_least,gflops,share_of_peak\n"
		   : "%-16s%-18s%-22s%10s%10s%10s%8s\n",
	    "set", "kernel", "images h c k size/str", "us/image", "least",
	    "GFLOP/s", "peak");
	for (int k = 0; k < n; k++) {
		const struct kernels *kernels = sets[k].kernels;
		const double peak = peak_rate(kernels);

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
				   : "%-16s%-18s%3d %3d %4d %4d %d/%d   %10.2f"
				     "%10.2f%10.1f%8.2f\n",
			    sets[k].name, b->kernel, b->images, b->h, b->c,
			    b->k, b->size, b->stride, 1e6 * median / b->images,
			    1e6 * least / b->images, 1e-9 * flops / median,
			    flops / median / peak);
			fflush(stdout);
		}
	}
}
