/*
 * Lines of equal height and the regions above them, by marching squares.
 *
 * Heights vary linearly along the edges of a cell; a saddle is decided by the
 * mean of its four corners.  A cell with a NaN corner does not exist.  Every
 * crossing of an edge is computed once, so lines and regions of neighbouring
 * cells meet in the same bits: there are no seams.  Of nested levels, the
 * regions are nested too.
 */
#ifndef DRAW_ISOLINE_H
#define DRAW_ISOLINE_H

#include "base/error.h"
#include "draw/surface.h"

/* Points first .. first + n - 1 of a set; a closed one returns to its first. */
struct line {
	size_t first, n;
	int closed;
};

struct line_set {
	struct xy *points;
	size_t n_points, room_points;
	struct line *lines;
	size_t n, room;
};

/*
 * Appends to out (starts as {0}) the lines where the surface has the height
 * level, higher ground on their left.  An open line ends at the border of the
 * grid or at a cell that does not exist.  Heights are finite or NaN.  Returns
 * 0, or -1 for want of memory.
 */
int isoline_trace(const struct drawn_surface *surface, double level,
    struct line_set *out, struct error *err);

/*
 * Appends the closed outlines of the region whose height is at least level:
 * counter-clockwise around ground, clockwise around holes.  -INFINITY gives all
 * cells that exist.
 */
int region_trace(const struct drawn_surface *surface, double level,
    struct line_set *out, struct error *err);

void line_set_free(struct line_set *set);

#endif
