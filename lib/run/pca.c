#include "run/pca.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "base/workers.h"
#include "run/eigen.h"

/* What is left of a singular value by float32 rows: below it, nothing is. */
static const double nothing = 1e-6;
/* Two rows of a component that differ by less have parts of one size. */
static const double as_large = 1e-9;

/* Is this tensor part of the rows? */
static bool
moves(const struct pca_order *order, const struct tensor *tensor)
{
	const struct direction d = {.kind = DIRECTION_PCA,
	    .over = order->over,
	    .ignore = order->ignore};

	return direction_moves(&d, tensor);
}

int64_t
pca_blocks(const struct runs *runs, const struct pca_order *order)
{
	const struct graph *g = &runs->model.graph;
	const size_t rows = order->include_final ? runs->n : runs->n - 1;
	int64_t blocks = 0;

	for (size_t t = 0; t < g->n_tensors; t++)
		if (moves(order, &g->tensors[t]))
			blocks += runs_blocks(g->tensors[t].n);
	return blocks * (int64_t)rows;
}

void
pca_free(struct pca *pca)
{
	free(pca->row);
	free(pca->coefficient);
	*pca = (struct pca){0};
}

/* ---- products of the rows ---- */

/* Eight sums side by side, so that a compiler may use vectors. */
static double
product(const float *a, const float *b, int64_t n)
{
	double sum[8] = {0}, all = 0;
	int64_t i = 0;

	for (; i + 8 <= n; i += 8)
		for (int k = 0; k < 8; k++)
			sum[k] += (double)a[i + k] * (double)b[i + k];
	for (; i < n; i++)
		all += (double)a[i] * (double)b[i];
	for (int k = 0; k < 8; k++)
		all += sum[k];
	return all;
}

/* Rows of a tile: both sides of it stay in the cache of a processor. */
enum { TILE = 8 };

struct products {
	const struct pca *pca;
	double *gram; /* n x n; the upper half is filled */
	float *block; /* a block of every row */
	void *w;      /* the same of the plane's model */
	int64_t n;    /* elements of the block */
	struct workers *workers;
};

/* Each pair of rows belongs to one tile, and so to one thread at a time. */
static void
add_tile(void *context, int task, int worker)
{
	const struct products *x = context;
	const size_t n = x->pca->n;
	size_t down = 0, across = (size_t)task;

	(void)worker;
	while (across > down)
		across -= ++down;
	for (size_t i = down * TILE; i < n && i < (down + 1) * TILE; i++)
		for (size_t k = across * TILE;
		     k <= i && k < (across + 1) * TILE; k++)
			x->gram[k * n + i] += product(x->block + i * RUNS_BLOCK,
			    x->block + k * RUNS_BLOCK, x->n);
}

static int
add_block(
    struct products *x, int tensor, int64_t at, int64_t n, struct error *err)
{
	const struct pca *pca = x->pca;
	const struct runs *runs = pca->runs;
	const int tiles = (int)((pca->n + TILE - 1) / TILE);

	if (runs_read(runs, runs_last(runs), tensor, at, n, x->w, err) < 0)
		return -1;
	for (size_t i = 0; i < pca->n; i++)
		if (runs_subtract(runs, pca->row[i], tensor, at, n, x->w,
			x->block + i * RUNS_BLOCK, err) < 0)
			return -1;
	x->n = n;
	workers_run(x->workers, tiles * (tiles + 1) / 2, add_tile, x);
	return 0;
}

static int
add_products(struct products *x, struct error *err)
{
	const struct graph *g = &x->pca->runs->model.graph;

	for (size_t t = 0; t < g->n_tensors; t++) {
		const struct tensor *tensor = &g->tensors[t];

		if (!moves(&x->pca->order, tensor))
			continue;
		for (int64_t at = 0; at < tensor->n; at += RUNS_BLOCK) {
			int64_t left = tensor->n - at;

			if (add_block(x, (int)t, at,
				left < RUNS_BLOCK ? left : RUNS_BLOCK, err) < 0)
				return -1;
		}
	}
	return 0;
}

static int
find_products(const struct pca *pca, double *gram, struct error *err)
{
	struct products x = {.pca = pca,
	    .gram = gram,
	    .block = memory_new(pca->n, RUNS_BLOCK * sizeof(float), err),
	    .w = memory_new(RUNS_BLOCK, sizeof(int64_t), err),
	    .workers = workers_new(pca->order.threads, err)};
	int status = x.block != NULL && x.w != NULL && x.workers != NULL
			 ? add_products(&x, err)
			 : -1;

	workers_free(x.workers);
	free(x.block);
	free(x.w);
	for (size_t i = 0; i < pca->n; i++)
		for (size_t k = 0; k < i; k++)
			gram[i * pca->n + k] = gram[k * pca->n + i];
	return status;
}

/* The products of rows whose mean is taken away, from those of the rows. */
static void
centre(double *gram, const size_t n, double *mean)
{
	double all = 0;

	for (size_t i = 0; i < n; i++) {
		mean[i] = 0;
		for (size_t k = 0; k < n; k++)
			mean[i] += gram[i * n + k] / (double)n;
		all += mean[i] / (double)n;
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			gram[i * n + k] += all - mean[i] - mean[k];
}

/* ---- components ---- */

/* The coefficients of component k from the unit vector u. */
static void
find_coefficients(struct pca *pca, int k, const double *u)
{
	const size_t n = pca->n;
	double *c = pca->coefficient + (size_t)k * n;
	double mean = 0;
	size_t most = 0;

	for (size_t i = 0; i < n; i++) {
		mean += pca->order.uncentred ? 0 : u[i] / (double)n;
		if (fabs(u[i]) > fabs(u[most]) * (1 + as_large))
			most = i;
	}
	for (size_t i = 0; i < n; i++)
		c[i] = (u[most] < 0 ? mean - u[i] : u[i] - mean) /
		       pca->singular[k];
}

static int
decompose(struct pca *pca, double *gram, double *values, double *vectors,
    struct error *err)
{
	const size_t n = pca->n;
	double total = 0;

	if (!pca->order.uncentred)
		centre(gram, n, values);
	for (size_t i = 0; i < n; i++)
		total += gram[i * n + i];
	if (eigen_symmetric(
		gram, n, n < AXES_MAX ? n : AXES_MAX, values, vectors, err) < 0)
		return -1;
	for (int k = 0; k < AXES_MAX && (size_t)k < n; k++) {
		double s = sqrt(fmax(values[k], 0));

		if (!(s > nothing * sqrt(total)))
			break;
		pca->singular[k] = s;
		pca->explained[k] = values[k] / total;
		find_coefficients(pca, k, vectors + (size_t)k * n);
	}
	if (pca->singular[pca->order.components - 1] > 0)
		return 0;
	return error_set(err,
	    "%zu checkpoint%s span%s %d principal component%s, expected %d", n,
	    plural_s((int64_t)n), plural((int64_t)n, "s", ""),
	    pca->singular[0] > 0, pca->singular[0] > 0 ? "" : "s",
	    pca->order.components);
}

static int
choose_rows(struct pca *pca, struct error *err)
{
	const struct runs *runs = pca->runs;

	pca->row = memory_new(runs->n, sizeof(*pca->row), err);
	if (pca->row == NULL)
		return -1;
	for (size_t i = 0; i < runs->n; i++)
		if (i != runs_last(runs) || pca->order.include_final)
			pca->row[pca->n++] = i;
	if (pca->n == 0)
		return error_set(err,
		    "%s has one checkpoint, expected at least 3",
		    runs->runs[0].path);
	return 0;
}

int
pca_make(struct pca *pca, const struct runs *runs,
    const struct pca_order *order, struct error *err)
{
	double *gram, *values, *vectors;
	size_t n;
	int status = -1;

	*pca = (struct pca){.runs = runs, .order = *order};
	if (choose_rows(pca, err) < 0)
		return -1;
	n = pca->n;
	pca->coefficient =
	    memory_new(AXES_MAX * n, sizeof(*pca->coefficient), err);
	gram = memory_new(n * n, sizeof(*gram), err);
	vectors = memory_new(AXES_MAX * n, sizeof(*vectors), err);
	values = memory_new(n, sizeof(*values), err);
	if (pca->coefficient != NULL && gram != NULL && vectors != NULL &&
	    values != NULL && find_products(pca, gram, err) == 0)
		status = decompose(pca, gram, values, vectors, err);
	free(gram);
	free(vectors);
	free(values);
	return status;
}
