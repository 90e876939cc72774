/* Inside lib/surface: how points.c and points_asked.c share a surface. */
#ifndef SURFACE_POINTS_INTERNAL_H
#define SURFACE_POINTS_INTERNAL_H

#include "surface/points.h"

/* A point of a request, while its place is not yet known. */
struct loose {
	struct asked asked; /* with the one set that it belongs to */
	int set;
	struct point point;
};

/* Takes the record of a point that has an id: the last one in `loose`. */
int points_take_asked(struct points *points, const struct point_place *place,
    const struct record *record, struct error *err);

/* Takes a `path` record of a segment without a grid, whose `begin` this is. */
int points_take_beside(struct points_list *list, const struct pack *begin,
    const struct record *record, struct error *err);

/* All is read: does every path lie in the plane of its surface, or of some? */
int points_check_paths(struct points_list *list, struct error *err);
void points_free_beside(struct points_list *list);

/* All is read: gives requests and their points places behind the grid's. */
int points_append_asked(
    struct points *points, const struct points_rules *rules, struct error *err);
void points_free_asked(struct points *points);

/* Adds a mark that stands in a segment without a grid, once. */
int points_marks_add(struct points_marks *marks, const struct pack *begin,
    const struct record *record, struct error *err);

/* All of from to the end of to; from is empty then. */
int points_marks_move(
    struct points_marks *to, struct points_marks *from, struct error *err);
void points_marks_free(struct points_marks *marks);

#endif
