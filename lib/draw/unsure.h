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
 * Traces a level (a value); those parts of its lines that are less sure come to
 * unsure.  Both start as {0}.  heights: what lines are traced on (scale.h),
 * with its half-widths in values, or none.  Lines are in the surface's
 * coordinates.  Returns 0, or -1 for want of memory.
 */
int unsure_trace(const struct drawn_surface *heights, const struct scale *scale,
    double level, struct line_set *lines, struct line_set *unsure,
    struct error *err);

/* Is a part of any line of the surface's levels?  1, 0, or -1. */
int unsure_any(const struct drawn_surface *surface, const struct scale *scale,
    struct error *err);

#endif
