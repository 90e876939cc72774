/*
 * The images of a run: those to learn from, and those to be tested on.
 */
#ifndef TRAIN_IMAGES_H
#define TRAIN_IMAGES_H

#include <stdint.h>

#include "base/error.h"
#include "data/dataset.h"
#include "net/graph.h"
#include "train/feed.h"

struct images {
	struct dataset train, test; /* test.n 0: none */
};

/*
 * Opens the first images (0: all) of train, and all of test; raw and inputs as
 * in struct dataset_choice.  test NULL: the test part of train, if
 * that is a folder or archive that has one; *none says why there is none and is
 * empty otherwise.  Release with images_free in any case.
 */
int images_open(struct images *images, const char *train, const char *test,
    int64_t first, int raw, struct inputs *inputs, struct error *none,
    struct error *err);
void images_free(struct images *images);

/*
 * How the training images are moved: as choice says; -1: cropped and flipped.
 * Rows of numbers and tokens, which have no neighbours, are not; a choice that
 * would is refused.
 */
int images_augment(const struct images *images, int choice,
    struct feed_rule *rule, struct error *err);

/* Do they fit the network: shape and labels? train: the path, for errors. */
int images_check(const struct images *images, const struct graph *graph,
    const char *train, struct error *err);

#endif
