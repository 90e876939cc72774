/*
 * Points that a stage asks for, on the grid's coordinates or between them: the
 * `request` record {id, x, y, [rep], [set]}.
 */
#ifndef GEOMETRY_REQUEST_H
#define GEOMETRY_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "geometry/grid.h"
#include "geometry/plane_id.h"
#include "stream/reader.h"

struct request {
	int64_t id;               /* names the point in its run */
	double x, y;              /* finite; 0 when the record has none */
	int rep;                  /* -1: all direction sets */
	char set[SET_NAME_BYTES]; /* empty: all data sets */
	struct plane_id plane;    /* that it is for; most do not say */
	uint8_t *bytes;           /* the record as it came; owned */
	size_t n_bytes;
};

struct requests {
	struct request *item;
	size_t n, room;
	bool given; /* somebody asks, be it for nothing */
};

/* Adds a `request` record; -1 with an error that names the id. */
int requests_add(
    struct requests *requests, const struct record *record, struct error *err);

/*
 * Sorts by id and drops exact duplicates, so that neither order nor repetition
 * of the records matters.
 */
void requests_settle(struct requests *requests);
void requests_free(struct requests *requests);

/* Fails when a request is for another plane than this one. */
int requests_check_plane(const struct requests *requests,
    const struct plane_id *plane, struct error *err);

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

/* Appends one, unsorted: asked_settle comes before anything else. */
int asked_add(
    struct asked_list *list, const struct asked *asked, struct error *err);

/* Appends what the requests ask of this grid's reps and sets. */
int asked_add_requests(struct asked_list *list, const struct requests *requests,
    const struct grid *grid, struct error *err);

/* Sorts and unites; an id that stands for two places is an error. */
int asked_settle(struct asked_list *list, struct error *err);

/* Where (id, rep) stands in a settled list, or -1. */
int64_t asked_find(const struct asked_list *list, int64_t id, int rep);
void asked_free(struct asked_list *list);

#endif
