/*
 * A batch normalisation in evaluation mode as one multiplication and one
 * addition per channel.
 */
#ifndef EXECUTE_NORM_H
#define EXECUTE_NORM_H

#include "base/error.h"
#include "net/graph.h"

/*
 * y = scale[c] * x + shift[c] for node (a BatchNormalization), in double.
 * theta: as plan_bind takes it.  scale and shift: an element per channel,
 * or both NULL for the check alone.  Fails on a variance with var + epsilon < 0
 * (a point where the states moved too far), naming the tensor.
 */
int norm_factors(const struct graph *graph, const struct node *node,
    const struct tensor *theta, double *scale, double *shift,
    struct error *err);

#endif
