/*
 * Gram-Schmidt on new directions: unit length, and y at a right angle to x.
 *
 * The angle is known only when the last tensor has passed, so this is a second
 * pass over a stream whose lengths and products were learnt in the first.  A
 * direction that was there before stays as it is; the new one turns away from
 * it.
 */
#ifndef DIRECTION_ORTHONORMAL_H
#define DIRECTION_ORTHONORMAL_H

#include <stdbool.h>

#include "base/output.h"
#include "direction/gram.h"

struct orthonormal;

struct orthonormal *orthonormal_new(struct error *err);
void orthonormal_free(struct orthonormal *orthonormal);

/*
 * A model has passed for the first time: gram knows its directions, added tells
 * which axes are new (at least one).  Fails when a direction is zero, or x and
 * y are parallel.
 */
int orthonormal_learn(struct orthonormal *orthonormal, const struct gram *gram,
    const bool added[AXES_MAX], struct error *err);

/*
 * The second pass: reads the models learnt, in the same order, from the file
 * fd (from its beginning; it stays open) and writes them to output with their
 * new directions made orthonormal.
 */
int orthonormal_copy(struct orthonormal *orthonormal, int fd,
    struct output *output, struct error *err);

#endif
