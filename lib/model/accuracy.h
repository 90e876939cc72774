/*
 * The accuracy that a checkpoint notes, and whether one that was measured fits
 * it: a wrong input constant, architecture or data set shows there first.
 */
#ifndef MODEL_ACCURACY_H
#define MODEL_ACCURACY_H

#include <stdbool.h>

#include "stream/value.h"

/*
 * The accuracy in percent that meta (a model's metadata, or NULL) notes under
 * one of the usual names; false, with *acc as it was, when it notes none.
 */
bool accuracy_noted(const struct value *meta, double *acc);

/*
 * Is acc, measured, more than 3 points off the noted one?  That is of test
 * images: more is no surprise on others.  NaN is never far.
 */
bool accuracy_is_far(double acc, double noted, bool test);

#endif
