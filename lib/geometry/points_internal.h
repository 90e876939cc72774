/* Inside lib/geometry: how points.c and points_asked.c share a surface. */
#ifndef GEOMETRY_POINTS_INTERNAL_H
#define GEOMETRY_POINTS_INTERNAL_H

#include "geometry/points.h"

/* A point of a request, while its place is not yet known. */
struct loose {
	struct asked asked; /* with the one set that it belongs to */
	int set;
	struct point point;
};

/* Copies the record's bytes into an empty point. */
int point_keep(
    struct point *point, const struct record *record, struct error *err);

/* The number of the header's data set in the grid. */
int point_set(const struct grid *grid, const struct value *header, int *set,
    struct error *err);

/* The same bytes or, mixed, the same within MIXED_RTOL. */
bool point_agrees(const struct point *a, const struct point *b, bool mixed);

/* Takes a `point` record that has an id. */
int points_take_asked(
    struct points *points, const struct record *record, struct error *err);

/* Takes a `path` record of a segment without a grid, whose `begin` this is. */
int points_take_beside(struct points_list *list, const struct pack *begin,
    const struct record *record, struct error *err);

/* All is read: does every path lie in the plane of its surface, or of some? */
int points_check_paths(struct points_list *list, struct error *err);
void points_free_beside(struct points_list *list);

/* All is read: gives requests and their points places behind the grid's. */
int points_settle_asked(struct points *points, bool mixed, struct error *err);
void points_free_asked(struct points *points);

#endif
