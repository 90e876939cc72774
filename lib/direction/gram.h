/*
 * Lengths of directions and the angle between the axes of a direction set, from
 * deltas that pass by tensor by tensor.
 *
 * The elements of the axis that comes first are held until those of the other
 * have come: one tensor per direction set.
 */
#ifndef DIRECTION_GRAM_H
#define DIRECTION_GRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tensor/chunk.h"

/* Sums over all tensors so far, in double. */
struct gram_set {
	double square[AXES_MAX]; /* x.x and y.y */
	double product;          /* x.y */
	bool has[AXES_MAX];
	int64_t n[AXES_MAX]; /* elements of this tensor so far */
	float *held;         /* of the axis that came first */
	size_t room;
};

struct gram {
	struct gram_set *sets; /* by rep */
	size_t n_sets, room;
};

/* Starts as (struct gram){0}; gram_free makes it that again. */
void gram_free(struct gram *gram);

/*
 * The next n elements of this tensor's deltas along axis, in set rep; they may
 * be unaligned.
 */
int gram_add(struct gram *gram, int axis, int rep, const void *elements,
    int64_t n, struct error *err);

/* All deltas of a tensor have come. */
void gram_next_tensor(struct gram *gram);

/* Did any deltas come along this axis? */
bool gram_has(const struct gram *gram, int axis);

/* |d|, and the cosine between x and y (0 when one of them is zero). */
double gram_length(const struct gram *gram, int axis, int rep);
double gram_cosine(const struct gram *gram, int rep);

#endif
