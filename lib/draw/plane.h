/*
 * A surface seen from above: lines, bands or a heat map, with its centre and
 * its best point marked.
 */
#ifndef DRAW_PLANE_H
#define DRAW_PLANE_H

#include "base/error.h"
#include "draw/plot.h"
#include "draw/scale.h"

enum plane_style { PLANE_LINES, PLANE_FILLED, PLANE_HEAT };

/* What is marked on a surface. */
struct plane_marks {
	int has_centre, has_best; /* (0, 0) is in range; a value is finite */
	size_t best;              /* index of the best point */
	double centre_z;          /* NaN unless (0, 0) is a point of the grid */
};

/*
 * The best point is the lowest one, or with highest the highest; of equals, the
 * one nearest to (0, 0).
 */
struct plane_marks plane_marks(
    const struct drawn_surface *surface, int highest);

/* The range of coordinates that a picture of the surface covers. */
void plane_range(const struct drawn_surface *surface, enum plane_style style,
    struct plot *plot);

/* Draws the surface into plot, without axes.  Returns 0 or -1. */
int plane_draw(struct svg *svg, const struct plot *plot,
    const struct drawn_surface *surface, const struct scale *scale,
    enum plane_style style, int highest, struct error *err);

/*
 * Draws each part as a group of a class, for a page that shows some of them at
 * a time: "gaps" (what has no value), "bands", "lines" with their labels,
 * "marks". Lines of surface->over are left out.  Returns 0 or -1.
 */
int plane_draw_layers(struct svg *svg, const struct plot *plot,
    const struct drawn_surface *surface, const struct scale *scale, int highest,
    struct error *err);

/* The two marks at a place of the page, as in the picture. */
void plane_centre_mark(struct svg *svg, struct xy at);
void plane_best_mark(struct svg *svg, struct xy at);

/* A dot where each of surface->measured is. */
void plane_points(struct svg *svg, const struct plot *plot,
    const struct drawn_surface *surface);

#endif
