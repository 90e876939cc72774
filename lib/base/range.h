/*
 * Coordinates along an axis: "lo:hi:num", numpy's linspace, both ends included.
 */
#ifndef BASE_RANGE_H
#define BASE_RANGE_H

#include <stdint.h>

#include "base/error.h"

enum { RANGE_NUM_MAX = 100000 };

/* num 0 in a grid: the axis is there, all its points were requested. */
struct range {
	double lo, hi;
	int64_t num;
};

int range_parse(
    const char *text, const char *what, struct range *range, struct error *err);

/*
 * Finite bounds; of two and more coordinates, lo below hi, and each above the
 * one before it.  what names the range.
 */
int range_check(const struct range *range, const char *what, struct error *err);

/* Coordinate i, in numpy's arithmetic: lo + i * step, the last exactly hi. */
double range_at(const struct range *range, int64_t i);

#endif
