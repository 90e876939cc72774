/*
 * Heights between the points of a surface, for what lies on it.
 */
#ifndef CONVERT_LIFT_H
#define CONVERT_LIFT_H

#include "draw/surface.h"

/*
 * z at (x, y), bilinearly between the four points around it; NaN outside of the
 * grid and beside a point that has no finite number.
 */
double lift_height(const struct drawn_surface *surface, double x, double y);

#endif
