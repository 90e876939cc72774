/*
 * What the losses of single images say about a point.
 */
#ifndef EVALUATE_SCORE_H
#define EVALUATE_SCORE_H

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

/* What is known of a point on one data set. */
struct score {
	enum score_status status;
	double loss; /* mean over the images */
	double sd;   /* standard deviation of the images' losses, n - 1 */
	double acc;  /* percent; first maximum wins */
	double top;  /* share of the sum carried by the top 1 % of the images */
	int64_t n;   /* images */
	char why[160]; /* SCORE_BADVAR: names the tensor */
};

/*
 * Fills score from the losses of n images, in order, and whether each was
 * classified right (correct NULL: nothing is, acc becomes NaN).  scratch has
 * room for n doubles.
 */
void score_from_losses(struct score *score, const double *losses,
    const uint8_t *correct, int64_t n, double *scratch);

/* A point without a loss: status and reason. */
void score_bad(
    struct score *score, enum score_status status, const char *why, int64_t n);

/* Standard error of the mean for n of total images; 0 for all of them. */
double score_error(const struct score *score, int64_t total);

#endif
