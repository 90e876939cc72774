/*
 * Cells of a grid.
 */
#ifndef DRAW_CELL_H
#define DRAW_CELL_H

/* The last of n increasing places that is not behind x; the last but one at the
 * end. */
int cell_of(const double *at, int n, double x);

#endif
