/*
 * What a program that draws surfaces from the side offers: where the eye is,
 * and the light.
 */
#ifndef CMD_VIEW_H
#define CMD_VIEW_H

#include "base/options.h"
#include "draw/hill.h"

/* Its rows: they change the view. */
void view_options_add(struct option_table *table, struct relief_view *view);

#endif
