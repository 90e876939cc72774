/*
 * What a run would cost, and how many images it needs, from two points.
 */
#ifndef EVALUATE_ESTIMATE_H
#define EVALUATE_ESTIMATE_H

#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "evaluate/evaluate.h"

enum { ESTIMATE_ERRORS = 4, ESTIMATE_PLACES = 9 };

/* A standard error, and the images of all data sets that a point takes for it
 * on average. */
struct error_cost {
	double error, images;
};

struct run_cost {
	double seconds;         /* of one point on all images of the run */
	double start;           /* of a program of --exec, until it answers */
	int64_t centre, corner; /* images for a standard error of 5 % there */
	/* 5, 2 and 1 %, and the evaluation's own if it is another. */
	struct error_cost error[ESTIMATE_ERRORS];
	int errors;
	struct score centre_score, corner_score;
};

/*
 * Evaluates the data sets, or the program, at `centre` and at `corner` and
 * times it; scores are those of the first set.  The number of images follows
 * from the spread of their losses, n = (sd / (0.05 loss))^2, and of all images,
 * which it never exceeds; 0 where the loss is not finite.  What a stated error
 * costs follows from looks at places, n of them (at most ESTIMATE_PLACES),
 * which are spread over the run: for that its images should be in the order of
 * looks (dataset_shuffle).  Of a program only if it is asked for a stated
 * error: what knows no ranges of images could not answer.
 */
int estimate_run(const struct evaluation *evaluation,
    const struct place *centre, const struct place *corner,
    const struct place *places, int n, struct run_cost *estimate,
    struct error *err);

/*
 * Recomputes the statistics of the centre once: how long it takes, and the
 * memory for it.  For evaluations whose norms are recomputed.
 */
int estimate_norms(const struct evaluation *evaluation, double *seconds,
    size_t *bytes, struct error *err);

/*
 * Appends what plan_describe says, with the times of the first block of the
 * first data set at the centre.
 */
int estimate_plan(
    const struct evaluation *evaluation, struct text *out, struct error *err);

#endif
