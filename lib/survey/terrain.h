/*
 * A terrain: losses on a line or a rectangle, and what can be measured on it.
 * It knows numbers only, no records and no networks.
 */
#ifndef SURVEY_TERRAIN_H
#define SURVEY_TERRAIN_H

#include <stdbool.h>
#include <stdint.h>

/*
 * loss[iy * nx + ix] belongs to (x[ix], y[iy]); all is borrowed.  A loss that
 * is not finite is a place without a number.  On a line ny is 1 and y is 0.
 */
struct terrain {
	int64_t nx, ny;
	const double *x, *y; /* increasing, equal steps */
	const double *loss;
	const double *se; /* standard errors (NaN: not known), or NULL */
	/*
	 * Mean losses of groups of the images: groups[i * GROUPS + g]; NULL or,
	 * at a place, NaN: not known.  Then errors of what is computed from
	 * several points are those of pairs.  shrink: the square root of the
	 * share of the images that were not used.
	 */
	const double *groups;
	double shrink;
	/*
	 * Points elsewhere: their losses, errors and groups stand behind those
	 * of the grid's.
	 */
	int64_t n_other;
	const double *other_x, *other_y;
};

enum { GROUPS = 16 };

/*
 * How well a number is known that is computed from losses: its standard error,
 * and how far each group of images would have it off, to first order.  With
 * groups the error comes from these; without, the errors of points are taken as
 * independent, though points share their images: then it is on the safe side.
 */
struct influence {
	double se; /* NaN: not known */
	bool grouped;
	double by[GROUPS];
};

/* The standard error that the groups' influences mean. */
double influence_error(const double by[GROUPS], double shrink);

/* The index of the place at coordinate x (and 0 on the other axis), or -1. */
int64_t terrain_place(const struct terrain *t, double x);

/* Where point i is, of the grid's and the others. */
double terrain_x(const struct terrain *t, int64_t i);
double terrain_y(const struct terrain *t, int64_t i);

/* The index of the lowest finite loss, the first of equals; or -1. */
int64_t terrain_lowest(const struct terrain *t);

/*
 * Where the loss first reaches a level on the way outward from a place along
 * a half-axis, by linear interpolation between points.
 */
enum crossing_kind {
	CROSSING_AT,     /* at distance `at` */
	CROSSING_OPEN,   /* the grid ends below the level */
	CROSSING_ABOVE,  /* the place itself is not below it */
	CROSSING_BROKEN, /* a place without a number comes first */
};

/*
 * The error of a crossing is that of the losses, carried through the
 * interpolation.
 */
struct crossing {
	enum crossing_kind kind;
	double at; /* distance, of CROSSING_AT; else how far it was followed */
	struct influence error; /* of CROSSING_AT */
};

/* What is to be reached: a loss, or so much more than where the way starts. */
struct level {
	double loss;
	bool above;
};

/*
 * From place `from` (an index of the grid) along axis 0 or 1, sign -1 or +1, by
 * way of other points on it, too.  An infinite loss is above every level.
 */
struct crossing terrain_width(const struct terrain *t, int64_t from, int axis,
    int sign, struct level level);

/* The loss at (0, 0): of a place there, or of an evaluation of its own. */
struct centre {
	double loss, se;      /* NaN: not known */
	int64_t place;        /* or -1 */
	const double *groups; /* GROUPS, or NULL */
};

/*
 * The highest rise above the centre within a radius: max of L - L(0,0) over
 * the points with sqrt(x^2 + y^2) <= r.  A lower bound of the sharpness of
 * Keskar et al. (arXiv 1609.04836), who divide by 1 + L(0,0) and take per cent;
 * they search all directions, this sees one plane.
 *
 * The error is that of the two losses, as if the highest point had been known
 * before: the highest of many lies a little too high.  lo and hi hold at 95 %
 * for whichever point it is: the highest of all lower ends and of all upper
 * ends of simultaneous intervals (Bonferroni's, of all points within).
 */
struct sharpness {
	double rise, keskar;    /* NaN when no point lies within */
	struct influence error; /* of rise, pointwise */
	double lo, hi;          /* of rise; equal to it: no errors are known */
	int64_t points;         /* with a number, the centre not counted */
	bool reached;           /* the grid reaches r on every half-axis */
};

struct sharpness terrain_sharpness(
    const struct terrain *t, const struct centre *centre, double r);

/*
 * The mean rise above the centre at distance r along an axis, to both sides
 * where both are points of the grid: what is odd in r drops out.
 */
struct rise {
	double mean; /* NaN: no point there, or none with a number */
	struct influence error;
	int sides;
};

struct rise terrain_rise(
    const struct terrain *t, const struct centre *centre, int axis, double r);

/*
 * A line between two models, at x = 0 and x = 1: how high the loss rises above
 * the straight line between the losses at its ends, and where that is highest;
 * and the highest loss itself.  Errors as those of sharpness.
 */
struct barrier {
	double height, at; /* NaN: the ends, or points between, are not there */
	struct influence error;
	double end[2]; /* the losses there */
	double highest, highest_at;
	struct influence highest_error;
	int64_t points; /* between the ends */
	bool missing;   /* one of them has no number */
};

struct barrier terrain_barrier(const struct terrain *t);

/*
 * Second differences at every inner point: the smallest eigenvalue of the 2x2
 * finite-difference Hessian, cross term included (on a line, the one second
 * difference).  Counted as bending down when it lies more than two standard
 * errors below 0; within two of 0 it may bend either way.  A loss is never
 * believed beyond float32's precision, in which the losses of images are
 * computed.
 */
struct bends {
	int64_t points; /* inner points whose neighbours all have numbers */
	int64_t down, unsure;
	double lowest; /* the smallest eigenvalue met, NaN without points */
};

struct bends terrain_bends(const struct terrain *t);

#endif
