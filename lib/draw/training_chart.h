/*
 * Curves of training over epochs: loss, accuracy, learning rate, norm of the
 * weights; several runs in one plot.
 */
#ifndef DRAW_TRAINING_CHART_H
#define DRAW_TRAINING_CHART_H

#include "draw/naming.h"
#include "draw/picture.h"
#include "run/training.h"

/*
 * Appends the SVG of a list that is not empty.  field: "loss", "acc", "error",
 * "lr" or "weight_norm" alone, with the accuracy beside the loss, or NULL for a
 * panel of each that is known.  Of one field, runs of one panel title share a
 * panel.  The axis counts epochs, or steps where a run has several checkpoints
 * in an epoch.  Of picture, log, title, desc, paper, columns, letters and range
 * count.
 */
int training_chart_draw(const struct picture *picture,
    const struct training_list *list, const char *field,
    const struct naming_panels *panels, struct text *out, struct error *err);

#endif
