#include "run/eigen.h"

#include <math.h>

/* Each sweep squares what is left off the diagonal; ten are always enough. */
enum { SWEEPS_MAX = 60 };

/* Sum of squares off the diagonal, against that of the whole matrix. */
static const double negligible = 1e-33;

/* Turns rows p and q of m (n columns) by the angle of (c, s). */
static void
turn_rows(double *m, size_t n, size_t p, size_t q, double c, double s)
{
	double *mp = m + p * n, *mq = m + q * n;

	for (size_t k = 0; k < n; k++) {
		double a = mp[k], b = mq[k];

		mp[k] = c * a - s * b;
		mq[k] = s * a + c * b;
	}
}

/* Makes a[p][q] zero, and keeps account of it in the vectors' rows. */
static void
rotate(double *a, size_t n, size_t p, size_t q, double *vectors)
{
	double apq = a[p * n + q], app = a[p * n + p], aqq = a[q * n + q];
	double theta = (aqq - app) / (2 * apq);
	double t = 1 / (fabs(theta) + sqrt(theta * theta + 1));
	double c, s;

	t = theta < 0 ? -t : t;
	c = 1 / sqrt(t * t + 1);
	s = t * c;
	turn_rows(a, n, p, q, c, s);
	/* the columns follow from the rows, because a is symmetric */
	for (size_t k = 0; k < n; k++) {
		a[k * n + p] = a[p * n + k];
		a[k * n + q] = a[q * n + k];
	}
	a[p * n + p] = app - t * apq;
	a[q * n + q] = aqq + t * apq;
	a[p * n + q] = a[q * n + p] = 0;
	turn_rows(vectors, n, p, q, c, s);
}

static void
swap_rows(double *values, double *vectors, size_t n, size_t i, size_t k)
{
	double v = values[i];

	values[i] = values[k];
	values[k] = v;
	for (size_t j = 0; j < n; j++) {
		v = vectors[i * n + j];
		vectors[i * n + j] = vectors[k * n + j];
		vectors[k * n + j] = v;
	}
}

static void
sort(double *values, double *vectors, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t best = i;

		for (size_t k = i + 1; k < n; k++)
			if (values[k] > values[best])
				best = k;
		if (best != i)
			swap_rows(values, vectors, n, i, best);
	}
}

int
eigen_symmetric(
    double *a, size_t n, double *values, double *vectors, struct error *err)
{
	double norm = 0, off = INFINITY;

	for (size_t i = 0; i < n * n; i++) {
		norm += a[i] * a[i];
		vectors[i] = i / n == i % n;
	}
	if (!isfinite(norm))
		return error_set(err,
		    "products of the checkpoints are not finite, expected "
		    "finite weights");
	for (int s = 0; s < SWEEPS_MAX && off > negligible * norm; s++) {
		off = 0;
		for (size_t p = 0; p < n; p++)
			for (size_t q = p + 1; q < n; q++) {
				double apq = a[p * n + q];

				off += apq * apq;
				if (apq != 0)
					rotate(a, n, p, q, vectors);
			}
	}
	for (size_t i = 0; i < n; i++)
		values[i] = a[i * n + i];
	sort(values, vectors, n);
	return 0;
}
