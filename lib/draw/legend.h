/*
 * A pen that writes a legend's entries, one beside the other, in rows.
 */
#ifndef DRAW_LEGEND_H
#define DRAW_LEGEND_H

#include "draw/svg.h"

/* Space of an entry's sample, and from row to row. */
#define LEGEND_SAMPLE 22.0
#define LEGEND_ROW 15.0

struct legend {
	struct svg *svg; /* NULL: only measures */
	double left, width, x, y;
};

/*
 * Takes the place of the next entry and writes its text.  Returns 1 when there
 * is a page: its sample belongs to the LEGEND_SAMPLE pixels from *at on.
 */
int legend_entry(struct legend *legend, const char *text, struct xy *at);

#endif
