/* Cells of a grid: which one a place lies in, and what is linear there. */
#ifndef DRAW_CELL_H
#define DRAW_CELL_H

#include "draw/surface.h"

/*
 * The step of an axis that x lies in, at[i] to at[i + 1]: the later one where
 * two meet, the outer ones beyond the ends.  n is at least 2.
 */
int cell_of(const double *at, int n, double x);

/* A place in its cell: from 0 to 1 along each side. */
struct cell_spot {
	size_t corner; /* the cell's first */
	double a, b, width, height;
};

struct cell_spot cell_spot(const struct drawn_surface *surface, struct xy at);

/* v, which has a number per point of the grid, linear along both sides. */
double cell_linear(const struct drawn_surface *surface,
    const struct cell_spot *spot, const double *v);

#endif
