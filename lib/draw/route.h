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
	/* The checkpoint whose own loss is farthest from that of the plane
	 * where it is seen. */
	struct route_gap {
		bool known;
		const struct path_point *at; /* borrowed from points */
		double plane;
	} gap;
	bool other_images; /* some own losses are of others than the sheet's */
	/* What the trails borrow. */
	struct path_point *points;
	size_t n_points, room;
	struct xy *at;
	unsigned char *drop;
	double *epoch, *loss, *off, *plane;
};

/*
 * Takes the path records of the sheet's direction set that lie in the surface's
 * plane: of its summary, and of beside, and others where no path of one point
 * is.  Losses in the plane are those of the sheet's data set.  Exact duplicates
 * count once.  routes starts as {0}; free it in any case.
 * Fails when a record is damaged.
 */
struct others;
int routes_make(struct routes *routes, const struct points *surface,
    const struct grid_place *sheet, const struct text *beside,
    const struct others *others, struct error *err);
void routes_free(struct routes *routes);

/* In words; "" without a path, or where no loss is known: "5 to 40 % of a
 * checkpoint's distance is off the plane; 2 of 9 outside the grid". */
void routes_say_off(const struct routes *routes, char *out, size_t room);
/* "B is 40 % of its distance off the plane; outside the grid: C". */
void routes_say_networks(const struct routes *routes, char *out, size_t room);
/* "largest gap: 2.3 in the plane, own loss 0.36 (epoch 3)". */
void routes_say_gap(const struct routes *routes, char *out, size_t room);

#endif
