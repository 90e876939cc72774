/*
 * Densities of eigenvalues as curves over each other, on a log scale, as in
 * Ghorbani et al. (arXiv 1901.10159).
 */
#ifndef DRAW_DENSITIES_H
#define DRAW_DENSITIES_H

#include "curvature/density.h"
#include "draw/picture.h"

/*
 * Appends the SVG of a list that is not empty.  The scale ends at a tenth of
 * the peak that one eigenvalue of multiplicity one makes: below it nothing is.
 * Of picture, title, desc and paper count.
 */
int picture_densities(const struct picture *picture,
    const struct density_list *list, struct text *out, struct error *err);

#endif
