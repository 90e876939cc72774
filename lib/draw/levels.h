/*
 * Which heights to draw and where to put the ticks of an axis.
 */
#ifndef DRAW_LEVELS_H
#define DRAW_LEVELS_H

#include <stddef.h>

#include "base/error.h"

enum { LEVELS_MAX = 512, LEVEL_TEXT_BYTES = 32 };

/* Increasing values. */
struct levels {
	size_t n;
	double v[LEVELS_MAX];
};

/*
 * Reads "paper" (0.1:10:0.5, the levels of the paper's figures) or a
 * comma-separated, increasing list of numbers and lo:hi:step ranges (lo, lo +
 * step, ... up to hi).  Returns 0 or -1.
 */
int levels_parse(const char *text, struct levels *out, struct error *err);

/*
 * The multiples of 1, 2 or 5 times a power of ten inside [lo, hi], with a step
 * that gives about want of them.
 */
void levels_linear(double lo, double hi, int want, struct levels *out);

/* The same of an axis: two at least, since one number is no scale. */
void levels_ticks(double lo, double hi, int want, struct levels *out);

/*
 * Do values from lo to hi differ by less than their texts can say, and than
 * sums of single precision are good for?
 */
int levels_flat(double lo, double hi);

/*
 * 1-2-5 steps on a log scale inside [lo, hi], 0 < lo: 0.1, 0.2, 0.5, 1, ...;
 * only the decades (or each second, third, ... of them) when these would be
 * more than about want.
 */
void levels_log(double lo, double hi, int want, struct levels *out);

/*
 * The levels of a picture of values in [lo, hi]: 1-2-5 steps on a log scale
 * unless they would be fewer than four, then linear ones.  They lie inside
 * [lo, hi]; with cover the first step above hi is added, so that no value is
 * beyond the last.
 */
void levels_default(
    double lo, double hi, int log, int cover, struct levels *out);

/* Adds the powers of ten above the last of some levels, up to hi. */
void levels_add_decades(struct levels *levels, double hi);

/*
 * v as people write it, in UTF-8: 0.05, 200, 10⁵, 2·10⁵, with a real minus
 * sign.  Returns text.
 */
char *level_text(double v, char text[LEVEL_TEXT_BYTES]);

/* The same of v rounded to four digits. */
char *level_text_short(double v, char text[LEVEL_TEXT_BYTES]);

#endif
