/*
 * Curves along one axis: the loss on the left, the accuracy on the right.
 */
#ifndef DRAW_CURVES_H
#define DRAW_CURVES_H

#include "draw/colour.h"
#include "draw/legend.h"
#include "draw/plot.h"

/*
 * Sets the range of plot from n curves; with log, from the positive values
 * only. Returns 0, or -1 when no left value can be drawn.
 */
int curves_range(const struct curve *curves, size_t n, int log,
    struct plot *plot, struct error *err);

/*
 * Draws the curves without axes; with right, also the right values, on an axis
 * that runs from 0 to 100.
 */
void curves_draw(struct svg *svg, const struct plot *plot,
    const struct curve *curves, size_t n, int right);

/* The colour of curve i of n on the left axis. */
struct colour curves_colour(const struct curve *curves, size_t n, size_t i);

/* What is said of the intervals around the curves; NULL: there are none. */
const char *curves_note(const struct curve *curves, size_t n);

/* One curve's left values as a thin line, without axes. */
void curves_draw_thin(struct svg *svg, const struct plot *plot,
    const struct curve *curve, struct colour colour);

/* Adds what a legend says of them; right_label may be NULL. */
int curves_keys(struct legend_keys *keys, const struct curve *curves, size_t n,
    const char *left_label, const char *right_label, struct error *err);

#endif
