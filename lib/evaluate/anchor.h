/*
 * Anchors: points whose losses of single images are known (evalgrid
 * --per-image), near which others are evaluated on a part of the images.
 *
 * Losses of an image at neighbouring points are much alike.  So a point's loss
 * on all images is what a regression of its losses so far on those of the
 * anchors of its cell says of all images: with deviations from means,
 *
 *	loss = mean y + b (all images' mean x - mean x),  b = (x' x)^-1 x' y
 *
 * and its error is that of what the regression leaves, the residuals e: the
 * larger of e' e / (n - k - 1) / n and of the same with each e weighted by g =
 * 1 + n x (x' x)^-1 (mean of all - mean x) (Saerndal, Swensson and Wretman,
 *Model Assisted Survey Sampling, 1992, 6.6), times 1 - n / N.  Residuals grow
 *with losses: where the images that are left have larger losses at the anchors
 *than those so far, the error is larger by as much, and the one image more of
 *the half-width (look.h) is as bad as the anchors let it be.  Anchors that tell
 * nothing make points dearer, never wrong.
 */
#ifndef EVALUATE_ANCHOR_H
#define EVALUATE_ANCHOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "data/dataset.h"
#include "evaluate/score.h"
#include "surface/points.h"

enum { ANCHORS_MAX = 4 }; /* the corners of a cell */

struct anchors {
	struct points_list list; /* one surface */
	char digest[DIGEST_TEXT_BYTES];
};

/* Reads path: the grid of one run, with the losses of single images. */
int anchors_open(struct anchors *anchors, const char *path, struct error *err);
/* What is held in memory: mostly 4 bytes for each image and point. */
size_t anchors_bytes(const struct anchors *anchors);
void anchors_close(struct anchors *anchors);

/* Are they in this plane, and of the images of each of these sets? */
int anchors_check(const struct anchors *anchors, const struct plane_id *plane,
    const struct grid *grid, const struct dataset *const *data,
    struct error *err);

/* The anchors of a place, for one data set. */
struct anchor_cell {
	int n;                    /* 0: none there */
	float *loss[ANCHORS_MAX]; /* of each image, in the order of looks; owned
				   */
	double mean[ANCHORS_MAX];
	double size, largest; /* squared distance of images from these: mean,
				 largest */
};

/*
 * Fills an empty cell, or one that was filled before.  set: the name of one of
 * the anchors' data sets.  A place outside of the anchors' grid has those of
 * the nearest cell.
 */
int anchor_cell(struct anchor_cell *cell, const struct anchors *anchors,
    int rep, double x, double y, const char *set, const struct dataset *data,
    struct error *err);
void anchor_cell_free(struct anchor_cell *cell);

/*
 * Gives a score that score_measure has made of the first n of total losses, the
 * loss, spread and worst that follow with the anchors.
 */
void anchor_measure(struct score *score, const struct anchor_cell *cell,
    const double *losses, int64_t n);

#endif
