/*
 * Which parts of a level line are less sure than a cell: where the error of the
 * loss moves the line by more than a step of the grid.
 */
#ifndef DRAW_UNSURE_H
#define DRAW_UNSURE_H

#include "base/error.h"
#include "draw/isoline.h"
#include "draw/scale.h"

/*
 * Moves those parts of the lines of a level (a value) to unsure, which starts
 * as {0}.  heights: what the lines were traced on, with its half-widths in
 * values. Lines are in the surface's coordinates.  Returns 0, or -1 for want of
 * memory.
 */
int unsure_split(const struct drawn_surface *heights, const struct scale *scale,
    double level, struct line_set *lines, struct line_set *unsure,
    struct error *err);

#endif
