/*
 * A surface seen from the side, as in the paper's figure 1: coloured by height,
 * lightly shaded, hidden parts hidden.
 */
#ifndef DRAW_RELIEF_H
#define DRAW_RELIEF_H

#include "base/error.h"
#include "draw/plot.h"
#include "draw/scale.h"

/* Where the eye is, in degrees: around the vertical from +x, above the plane.
 */
struct relief_view {
	double azimuth, elevation;
};

/*
 * Draws the surface inside plot's rectangle, with its centre and its best point
 * (draw/plane.h) marked.  Heights above scale->top are cut to a plateau there;
 * cells that lack a value are holes.  Returns 0 or -1.
 */
int relief_draw(struct svg *svg, const struct plot *plot,
    const struct drawn_surface *surface, const struct scale *scale,
    struct relief_view view, int highest, struct error *err);

#endif
