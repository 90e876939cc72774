#include "evaluate/anchor.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "stream/reader.h"

#define NEAR 1e-9  /* of a step: a place on a line of the grid */
#define RIDGE 1e-9 /* anchors that say the same */

static void
digest_points(struct anchors *anchors)
{
	const struct points *p = &anchors->list.item[0];
	struct digest digest;

	digest_start(&digest);
	digest_add_text(&digest, p->grid.run);
	for (int64_t i = 0; i < p->n; i++)
		if (p->at[i].bytes != NULL)
			digest_add(&digest, p->at[i].bytes, p->at[i].n_bytes);
	digest_finish_text(&digest, anchors->digest);
}

/* All of a grid, with losses where they are numbers. */
static int
check_points(const struct points *p, struct error *err)
{
	const int64_t n = grid_points(&p->grid);
	int64_t without = 0, finite = 0;

	if (points_complete(p, err) < 0)
		return -1;
	for (int64_t i = 0; i < n; i++) {
		double loss = NAN;

		if (!points_value(p, i, "loss", &loss) || !isfinite(loss))
			continue;
		finite++;
		without += point_losses(&p->at[i], NULL, 0) == 0;
	}
	if (finite > without && without == 0)
		return 0;
	if (without == finite)
		return error_set(err,
		    "no point of a grid has losses of single images, expected "
		    "what evalgrid --per-image writes");
	return error_set(err,
	    "%" PRId64 " of %" PRId64
	    " point%s %s no losses of single images, expected what evalgrid "
	    "--per-image writes",
	    without, n, plural_s(n), plural(without, "has", "have"));
}

int
anchors_open(struct anchors *anchors, const char *path, struct error *err)
{
	const struct points_rules rules = {0};
	char *paths[1] = {(char *)path};
	struct reader *reader = reader_new(paths, 1, err);
	int status = reader != NULL ? 0 : -1;

	*anchors = (struct anchors){0};
	if (status == 0)
		status = points_read(&anchors->list, reader, &rules, err);
	if (status == 0 && anchors->list.n != 1)
		status = error_set(err, "%s: %zu surface%s, expected one", path,
		    anchors->list.n, plural_s((int64_t)anchors->list.n));
	if (status == 0 && check_points(&anchors->list.item[0], err) < 0)
		status = error_prefix(err, "%s", path);
	if (status == 0)
		digest_points(anchors);
	reader_free(reader);
	return status;
}

size_t
anchors_bytes(const struct anchors *anchors)
{
	const struct points *p = &anchors->list.item[0];
	size_t bytes = 0;

	for (int64_t i = 0; i < p->n; i++)
		bytes += p->at[i].n_bytes;
	return bytes;
}

void
anchors_close(struct anchors *anchors)
{
	points_list_free(&anchors->list);
}

static int
set_of(const struct grid *grid, const char *name)
{
	for (int s = 0; s < grid->sets; s++)
		if (strcmp(grid->set[s], name) == 0)
			return s;
	return -1;
}

int
anchors_check(const struct anchors *anchors, const struct plane_id *plane,
    const struct grid *grid, const struct dataset *const *data,
    struct error *err)
{
	const struct grid *g = &anchors->list.item[0].grid;

	if (strcmp(g->plane.digest, plane->digest) != 0)
		return error_set(err,
		    "the anchors are of another plane than the stream's "
		    "(another model, seed or normalisation)");
	if (strcmp(g->loss, grid->loss) != 0)
		return error_set(err, "the anchors' loss is %s, expected %s",
		    g->loss, grid->loss);
	for (int s = 0; s < grid->sets; s++) {
		const int at = set_of(g, grid->set[s]);

		if (at < 0)
			return error_set(err,
			    "the anchors have no data set '%s'", grid->set[s]);
		if (strcmp(g->images[at].digest, data[s]->digest) != 0)
			return error_set(err,
			    "the anchors are of other images than those of "
			    "'%s'",
			    grid->set[s]);
	}
	return 0;
}

/* The grid's lines beside v: one when it lies on it, else two. */
static int
lines_beside(const struct grid *g, int axis, double v, int64_t line[2])
{
	const struct range *r = &g->range[axis];
	const int64_t last = grid_num(g, axis) - 1;
	double at;

	line[0] = line[1] = 0;
	if (axis >= g->axes || last == 0)
		return 1;
	at = (v - r->lo) / (r->hi - r->lo) * (double)last;
	at = fmin(fmax(at, 0.0), (double)last);
	line[0] = (int64_t)floor(at + NEAR);
	line[1] = line[0] + 1;
	return at - (double)line[0] <= NEAR ? 1 : 2;
}

static int
add_anchor(struct anchor_cell *cell, const struct point *point,
    const struct dataset *data, struct error *err)
{
	float *to, *in_order;
	double sum = 0.0;

	if (point_losses(point, NULL, 0) != data->n)
		return 0; /* its loss was not finite */
	if (cell->loss[cell->n] == NULL)
		cell->loss[cell->n] =
		    memory_new((size_t)data->n, sizeof(*to), err);
	in_order = memory_new((size_t)data->n, sizeof(*in_order), err);
	to = cell->loss[cell->n];
	if (to == NULL || in_order == NULL) {
		free(in_order);
		return -1;
	}
	point_losses(point, in_order, data->n);
	for (int64_t i = 0; i < data->n; i++) {
		to[i] = in_order[data->order != NULL ? data->order[i] : i];
		sum += (double)in_order[i];
	}
	free(in_order);
	cell->mean[cell->n++] = sum / (double)data->n;
	return 0;
}

/* How far image i is from the mean of all, squared. */
static double
size_of(const struct anchor_cell *cell, int64_t i)
{
	double size = 0.0;

	for (int k = 0; k < cell->n; k++) {
		const double d = (double)cell->loss[k][i] - cell->mean[k];

		size += d * d;
	}
	return size;
}

int
anchor_cell(struct anchor_cell *cell, const struct anchors *anchors, int rep,
    double x, double y, const char *set, const struct dataset *data,
    struct error *err)
{
	const struct points *p = &anchors->list.item[0];
	const struct grid *g = &p->grid;
	int64_t line[AXES_MAX][2];
	const int nx = lines_beside(g, 0, x, line[0]);
	const int ny = lines_beside(g, 1, y, line[1]);

	cell->n = 0;
	cell->size = cell->largest = 0.0;
	for (int i = 0; i < nx * ny && rep < g->reps; i++) {
		const struct grid_place at = {.rep = rep,
		    .set = set_of(g, set),
		    .ix = line[0][i % nx],
		    .iy = line[1][i / nx]};

		if (add_anchor(cell, &p->at[grid_index(g, &at)], data, err) < 0)
			return -1;
	}
	for (int64_t i = 0; i < data->n && cell->n > 0; i++) {
		const double size = size_of(cell, i);

		cell->size += size / (double)data->n;
		cell->largest = fmax(cell->largest, size);
	}
	return 0;
}

void
anchor_cell_free(struct anchor_cell *cell)
{
	for (int k = 0; k < ANCHORS_MAX; k++)
		free(cell->loss[k]);
}

/* ---- the regression ---- */

/* Of the first n images: means, products of deviations. */
struct fit {
	int k;
	double mean[ANCHORS_MAX], y;
	double xx[ANCHORS_MAX][ANCHORS_MAX], xy[ANCHORS_MAX];
	double slope[ANCHORS_MAX]; /* b */
	double lever[ANCHORS_MAX]; /* (x' x)^-1 (mean of all - mean x) */
	double size;               /* mean squared distance of images */
};

static void
take_moments(struct fit *f, const struct anchor_cell *cell,
    const double *losses, int64_t n)
{
	for (int64_t i = 0; i < n; i++) {
		f->y += losses[i] / (double)n;
		f->size += size_of(cell, i) / (double)n;
		for (int a = 0; a < f->k; a++)
			f->mean[a] += (double)cell->loss[a][i] / (double)n;
	}
	for (int64_t i = 0; i < n; i++)
		for (int a = 0; a < f->k; a++) {
			const double d = (double)cell->loss[a][i] - f->mean[a];

			f->xy[a] += d * (losses[i] - f->y);
			for (int b = 0; b <= a; b++)
				f->xx[a][b] +=
				    d * ((double)cell->loss[b][i] - f->mean[b]);
		}
}

/* Solves L L' v = v, L the lower triangle of xx. */
static void
solve(const struct fit *f, double *v)
{
	for (int a = 0; a < f->k; a++) {
		for (int b = 0; b < a; b++)
			v[a] -= f->xx[a][b] * v[b];
		v[a] /= f->xx[a][a];
	}
	for (int a = f->k - 1; a >= 0; a--) {
		for (int b = a + 1; b < f->k; b++)
			v[a] -= f->xx[b][a] * v[b];
		v[a] /= f->xx[a][a];
	}
}

/* Cholesky, in place; false where the anchors do not vary. */
static bool
factor(struct fit *f)
{
	double trace = 0.0;

	for (int a = 0; a < f->k; a++)
		trace += f->xx[a][a];
	for (int a = 0; a < f->k; a++) {
		f->xx[a][a] += RIDGE * trace / f->k;
		for (int b = 0; b <= a; b++) {
			for (int c = 0; c < b; c++)
				f->xx[a][b] -= f->xx[a][c] * f->xx[b][c];
			if (a != b)
				f->xx[a][b] /= f->xx[b][b];
		}
		if (!(f->xx[a][a] > 0.0))
			return false;
		f->xx[a][a] = sqrt(f->xx[a][a]);
	}
	return true;
}

/* Sums of squares of what is left, as it is and weighted; the largest. */
struct rest {
	double squares, weighted, most;
};

static struct rest
rest_of(const struct fit *f, const struct anchor_cell *cell,
    const double *losses, int64_t n)
{
	struct rest rest = {0};

	for (int64_t i = 0; i < n; i++) {
		double e = losses[i] - f->y, g = 0.0;

		for (int a = 0; a < f->k; a++) {
			const double d = (double)cell->loss[a][i] - f->mean[a];

			e -= f->slope[a] * d;
			g += f->lever[a] * d;
		}
		g = 1.0 + (double)n * g;
		rest.squares += e * e;
		rest.weighted += g * e * g * e;
		rest.most = fmax(rest.most, fabs(e));
	}
	return rest;
}

void
anchor_measure(struct score *score, const struct anchor_cell *cell,
    const double *losses, int64_t n)
{
	struct fit f = {.k = cell->n};
	double loss, grows, squares;
	struct rest rest;

	if (cell->n == 0 || n < 2 * (cell->n + 1) || score->status != SCORE_OK)
		return;
	take_moments(&f, cell, losses, n);
	if (!factor(&f))
		return;
	for (int a = 0; a < f.k; a++) {
		f.slope[a] = f.xy[a];
		f.lever[a] = cell->mean[a] - f.mean[a];
	}
	solve(&f, f.slope);
	solve(&f, f.lever);
	loss = f.y;
	for (int a = 0; a < f.k; a++)
		loss += f.slope[a] * (cell->mean[a] - f.mean[a]);
	rest = rest_of(&f, cell, losses, n);
	grows = fmax(1.0, cell->size / f.size);
	squares = fmax(rest.squares * grows, rest.weighted);
	if (!isfinite(loss) || !isfinite(squares))
		return;
	score->loss = loss;
	score->sd = sqrt(squares / (double)(n - f.k - 1));
	score->most = fmax(rest.most,
	    sqrt(rest.squares / (f.size * (double)n) * cell->largest));
	score->anchors = f.k;
}
