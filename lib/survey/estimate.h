/*
 * Numbers with their errors, and whether one is less than another.
 */
#ifndef SURVEY_ESTIMATE_H
#define SURVEY_ESTIMATE_H

#include "base/text.h"

/*
 * A number, and where it lies at 95 %: two standard errors to either side, or
 * what else is known.  hi is infinite for one of which a lower bound is known.
 * Equal to value: exact.  NaN value: there is none.
 */
struct estimate {
	double value, lo, hi;
};

struct estimate estimate_exact(double value);

/* A standard error of NaN (not known) is taken for 0. */
struct estimate estimate_of(double value, double error);

enum outcome {
	OUTCOME_HOLDS,
	OUTCOME_FAILS,     /* it is the other way round */
	OUTCOME_UNDECIDED, /* the difference is within its error */
	OUTCOME_VOID       /* nothing was learned, or there is no number */
};

/* "holds" "does not hold" "not distinguishable" "void" */
extern const char *const outcome_words[];

/*
 * Is a less than b?  The difference is judged by the root of the sum of the
 * squares of both errors, each on the side that matters.
 */
enum outcome estimate_less(const struct estimate *a, const struct estimate *b);

/* "1.42 [1.3, 1.54]", "at least 0.8", "unknown". */
void estimate_print(const struct estimate *e, struct text *out);

#endif
