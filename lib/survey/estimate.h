/*
 * Numbers with their errors, and whether one is less than another.
 */
#ifndef SURVEY_ESTIMATE_H
#define SURVEY_ESTIMATE_H

#include <stdbool.h>

#include "base/text.h"
#include "survey/terrain.h"

/*
 * A number, and where it lies at 95 %: two standard errors to either side, or
 * what else is known.  hi is infinite for one of which a lower bound is known.
 * Equal to value: exact.  NaN value: there is none.
 */
struct estimate {
	double value, lo, hi;
	/* How far each group of images would have it off, where that is known.
	 */
	bool grouped;
	double by[GROUPS], shrink;
};

struct estimate estimate_exact(double value);
struct estimate estimate_between(double value, double lo, double hi);

/* A standard error of NaN (not known) is taken for 0. */
struct estimate estimate_of(
    double value, const struct influence *error, double shrink);

enum outcome {
	OUTCOME_HOLDS,
	OUTCOME_FAILS,     /* it is the other way round */
	OUTCOME_UNDECIDED, /* the difference is within its error */
	OUTCOME_VOID       /* nothing was learned, or there is no number */
};

/* "holds" "does not hold" "not distinguishable" "void" */
extern const char *const outcome_words[];

/*
 * How far apart two numbers may seem though b is not above (up), or not below
 * (down) a: the root of the sum of the squares of both errors, each on the side
 * that matters.  paired: both are of the same images; where their groups are
 * known, what these have in common drops out.
 */
struct margin {
	double up, down;
};

struct margin estimate_margin(
    const struct estimate *a, const struct estimate *b, bool paired);

/* Is a less than b, with this margin? */
enum outcome estimate_less(const struct estimate *a, const struct estimate *b,
    const struct margin *margin);

/* "1.42 [1.3, 1.54]", "at least 0.8", "unknown"; "1.42 [?, ?]": how well it is
 * known cannot be told. */
void estimate_print(const struct estimate *e, struct text *out);

#endif
