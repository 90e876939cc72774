/*
 * How a curve is drawn, in a plot and in its legend: a colour is never all that
 * tells two apart.
 */
#ifndef DRAW_STROKE_H
#define DRAW_STROKE_H

#include "draw/colour.h"
#include "draw/isoline.h"
#include "draw/svg.h"

struct stroke {
	struct colour colour;
	double width;
	int dashed; /* 0: solid, else the number of a pattern, from 1 */
	int marker; /* 0: none, else the number of a shape, from 1 */
};

/*
 * The stroke of curve number i among several: a colour and a shape, of which
 * 42 pairs differ.
 */
struct stroke stroke_of_number(int i);

/* The attribute of its dashes, after a blank; empty when it is solid. */
const char *stroke_dashes(struct stroke stroke);

/* Opens a path of lines, without the marker; svg_path_end closes it. */
void stroke_path(struct svg *svg, struct stroke stroke);

/* The marker alone, if there is one. */
void stroke_marker(struct svg *svg, struct stroke stroke, struct xy at);

#endif
