#include "draw/finer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "draw/cell.h"
#include "draw/mesh.h"

/* ---- lines ---- */

/* The lattice number of a coordinate in the range of an axis, else -1. */
static int32_t
lattice(const double *at, int n, double x)
{
	const double part = (x - at[0]) / (at[n - 1] - at[0]);

	return part > -1e-9 && part < 1 + 1e-9
		   ? (int32_t)lround(fmin(fmax(part, 0), 1) * MESH_SIDE)
		   : -1;
}

/* The lines of an axis: their coordinates by lattice number, NaN: none. */
struct lines {
	double *by_number; /* MESH_SIDE + 1 */
	int n;
};

static void
add_line(struct lines *l, int32_t number, double x)
{
	if (number < 0 || !isnan(l->by_number[number]))
		return;
	l->by_number[number] = x;
	l->n++;
}

/* Each step of the grid in as many parts as may be. */
static void
divide(struct lines *l, const double *at, int n)
{
	const int parts = (FINER_LINES - 1) / (n - 1);

	for (int i = 0; i < n - 1; i++)
		for (int k = 1; k < parts; k++) {
			const double x =
			    at[i] + (at[i + 1] - at[i]) * k / parts;

			add_line(l, lattice(at, n, x), x);
		}
}

static void
add_grid(struct lines *l, const double *at, int n)
{
	for (int32_t i = 0; i <= MESH_SIDE; i++)
		l->by_number[i] = NAN;
	l->n = 0;
	for (int i = 0; i < n; i++)
		add_line(l, lattice(at, n, at[i]), at[i]);
}

/* number[i]: of line i on the lattice. */
static double *
make_lines(const struct finer_task *task, int axis, int *n, int32_t **number,
    struct error *err)
{
	const double *at = axis == 0 ? task->x : task->y;
	const int n_grid = axis == 0 ? task->nx : task->ny;
	struct lines l = {
	    .by_number = memory_new(MESH_SIDE + 1, sizeof(double), err)};
	double *out = NULL;

	if (l.by_number == NULL)
		return NULL;
	add_grid(&l, at, n_grid);
	for (size_t i = 0; i < task->n_other; i++) {
		const double x =
		    axis == 0 ? task->other[i].x : task->other[i].y;

		add_line(&l, lattice(at, n_grid, x), x);
	}
	if (l.n > FINER_LINES && l.n > n_grid) {
		add_grid(&l, at, n_grid);
		divide(&l, at, n_grid);
	}
	out = memory_new((size_t)l.n, sizeof(*out), err);
	*number = memory_new((size_t)l.n, sizeof(**number), err);
	*n = 0;
	for (int32_t i = 0; i <= MESH_SIDE && out != NULL && *number != NULL;
	     i++)
		if (!isnan(l.by_number[i])) {
			(*number)[*n] = i;
			out[(*n)++] = l.by_number[i];
		}
	free(l.by_number);
	return out;
}

double *
finer_lines(const double *at, int *n, struct error *err)
{
	const int steps = *n - 1, wanted = 160 / steps + 1;
	const int allowed = (FINER_LINES - 1) / steps;
	int parts = wanted < 2 ? 2 : wanted > 8 ? 8 : wanted;
	double *out;

	if (parts > allowed)
		parts = allowed > 1 ? allowed : 1;
	out = memory_new((size_t)steps * (size_t)parts + 1, sizeof(*out), err);
	if (out == NULL)
		return NULL;
	for (int i = 0; i < steps; i++)
		for (int k = 0; k < parts; k++)
			out[i * parts + k] =
			    at[i] + (at[i + 1] - at[i]) * k / parts;
	out[steps * parts] = at[steps];
	*n = steps * parts + 1;
	return out;
}

/* ---- places ---- */

/* What is known while places get their points. */
struct work {
	const struct finer_task *task;
	double *grid_x, *grid_y; /* lattice numbers of the grid's lines */
	unsigned char *whole;    /* cells with four corners and no more */
	struct mesh mesh;
	struct mesh_place *place; /* of the mesh's points */
	size_t *point;            /* their numbers */
	size_t n;
};

static int
make_numbers(struct work *w, struct error *err)
{
	const struct finer_task *t = w->task;

	w->grid_x = memory_new((size_t)t->nx, sizeof(double), err);
	w->grid_y = memory_new((size_t)t->ny, sizeof(double), err);
	if (w->grid_x == NULL || w->grid_y == NULL)
		return -1;
	for (int i = 0; i < t->nx; i++)
		w->grid_x[i] = lattice(t->x, t->nx, t->x[i]);
	for (int i = 0; i < t->ny; i++)
		w->grid_y[i] = lattice(t->y, t->ny, t->y[i]);
	return 0;
}

/* Cells around a place, at most two along each axis: first..last. */
static void
cells_around(const double *number, int n, double at, int *first, int *last)
{
	const int line = cell_of(number, n, at);

	*first = *last = line;
	if (number[line] == at && line > 0)
		*first = line - 1;
	if (number[line + 1] == at && line + 1 < n - 1)
		*last = line + 1;
}

/* All cells that a point of no grid line pair lies in, or on, are not whole. */
static void
break_cells(struct work *w, struct mesh_place at)
{
	const struct finer_task *t = w->task;
	int x0, x1, y0, y1;

	cells_around(w->grid_x, t->nx, at.x, &x0, &x1);
	cells_around(w->grid_y, t->ny, at.y, &y0, &y1);
	for (int iy = y0; iy <= y1; iy++)
		for (int ix = x0; ix <= x1; ix++)
			w->whole[iy * (t->nx - 1) + ix] = 0;
}

static bool
on_grid(const struct work *w, struct mesh_place at)
{
	const int ix = cell_of(w->grid_x, w->task->nx, at.x);
	const int iy = cell_of(w->grid_y, w->task->ny, at.y);

	return (w->grid_x[ix] == at.x || w->grid_x[ix + 1] == at.x) &&
	       (w->grid_y[iy] == at.y || w->grid_y[iy + 1] == at.y);
}

static void
take_points(struct work *w)
{
	const struct finer_task *t = w->task;
	const size_t grid = (size_t)t->nx * (size_t)t->ny;

	for (size_t i = 0; i < grid; i++) {
		if (t->missing[i])
			continue;
		w->place[w->n] =
		    (struct mesh_place){(int32_t)w->grid_x[i % (size_t)t->nx],
			(int32_t)w->grid_y[i / (size_t)t->nx]};
		w->point[w->n++] = i;
	}
	for (size_t i = 0; i < t->n_other; i++) {
		const struct mesh_place at = {
		    lattice(t->x, t->nx, t->other[i].x),
		    lattice(t->y, t->ny, t->other[i].y)};

		if (at.x < 0 || at.y < 0)
			continue;
		w->place[w->n] = at;
		w->point[w->n++] = grid + i;
		if (!on_grid(w, at))
			break_cells(w, at);
	}
}

static int
work_start(struct work *w, const struct finer_task *t, struct error *err)
{
	const size_t grid = (size_t)t->nx * (size_t)t->ny;

	w->task = t;
	w->place = memory_new(grid + t->n_other, sizeof(*w->place), err);
	w->point = memory_new(grid + t->n_other, sizeof(*w->point), err);
	w->whole =
	    memory_new((size_t)(t->nx - 1) * (size_t)(t->ny - 1), 1, err);
	if (w->place == NULL || w->point == NULL || w->whole == NULL ||
	    make_numbers(w, err) < 0)
		return -1;
	for (int iy = 0; iy < t->ny - 1; iy++)
		for (int ix = 0; ix < t->nx - 1; ix++) {
			const int p = iy * t->nx + ix;

			w->whole[iy * (t->nx - 1) + ix] =
			    !t->missing[p] && !t->missing[p + 1] &&
			    !t->missing[p + t->nx] &&
			    !t->missing[p + t->nx + 1];
		}
	take_points(w);
	return mesh_make(&w->mesh, w->place, w->n, err);
}

static void
work_end(struct work *w)
{
	mesh_free(&w->mesh);
	free(w->place);
	free(w->point);
	free(w->whole);
	free(w->grid_x);
	free(w->grid_y);
}

/* Linear along both axes of cell (ix, iy). */
static struct blend
blend_cell(const struct work *w, int ix, int iy, struct mesh_place at)
{
	const size_t nx = (size_t)w->task->nx;
	const size_t p = (size_t)iy * nx + (size_t)ix;
	const double a =
	    (at.x - w->grid_x[ix]) / (w->grid_x[ix + 1] - w->grid_x[ix]);
	const double b =
	    (at.y - w->grid_y[iy]) / (w->grid_y[iy + 1] - w->grid_y[iy]);
	const size_t point[4] = {p, p + 1, p + nx, p + nx + 1};
	const double weight[4] = {
	    (1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b};
	struct blend out = {.cell = 1};

	for (int k = 0; k < 4; k++)
		if (weight[k] > 0) {
			out.point[out.n] = point[k];
			out.weight[out.n++] = weight[k];
		}
	return out;
}

/* A point is what it is; a whole cell comes before triangles beside it. */
static struct blend
blend_at(struct work *w, struct mesh_place at)
{
	struct blend out = {0};
	size_t corner[3];
	double weight[3];
	int x0, x1, y0, y1;

	out.n = mesh_find(&w->mesh, at, corner, weight);
	for (int k = 0; k < out.n; k++) {
		out.point[k] = w->point[corner[k]];
		out.weight[k] = weight[k];
	}
	if (out.n == 1)
		return out;
	cells_around(w->grid_x, w->task->nx, at.x, &x0, &x1);
	cells_around(w->grid_y, w->task->ny, at.y, &y0, &y1);
	for (int iy = y0; iy <= y1; iy++)
		for (int ix = x0; ix <= x1; ix++)
			if (w->whole[iy * (w->task->nx - 1) + ix])
				return blend_cell(w, ix, iy, at);
	return out;
}

/* Lattice numbers of the lines of both axes, while places are filled. */
struct numbers {
	int32_t *x, *y;
};

static int
fill(struct finer *f, struct work *w, struct numbers *number, struct error *err)
{
	f->x = make_lines(w->task, 0, &f->nx, &number->x, err);
	f->y = make_lines(w->task, 1, &f->ny, &number->y, err);
	if (f->x == NULL || f->y == NULL || number->x == NULL ||
	    number->y == NULL)
		return -1;
	f->blend =
	    memory_new((size_t)f->nx * (size_t)f->ny, sizeof(*f->blend), err);
	if (f->blend == NULL)
		return -1;
	for (int iy = 0; iy < f->ny; iy++)
		for (int ix = 0; ix < f->nx; ix++)
			f->blend[iy * f->nx + ix] = blend_at(w,
			    (struct mesh_place){number->x[ix], number->y[iy]});
	return 0;
}

int
finer_make(struct finer *f, const struct finer_task *task, struct error *err)
{
	struct work w = {0};
	struct numbers number = {NULL, NULL};
	int status = work_start(&w, task, err);

	if (status == 0)
		status = fill(f, &w, &number, err);
	free(number.x);
	free(number.y);
	work_end(&w);
	return status;
}

void
finer_free(struct finer *f)
{
	free(f->x);
	free(f->y);
	free(f->blend);
	*f = (struct finer){0};
}

double
blend_value(const struct blend *b, const double *heights)
{
	double sum = b->n > 0 ? 0 : NAN;

	for (int k = 0; k < b->n; k++)
		sum += b->weight[k] * heights[b->point[k]];
	return sum;
}
