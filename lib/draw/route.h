/*
 * The `path` records that belong to a plane, as trails to be drawn.
 */
#ifndef DRAW_ROUTE_H
#define DRAW_ROUTE_H

#include "base/error.h"
#include "base/text.h"
#include "draw/trail.h"
#include "tensor/chunk.h"

/* The plane that is drawn. */
struct route_plane {
	char model[65];          /* digest, or empty when nobody knows */
	int rep;                 /* direction set */
	double length[AXES_MAX]; /* of its directions; 0: not known */
};

struct path_point;

struct routes {
	struct trail *trails;
	size_t n;
	double least, most; /* share of the distance that is off the plane */
	size_t elsewhere;   /* points of another plane */
	/* What the trails borrow. */
	struct path_point *points;
	size_t n_points, room;
	struct xy *at;
	unsigned char *drop;
};

/*
 * Takes the path records of within, records that came in the segment of the
 * plane itself, and those of beside that belong to the plane.  Exact duplicates
 * count once.  routes starts as {0}; free it in any case.  Fails when a path
 * within was projected onto other directions, and when a record is damaged.
 */
int routes_make(struct routes *routes, const struct route_plane *plane,
    const struct text *within, const struct text *beside, struct error *err);
void routes_free(struct routes *routes);

#endif
