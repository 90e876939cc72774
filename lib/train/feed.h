/*
 * The images of an epoch, in its order, cropped, flipped, with its labels.
 *
 * Everything random is a function of (seed, epoch, image), so a batch is the
 * same whoever makes it, and a run continues in the middle of an epoch.
 */
#ifndef TRAIN_FEED_H
#define TRAIN_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/random.h"
#include "data/dataset.h"

enum feed_order { ORDER_SHUFFLE, ORDER_FILE };
enum feed_augment {
	AUGMENT_CROP_FLIP,
	AUGMENT_CROP,
	AUGMENT_FLIP,
	AUGMENT_NONE
};

/* "shuffle", "file"; "crop-flip", "crop", "flip", "none"; NULL. */
extern const char *const feed_order_words[], *const feed_augment_words[];

struct feed_rule {
	enum feed_order order;
	enum feed_augment augment;
	double noise; /* share of images that get a random label */
	uint64_t seed;
};

struct feed {
	struct feed_rule rule;
	const struct dataset *data; /* borrowed */
	const double *mean, *std;   /* per channel; borrowed */
	int *labels;                /* with noise */
	int *order;                 /* image at each position of the epoch */
	struct random_stream augment;
};

/*
 * The noise is the same in all epochs: with probability noise a label is drawn
 * anew from all classes of the data (also its own; Zhang et al., arXiv
 * 1611.03530). Release with feed_free in any case.
 */
int feed_init(struct feed *feed, const struct feed_rule *rule,
    const struct dataset *data, const double *mean, const double *std,
    struct error *err);
void feed_free(struct feed *feed);

/* Shuffles for this epoch (0, 1, ...). */
void feed_start(struct feed *feed, int64_t epoch);

/*
 * The image at a position of the epoch as network input, c h w; returns its
 * labels.  Crops are from the image within 4 pixels of zeros (bytes of 0,
 * before normalising).  scratch: room for an image.
 */
const int *feed_image(
    const struct feed *feed, int64_t position, float *scratch, float *out);

#endif
