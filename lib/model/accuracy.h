/*
 * The accuracy that a checkpoint notes, and whether one that was measured fits
 * it: a wrong input constant, architecture or data set shows there first.
 */
#ifndef MODEL_ACCURACY_H
#define MODEL_ACCURACY_H

#include <stdbool.h>
#include <stdint.h>

#include "stream/value.h"

/*
 * The accuracy that meta (a model's metadata, or NULL) notes under one of the
 * usual names, from 0 to 100 and as it stands there: of at most 1 it may be a
 * share.  False, with *acc as it was, when it notes none.
 */
bool accuracy_noted(const struct value *meta, double *acc);

/* An accuracy that was measured, in percent. */
struct accuracy {
	double acc;
	int64_t n;       /* images; 0: not known */
	const char *set; /* name of the data set */
	bool recomputed; /* with other batch norms than the checkpoint's */
};

enum accuracy_fit {
	ACCURACY_FITS,
	ACCURACY_DIFFERS, /* for which there may be a good reason */
	ACCURACY_WRONG
};

/*
 * The binomial standard error of an accuracy of n images, in percent, of acc
 * percent; one image more that is right and one that is wrong give 0 and 100 %
 * an error, too.
 */
double accuracy_error(double acc, int64_t n);

/*
 * Where the accuracy on all images lies when it is acc percent on n of them, a
 * random part, n below total: Wilson's interval of so many standard errors, for
 * a finite population.
 */
struct accuracy_interval {
	double lo, hi;
};
struct accuracy_interval accuracy_interval(
    double acc, int64_t n, int64_t total, double errors);

/*
 * Does it fit *noted?  Not when it is off by more than 3 points and by more
 * than 3 standard errors that the noted accuracy has on so many images (of how
 * many it was noted is not known).  The noted accuracy is one of test images:
 * more is no surprise on others.  NaN fits.  *noted becomes the reading in
 * percent that is nearer.
 */
enum accuracy_fit accuracy_compare(
    const struct accuracy *measured, double *noted);

/* What to ask of one that does not fit: the end of a sentence. */
const char *accuracy_question(
    const struct accuracy *measured, enum accuracy_fit fit);

#endif
