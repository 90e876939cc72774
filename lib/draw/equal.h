/*
 * Axes in one scale: what is as far apart in weights is as far apart on the
 * page.
 */
#ifndef DRAW_EQUAL_H
#define DRAW_EQUAL_H

#include "base/error.h"
#include "draw/plot.h"
#include "draw/surface.h"

/*
 * Can they be drawn so?  Fails when the lengths of a surface's directions are
 * not known, when they are not at right angles (to 3 degrees), and when one
 * axis is more than 8 times as long as the other.
 */
int equal_check(
    const struct drawn_surface *surfaces, size_t n, struct error *err);

/*
 * How high its range is, in weights, over how wide: of the plot's x0 to y1, or
 * with NULL of the grid.
 */
double equal_ratio(
    const struct drawn_surface *surface, const struct plot *range);

/* The part of the page's rectangle with this ratio: in its middle, at its foot.
 */
struct plot equal_fit(const struct plot *plot, double ratio);

#endif
