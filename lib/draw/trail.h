/*
 * The way that training went, over a picture of the plane: a line with a dot
 * for each checkpoint.
 */
#ifndef DRAW_TRAIL_H
#define DRAW_TRAIL_H

#include <stdint.h>

#include "draw/plot.h"

/* One run, in the plane's coordinates; borrowed by all who draw it. */
struct trail {
	const char *name;
	size_t n;
	const struct xy *at;
	const unsigned char *drop; /* 1: the learning rate falls here */
	/* Of each point, NaN: not known; the drawing does not read these. */
	const double *epoch, *loss;
	const double *plane; /* loss of the plane where it is seen */
	const double *off;   /* share of its distance that is off the plane */
	size_t outside;      /* points out of the grid's range */
};

/*
 * Where a trail is seen: places of the plane on the page, from above or on a
 * relief.  What lies outside of the range is cut off.
 */
struct trail_view {
	double x[2], y[2];
	double left, top, right, bottom; /* of the page: names stay there */
	/* Seen: 1; hidden: 0; nowhere, as over a hole: -1. */
	int (*place)(const void *context, struct xy at, struct xy *page);
	/* Into how many pieces a line is cut that is straight from above. */
	int (*pieces)(const void *context, struct xy from, struct xy to);
	const void *context;
};

/* The plane from above: a plot, borrowed. */
struct trail_view trail_view_plot(const struct plot *plot);

/* How many points of trails are on the page's range, and hidden there. */
struct trail_count {
	int64_t inside, hidden;
};

/*
 * Draws the trails.  A ring marks where a trail starts, a square where it ends,
 * a diamond where the learning rate falls; one of a single point is a network,
 * with its name where that has room.
 */
struct trail_count trails_draw(struct svg *svg, const struct trail_view *view,
    const struct trail *trails, size_t n);

/* The legend's height on a page of this width; drawn from (left, top) down. */
double trails_legend_height(const struct trail *trails, size_t n, double width);
void trails_legend(struct svg *svg, const struct trail *trails, size_t n,
    double left, double top, double width);

#endif
