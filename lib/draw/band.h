/*
 * Curves along several directions as one: a band from the lowest to the
 * highest, their mean, and each of them as a thin line.  Is it only this
 * direction?
 */
#ifndef DRAW_BAND_H
#define DRAW_BAND_H

#include "base/error.h"
#include "draw/plot.h"
#include "draw/surface.h"
#include "draw/svg.h"

/* One group of curves. */
struct band {
	size_t group, members;
	double *lo, *hi;      /* of the values that are finite; NaN: none */
	double *mean, *right; /* NaN where one of them is not finite */
};

struct bands {
	struct band *item;   /* owned */
	struct curve *means; /* one per band; texts and x borrowed */
	size_t n;
	char caption[160]; /* what is drawn, and of how many directions */
};

/*
 * Gathers n curves by their group.  -1 when no group has two.  bands is {0}
 * before; bands_free in any case.
 */
int bands_make(struct bands *bands, const struct curve *curves, size_t n,
    struct error *err);
void bands_free(struct bands *bands);

/*
 * The bands of those means that are shown (none without a band) and the thin
 * lines of theirs among curves; the means are drawn as curves over them.
 */
void bands_draw(struct svg *svg, const struct plot *plot,
    const struct bands *bands, const struct curve *shown, size_t n_shown,
    const struct curve *curves, size_t n);

#endif
