/*
 * Smooth heights between the points of a grid that never leave the range of the
 * four around them: monotone cubics (Fritsch and Butland's slopes, as in PCHIP)
 * along one axis, then along the other, and the mean of both orders.
 */
#ifndef DRAW_CUBIC_H
#define DRAW_CUBIC_H

#include "draw/surface.h"

/*
 * The height at (x, y), which lies within the grid.  NaN in a cell with a NaN
 * corner; points beyond the cell's corners may be NaN.  Heights are finite or
 * NaN.
 */
double cubic_at(const struct drawn_surface *surface, double x, double y);

#endif
