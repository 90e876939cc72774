/*
 * Inside lib/draw: how trails look, in the plane and on a relief: a colour and
 * a dash for each, and a form for each kind of place.
 */
#ifndef DRAW_TRAIL_MARK_H
#define DRAW_TRAIL_MARK_H

#include "draw/trail.h"

/* What stands at a place of a trail; none is told from another by colour. */
enum trail_form { TRAIL_DOT, TRAIL_DROP, TRAIL_START, TRAIL_END };

/* Opens a path for trail number i of n: beneath its line lies a halo. */
void trail_halo(struct svg *svg);
void trail_stroke(struct svg *svg, size_t i, size_t n);

/* A mark of trail number i of n, of which many are drawn smaller. */
struct trail_pen {
	struct svg *svg;
	size_t i, n;
	int many;
};
void trail_mark(
    const struct trail_pen *pen, enum trail_form form, struct xy at);

/* That of a network alone. */
void trail_network(const struct trail_pen *pen, struct xy at);

/* Over how many checkpoints dots are smaller. */
int trail_is_long(const struct trail *trail);

/*
 * Calls mark for each form that place k of the trail has, in the order in which
 * they are drawn over each other: 0, 1, ... are the layers of the whole trail.
 */
enum { TRAIL_LAYERS = 3 };
int trail_has(
    const struct trail *trail, size_t k, int layer, enum trail_form *form);

/*
 * Takes the part of p..q, where a value rises by d from v, that lies within lo
 * and hi.  Returns 0 when nothing does.
 */
struct trail_part {
	double from, to;
};
int trail_cut(
    const double range[2], double v, double d, struct trail_part *part);

#endif
