/* Rows: softmax, layer normalisation; functions of one number. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "check.h"

typedef void rows_function(const struct rows_job *job);

static float *
run(rows_function *rows, struct rows_job *job)
{
	const size_t n = (size_t)job->rows * (size_t)job->n;

	job->out = guarded(n);
	for (size_t i = 0; i < n; i++)
		job->out[i] = JUNK;
	rows(job);
	return job->out;
}

/* The first set of vectors, whose bits are those of all. */
static const struct kernels *
first_set(const struct kernels *kernels)
{
	if (kernels == &kernels_plain || cpu_level_native() < CPU_SETS)
		return kernels;
	return cpu_sets[0].kernels;
}

/* Within ulps of scale[i], or of what is wanted; NaN where it is. */
static int
agree(const float *got, const float *want, const float *scale, size_t n,
    double ulps)
{
	for (size_t i = 0; i < n; i++) {
		const double size =
		    fabs((double)(scale != NULL ? scale : want)[i]);
		const double off = fabs((double)got[i] - (double)want[i]);

		if (got[i] == want[i] || (isnan(got[i]) && isnan(want[i])))
			continue;
		if (!(off <= ulps * FLT_EPSILON * size + 2 * FLT_MIN)) {
			printf("# %zu: %.9g, expected %.9g\n", i,
			    (double)got[i], (double)want[i]);
			return 0;
		}
	}
	return 1;
}

/* Against plain C, and bit by bit against the first set. */
static int
check(rows_function *rows, rows_function *first, rows_function *plain,
    struct rows_job *job, const float *scale, double ulps)
{
	const size_t n = (size_t)job->rows * (size_t)job->n;
	const float *got = run(rows, job), *same = run(first, job);
	const float *want = run(plain, job);

	if (memcmp(got, same, n * sizeof(*got)) != 0) {
		printf("# other bits than the first set\n");
		return 0;
	}
	return agree(got, want, scale, n, ulps);
}

static struct rows_job
rows_drawn(struct dice *dice, float spread)
{
	struct rows_job job = {
	    .rows = roll(dice, 1, 5), .n = roll(dice, 1, 70), .epsilon = 1e-5F};
	const size_t n = (size_t)job.rows * (size_t)job.n;
	float *x = drawn(dice, n);

	/* so that no difference of two is rounded */
	for (size_t i = 0; i < n; i++)
		x[i] = roundf(x[i] * spread * 256) / 256;
	job.in = x;
	return job;
}

int
check_softmax(const struct kernels *kernels, struct dice *dice)
{
	struct rows_job job = rows_drawn(dice, (float)roll(dice, 1, 30));
	float *x = (float *)job.in;

	if (roll(dice, 0, 3) == 0)
		x[roll(dice, 0, job.n - 1)] = -INFINITY;
	if (roll(dice, 0, 9) == 0)
		x[roll(dice, 0, job.n - 1)] = NAN;
	return check(kernels->softmax, first_set(kernels)->softmax,
	    kernels_plain.softmax, &job, NULL, 6);
}

int
check_layer_norm(const struct kernels *kernels, struct dice *dice)
{
	struct rows_job job = rows_drawn(dice, 2);
	const size_t n = (size_t)job.rows * (size_t)job.n;
	float *ones = guarded(n);

	if (roll(dice, 0, 3) != 0)
		job.weight = drawn(dice, (size_t)job.n);
	if (roll(dice, 0, 1) == 1)
		job.bias = drawn(dice, (size_t)job.n);
	for (size_t i = 0; i < n; i++)
		ones[i] = 8;
	return job.n < 4 ||
	       check(kernels->layer_norm, first_set(kernels)->layer_norm,
		   kernels_plain.layer_norm, &job, ones, 16);
}

static float *
apply(const struct kernels *kernels, int function, struct pointwise_job *job)
{
	float *out = guarded((size_t)job->c);

	job->out.at = out;
	kernels->pointwise[function](job);
	return out;
}

/* Ulps of the value, or of x; what is a product of roundings has more. */
int
check_pointwise(const struct kernels *kernels, struct dice *dice)
{
	static const struct {
		double ulps;
		int of_x;
	} rule[POINTWISES] = {
	    [POINTWISE_ERF] = {2, 0},
	    [POINTWISE_SILU] = {2, 1},
	    [POINTWISE_MISH] = {4, 1},
	    [POINTWISE_GELU] = {2, 1},
	    [POINTWISE_GELU_TANH] = {2, 1},
	};
	const int n = roll(dice, 1, 4) * KERNEL_BLOCK;
	const float spread = (float)roll(dice, 1, 30);
	float *x = drawn(dice, (size_t)n);

	for (int f = 0; f < POINTWISES; f++) {
		struct pointwise_job job = {.in = {.at = x},
		    .images = 1,
		    .h = 1,
		    .w = 1,
		    .c = n,
		    .alpha = 0.3F,
		    .beta = 0.45F};
		const float *got, *same, *want;

		for (int i = 0; i < n; i++)
			x[i] = roundf(x[i] * spread * 256) / 256;
		got = apply(kernels, f, &job);
		same = apply(first_set(kernels), f, &job);
		want = apply(&kernels_plain, f, &job);
		if (memcmp(got, same, (size_t)n * sizeof(*got)) != 0 ||
		    !agree(got, want, rule[f].of_x ? x : NULL, (size_t)n,
			rule[f].ulps > 0 ? rule[f].ulps : 4)) {
			printf("# function %d\n", f);
			return 0;
		}
		for (int i = 0; i < n; i++)
			x[i] /= spread;
	}
	return 1;
}

/* e^x as a softmax has it: of 0 and x, one divided by the other. */
int
check_exp(const struct kernels *kernels, struct dice *dice)
{
	float x[2] = {0}, out[2];
	struct rows_job job = {.in = x, .out = out, .rows = 1, .n = 2};

	for (int i = 0; i < 500; i++) {
		x[1] = -87.0F * (float)roll(dice, 0, 1 << 20) / (1 << 20);
		kernels->softmax(&job);
		if (!(fabs((double)out[1] / (double)out[0] -
			   exp((double)x[1])) <=
			2.5 * FLT_EPSILON * exp((double)x[1]))) {
			printf("# e^%.9g: %.9g\n", (double)x[1],
			    (double)out[1] / (double)out[0]);
			return 0;
		}
	}
	return 1;
}
