#include "run/eigen.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* QL sweeps for one eigenvalue; two are usual. */
enum { SWEEPS_MAX = 60 };

/* A rotation of the plane of axes i and i + 1. */
struct turn {
	double c, s;
	size_t i;
};

struct tridiagonal {
	double *d, *e; /* diagonal; e[i] beside it, between i - 1 and i */
	double *h; /* half the square of each reflection's vector; 0: none */
	double *scratch; /* n */
	double norm;     /* the largest row of it, in absolute values */
	struct turn *turns;
	size_t n_turns, room;
};

/* ---- to three diagonals ---- */

/* p = A u for the leading n x n of a, of which the lower half is read. */
static void
multiply(const double *a, size_t stride, size_t n, const double *u, double *p)
{
	for (size_t i = 0; i < n; i++) {
		const double *row = a + i * stride;
		const double ui = u[i];
		double sum[4] = {0}, all = row[i] * ui;
		size_t k = 0;

		for (; k + 4 <= i; k += 4)
			for (size_t j = 0; j < 4; j++) {
				sum[j] += row[k + j] * u[k + j];
				p[k + j] += row[k + j] * ui;
			}
		for (; k < i; k++) {
			all += row[k] * u[k];
			p[k] += row[k] * ui;
		}
		p[i] = all + ((sum[0] + sum[1]) + (sum[2] + sum[3]));
	}
}

/*
 * Reflects row i's part before the diagonal onto its last element, and the
 * leading i x i of a with it.  The row keeps the reflection's vector.
 */
static void
reflect(double *a, size_t n, size_t i, struct tridiagonal *t)
{
	double *u = a + i * n, *p = t->scratch, scale = 0, h = 0, up = 0, g;

	t->d[i] = u[i];
	t->e[i] = i > 0 ? u[i - 1] : 0;
	t->h[i] = 0;
	for (size_t k = 0; k + 1 < i; k++)
		scale = fmax(scale, fabs(u[k]));
	if (scale == 0)
		return;
	scale = fmax(scale, fabs(u[i - 1]));
	for (size_t k = 0; k < i; k++) {
		u[k] /= scale;
		h += u[k] * u[k];
	}
	g = u[i - 1] > 0 ? -sqrt(h) : sqrt(h);
	t->e[i] = scale * g;
	h -= u[i - 1] * g;
	u[i - 1] -= g;
	t->h[i] = h;
	multiply(a, n, i, u, p);
	for (size_t k = 0; k < i; k++) {
		p[k] /= h;
		up += u[k] * p[k];
	}
	for (size_t k = 0; k < i; k++)
		p[k] -= up / (2 * h) * u[k];
	for (size_t j = 0; j < i; j++) {
		double *row = a + j * n;
		const double uj = u[j], pj = p[j];

		for (size_t k = 0; k <= j; k++)
			row[k] -= uj * p[k] + pj * u[k];
	}
}

static void
reduce(double *a, size_t n, struct tridiagonal *t)
{
	for (size_t i = n; i-- > 0;)
		reflect(a, n, i, t);
	for (size_t i = 0; i < n; i++) {
		const double next = i + 1 < n ? fabs(t->e[i + 1]) : 0;

		t->norm = fmax(t->norm, fabs(t->d[i]) + fabs(t->e[i]) + next);
	}
}

/* ---- the eigenvalues of three diagonals ---- */

/* Length of (a, b), of IEEE's basic operations: the same on any machine. */
static double
length(double a, double b)
{
	const double most = fmax(fabs(a), fabs(b));
	const double less = fmin(fabs(a), fabs(b));

	return most == 0 ? 0 : most * sqrt(1 + (less / most) * (less / most));
}

/* The first place from l on behind which the matrix falls into two. */
static size_t
find_end(const struct tridiagonal *t, size_t n, size_t l)
{
	while (l + 1 < n && fabs(t->e[l + 1]) > DBL_EPSILON / 8 * t->norm)
		l++;
	return l;
}

/* One sweep of the implicit QL method over the places l ... m. */
static void
sweep(struct tridiagonal *t, size_t l, size_t m)
{
	double *d = t->d, *e = t->e, c = 1, s = 1, p = 0;
	double g = (d[l + 1] - d[l]) / (2 * e[l + 1]), r = length(g, 1);
	size_t i;

	g = d[m] - d[l] + e[l + 1] / (g + copysign(r, g));
	for (i = m; i-- > l;) {
		const double f = s * e[i + 1], b = c * e[i + 1];

		r = length(f, g);
		if (i + 2 <= m)
			e[i + 2] = r;
		if (r == 0) {
			d[i + 1] -= p;
			return;
		}
		s = f / r;
		c = g / r;
		g = d[i + 1] - p;
		r = (d[i] - g) * s + 2 * c * b;
		p = s * r;
		d[i + 1] = g + p;
		g = c * r - b;
		t->turns[t->n_turns++] = (struct turn){c, s, i};
	}
	d[l] -= p;
	e[l + 1] = g;
}

static int
find_values(struct tridiagonal *t, size_t n, struct error *err)
{
	for (size_t l = 0; l < n; l++) {
		size_t m;

		for (int k = 0; (m = find_end(t, n, l)) > l; k++) {
			if (k == SWEEPS_MAX)
				return error_set(err,
				    "the eigenvalues of the products do not "
				    "converge");
			if (memory_grow(&t->turns, &t->room,
				t->n_turns + (m - l), sizeof(*t->turns),
				err) < 0)
				return -1;
			sweep(t, l, m);
		}
	}
	return 0;
}

/* ---- vectors ---- */

/* The unit vector of eigenvalue number place, out of the rotations and a. */
static void
turn_back(const double *a, size_t n, const struct tridiagonal *t, size_t place,
    double *x)
{
	memset(x, 0, n * sizeof(*x));
	x[place] = 1;
	for (size_t k = t->n_turns; k-- > 0;) {
		const struct turn *turn = &t->turns[k];
		double *y = x + turn->i;
		const double first = y[0], second = y[1];

		y[0] = turn->c * first + turn->s * second;
		y[1] = turn->c * second - turn->s * first;
	}
	for (size_t i = 1; i < n; i++) {
		const double *u = a + i * n;
		double dot = 0;

		if (t->h[i] == 0)
			continue;
		for (size_t k = 0; k < i; k++)
			dot += u[k] * x[k];
		for (size_t k = 0; k < i; k++)
			x[k] -= dot / t->h[i] * u[k];
	}
}

/* The place of the largest of t's eigenvalues, the first of equal ones. */
static size_t
find_largest(const double *d, size_t n)
{
	size_t best = 0;

	for (size_t i = 1; i < n; i++)
		if (d[i] > d[best])
			best = i;
	return best;
}

static int
decompose(double *a, size_t n, size_t wanted, struct tridiagonal *t,
    double *values, double *vectors, struct error *err)
{
	reduce(a, n, t);
	if (find_values(t, n, err) < 0)
		return -1;
	for (size_t k = 0; k < n; k++) {
		const size_t place = find_largest(t->d, n);

		values[k] = t->d[place];
		t->d[place] = -INFINITY;
		if (k < wanted)
			turn_back(a, n, t, place, vectors + k * n);
	}
	return 0;
}

int
eigen_symmetric(double *a, size_t n, size_t wanted, double *values,
    double *vectors, struct error *err)
{
	struct tridiagonal t = {0};
	double norm = 0;
	int status = -1;

	for (size_t i = 0; i < n * n; i++)
		norm += a[i] * a[i];
	if (!isfinite(norm))
		return error_set(err,
		    "products of the checkpoints are not finite, expected "
		    "finite weights");
	t.d = memory_new(4 * n, sizeof(*t.d), err);
	if (t.d != NULL) {
		t.e = t.d + n;
		t.h = t.e + n;
		t.scratch = t.h + n;
		status = decompose(a, n, wanted, &t, values, vectors, err);
	}
	free(t.turns);
	free(t.d);
	return status;
}
