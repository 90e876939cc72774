/*
 * How many images a point needs (evalgrid --error).
 *
 * All points of a surface take the images in one order (dataset_shuffle), and
 * each is looked at when it has 256, 320, 384, 448, 512, 640, ... of them: 64
 * ceil(4 2^(k/4)), in the end all.  It ends at the first look at which its
 * standard error is small enough.  The looks do not depend on what is asked
 * for, so that a point that is continued to a smaller error ends where it would
 * have ended at once, and a look costs at most a fifth more images than needed.
 *
 * The half-width is three standard errors.  Under the normal approximation the
 * losses at the looks are a Brownian motion over n / (N - n) (N images in all),
 * and the largest of their deviations in standard errors exceeds 3 with a
 * probability of 3 % for N = 10,000, 4 % for 60,000 and 6 % for 1,300,000: a
 * repeated significance test with a constant boundary (Pocock, Biometrika 64,
 * 1977; Armitage, McPherson and Rowe, JRSS A 132, 1969), so that it holds at
 * whichever look a point ends, for whatever reason.
 *
 * What no image so far shows cannot be estimated from them: near a trained
 * minimum half of the loss may stand in one image of a hundred.  A relative
 * error guards itself, since such losses have a large one, but the floor does
 * not.  So the half-width (and the floor, which is held against it) counts one
 * image more that is as bad as the worst, or has three times the loss of
 * chance.
 */
#ifndef EVALUATE_LOOK_H
#define EVALUATE_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "evaluate/score.h"
#include "model/accuracy.h"
#include "net/loss.h"

struct look_rule {
	double error;  /* standard error over loss that suffices; 0: all images
			*/
	double floor;  /* or a standard error that does; NaN: look_settle */
	double chance; /* loss of a network that knows nothing; 0: not known */
};

/* "2%", "0.02", "2%,floor=0.001". */
int look_parse(const char *text, struct look_rule *rule, struct error *err);

/*
 * Fills chance for a loss over classes, and a floor that nobody gave: error
 * times a twenty-fifth of chance.  A loss below that, 0.092 for the
 * cross-entropy of ten classes and less than the lowest line of most pictures,
 * is asked for as if it were that.  No floor where chance is not known.
 */
void look_settle(struct look_rule *rule, enum loss_kind loss, size_t classes);

/* Images at the next look when there were n of total; all without a rule. */
int64_t look_next(const struct look_rule *rule, int64_t n, int64_t total);

/* The interval of the accuracy, in percent: Wilson's, at three, with the factor
 * of a finite population. */
struct accuracy_interval look_accuracy(
    const struct score *score, int64_t total);

/*
 * What a point says of itself, in a score or in a record: its loss on the first
 * n of total images, standard error, and half of the 95 % interval.  The latter
 * are 0 for all images.
 */
struct look_state {
	double loss, se, half;
	int64_t n;
	bool anchored; /* with the help of anchors (anchor.h) */
};

struct look_state look_state(
    const struct look_rule *rule, const struct score *score, int64_t total);

/*
 * Does it need no more images?  One whose loss is not finite does not, where
 * there is a rule.  With anchors the half-width, too, must be small enough, at
 * most thrice what three standard errors would be: images whose losses the
 * anchors foretell badly may not have come yet.
 */
bool look_suffices(const struct look_rule *rule, const struct look_state *state,
    int64_t total);

/*
 * Images that a loss with that spread takes for the rule, looks counted in: on
 * average a tenth more than give the standard error, never more than total.
 */
int64_t look_images(
    const struct look_rule *rule, const struct score *score, int64_t total);

#endif
