/*
 * From heights to levels, bands and colours: one scale serves all panels of a
 * picture and its colour bar.
 */
#ifndef DRAW_SCALE_H
#define DRAW_SCALE_H

#include "base/error.h"
#include "draw/colour.h"
#include "draw/levels.h"
#include "draw/surface.h"

struct scale {
	int log;         /* heights are compared by their logarithm */
	size_t surfaces; /* whose scale it is */
	double lo, hi;   /* of the finite values; lo > 0 when log */
	double top;      /* what lies above is hatched */
	int flat; /* values differ by rounding alone: one level, one height */
	size_t finite;       /* how many are */
	int beyond;          /* some values do */
	int no_number;       /* some are NaN */
	int missing;         /* some were never computed */
	int doubtful;        /* some are hatched over */
	enum colour_map map; /* the caller's; viridis */
	struct levels levels;
};

/*
 * The scale of n surfaces.  given: the levels, or NULL (or none) for those of
 * levels_default; bands: these reach above the highest value.  limit: heights
 * above it are beyond; NaN for no limit.  log
 * needs one positive value; others are drawn as the smallest positive one.
 * Returns 0, or -1 when no surface holds a finite value (or, with log, a
 * positive one).
 */
int scale_make(const struct drawn_surface *surfaces, size_t n, int log,
    int bands, const struct levels *given, double limit, struct scale *out,
    struct error *err);

/*
 * Gives it the range lo..hi: what lies above hi is beyond, what lies below lo
 * looks like lo.
 */
void scale_fix(struct scale *scale, const struct drawn_surface *surfaces,
    size_t n, double lo, double hi);

/* What interpolation works on: z or its logarithm, finite; NaN stays NaN. */
double scale_height(const struct scale *scale, double z);

/*
 * surface with every z as a height; the caller frees *heights, which the result
 * borrows.  NULL in *heights: no memory.
 */
struct drawn_surface scale_surface(const struct scale *scale,
    const struct drawn_surface *surface, double **heights, struct error *err);

/* Does the surface have a value above top? */
int scale_exceeded(
    const struct scale *scale, const struct drawn_surface *surface);

/*
 * Do its colours say the sign alone, as light below 0 as above it?  Then what
 * is below 0 has a dash.
 */
int scale_is_signed(const struct scale *scale);

/* The place of z between lo and top, 0..1. */
double scale_part(const struct scale *scale, double z);

/* Of a continuous picture; of the band below level k; of the line of level k.
 */
struct colour scale_colour(const struct scale *scale, double z);
struct colour scale_band_colour(const struct scale *scale, size_t k);
struct colour scale_line_colour(const struct scale *scale, size_t k);

#endif
