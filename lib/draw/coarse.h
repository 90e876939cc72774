/*
 * Surfaces are written from coarse to fine (losspipe(5)): of a part of one a
 * coarser grid is whole.  What is not there yet is, level by level, what the
 * cubic (draw/cubic.h) of the coarser grid says of its place, so that lines of
 * the part are as smooth as those of the whole.
 */
#ifndef DRAW_COARSE_H
#define DRAW_COARSE_H

#include "base/error.h"
#include "draw/surface.h"

/* Per point of the grid. */
struct coarse {
	double *heights;     /* finite where there is a point, or NaN */
	double *half, *over; /* NULL or what goes along, linear */
	unsigned char *missing, *filled;
};

/*
 * Fills what is missing between points of coarser levels: it is filled then and
 * no longer missing.  A filled height lies in the range of the corners of its
 * cell of the coarser grid.  Of surface its lines alone are used.  Returns 0,
 * or -1 for want of memory.
 */
int coarse_fill(struct coarse *coarse, const struct drawn_surface *surface,
    struct error *err);

#endif
