/*
 * Inside lib/draw: what stands under a panel with a surface: the keys of its
 * marks, its legend, captions and notes.
 */
#ifndef DRAW_BELOW_H
#define DRAW_BELOW_H

#include "draw/picture.h"
#include "draw/scale.h"

struct below_common;
struct below {
	const struct picture *picture;
	const struct drawn_surface *surface;
	const struct scale *scale;
	struct relief_hidden hidden;
	int axes; /* the labels of the axes stand here, as captions */
	const struct below_common *common;
};

/* The surfaces with the captions that hold for them; the caller frees it. */
struct drawn_surface *below_settle(const struct drawn_surface *surfaces,
    size_t n, const struct scale *scale, struct error *err);

/*
 * What stands below all panels instead, because it is the same for all (NULL:
 * it is not).  Borrowed from the surfaces.
 */
struct below_common {
	const char *captions[CAPTIONS_MAX];
	const char *x_label, *y_label; /* of reliefs */
};
struct below_common below_common_find(
    const struct drawn_surface *surfaces, size_t n, int axes);
double below_common_height(const struct below_common *common, double width);
void below_common_draw(const struct below_common *common, struct svg *svg,
    double left, double top, double width);

/* Its height in lines of this width. */
double below_height(const struct below *below, double width);

void below_draw(const struct below *below, struct svg *svg, double left,
    double top, double width);

#endif
