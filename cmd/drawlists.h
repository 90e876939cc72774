/* The part of contour for records that are listed: histograms, densities, runs.
 */
#ifndef CMD_DRAWLISTS_H
#define CMD_DRAWLISTS_H

#include "draw/naming.h"
#include "draw/picture.h"
#include "frame.h"

enum drawlist_kind { DRAWLIST_HISTOGRAM, DRAWLIST_DENSITY, DRAWLIST_TRAINING };

struct drawlist {
	enum drawlist_kind kind;
	struct picture picture; /* without desc */
	struct naming_panels panels;
	const char *field; /* of a run of training, or NULL */
	const char *words; /* what desc says of this program */
};

/* Reads n files or standard input and appends their picture. */
int drawlist_draw(const struct drawlist *d, char **paths, int n,
    const struct frame *frame, struct text *svg, struct error *err);

/*
 * Does what is to be read begin with records of a kind, a run being models that
 * say their step?  False also where looking would use something up (pipes).
 */
bool drawlist_guess(char **paths, int n, enum drawlist_kind *kind);

#endif
