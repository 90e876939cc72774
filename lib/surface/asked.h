/*
 * The points of a grid's direction sets and data sets that requests ask for.
 */
#ifndef SURFACE_ASKED_H
#define SURFACE_ASKED_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "direction/request.h"
#include "surface/grid.h"

/* One place that is asked for: all data sets of an (id, rep). */
struct asked {
	int64_t id;
	int rep;
	unsigned sets; /* a bit for each data set that is wanted */
	double x, y;
};

/* Sorted by id and rep, no two the same. */
struct asked_list {
	struct asked *item;
	size_t n, room;
};

/* Appends one, unsorted: asked_unite comes before anything else. */
int asked_add(
    struct asked_list *list, const struct asked *asked, struct error *err);

/* Appends what the requests ask of this grid's reps and sets. */
int asked_add_requests(struct asked_list *list, const struct requests *requests,
    const struct grid *grid, struct error *err);

/* Sorts and unites; an id that stands for two places is an error. */
int asked_unite(struct asked_list *list, struct error *err);

/* Where (id, rep) stands in a united list, or -1. */
int64_t asked_find(const struct asked_list *list, int64_t id, int rep);
void asked_free(struct asked_list *list);

#endif
