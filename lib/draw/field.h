/* The number of a point that a picture shows. */
#ifndef DRAW_FIELD_H
#define DRAW_FIELD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "surface/points.h"

/*
 * A number of the point at place i, also one that follows from others: "error"
 * in percent, and what draw/curvature.h makes of eigenvalues.  False when the
 * point has it not.
 */
bool field_value(
    const struct points *points, int64_t i, const char *field, double *out);

/* Says that no point has it, and which one that they have is near.  Returns -1.
 */
int field_refuse(
    const struct points_list *list, const char *field, struct error *err);

#endif
