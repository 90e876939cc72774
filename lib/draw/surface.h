/*
 * What drawing takes: numbers on a rectangular grid.  It knows nothing of
 * records or networks (draw/landscape.h does).
 */
#ifndef DRAW_SURFACE_H
#define DRAW_SURFACE_H

#include <stddef.h>

struct xy {
	double x, y;
};

struct trail;

/* Lines below a surface; the last three go with its trails. */
enum {
	CAPTION_SUBSET,
	CAPTION_DASHED, /* drawn where a line is */
	CAPTION_NORMS,
	CAPTION_TRAILS,
	CAPTION_NETWORKS,
	CAPTION_GAP,
	CAPTIONS_MAX
};

/*
 * A function on a grid, borrowed by all who draw it.  z[iy * nx + ix] belongs
 * to (x[ix], y[iy]); NaN is drawn as "no number", an infinity as beyond the
 * last level.  nx and ny are at least 2, x and y increase and are finite.
 */
struct drawn_surface {
	const char *label; /* above its panel, or NULL */
	const char *note;  /* what the reader must know of it, or NULL */
	const char *x_label, *y_label;
	/* Of the directions; NaN or 0: not known. */
	double length_x, length_y, cosine;
	int nx, ny;
	const double *x, *y, *z;
	const unsigned char
	    *missing; /* per point, 1: never computed; or NULL */
	const unsigned char *between; /* per point, 1: not measured; or NULL */
	/* Half of an interval at 95 % around each point, or NULL; then the
	 * steps of the grid that was measured. */
	const double *half;
	double step_x, step_y;
	const struct xy *measured; /* marked as points */
	size_t n_measured;
	const unsigned char *doubtful; /* per point, 1: hatched over; or NULL */
	const double *over; /* lines of these over it (draw/curvature.h) */
	const struct trail *trails; /* runs seen in the plane */
	size_t n_trails;
	const char *captions[CAPTIONS_MAX]; /* lines below; NULL: none */
};

/*
 * A function of one coordinate: left belongs to the left axis, right (or NULL)
 * to the right one.  Curves of one label share a colour; a dashed one is the
 * test set.  A value that is not finite interrupts the line.  Curves of one
 * group differ in their directions alone; family is their label without those.
 * Curves with one panel title share a panel.
 */
struct curve {
	const char *panel;  /* or NULL */
	const char *label;  /* or NULL */
	const char *family; /* or NULL */
	size_t group;
	const char *set; /* "train", "test", or NULL */
	const char *x_label;
	int dashed;
	size_t n;
	const double *x, *left, *right;
	const char *other;  /* a network on the line; or NULL */
	double other_at;    /* where it lies */
	const double *half; /* of each left value: half of its 95 % interval, 0
			       or NaN: none; or NULL */
	/* The intervals of others than the loss: NaN: none; or NULL. */
	const double *left_lo, *left_hi, *right_lo, *right_hi;
};

#endif
