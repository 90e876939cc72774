/*
 * How training went: what the checkpoints of runs say of themselves, without
 * their weights.
 */
#ifndef RUN_TRAINING_H
#define RUN_TRAINING_H

#include <stddef.h>

#include "base/error.h"
#include "stream/listing.h"
#include "stream/reader.h"

/* What nettrain notes of a checkpoint, in the order of columns. */
enum training_column {
	TRAINING_EPOCH,
	TRAINING_STEP,
	TRAINING_LR,
	TRAINING_WEIGHT_NORM,
	TRAINING_RUNNING_LOSS, /* over the steps since the one before */
	TRAINING_RUNNING_ACC,
	TRAINING_TEST_LOSS,
	TRAINING_TEST_ACC,
	TRAINING_COLUMNS
};
extern const char *const training_words[];

/* One run: row i holds what checkpoint i says; NaN: nothing. */
struct training {
	size_t first, n; /* rows */
};

struct training_list {
	struct training *item;
	size_t n, room;
	double (*row)[TRAINING_COLUMNS]; /* of all runs */
	size_t rows, room_rows;
	struct listed from; /* header: of the last checkpoint's model */
};

/*
 * Reads all models that say their step; a run ends where another program line
 * made the next one, or the steps do not grow.  list is {0}, to be freed in any
 * case.  Fails when no model says a step.
 */
int training_read(
    struct training_list *list, struct reader *reader, struct error *err);
void training_list_free(struct training_list *list);

#endif
