#include "curvature/krylov.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/blas.h"

/* Elements of a task, and so of a partial sum. */
enum { CHUNK = 16384 };

struct krylov {
	struct krylov_operator op;
	struct workers *workers;
	int room, length;
	int64_t products;
	float *basis; /* room + 1 vectors of n, the last in use waits */
	double *w;    /* n: what is orthogonalised */
	double *t;    /* room x room, the operator in the basis */
	double *s;    /* room x room, the eigenvectors of t, by row */
	double *theta, *work;
	double *partial; /* per chunk and vector */
	double *dots;
	double beta;  /* length of the waiting vector before it had 1 */
	double scale; /* largest |T| seen */
	float *mix;   /* per worker: a row of the basis in the making */
};

static size_t
chunks(const struct krylov *k)
{
	return (k->op.n + CHUNK - 1) / CHUNK;
}

struct krylov *
krylov_new(const struct krylov_operator *op, int room, struct workers *workers,
    struct error *err)
{
	struct krylov *k;
	size_t m, n = op->n;

	if (blas_open(1, err) < 0)
		return NULL;
	k = memory_new(1, sizeof(*k), err);
	if (k == NULL)
		return NULL;
	k->op = *op;
	k->workers = workers;
	k->room = (size_t)room < n ? room : (int)n;
	m = (size_t)k->room;
	k->basis = memory_new((m + 1) * n, sizeof(float), err);
	k->w = memory_new(n, sizeof(double), err);
	k->t = memory_new(m * m, sizeof(double), err);
	k->s = memory_new(m * m, sizeof(double), err);
	k->theta = memory_new(m, sizeof(double), err);
	k->work = memory_new(4 * m, sizeof(double), err);
	k->partial = memory_new(chunks(k) * (m + 1), sizeof(double), err);
	k->dots = memory_new(m + 1, sizeof(double), err);
	k->mix =
	    memory_new((size_t)workers_count(workers) * m, sizeof(float), err);
	if (k->basis != NULL && k->w != NULL && k->t != NULL && k->s != NULL &&
	    k->theta != NULL && k->work != NULL && k->partial != NULL &&
	    k->dots != NULL && k->mix != NULL)
		return k;
	krylov_free(k);
	return NULL;
}

void
krylov_free(struct krylov *k)
{
	if (k == NULL)
		return;
	free(k->basis);
	free(k->w);
	free(k->t);
	free(k->s);
	free(k->theta);
	free(k->work);
	free(k->partial);
	free(k->dots);
	free(k->mix);
	free(k);
}

int
krylov_room(const struct krylov *k)
{
	return k->room;
}

int
krylov_length(const struct krylov *k)
{
	return k->length;
}

int64_t
krylov_products(const struct krylov *k)
{
	return k->products;
}

static float *
vector(const struct krylov *k, int i)
{
	return k->basis + (size_t)i * k->op.n;
}

/* ---- sums over chunks ---- */

struct rows {
	size_t first, end;
};

static struct rows
rows_of(const struct krylov *k, int task)
{
	const size_t first = (size_t)task * CHUNK;

	return (struct rows){
	    first, first + CHUNK < k->op.n ? first + CHUNK : k->op.n};
}

/* Partial products of w with every vector of the basis, and with itself. */
static void
multiply_chunk(void *context, int task, int worker)
{
	struct krylov *k = context;
	const struct rows r = rows_of(k, task);
	double *out = k->partial + (size_t)task * (size_t)(k->room + 1);
	double sum = 0.0;

	(void)worker;
	for (int i = 0; i < k->length; i++) {
		const float *v = vector(k, i);
		double lane[4] = {0}, rest = 0.0;
		size_t j = r.first;

		for (; j + 4 <= r.end; j += 4)
			for (int l = 0; l < 4; l++)
				lane[l] += (double)v[j + l] * k->w[j + l];
		for (; j < r.end; j++)
			rest += (double)v[j] * k->w[j];
		out[i] = lane[0] + lane[1] + (lane[2] + lane[3]) + rest;
	}
	for (size_t j = r.first; j < r.end; j++)
		sum += k->w[j] * k->w[j];
	out[k->length] = sum;
}

/* dots[i] = v_i . w; returns ||w||. */
static double
multiply(struct krylov *k)
{
	workers_run(k->workers, (int)chunks(k), multiply_chunk, k);
	for (int i = 0; i <= k->length; i++) {
		k->dots[i] = 0.0;
		for (size_t c = 0; c < chunks(k); c++)
			k->dots[i] +=
			    k->partial[c * (size_t)(k->room + 1) + (size_t)i];
	}
	return sqrt(k->dots[k->length]);
}

static void
subtract_chunk(void *context, int task, int worker)
{
	struct krylov *k = context;
	const struct rows r = rows_of(k, task);

	(void)worker;
	for (int i = 0; i < k->length; i++) {
		const float *v = vector(k, i);

		for (size_t j = r.first; j < r.end; j++)
			k->w[j] -= k->dots[i] * (double)v[j];
	}
}

/*
 * Takes the basis out of w, twice, adding up the coefficients in column; the
 * length that is left.
 */
static double
orthogonalise(struct krylov *k, double *column)
{
	for (int pass = 0; pass < 2; pass++) {
		multiply(k);
		for (int i = 0; column != NULL && i < k->length; i++)
			column[i] += k->dots[i];
		workers_run(k->workers, (int)chunks(k), subtract_chunk, k);
	}
	return multiply(k);
}

/* w / length becomes the waiting vector. */
static void
wait_for(struct krylov *k, double length)
{
	float *v = vector(k, k->length);

	for (size_t i = 0; i < k->op.n; i++)
		v[i] = length > 0.0 ? (float)(k->w[i] / length) : 0.0F;
}

/* ---- the basis ---- */

void
krylov_start(struct krylov *k, const float *from)
{
	k->length = 0;
	k->scale = 0.0;
	for (size_t i = 0; i < k->op.n; i++)
		k->w[i] = (double)from[i];
	memset(k->t, 0, sizeof(double) * (size_t)k->room * (size_t)k->room);
	wait_for(k, multiply(k));
}

int
krylov_step(struct krylov *k)
{
	const int j = k->length++, m = k->room;
	double length;
	double *row = k->t + (size_t)j * (size_t)m;

	k->op.apply(k->op.context, vector(k, j), k->w);
	k->products++;
	length = multiply(k);
	if (!isfinite(length))
		return -1;
	k->scale = k->scale < length ? length : k->scale;
	for (int i = 0; i < m; i++)
		row[i] = 0.0;
	k->beta = orthogonalise(k, row);
	for (int i = 0; i < j; i++)
		k->t[(size_t)i * (size_t)m + (size_t)j] = row[i];
	/* products are made in float: less than that is rounding */
	if (k->beta <= 4.0 * (double)FLT_EPSILON * k->scale ||
	    (size_t)k->length == k->op.n) {
		k->beta = 0.0;
		return 1;
	}
	wait_for(k, k->beta);
	return 0;
}

int
krylov_ritz(struct krylov *k, double *values, double *residuals)
{
	const int n = k->length;
	int info = 0, lwork = 4 * k->room;

	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++)
			k->s[i * n + j] = k->t[i * k->room + j];
	/* column-major: row i of s becomes eigenvector i */
	blas_dsyev("V", "U", &n, k->s, &n, k->theta, k->work, &lwork, &info);
	memcpy(values, k->theta, sizeof(*values) * (size_t)n);
	for (int i = 0; i < n; i++)
		residuals[i] = k->beta * fabs(k->s[i * n + n - 1]);
	return info == 0 ? 0 : -1;
}

double
krylov_weight(const struct krylov *k, int i)
{
	const double first = k->s[(size_t)i * (size_t)k->length];

	return first * first;
}

void
krylov_vector(const struct krylov *k, int i, float *out)
{
	const double *s = k->s + (size_t)i * (size_t)k->length;

	for (size_t at = 0; at < k->op.n; at++) {
		double sum = 0.0;

		for (int j = 0; j < k->length; j++)
			sum += s[j] * (double)vector(k, j)[at];
		out[at] = (float)sum;
	}
}

struct restart {
	struct krylov *k;
	int low, high;
};

/* Which Ritz vector becomes vector i of the new basis. */
static int
chosen(const struct restart *r, int i)
{
	return i < r->low ? i : r->k->length - r->high + i - r->low;
}

static void
restart_chunk(void *context, int task, int worker)
{
	const struct restart *r = context;
	struct krylov *k = r->k;
	const struct rows range = rows_of(k, task);
	const int kept = r->low + r->high, n = k->length;
	float *mix = k->mix + (size_t)worker * (size_t)k->room;

	for (size_t at = range.first; at < range.end; at++) {
		for (int i = 0; i < kept; i++) {
			const double *s =
			    k->s + (size_t)chosen(r, i) * (size_t)n;
			double sum = 0.0;

			for (int j = 0; j < n; j++)
				sum += s[j] * (double)vector(k, j)[at];
			mix[i] = (float)sum;
		}
		for (int i = 0; i < kept; i++)
			vector(k, i)[at] = mix[i];
	}
}

void
krylov_restart(struct krylov *k, int low, int high)
{
	struct restart r = {k, low, high};
	const int n = k->length, m = k->room;
	double theta;

	workers_run(k->workers, (int)chunks(k), restart_chunk, &r);
	memcpy(vector(k, low + high), vector(k, n), k->op.n * sizeof(float));
	memset(k->t, 0, sizeof(double) * (size_t)m * (size_t)m);
	for (int i = 0; i < low + high; i++) {
		theta = k->theta[chosen(&r, i)];
		k->t[(size_t)i * (size_t)m + (size_t)i] = theta;
	}
	k->length = low + high;
}

double
krylov_residual(struct krylov *k, float *v, double *value)
{
	double norm = 0.0, rest = 0.0;

	for (size_t i = 0; i < k->op.n; i++)
		norm += (double)v[i] * (double)v[i];
	norm = sqrt(norm);
	for (size_t i = 0; i < k->op.n; i++)
		v[i] = (float)((double)v[i] / norm);
	k->op.apply(k->op.context, v, k->w);
	k->products++;
	*value = 0.0;
	for (size_t i = 0; i < k->op.n; i++)
		*value += (double)v[i] * k->w[i];
	for (size_t i = 0; i < k->op.n; i++)
		rest += pow(k->w[i] - *value * (double)v[i], 2.0);
	return sqrt(rest);
}
