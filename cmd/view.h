/*
 * What is seen of a drawing: for surfaces from the side, where the eye is and
 * the light; for curves, the range of their values.
 */
#ifndef CMD_VIEW_H
#define CMD_VIEW_H

#include "base/options.h"
#include "draw/hill.h"

/* Its rows: they change the view. */
void view_options_add(struct option_table *table, struct relief_view *view);

/*
 * The value of --range, "LO:HI" of which either may be missing, into target, a
 * double[2] whose ends are infinite then.
 */
int view_parse_range(void *target, const char *value, struct error *err);

#endif
