/*
 * A heat map: the surroundings of each point in the colour of its value.
 */
#ifndef DRAW_HEAT_H
#define DRAW_HEAT_H

#include "base/error.h"
#include "draw/plot.h"
#include "draw/scale.h"

/* The border between grid lines i - 1 and i of n, outer ones included. */
double heat_border(const double *at, int n, int i);

/* Draws the surface into plot, without axes.  Returns 0 or -1. */
int heat_paint(struct svg *svg, const struct plot *plot,
    const struct drawn_surface *surface, const struct scale *scale,
    struct error *err);

#endif
