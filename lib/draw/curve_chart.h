/*
 * A picture of curves: all in one plot, or in panels.
 */
#ifndef DRAW_CURVE_CHART_H
#define DRAW_CURVE_CHART_H

#include "draw/picture.h"

/*
 * Appends the SVG of n curves (n > 0); note may be NULL.  Curves of one panel
 * title share a panel.  With picture->band a group must have several curves.
 */
int curve_chart_draw(const struct picture *picture, const struct curve *curves,
    size_t n, const char *note, struct text *out, struct error *err);

#endif
