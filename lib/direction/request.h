/*
 * Points that a stage asks for, on the grid's coordinates or between them: the
 * `request` record {id, x, y, [rep], [set]}.
 */
#ifndef DIRECTION_REQUEST_H
#define DIRECTION_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "direction/plane_id.h"
#include "stream/reader.h"

enum {
	REQUESTS_MAX = 2000000,
	SET_NAME_BYTES = 32, /* of a data set: "train", "test", ... */
};

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
void requests_unite(struct requests *requests);
void requests_free(struct requests *requests);

/* Fails when a request is for another plane than this one. */
int requests_check_plane(const struct requests *requests,
    const struct plane_id *plane, struct error *err);

#endif
