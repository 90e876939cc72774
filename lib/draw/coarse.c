#include "draw/coarse.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "draw/cell.h"
#include "draw/cubic.h"
#include "surface/grid.h"

/* The lines of one axis that are coarser than a level. */
struct lines {
	int n;
	int *from; /* their numbers on the whole grid */
	double *at;
};

static int
lines_make(struct lines *l, int n, struct error *err)
{
	l->from = memory_new((size_t)n, sizeof(*l->from), err);
	l->at = memory_new((size_t)n, sizeof(*l->at), err);
	return l->from != NULL && l->at != NULL ? 0 : -1;
}

static void
lines_take(struct lines *l, const double *at, int n, int level)
{
	l->n = 0;
	for (int i = 0; i < n; i++)
		if (grid_level_of(i, n) < level) {
			l->from[l->n] = i;
			l->at[l->n++] = at[i];
		}
}

/* The coarser grid of a level, and what is on it. */
struct level {
	struct lines x, y;
	double *z, *half, *over;
};

static int
level_make(struct level *l, int nx, int ny, struct error *err)
{
	const size_t n = (size_t)nx * (size_t)ny;

	l->z = memory_new(n, sizeof(double), err);
	l->half = memory_new(n, sizeof(double), err);
	l->over = memory_new(n, sizeof(double), err);
	return l->z != NULL && l->half != NULL && l->over != NULL &&
		       lines_make(&l->x, nx, err) == 0 &&
		       lines_make(&l->y, ny, err) == 0
		   ? 0
		   : -1;
}

static void
level_free(struct level *l)
{
	free(l->x.from);
	free(l->x.at);
	free(l->y.from);
	free(l->y.at);
	free(l->z);
	free(l->half);
	free(l->over);
}

/* The coarser grid as a surface of its own. */
static struct drawn_surface
level_take(struct level *l, const struct coarse *c,
    const struct drawn_surface *s, int level)
{
	lines_take(&l->x, s->x, s->nx, level);
	lines_take(&l->y, s->y, s->ny, level);
	for (int i = 0; i < l->x.n * l->y.n; i++) {
		const int from =
		    l->y.from[i / l->x.n] * s->nx + l->x.from[i % l->x.n];

		l->z[i] = c->missing[from] ? NAN : c->heights[from];
		if (c->half != NULL)
			l->half[i] = c->half[from];
		if (c->over != NULL)
			l->over[i] = c->over[from];
	}
	return (struct drawn_surface){
	    .nx = l->x.n, .ny = l->y.n, .x = l->x.at, .y = l->y.at, .z = l->z};
}

static void
fill_place(struct coarse *c, int i, const struct drawn_surface *from,
    const struct level *l, struct xy at)
{
	const struct cell_spot spot = cell_spot(from, at);
	const double height = cubic_at(from, at.x, at.y);

	if (isnan(height))
		return;
	c->heights[i] = height;
	if (c->half != NULL)
		c->half[i] = cell_linear(from, &spot, l->half);
	if (c->over != NULL)
		c->over[i] = cell_linear(from, &spot, l->over);
	c->filled[i] = 1;
	c->missing[i] = 0;
}

/* Places of the level alone: finer ones are filled from what that gives. */
static void
fill_level(
    struct coarse *c, struct level *l, const struct drawn_surface *s, int level)
{
	const struct drawn_surface from = level_take(l, c, s, level);

	for (int i = 0; i < s->nx * s->ny; i++) {
		const int ix = i % s->nx, iy = i / s->nx;
		const int x = grid_level_of(ix, s->nx);
		const int y = grid_level_of(iy, s->ny);

		if (c->missing[i] && (x > y ? x : y) == level)
			fill_place(
			    c, i, &from, l, (struct xy){s->x[ix], s->y[iy]});
	}
}

int
coarse_fill(
    struct coarse *coarse, const struct drawn_surface *s, struct error *err)
{
	struct level l = {0};
	int status = level_make(&l, s->nx, s->ny, err), finest = 0;

	for (int i = 0; i < s->nx; i++)
		if (grid_level_of(i, s->nx) > finest)
			finest = grid_level_of(i, s->nx);
	for (int i = 0; i < s->ny; i++)
		if (grid_level_of(i, s->ny) > finest)
			finest = grid_level_of(i, s->ny);
	for (int k = 1; k <= finest && status == 0; k++)
		fill_level(coarse, &l, s, k);
	level_free(&l);
	return status;
}
