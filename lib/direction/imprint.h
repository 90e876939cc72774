/*
 * What a normalisation leaves in a direction.  Whatever the draws were, d_g of
 * each group g of a tensor's elements has the length that the formula gave it:
 * |w_g| after filter normalisation, when the groups are filters.  Others make
 * other groups, or give other lengths; this measures, for one tensor, how far
 * the lengths under every rule are from those that it would give.
 */
#ifndef DIRECTION_IMPRINT_H
#define DIRECTION_IMPRINT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "tensor/tensor.h"

/* Which elements have one norm; of shape k c h w with out_axis 0: */
enum rule {
	RULE_FILTER,  /* those of one output, c h w */
	RULE_LAYER,   /* all of the tensor */
	RULE_INPUT,   /* those of one input, k h w */
	RULE_KERNEL,  /* those of one output and one input, h w */
	RULE_AXIS0,   /* those along axis 0, at one place of the others */
	RULE_AXIS1,   /* along axis 1 */
	RULE_LAST,    /* along the last axis */
	RULE_ELEMENT, /* each for itself */
	RULE_COUNT
};

/* What is the length of each group: a constant times a power of |w_g|. */
enum power { POWER_SAME, POWER_UNIT, POWER_SQUARE, POWER_COUNT };

/* The least and the greatest of |d_g| / (|w_g|, 1, |w_g|^2) over the groups. */
struct extremes {
	double least, most;
	int64_t groups; /* 0: none says anything */
};

/*
 * The numbers that were drawn, freed of their groups' lengths: sum over the
 * groups of the kurtosis (3 for normal numbers, 1.8 for uniform ones, less in
 * small groups) with what normal numbers lead to expect, and of the means in
 * their standard errors.
 */
struct draws {
	double kurtosis, expected, variance;
	double lean;
	int64_t groups;
};

struct imprint {
	bool small;       /* follows `ignore` (normalise_small) */
	bool still;       /* d is zero */
	bool copy;        /* d is w, to the tolerance, and not zero */
	bool w_zero;      /* w is zero */
	int64_t n;        /* elements */
	int64_t n_ratios; /* of them: those where w is not zero */
	double w_squares, d_squares;
	struct extremes span[RULE_COUNT][POWER_COUNT];
	struct draws draws[RULE_COUNT]; /* of groups of two and more */
	/* Of the ratios d / w: sums of squares and of fourth powers. */
	double ratio_squares, ratio_fourths;
};

/*
 * Measures d against w, of t->n elements each, of a tensor of shape t.
 * tolerance: relative, of a copy.  Takes memory for a few numbers per group.
 */
int imprint_measure(struct imprint *imprint, const struct tensor *t,
    const float *w, const float *d, double tolerance, struct error *err);

/* All that a direction that leaves the tensor alone has. */
void imprint_still(
    struct imprint *imprint, const struct tensor *t, const float *w);

/* Every d times a factor of 0 or more, that came later. */
void imprint_scale(struct imprint *imprint, double factor);

/* Makes *to the span of both. */
void extremes_join(struct extremes *to, const struct extremes *span);

/* Groups that the rule makes of the tensor's elements. */
int64_t rule_groups(enum rule rule, const struct tensor *t);

#endif
