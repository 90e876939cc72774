/* Lanczos and what is built on it, on operators whose spectrum is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "curvature/lanczos.h"

enum { N = 2000 };

/* H = Q D Q with Q = I - 2 u u', u a unit vector: the spectrum is D. */
struct quadratic {
	size_t n;
	double d[N], u[N];
};

static void
mirror(const struct quadratic *q, double *x)
{
	double dot = 0.0;

	for (size_t i = 0; i < q->n; i++)
		dot += q->u[i] * x[i];
	for (size_t i = 0; i < q->n; i++)
		x[i] -= 2.0 * dot * q->u[i];
}

static void
apply(void *context, const float *v, double *hv)
{
	const struct quadratic *q = context;

	for (size_t i = 0; i < q->n; i++)
		hv[i] = (double)v[i];
	mirror(q, hv);
	for (size_t i = 0; i < q->n; i++)
		hv[i] *= q->d[i];
	mirror(q, hv);
}

/* A few outliers above and below a bulk, as Hessians of networks have them. */
static void
draw(struct quadratic *q, size_t n)
{
	struct random_stream r = random_open(3, RANDOM_SAMPLE, "quadratic");
	float u[N];
	double norm = 0.0;

	q->n = n;
	random_normal(&r, 0, n, u);
	for (size_t i = 0; i < n; i++)
		norm += (double)u[i] * (double)u[i];
	for (size_t i = 0; i < n; i++) {
		q->u[i] = (double)u[i] / sqrt(norm);
		q->d[i] = sin((double)i) * sin((double)i * 0.7);
	}
}

static struct lanczos_result
solve(struct quadratic *q, const struct lanczos_rule *rule, int threads,
    float *vectors)
{
	const struct krylov_operator op = {q->n, apply, q};
	struct workers *workers = workers_new(threads, NULL);
	struct lanczos_result result;
	struct error err;

	if (lanczos(&op, rule, workers, &result, vectors, &err) < 0)
		fail_msg("%s", err.text);
	workers_free(workers);
	return result;
}

static const struct lanczos_rule usual = {
    .k = 3, .basis = 40, .tolerance = 1e-3, .products = 2000};

static void
test_quadratic(void **state)
{
	static const double top[3] = {90.0, 31.0, 12.5};
	static const double bottom[3] = {-17.0, -4.5, -3.25};
	static float vectors[6 * N];
	static struct quadratic q;
	struct lanczos_result a, b;

	(void)state;
	draw(&q, N);
	for (int i = 0; i < 3; i++) {
		q.d[100 * i + 7] = top[i];
		q.d[100 * i + 50] = bottom[i];
	}
	a = solve(&q, &usual, 1, vectors);
	assert_true(a.converged && a.finite);
	assert_int_equal(a.k, 3);
	for (int i = 0; i < 3; i++) {
		/* the error is the square of the residual by the gap */
		assert_true(fabs(a.top[i].value - top[i]) < 1e-4 * top[i]);
		assert_true(fabs(a.bottom[i].value - bottom[i]) <
			    1e-4 * fabs(bottom[i]));
		assert_true(a.top[i].residual <= 1.01e-3 * top[i]);
	}
	b = solve(&q, &usual, 3, NULL);
	assert_int_equal(a.products, b.products);
	assert_memory_equal(a.top, b.top, sizeof(a.top[0]) * 3);
	assert_memory_equal(a.bottom, b.bottom, sizeof(a.bottom[0]) * 3);
	/* vectors: unit length, and eigenvectors */
	for (int i = 0; i < 6; i++) {
		double hv[N], rest = 0.0, norm = 0.0;
		const double value =
		    i < 3 ? a.top[i].value : a.bottom[i - 3].value;

		apply(&q, vectors + (size_t)i * N, hv);
		for (size_t j = 0; j < N; j++) {
			const double v = (double)vectors[(size_t)i * N + j];

			rest += pow(hv[j] - value * v, 2.0);
			norm += v * v;
		}
		assert_true(fabs(norm - 1.0) < 1e-6);
		assert_true(sqrt(rest) <= 1.01e-3 * fabs(value));
	}
}

/* A small basis restarts often and finds the same. */
static void
test_restart(void **state)
{
	const struct lanczos_rule small = {
	    .k = 2, .basis = 12, .tolerance = 1e-3, .products = 5000};
	static struct quadratic q;
	struct lanczos_result a;

	(void)state;
	draw(&q, N);
	q.d[5] = 3.0;
	q.d[6] = 2.0;
	q.d[7] = -1.75;
	q.d[8] = -1.5;
	a = solve(&q, &small, 2, NULL);
	assert_true(a.converged);
	assert_true(a.products > 12);
	assert_true(fabs(a.top[0].value - 3.0) < 1e-4);
	assert_true(fabs(a.top[1].value - 2.0) < 1e-4);
	assert_true(fabs(a.bottom[0].value + 1.75) < 1e-4);
	assert_true(fabs(a.bottom[1].value + 1.5) < 1e-4);
}

/* More asked for than there is; a multiple of the identity; not finite. */
static void
test_small(void **state)
{
	static struct quadratic q;
	struct lanczos_result a;

	(void)state;
	for (size_t n = 1; n < 8; n++) {
		draw(&q, n);
		a = solve(&q, &usual, 1, NULL);
		assert_true(a.converged);
		assert_true(a.k >= 1 && (size_t)a.k <= n);
		for (size_t i = 0; i < n; i++) {
			assert_true(a.top[0].value >= q.d[i] - 1e-5);
			assert_true(a.bottom[0].value <= q.d[i] + 1e-5);
		}
	}
	draw(&q, N);
	for (size_t i = 0; i < N; i++)
		q.d[i] = -2.0;
	a = solve(&q, &usual, 1, NULL);
	assert_true(a.converged);
	assert_true(fabs(a.top[0].value + 2.0) < 1e-5);
	assert_true(fabs(a.bottom[0].value + 2.0) < 1e-5);
	q.d[3] = NAN;
	a = solve(&q, &usual, 1, NULL);
	assert_false(a.finite);
	assert_false(a.converged);
}

/* Out of products: the result says so, and its residuals are true. */
static void
test_unconverged(void **state)
{
	const struct lanczos_rule few = {
	    .k = 1, .basis = 20, .tolerance = 1e-6, .products = 8};
	static struct quadratic q;
	struct lanczos_result a;

	(void)state;
	draw(&q, N);
	a = solve(&q, &few, 1, NULL);
	assert_false(a.converged);
	assert_int_equal(a.products, 10);
	assert_true(a.top[0].residual > 1e-6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_quadratic),
	    cmocka_unit_test(test_restart),
	    cmocka_unit_test(test_small),
	    cmocka_unit_test(test_unconverged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
