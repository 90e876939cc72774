/*
 * A checkpoint seen in a plane: the `path` record.
 */
#ifndef RUN_PATH_H
#define RUN_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/range.h"
#include "base/scratch.h"
#include "direction/plane.h"
#include "run/runs.h"
#include "stream/pack.h"
#include "stream/value.h"
#include "tensor/chunk.h"

enum path_method { PATH_LSTSQ, PATH_COS };
extern const char *const path_method_words[];

enum { PATH_DIGEST_BYTES = 17 };

/* What the checkpoint does not say is NaN, a step -1. */
struct path_point {
	char name[RUN_NAME_BYTES]; /* of the run */
	int rep;                   /* direction set */
	int64_t i, step;           /* of the run's checkpoints, from 0 */
	double epoch, lr, running_loss;
	bool drop; /* the learning rate falls here to a half or less */
	enum path_method method;
	double x, y;
	/* |d|, how far from the plane, and what of that is in tensors of at
	 * most one dimension and in the others. */
	double norm, off, off_biasbn, off_rest;
	double loss; /* joined from points: on the data set `set` */
	char set[SET_NAME_BYTES];
	char images[PATH_DIGEST_BYTES]; /* of that; empty: not known */
	struct plane_id plane; /* that it lies in; not known before 0.2 */
	/* Of the plane: its model, lengths of its directions, their cosine; and
	 * the checkpoint's own model.  First digits of digests. */
	char model[PATH_DIGEST_BYTES], checkpoint[PATH_DIGEST_BYTES];
	double length[AXES_MAX], cosine;
};

/* Packs and reads the header of a `path` record. */
void path_pack(struct pack *pack, const struct path_point *point);
int path_unpack(
    struct path_point *point, const struct value *header, struct error *err);

/*
 * A plane that paths are held against: which it is and, for paths that do not
 * know theirs, what version 0.1.0 compared.
 */
struct path_plane {
	struct plane_id id;
	char model[DIGEST_TEXT_BYTES]; /* empty: not known */
	double length[AXES_MAX];       /* of the directions; 0: not known */
};

/*
 * Does the point lie in the plane?  PLANE_UNKNOWN: model and lengths do not
 * speak against it, nobody knows more.
 */
enum plane_same path_lies_in(
    const struct path_point *point, const struct path_plane *plane);

/*
 * Is its own loss one of these images, of this digest, of a data set of this
 * name?  Empty digests are not known and speak against nothing.
 */
bool path_is_of(
    const struct path_point *point, const char *set, const char *images);

/* What to say of paths that were taken although nobody knows their plane. */
extern const char path_guessed[];

/*
 * Fails when a path that came with the plane, which is id, lies in another.
 * guessed is set when one does not know its plane.
 */
int path_check(const struct plane *plane, const struct plane_id *id,
    bool *guessed, struct error *err);

/*
 * The range of num coordinates along axis that fits all paths among records
 * and the plane's model: 15 % of their extent is added on either side, and the
 * bounds are rounded outward to three digits of the extent.  Fails when there
 * is no path, or it has no extent along this axis.
 */
int path_fit(const struct scratch *records, int axis, int64_t num,
    struct range *range, struct error *err);

#endif
