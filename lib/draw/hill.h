/*
 * A surface in its box: places on it, and what it hides.
 */
#ifndef DRAW_HILL_H
#define DRAW_HILL_H

#include <stdbool.h>

#include "base/error.h"
#include "draw/box.h"
#include "draw/scale.h"

/*
 * Where the eye is, and the light, in degrees: around the vertical from +x,
 * above the plane.  Unless lit, the light comes over the viewer's left
 * shoulder.
 */
struct relief_view {
	double azimuth, elevation;
	bool lit;
	double light_azimuth, light_elevation;
};

/* A place of the grid: 0 to nx - 1, 0 to ny - 1. */
struct hill_place {
	double u, v;
};

struct hill {
	struct box box;
	const struct drawn_surface *surface;
	const struct scale *scale;
	double *part; /* per point: the height, 1 at the scale's top, or NaN */
	struct vector light;
	struct hill_place unit; /* what is a unit of the page along the floor */
};

/*
 * Looks at a hill whose box has a page and a plot, and whose surface and
 * scale are set.  Returns 0 or -1; free part in any case.
 */
int hill_make(
    struct hill *hill, const struct relief_view *view, struct error *err);

/* Looks at it anew, after its plot has changed. */
void hill_look(struct hill *hill, const struct relief_view *view);

/* Where v lies among n increasing numbers, as one of the two. */
double hill_find(const double *at, int n, double v);

/*
 * A point of the surface: x and y as in the box, z its part of the height, NaN
 * in a hole.  A corner of a cell without weight may be one.
 */
struct vector hill_at(const struct hill *hill, struct hill_place at);

/* Where it is in the box: what is too high is cut. */
struct vector hill_in_box(struct vector v);

/*
 * Does the surface stand between its place `at` and the eye?  The surface is a
 * thin sheet, as its colours are seen from both sides: the way there runs above
 * it, or below it where one looks at its underside, until it leaves the grid,
 * or passes through it.
 */
bool hill_hides(const struct hill *hill, struct hill_place at);

#endif
