/* Inside lib/surface: how point.c and point_images.c share a point. */
#ifndef SURFACE_POINT_INTERNAL_H
#define SURFACE_POINT_INTERNAL_H

#include "surface/point.h"

/* Which point a header is of, held against the grid. */
int point_read_place(struct point_place *place, const struct grid *grid,
    const struct value *header, struct error *err);

#endif
