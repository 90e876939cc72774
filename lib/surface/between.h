/*
 * What a surface says of a place between its points.
 */
#ifndef SURFACE_BETWEEN_H
#define SURFACE_BETWEEN_H

#include "surface/points.h"

struct between {
	double value;  /* NaN: outside of the grid, or beside no number */
	bool measured; /* a point of the grid, or a requested one, lies there */
};

/*
 * The numeric field of direction set rep on a data set at a place (x, y): that
 * of the point that lies there, else linearly along both axes between the
 * points of the grid around it.
 */
struct between points_between(const struct points *points,
    const struct grid_place *sheet, const char *field,
    const double at[AXES_MAX]);

/*
 * Is a checkpoint's own loss of the images of this data set?  What does not say
 * of which it is speaks against nothing, but one class of them is others.
 */
bool points_of_images(
    const struct points *points, int set, const struct path_point *point);

#endif
