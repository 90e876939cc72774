/* The way back through rows and functions of one number. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

typedef void back_function(const struct rows_back_job *job);

/* The first set of vectors, whose bits are those of all. */
static const struct kernels *
first_set(const struct kernels *kernels)
{
	if (kernels == &kernels_plain || cpu_level_native() < CPU_SETS)
		return kernels;
	return cpu_sets[0].kernels;
}

static int
agree(const float *got, const float *want, const float *scale, size_t n,
    double ulps, const char *what)
{
	for (size_t i = 0; i < n; i++) {
		const double size = fabs((double)want[i]) +
				    (scale != NULL ? (double)scale[i] : 0.0);

		if (got[i] == want[i] ||
		    fabs((double)got[i] - (double)want[i]) <=
			ulps * FLT_EPSILON * size + 2 * FLT_MIN ||
		    (isnan(got[i]) && isnan(want[i])))
			continue;
		printf("# %s %zu: %.9g, expected %.9g\n", what, i,
		    (double)got[i], (double)want[i]);
		return 0;
	}
	return 1;
}

/* What one run leaves: the rows, the gradients by weight and bias. */
struct left {
	float *out, *d_weight, *d_bias;
};

static float *
copy(const float *from, size_t n)
{
	float *to = guarded(n);

	memcpy(to, from, n * sizeof(*to));
	return to;
}

static struct left
run(back_function *back, const struct rows_back_job *drawn_job)
{
	struct rows_back_job job = *drawn_job;
	const size_t n = (size_t)job.n, all = n * (size_t)job.rows;

	job.out = copy(job.out, all);
	job.d_weight = job.d_weight != NULL ? copy(job.d_weight, n) : NULL;
	job.d_bias = job.d_bias != NULL ? copy(job.d_bias, n) : NULL;
	back(&job);
	return (struct left){job.out, job.d_weight, job.d_bias};
}

static int
same(const float *a, const float *b, size_t n)
{
	if (a != NULL && memcmp(a, b, n * sizeof(*a)) != 0) {
		printf("# other bits than the first set\n");
		return 0;
	}
	return 1;
}

/* Against plain C, and bit by bit against the first set. */
static int
check(back_function *back, back_function *first, back_function *plain,
    const struct rows_back_job *job, float size)
{
	const size_t n = (size_t)job->n, all = n * (size_t)job->rows;
	const struct left got = run(back, job), set = run(first, job);
	const struct left want = run(plain, job);
	float *scale = guarded(all);

	for (size_t i = 0; i < all; i++)
		scale[i] = size;
	return same(got.out, set.out, all) &&
	       same(got.d_weight, set.d_weight, n) &&
	       same(got.d_bias, set.d_bias, n) &&
	       agree(got.out, want.out, scale, all, 8, "out") &&
	       (got.d_weight == NULL ||
		   agree(got.d_weight, want.d_weight, scale, n, 8, "weight")) &&
	       (got.d_bias == NULL ||
		   agree(got.d_bias, want.d_bias, scale, n, 8, "bias"));
}

static struct rows_back_job
back_drawn(struct dice *dice)
{
	struct rows_back_job job = {.rows = roll(dice, 1, 5),
	    .n = roll(dice, 1, 70),
	    .add = roll(dice, 0, 1),
	    .epsilon = 1e-5F};
	const size_t n = (size_t)job.rows * (size_t)job.n;

	job.x = drawn(dice, n);
	job.d = drawn(dice, n);
	job.out = drawn(dice, n);
	return job;
}

int
check_softmax_back(const struct kernels *kernels, struct dice *dice)
{
	struct rows_back_job job = back_drawn(dice);
	const struct rows_job forward = {
	    .in = job.x, .out = (float *)job.x, .rows = job.rows, .n = job.n};
	float *y = copy(job.x, (size_t)job.rows * (size_t)job.n);
	struct rows_job softmax = forward;

	softmax.out = y;
	kernels_plain.softmax(&softmax);
	job.x = y;
	return check(kernels->softmax_back, first_set(kernels)->softmax_back,
	    kernels_plain.softmax_back, &job, 4);
}

int
check_layer_norm_back(const struct kernels *kernels, struct dice *dice)
{
	struct rows_back_job job = back_drawn(dice);

	if (roll(dice, 0, 3) != 0)
		job.weight = drawn(dice, (size_t)job.n);
	if (roll(dice, 0, 1) == 1)
		job.d_weight = drawn(dice, (size_t)job.n);
	if (roll(dice, 0, 1) == 1)
		job.d_bias = drawn(dice, (size_t)job.n);
	/* few numbers may be all alike, and what divides them nearly 0 */
	return job.n < 4 || check(kernels->layer_norm_back,
				first_set(kernels)->layer_norm_back,
				kernels_plain.layer_norm_back, &job, 100);
}

static float *
apply(const struct kernels *kernels, int function,
    const struct pointwise_back_job *drawn_job)
{
	struct pointwise_back_job job = *drawn_job;

	job.out.at = copy(job.out.at, (size_t)job.c);
	(job.t.at != NULL ? kernels->bend : kernels->slope)[function](&job);
	return job.out.at;
}

/* Ulps of what is wanted and of d (of the sum with add). */
static int
check_derivative(
    const struct kernels *kernels, struct dice *dice, int bends, double ulps)
{
	const int n = roll(dice, 1, 4) * KERNEL_BLOCK;
	const float spread = (float)roll(dice, 1, 30);
	float *x = drawn(dice, (size_t)n), *d = drawn(dice, (size_t)n);
	float *size = guarded((size_t)n);
	struct pointwise_back_job job = {.in = {.at = x},
	    .d = {.at = d},
	    .out = {.at = drawn(dice, (size_t)n)},
	    .images = 1,
	    .h = 1,
	    .w = 1,
	    .c = n,
	    .alpha = 0.3F,
	    .beta = 0.45F,
	    .add = roll(dice, 0, 1)};

	if (bends)
		job.t.at = drawn(dice, (size_t)n);
	for (int i = 0; i < n; i++) {
		x[i] = roundf(x[i] * spread * 256) / 256;
		size[i] = fabsf(d[i]) * (bends ? fabsf(job.t.at[i]) : 1) +
			  fabsf(job.out.at[i]);
	}
	for (int f = 0; f < POINTWISES; f++) {
		const float *got = apply(kernels, f, &job);
		const float *set = apply(first_set(kernels), f, &job);
		const float *want = apply(&kernels_plain, f, &job);

		if (!same(got, set, (size_t)n) ||
		    !agree(got, want, size, (size_t)n, ulps, "derivative")) {
			printf("# function %d\n", f);
			return 0;
		}
	}
	return 1;
}

int
check_slope(const struct kernels *kernels, struct dice *dice)
{
	return check_derivative(kernels, dice, 0, 4);
}

int
check_bend(const struct kernels *kernels, struct dice *dice)
{
	return check_derivative(kernels, dice, 1, 16);
}
