/* Eigenvalues of symmetric matrices: laws that hold for any. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/random.h"
#include "run/eigen.h"

enum { MOST = 40 };

struct problem {
	size_t n;
	double a[MOST * MOST], before[MOST * MOST];
	double values[MOST], vectors[MOST * MOST];
};

/* Products of n random vectors with `rank` elements each. */
static void
make(struct problem *p, size_t n, size_t rank)
{
	struct random_stream random = random_open(n, 99, "eigen");
	float v[MOST * MOST];

	p->n = n;
	random_normal(&random, 0, n * rank, v);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++) {
			double sum = 0;

			for (size_t j = 0; j < rank; j++)
				sum += (double)v[i * rank + j] *
				       (double)v[k * rank + j];
			p->before[i * n + k] = p->a[i * n + k] = sum;
		}
}

static double
dot(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* A v = value v, vectors are orthonormal, values fall and keep the trace. */
static void
check(struct problem *p)
{
	const size_t n = p->n;
	double trace = 0, sum = 0;
	struct error err;

	assert_int_equal(
	    eigen_symmetric(p->a, n, n, p->values, p->vectors, &err), 0);
	for (size_t i = 0; i < n; i++) {
		trace += p->before[i * n + i];
		sum += p->values[i];
	}
	assert_true(fabs(trace - sum) <= 1e-12 * trace);
	for (size_t i = 0; i < n; i++) {
		const double *v = p->vectors + i * n;

		assert_true(i == 0 || p->values[i] <= p->values[i - 1]);
		for (size_t k = 0; k < n; k++) {
			double av = dot(p->before + k * n, v, n);

			assert_true(fabs(av - p->values[i] * v[k]) <=
				    1e-12 * p->values[0]);
			assert_true(fabs(dot(v, p->vectors + k * n, n) -
					 (i == k)) <= 1e-12);
		}
	}
}

static void
sizes(void **state)
{
	static const size_t n[] = {1, 2, 3, 7, 20, MOST};
	static struct problem p;

	(void)state;
	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		make(&p, n[i], n[i]);
		check(&p);
		/* rank 2: all the rest is zero */
		make(&p, n[i], n[i] < 2 ? n[i] : 2);
		check(&p);
		for (size_t k = 2; k < n[i]; k++)
			assert_true(fabs(p.values[k]) <= 1e-12 * p.values[0]);
	}
}

static void
bits(void **state)
{
	static struct problem p, q;

	(void)state;
	make(&p, 20, 20);
	make(&q, 20, 20);
	check(&p);
	check(&q);
	assert_memory_equal(p.vectors, q.vectors, 400 * sizeof(double));
}

/* Vectors that nobody wants cost nothing, and change no bit of the others. */
static void
few_of_many(void **state)
{
	static struct problem p, q;
	struct error err;

	(void)state;
	make(&p, MOST, MOST);
	make(&q, MOST, MOST);
	check(&p);
	assert_int_equal(
	    eigen_symmetric(q.a, MOST, 2, q.values, q.vectors, &err), 0);
	assert_memory_equal(p.values, q.values, sizeof(p.values));
	assert_memory_equal(p.vectors, q.vectors, 2 * MOST * sizeof(double));
}

/* Eigenvalues that are equal, and those of a matrix of three diagonals. */
static void
known(void **state)
{
	static struct problem p;
	const double pi = 3.14159265358979323846;

	(void)state;
	for (int off = 0; off < 2; off++) {
		p.n = MOST;
		for (size_t i = 0; i < MOST; i++)
			for (size_t k = 0; k < MOST; k++)
				p.before[i * MOST + k] = p.a[i * MOST + k] =
				    i == k                              ? 2
				    : off && (i + 1 == k || k + 1 == i) ? -1
									: 0;
		check(&p);
		for (size_t k = 0; k < MOST; k++)
			assert_true(fabs(p.values[k] - 2 +
					 off * 2 *
					     cos((double)(MOST - k) * pi /
						 (MOST + 1))) <= 1e-14 * MOST);
	}
}

static void
not_finite(void **state)
{
	static struct problem p;
	struct error err;

	(void)state;
	make(&p, 3, 3);
	p.a[4] = NAN;
	assert_int_equal(
	    eigen_symmetric(p.a, 3, 3, p.values, p.vectors, &err), -1);
	assert_non_null(strstr(err.text, "not finite"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sizes),
	    cmocka_unit_test(bits), cmocka_unit_test(few_of_many),
	    cmocka_unit_test(known), cmocka_unit_test(not_finite)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
