/*
 * The `path` records that belong to a plane, as trails to be drawn.
 */
#ifndef DRAW_ROUTE_H
#define DRAW_ROUTE_H

#include "base/error.h"
#include "base/text.h"
#include "draw/trail.h"
#include "surface/points.h"

struct path_point;

struct routes {
	struct trail *trails;
	size_t n;
	size_t networks; /* of them, at their end: others, not seen in paths */
	double least, most; /* share of the distance that is off the plane */
	/* What the trails borrow. */
	struct path_point *points;
	size_t n_points, room;
	struct xy *at;
	unsigned char *drop;
	double *epoch, *loss, *off;
};

/*
 * Takes the path records of direction set rep that lie in the surface's plane:
 * of its summary, and of beside, and others where no path of one point is.
 * Exact duplicates count once.  routes starts as {0}; free it in any case.
 * Fails when a record is damaged.
 */
struct others;
int routes_make(struct routes *routes, const struct points *surface, int rep,
    const struct text *beside, const struct others *others, struct error *err);
void routes_free(struct routes *routes);

#endif
