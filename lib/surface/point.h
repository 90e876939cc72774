/*
 * One `point` record: read against its grid, kept, compared.
 */
#ifndef SURFACE_POINT_H
#define SURFACE_POINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "stream/reader.h"
#include "surface/grid.h"

/*
 * A record as it came, and behind it, if there, its `classes` record and then
 * its `losses` records; bytes NULL: missing.
 */
struct point {
	uint8_t *bytes;
	size_t n_bytes;
};

/* Where it belongs: a place of the grid, or an id that somebody asked for. */
struct point_place {
	bool asked;
	struct grid_place at; /* of an asked one: rep and set alone */
	int64_t id;
	double x, y;
};

/*
 * Reads a point of the grid and holds its keys against each other and against
 * the grid: coordinates, which must be those of ix and iy to 1e-9 of the range;
 * loss and status; accuracy, errors and counts in their ranges; eigenvalues in
 * their order.  What a point has beyond these is not looked at.
 */
int point_unpack(struct point_place *place, const struct grid *grid,
    const struct value *header, struct error *err);

/* Copies the record's bytes into an empty point. */
int point_keep(
    struct point *point, const struct record *record, struct error *err);

/*
 * Appends a `losses` or `classes` record to the point it stands behind: it must
 * name its place; losses go on where those before ended; numbers of classes
 * make those of their point, and ones that come twice are the same unless
 * mixed.  -1: it is not so.
 */
int point_append(struct point *point, const struct point_place *place,
    const struct grid *grid, const struct record *record, bool mixed,
    struct error *err);

/* What a point consists of, in this order; NULL (n is 0): it has no such. */
enum point_part { POINT_ITSELF, POINT_CLASSES, POINT_LOSSES };
const uint8_t *point_part(
    const struct point *point, enum point_part part, size_t *n);

/*
 * The header of its `classes` record, to be freed with decoded_free.  NULL: it
 * has none, or memory is short.
 */
struct decoded *point_decode_classes(
    const struct point *point, struct error *err);

/* Of two that are the same, the first takes over what it lacks of the other. */
int point_unite(struct point *point, const struct point *with, bool mixed,
    struct error *err);

/*
 * How many losses of single images a point has, in the order of the data set,
 * and the first `room` of them.
 */
int64_t point_losses(const struct point *point, float *losses, int64_t room);

/* Are they of all of the point's images, and is its loss their mean? */
int point_check_losses(const struct point *point, struct error *err);

/* Its encoded header, for the questions of stream/scan.h; NULL: it is missing.
 */
const uint8_t *point_header(const struct point *point, size_t *n);

/* The header of a point that is there; free it with decoded_free. */
struct decoded *point_decode(const struct point *point, struct error *err);

/*
 * A point that is there comes again: they must be the same bytes or, mixed, the
 * same within MIXED_RTOL, unless they are of different numbers of images; then
 * the one of more holds (evalgrid --error sharpens).
 */
#define MIXED_RTOL 1e-5
enum point_choice {
	POINT_FAILED = -1,
	POINT_DIFFERS,
	POINT_SAME,
	POINT_KEEP,
	POINT_REPLACE
};
enum point_choice point_choose(const struct point *have,
    const struct point *came, bool mixed, struct error *err)
    __attribute__((warn_unused_result));

#endif
