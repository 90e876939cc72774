/* Stochastic Lanczos quadrature, on operators whose spectrum is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "curvature/density.h"
#include "curvature/trace.h"

enum { N = 500 };

/* H = Q D Q with Q = I - 2 u u', all u equal: the spectrum is D. */
static void
mirror(double *x)
{
	double sum = 0.0;

	for (int i = 0; i < N; i++)
		sum += x[i];
	for (int i = 0; i < N; i++)
		x[i] -= 2.0 * sum / N;
}

static void
apply(void *context, const float *v, double *hv)
{
	const double *d = context;

	for (int i = 0; i < N; i++)
		hv[i] = (double)v[i];
	mirror(hv);
	for (int i = 0; i < N; i++)
		hv[i] *= d[i];
	mirror(hv);
}

/* A bulk in -1..1, and two outliers. */
static void
fill(double *d)
{
	for (int i = 0; i < N; i++)
		d[i] = sin((double)i) * sin((double)i * 0.7);
	d[7] = 40.0;
	d[9] = -5.0;
}

static struct density
estimate(double *d, const struct density_rule *rule, int threads)
{
	const struct krylov_operator op = {N, apply, d};
	struct workers *workers = workers_new(threads, NULL);
	struct density density = {0};
	struct error err;

	if (density_probe(&density, &op, rule, workers, &err) < 0 ||
	    density_lay(&density, rule, &err) < 0)
		fail_msg("%s", err.text);
	workers_free(workers);
	return density;
}

static const struct density_rule usual = {
    .probes = 5, .steps = 30, .points = 2000, .seed = 4};

/* The first moments of a probe are those of z; nodes lie in the spectrum. */
static void
test_moments(void **state)
{
	double d[N], hz[N];
	float z[N];
	struct density density;

	(void)state;
	fill(d);
	density = estimate(d, &usual, 1);
	assert_int_equal(density.probes, usual.probes);
	for (int p = 0; p < usual.probes; p++) {
		const struct quadrature *q = &density.probe[p];
		double moment[3] = {0}, first = 0.0, second = 0.0;

		assert_int_equal(q->n, usual.steps);
		trace_signs(usual.seed, p, "trace", z, N);
		apply(d, z, hz);
		for (int i = 0; i < N; i++) {
			first += (double)z[i] * hz[i] / N;
			second += hz[i] * hz[i] / N;
		}
		for (int i = 0; i < q->n; i++) {
			double power = q->weight[i];

			assert_true(q->weight[i] >= 0.0);
			/* the basis is float: 40 times its rounding */
			assert_true(q->node[i] >= -5.0 - 1e-5);
			assert_true(q->node[i] <= 40.0 + 1e-5);
			for (int m = 0; m < 3; m++, power *= q->node[i])
				moment[m] += power;
		}
		assert_true(fabs(moment[0] - 1.0) < 1e-12);
		/* of values up to 40, and their squares */
		assert_true(fabs(moment[1] - first) < 40.0 * 1e-6);
		assert_true(fabs(moment[2] - second) < 1600.0 * 1e-6);
	}
	density_free(&density);
}

/* The mean over probes is the spectrum's, within its standard error. */
static void
test_curve(void **state)
{
	double d[N], trace = 0.0, above = 0.0, error = 0.0;
	struct density_rule rule = usual;
	struct density density;

	(void)state;
	fill(d);
	for (int i = 0; i < N; i++)
		trace += d[i];
	rule.probes = 40;
	density = estimate(d, &rule, 1);
	assert_true(fabs(density.trace - trace) < 3.0 * density.trace_error);
	/* five widths more than the nodes: 3e-7 at most lies outside */
	assert_true(fabs(density.integral - 1.0) < 1e-6);
	for (int64_t i = 0; i < density.points; i++) {
		const double step =
		    (density.hi - density.lo) / (double)(density.points - 1);

		if (density_at(&density, i) < 20.0)
			continue;
		above += density.value[i] * step;
		error += density.error[i] * step;
	}
	/* one of N eigenvalues; errors of one Gaussian's points go together */
	assert_true(fabs(above - 1.0 / N) < 3.0 * error);
	density_free(&density);
}

/* A basis that becomes invariant: the quadrature is exact. */
static void
test_few(void **state)
{
	double d[N];
	struct density density;

	(void)state;
	for (int i = 0; i < N; i++)
		d[i] = i % 2 == 0 ? 3.0 : -1.0;
	density = estimate(d, &usual, 1);
	for (int p = 0; p < usual.probes; p++) {
		const struct quadrature *q = &density.probe[p];

		/* rounding may add a node, without weight */
		assert_true(q->n >= 2 && q->n <= 3);
		assert_true(fabs(q->node[0] + 1.0) < 1e-5);
		assert_true(fabs(q->node[q->n - 1] - 3.0) < 1e-5);
	}
	density_free(&density);
	for (int i = 0; i < N; i++)
		d[i] = 2.0;
	density = estimate(d, &usual, 1);
	assert_true(fabs(density.integral - 1.0) < 1e-6);
	assert_true(density.width > 0.0);
	density_free(&density);
}

static void
test_threads(void **state)
{
	double d[N];
	struct density a, b;

	(void)state;
	fill(d);
	a = estimate(d, &usual, 1);
	b = estimate(d, &usual, 3);
	assert_memory_equal(
	    a.value, b.value, sizeof(*a.value) * (size_t)a.points);
	assert_memory_equal(
	    a.error, b.error, sizeof(*a.error) * (size_t)a.points);
	density_free(&a);
	density_free(&b);
}

static void
zero(void *context, const float *v, double *hv)
{
	(void)v;
	for (int i = 0; i < N; i++)
		hv[i] = *(double *)context;
}

static void
test_refused(void **state)
{
	double d[N], nan = NAN;
	const struct krylov_operator bad = {N, zero, &nan};
	struct density_rule rule = usual;
	struct workers *workers = workers_new(1, NULL);
	const struct krylov_operator op = {N, apply, d};
	struct density density = {0};
	struct error err;

	(void)state;
	fill(d);
	assert_int_equal(
	    density_probe(&density, &bad, &rule, workers, &err), -1);
	assert_non_null(strstr(err.text, "not finite"));
	density_free(&density);
	rule.points = 20;
	assert_int_equal(density_probe(&density, &op, &rule, workers, &err), 0);
	assert_int_equal(density_lay(&density, &rule, &err), -1);
	assert_non_null(strstr(err.text, "20 points from"));
	density_free(&density);
	workers_free(workers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_moments),
	    cmocka_unit_test(test_curve),
	    cmocka_unit_test(test_few),
	    cmocka_unit_test(test_threads),
	    cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
