/*
 * A surface seen from the side, as in the paper's figure 1: coloured by height,
 * lightly shaded, hidden parts hidden.
 */
#ifndef DRAW_RELIEF_H
#define DRAW_RELIEF_H

#include "base/error.h"
#include "draw/hill.h"
#include "draw/trail.h"

/* Which of the marks the surface hides, and of trails' points how many. */
struct relief_hidden {
	bool centre, best;
	struct trail_count trails;
};

/*
 * Draws the surface inside plot's rectangle, with its centre and its best point
 * (draw/plane.h) marked and trails on it, but for what of them it hides.
 * Heights above scale->top are cut to a plateau there; cells that lack a value
 * are holes.  Returns 0 or -1.
 */
struct relief_task {
	const struct drawn_surface *surface;
	const struct scale *scale;
	struct relief_view view;
	const char *labels[3]; /* of x, y, z; NULL: stands elsewhere */
	double ratio;          /* of the box: how long along y, over x; 0: 1 */
	int highest;
	double room; /* left of the plot: texts reach no farther */
};
int relief_draw(struct svg *svg, const struct plot *plot,
    const struct relief_task *task, struct relief_hidden *hidden,
    struct error *err);

/*
 * How many lines the labels of x and y take along the edges of a box in the
 * plot, 1 or 2; 0: they do not fit.
 */
int relief_label_lines(const struct plot *plot, const struct relief_task *task);

#endif
