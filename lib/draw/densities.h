/*
 * Densities of eigenvalues as curves over each other, on a log scale, as in
 * Ghorbani et al. (arXiv 1901.10159).
 */
#ifndef DRAW_DENSITIES_H
#define DRAW_DENSITIES_H

#include "curvature/density.h"
#include "draw/naming.h"
#include "draw/picture.h"

/*
 * Appends the SVG of a list that is not empty.  The scale ends at a tenth of
 * the peak that one eigenvalue of multiplicity one makes: below it nothing is.
 * Those of one
 * panel title share a panel.  Of picture, title, desc, paper, columns
 * and letters count.
 */
int densities_draw(const struct picture *picture,
    const struct density_list *list, const struct naming_panels *panels,
    struct text *out, struct error *err);

#endif
