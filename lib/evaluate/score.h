/*
 * What the losses of single images say about a point.
 */
#ifndef EVALUATE_SCORE_H
#define EVALUATE_SCORE_H

#include <stddef.h>
#include <stdint.h>

enum score_status {
	SCORE_OK,
	SCORE_NAN,      /* the loss is not a number */
	SCORE_OVERFLOW, /* the loss is infinite */
	SCORE_BADVAR,   /* a running variance became negative */
	/* of hessgrid, which has a loss all the same: */
	SCORE_CONCAVE,     /* no eigenvalue is above 0 */
	SCORE_UNCONVERGED, /* residuals are larger than asked for */
};

extern const char *const score_status_words[];

/*
 * The images fall into groups, image i into group i modulo their number: what
 * two points have in common on the same images shows in the means of these.
 */
enum { SCORE_GROUPS = 16, SCORE_GROUPED_MIN = 2 * SCORE_GROUPS };

/* What is known of a point on one data set. */
struct score {
	enum score_status status;
	double loss; /* mean over the images */
	double sd;   /* standard deviation of the images' losses, n - 1 */
	double acc;  /* percent of all labels; first maximum wins */
	double most; /* the largest loss of an image */
	double top;  /* share of the sum carried by the top 1 % of the images */
	int64_t n;   /* images */
	/* Points by which the loss was corrected (anchor.h); sd and most are
	   then of what they leave. */
	int anchors;
	/* Of how many images n are, where a program says it; else 0. */
	int64_t total;
	/* Mean losses of the groups; of SCORE_GROUPED_MIN images or more. */
	double group[SCORE_GROUPS];
	const double *losses;    /* of n images, where all were used: borrowed,
				    while the point is taken; or NULL */
	const uint32_t *correct; /* labels found of each of them, likewise */
	char why[160];           /* SCORE_BADVAR: names the tensor */
};

/*
 * Loss, spread and largest loss of n images, and the status.  The accuracy is
 * NaN, and so is sd where the loss is not finite.
 */
void score_measure(struct score *score, const double *losses, int64_t n);

/*
 * Fills score from the losses of n images, in order, and how many of the labels
 * of each were found (correct NULL: nothing is classified, acc becomes NaN).
 * scratch has room for n doubles.
 */
void score_from_losses(struct score *score, const double *losses,
    const uint32_t *correct, size_t labels, int64_t n, double *scratch);

/* A point without a loss: status and reason. */
void score_bad(
    struct score *score, enum score_status status, const char *why, int64_t n);

/* Standard error of the mean for n of total images; 0 for all of them. */
double score_error(const struct score *score, int64_t total);

#endif
