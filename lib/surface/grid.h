/*
 * The grid of points: axes, coordinates, order, shards, and the `grid` record
 * that every shard carries whole.
 *
 * A point is (rep, iy, ix, set).  Its canonical index counts with set fastest,
 * then ix, then iy, then rep.
 */
#ifndef SURFACE_GRID_H
#define SURFACE_GRID_H

#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/range.h"
#include "direction/plane_id.h"
#include "direction/request.h"
#include "stream/pack.h"
#include "stream/value.h"
#include "tensor/chunk.h"

enum {
	GRID_POINTS_MAX = 2000000, /* in a grid */
	SETS_MAX = 8,              /* data sets evaluated side by side */
	RUN_BYTES = 17, /* a run id in a point: 16 hexadecimal digits, NUL */
};

/* The images of a data set, as far as a grid says: total 0, it does not. */
struct grid_images {
	char digest[DIGEST_TEXT_BYTES];
	int64_t n, total; /* used, and there */
};

struct grid {
	char run[DIGEST_TEXT_BYTES]; /* of all that determines the numbers */
	int axes;                    /* 0 (the model itself), 1 or 2 */
	struct range range[AXES_MAX];
	int reps;
	int sets;
	char set[SETS_MAX][SET_NAME_BYTES]; /* names: "train", "test", ... */
	char loss[32];                      /* "crossentropy", "mse" */
	int shard, shards;                  /* i of n; 0 of 1 is the whole */
	/* What the points are of; read, not packed.  Empty: not known. */
	struct plane_id plane;
	char model[DIGEST_TEXT_BYTES];
	struct grid_images images[SETS_MAX]; /* of each set */
};

/* Has the network of a grid's header running statistics of batch norms? */
enum grid_norms { GRID_NORMS_UNKNOWN, GRID_NORMS_NONE, GRID_NORMS_THERE };
enum grid_norms grid_norms(const struct value *header);

/* Coordinates along an axis: 1 on an axis that is not there, 0 when all points
 * were requested. */
int64_t grid_num(const struct grid *grid, int axis);

/* Points of the whole grid. */
int64_t grid_points(const struct grid *grid);

struct grid_place {
	int rep, set;
	int64_t ix, iy;
};

struct grid_place grid_place(const struct grid *grid, int64_t index);
int64_t grid_index(const struct grid *grid, const struct grid_place *place);

/*
 * How coarse a raster it takes to have this place: level 0 has both ends of
 * each axis, and each level about halves the steps of the one before.
 * Coordinate i of num is of the lowest level k that has it as floor(j (num - 1)
 * / 2^k) for some j, and a place of the higher one of its coordinates' levels.
 */
enum { GRID_LEVELS = 18 }; /* levels are below this */
int grid_level_of(int64_t i, int64_t num);
int grid_level(const struct grid *grid, const struct grid_place *place);

/* "i/n", i from 0: shard i of n takes the places i, i + n, ... */
int shard_parse(const char *text, int *shard, int *shards, struct error *err);

/*
 * Reads the header of a `grid` record, whose keys are held against each other;
 * refuses a grid of more than GRID_POINTS_MAX points.
 */
int grid_unpack(
    struct grid *grid, const struct value *header, struct error *err);

/* The same number of the same images. */
int grid_same_images(const struct grid_images *a, const struct grid_images *b);

/*
 * Two segments of one run: all that determines the run must be the same, only
 * the shard may differ.  Names the first key that does not.
 */
int grid_agrees(const struct grid *a, const struct grid *b, struct error *err);

/* Packs the keys of struct grid, into a map that the caller has open. */
void grid_pack(struct pack *pack, const struct grid *grid);

#endif
