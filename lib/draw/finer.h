/*
 * One rectangular grid for what was measured on some points of another and
 * between its lines, so that all that is drawn on grids draws it: the lines of
 * the grid and those through every point.
 *
 * Between points heights are linear: in a cell with four corners and no other
 * point along its edges, else in the triangles of draw/mesh.h.  A place of the
 * new grid has one height, whatever lies on either side of it: there are no
 * cracks.
 */
#ifndef DRAW_FINER_H
#define DRAW_FINER_H

#include "base/error.h"
#include "draw/surface.h"

enum { FINER_LINES = 513 }; /* along an axis, where a grid has not more */

/*
 * Points are numbered: those of the grid, iy * nx + ix, then the others.
 */
struct finer_task {
	int nx, ny;
	const double *x, *y;
	const unsigned char *missing; /* per point of the grid */
	const struct xy *other;
	size_t n_other; /* those out of range are not used */
};

/* A place's height is the weighted sum of these points' heights. */
struct blend {
	int n;    /* 0: it lies between no points; 1: it is a point */
	int cell; /* the four corners are those of a cell of the grid */
	size_t point[4];
	double weight[4];
};

struct finer {
	int nx, ny;
	double *x, *y;
	struct blend *blend; /* per place */
};

/* finer is {0} before; free it in any case. */
int finer_make(
    struct finer *finer, const struct finer_task *task, struct error *err);
void finer_free(struct finer *finer);

/* NaN where there is none. */
double blend_value(const struct blend *blend, const double *heights);

/*
 * The lines of an axis with parts in each of its steps, or more where
 * FINER_LINES allows it; the caller frees them.  *n is the number of lines,
 * before and after.
 */
double *finer_lines(const double *at, int *n, struct error *err);

#endif
