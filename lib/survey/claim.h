/*
 * Is one number less than another?  Each has an error, and so has their
 * difference; of networks that have learned nothing it says nothing.
 */
#ifndef SURVEY_CLAIM_H
#define SURVEY_CLAIM_H

#include "survey/survey.h"

/* What surveys can be compared by. */
enum measure {
	MEASURE_ERROR,     /* 100 - accuracy at the centre, binomial */
	MEASURE_LOSS,      /* at the centre */
	MEASURE_SHARPNESS, /* rise within 0.5; pointwise */
	/* Mean of the half-axes to 0.1 above the centre; one that is open, or
	 * ends at a place without a number, counts as so far at least. */
	MEASURE_WIDTH,
	/* Share of the inner points that bend down, with those of which it
	 * cannot be told as error. */
	MEASURE_BENDS,
	/* Mean of |min/max| over the half of the points with the lowest
	 * losses, with the mean of its bounds (hessgrid). */
	MEASURE_CURVATURE,
	/* On the line between two models, how far from x = 0 or 1 away from
	 * the other the loss stays within 0.1. */
	MEASURE_OUTWARD,
	/*
	 * The mean rise at a radius over random directions, each of which
	 * (an axis of a set) counts for itself; Student's t at 95 %.
	 */
	MEASURE_EXPECTED,
	/* Of the line between two models: its height, the highest loss. */
	MEASURE_BARRIER,
	MEASURE_HIGHEST,
	MEASURE_VALUES /* numbers that were given */
};
extern const char *const measure_words[]; /* NULL-terminated */

/* A network's surveys: one per direction set. */
struct side {
	const struct survey *const *survey;
	int n;
	int end; /* of MEASURE_OUTWARD: x, 0 or 1 */
	/* Of MEASURE_EXPECTED and SHARPNESS: which of survey_radii, counted
	 * from the middle one. */
	int radius;
	struct estimate given; /* of MEASURE_VALUES */
};

/*
 * The mean over the direction sets.  Of several sets the error is that of the
 * images, which they share, and of the mean over sets: Student's t at 95 %.
 */
struct estimate side_measure(const struct side *side, enum measure measure);

enum { CLAIM_BYTES = 512 };

struct claim {
	enum outcome outcome;
	struct estimate a, b;
	char why[CLAIM_BYTES]; /* of OUTCOME_VOID, else empty */
	bool unknown;          /* whether both have learned something */
	bool pointwise;        /* errors are those of each point alone */
};

/*
 * Is the measure of a less than that of b?  Void when one of them has learned
 * nothing.  Direction sets of the same seeds are compared pair by pair, and so
 * are images, by groups, where both used the same and points tell of groups
 * (evalgrid --groups).  Without them the difference is known at least as well
 * as it is taken to be.
 */
void claim_judge(struct claim *claim, const struct side *a,
    const struct side *b, enum measure measure);

/* What a claim looks like, as text and as JSON. */
extern const struct output_kind claim_kind, claim_json_kind;

/* "holds: 1.42 [1.3, 1.54] < 13.3 [12, 15]", with a reason behind it. */
void claim_print(const struct claim *claim, struct text *out);
void claim_print_json(
    const struct claim *claim, enum measure measure, struct text *out);

#endif
