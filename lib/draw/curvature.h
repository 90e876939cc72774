/*
 * Pictures of hessgrid's points (section 6 of the paper): what a panel has
 * beside its values, and lines of equal eigenvalue over a loss.
 */
#ifndef DRAW_CURVATURE_H
#define DRAW_CURVATURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "draw/plot.h"
#include "draw/surface.h"

struct points;

/* Cells whose ratio may be off by more than this are hatched. */
#define CURVATURE_BOUND 0.01

/* "signed_ratio" is min_eig / max_eig where the point has a ratio. */
bool curvature_value(
    const struct points *points, int64_t index, const char *field, double *out);

/* What a field of hessgrid's is called in pictures; others: the name itself. */
const char *curvature_label(const char *field);

struct curvature_layer {
	unsigned char
	    *doubtful; /* of a ratio: 1 where its bound is too large */
	double *over;  /* smallest eigenvalues, NaN where unknown */
};

/*
 * Fills both from the points of a rep and data set, in the order of a surface;
 * they stay NULL when no point has an eigenvalue.  Free the arrays with free.
 */
int curvature_layer_make(struct curvature_layer *layer,
    const struct points *points, int rep, int set, const char *field,
    struct error *err);

/* Appends what a subset does to eigenvalues to the text that names it. */
void curvature_subset(const char *field, char *text, size_t room);

/* Labelled lines of equal surface->over, black, that of 0 thicker. */
int curvature_lines(struct svg *svg, const struct plot *plot,
    const struct drawn_surface *surface, struct error *err);

#endif
