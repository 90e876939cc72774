/*
 * A sheet: the points of one direction set on one data set, as arrays of
 * numbers that other code computes with, x fastest.
 */
#ifndef SURFACE_SHEET_H
#define SURFACE_SHEET_H

#include <stdint.h>

#include "base/error.h"
#include "direction/direction.h"
#include "surface/points.h"

/* How many points a sheet has; 0 when all were requested. */
int64_t sheet_points(const struct grid *grid);

/* Where point i = iy * nx + ix of sheet (rep, set) stands in canonical order.
 */
int64_t sheet_index(const struct grid *grid, int rep, int set, int64_t i);

/*
 * The numeric field of every point of (rep, set) in out[iy * nx + ix], which
 * has room for sheet_points(); NaN where a point is missing or has no such
 * number.  Returns how many have it.
 */
int64_t sheet_take(const struct points *points, int rep, int set,
    const char *field, double *out);

#endif
