/*
 * Histograms of weights in one plot, one over the other, as in figure 2 of the
 * paper; the legend names each model with the norm of what was counted.
 */
#ifndef DRAW_HISTOGRAMS_H
#define DRAW_HISTOGRAMS_H

#include "draw/naming.h"
#include "draw/picture.h"
#include "model/histogram.h"

/*
 * Appends the SVG of a list that is not empty.  Where all have the same bins
 * the height is the number of weights in a bin, otherwise their share per unit
 * of weight.  Those of one panel title share a panel.  Of picture, log, title,
 * desc, paper, columns and letters count.  Fails when nothing lies in
 * any bin.
 */
int histograms_draw(const struct picture *picture,
    const struct histogram_list *list, const struct naming_panels *panels,
    struct text *out, struct error *err);

#endif
