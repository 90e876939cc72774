/*
 * The way that training went, over a picture of the plane: a line with a dot
 * for each checkpoint.
 */
#ifndef DRAW_TRAIL_H
#define DRAW_TRAIL_H

#include "draw/plot.h"

/* One run, in the plane's coordinates; borrowed by all who draw it. */
struct trail {
	const char *name;
	size_t n;
	const struct xy *at;
	const unsigned char *drop; /* 1: the learning rate falls here */
	/* Of each point, NaN: not known; the drawing does not read these. */
	const double *epoch, *loss;
	const double *off; /* share of its distance that is off the plane */
};

/*
 * Draws the trails into plot; what lies outside of it is cut off.  A ring marks
 * where a trail starts, a diamond where the learning rate falls; one of a
 * single point is a network, with its name.
 */
void trails_draw(struct svg *svg, const struct plot *plot,
    const struct trail *trails, size_t n);

/* The legend's height on a page of this width; drawn from (left, top) down. */
double trails_legend_height(const struct trail *trails, size_t n, double width);
void trails_legend(struct svg *svg, const struct trail *trails, size_t n,
    double left, double top, double width);

#endif
