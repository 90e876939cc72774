/*
 * Painting a hill, the far parts first.
 */
#ifndef DRAW_PATCHES_H
#define DRAW_PATCHES_H

#include "draw/hill.h"

/* Paints the surface, coloured by height and shaded by the light. */
void patches_draw(const struct hill *hill);

#endif
