/*
 * What points and listed records say of themselves, as facts (draw/facts.h).
 */
#ifndef DRAW_NAMING_H
#define DRAW_NAMING_H

#include "draw/facts.h"
#include "stream/listing.h"
#include "surface/points.h"

enum { NAMING_BYTES = 3 * FACT_BYTES };

/*
 * Fills facts, {0} before, with those of a direction set and a data set:
 * label (the model's, else its architecture), set, seed, norm, kind, over,
 * ignore, loss, acc and error of the network itself where it is a point of the
 * grid, images, range, file and run.
 */
int naming_facts(struct facts *facts, const struct points *points, int rep,
    int set, struct error *err);

/* Names of listed records (stream/listing.h): starts as {0}; free in any case.
 */
struct naming {
	size_t n;
	struct facts *facts;
	char (*label)[NAMING_BYTES]; /* told apart */
	char (*title)[NAMING_BYTES]; /* of the panel; "" without panels */
};

/* What of each record becomes a panel of its own. */
struct naming_panels {
	bool wanted;
	const char *pattern; /* facts_title; NULL: the label */
};

int naming_make(struct naming *naming, const struct listed *from,
    const struct naming_panels *panels, struct error *err);
void naming_free(struct naming *naming);

#endif
