/*
 * The colour bar: which colour is which height, and what the hatches mean.
 */
#ifndef DRAW_BAR_H
#define DRAW_BAR_H

#include "draw/scale.h"
#include "draw/svg.h"

enum bar_kind {
	BAR_LINES,      /* a stroke per level */
	BAR_BANDS,      /* a box per band */
	BAR_CONTINUOUS, /* a gradient, ticks at round values */
};

/* Fills of what has no colour: markup that svg_path takes. */
#define BAR_BEYOND "fill=\"url(#beyond)\""
#define BAR_DOUBTFUL "fill=\"url(#doubtful)\""
#define BAR_NO_NUMBER "fill=\"url(#no-number)\""

/* The patterns of the two fills; once per document. */
void bar_patterns(struct svg *svg);

/* How wide the numbers of heights are. */
double bar_numbers_width(const struct scale *scale, enum bar_kind kind);

/* Width that a bar of this height needs, with its numbers and its label. */
double bar_width(const struct scale *scale, enum bar_kind kind,
    const char *label, double height);

/* The bar at (left, top), with its keys beneath it inside height. */
void bar_draw(struct svg *svg, const struct scale *scale, enum bar_kind kind,
    const char *label, double left, double top, double height);

#endif
