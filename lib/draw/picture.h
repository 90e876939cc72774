/*
 * A whole picture: title, panels with axes, one colour bar, keys.
 */
#ifndef DRAW_PICTURE_H
#define DRAW_PICTURE_H

#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "draw/levels.h"
#include "draw/relief.h"
#include "draw/surface.h"

enum picture_style {
	PICTURE_LINES,
	PICTURE_FILLED,
	PICTURE_HEAT,
	PICTURE_SURFACE,
};

struct picture {
	enum picture_style style;
	int log;              /* a log scale of values */
	int highest;          /* the best value is the highest: accuracy */
	int band;             /* curves of a group as one (draw/band.h) */
	struct levels levels; /* none: from the data */
	double lo, hi;        /* lo < hi: the range of values */
	enum colour_map map;
	double limit; /* values above are cut or hatched; NaN: none */
	struct relief_view view;
	const char *title;       /* shown above and in <title>, or NULL */
	const char *desc;        /* how the picture was made, for <desc> */
	const char *z_label;     /* of the values */
	const char *right_label; /* of curves, or NULL */
	struct paper paper;
	struct {
		double lo, hi; /* lo < hi: of curves; infinite: from the data */
	} range;
	int64_t columns; /* of panels; 0: as is good */
	int letters;     /* panels have letters: (a), (b) */
	int equal;       /* both axes of a surface in one scale */
};

/*
 * Appends the SVG of n surfaces (n > 0), side by side in rows, with one scale.
 * Returns 0 or -1; what was appended by then is no picture.
 */
int picture_surfaces(const struct picture *picture,
    const struct drawn_surface *surfaces, size_t n, struct text *out,
    struct error *err);

#endif
