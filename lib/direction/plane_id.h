/*
 * Which plane it is: the digest of a model and all its directions, as they
 * stand.  A surface, a path and a request say of which plane they are; whatever
 * brings two of them together asks here whether they are of one.
 */
#ifndef DIRECTION_PLANE_ID_H
#define DIRECTION_PLANE_ID_H

#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "stream/pack.h"
#include "stream/value.h"

/* Empty: not known (paths of version 0.1.0, what h5conv makes). */
struct plane_id {
	char digest[DIGEST_TEXT_BYTES];
};

enum plane_same { PLANE_OTHER, PLANE_SAME, PLANE_UNKNOWN };

/* PLANE_UNKNOWN where one of the two is. */
enum plane_same plane_id_compare(
    const struct plane_id *a, const struct plane_id *b);

/* Reads the key `plane`, which may be missing: then it is not known. */
int plane_id_unpack(
    struct plane_id *id, const struct value *header, struct error *err);

/*
 * For messages: "plane 0123456789abcdef (random, seed 7)", with what the
 * history of `begin` (or NULL) says of its directions.
 */
enum { PLANE_NAME_BYTES = 128 };
void plane_id_name(const struct plane_id *id, const struct value *begin,
    char out[PLANE_NAME_BYTES]);

/* ---- making one ---- */

/*
 * The model's digest, then x and y of rep 0, of rep 1 and so on: for each
 * tensor of the model whether it moves and, if so, all its elements, in order,
 * scale records applied.
 */
struct plane_sum {
	struct digest digest;
};

void plane_sum_start(
    struct plane_sum *sum, const char *model, int axes, int reps);
void plane_sum_tensor(struct plane_sum *sum, int moves);
void plane_sum_elements(
    struct plane_sum *sum, const float *elements, int64_t n);
void plane_sum_finish(struct plane_sum *sum, struct plane_id *id);

/* A scale record: the factor for n elements of a direction. */
void plane_scale(float *elements, int64_t n, double factor);

#endif
