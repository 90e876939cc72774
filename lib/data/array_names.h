/*
 * What arrays of images and of their labels are usually
 * called, in npz archives and as the names of .npy files.
 */
#ifndef DATA_ARRAY_NAMES_H
#define DATA_ARRAY_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "data/dataset.h"

enum { ARRAY_NAME_BYTES = 32 };

struct array_names {
	char images[ARRAY_NAME_BYTES], labels[ARRAY_NAME_BYTES];
	bool of_split; /* x_train, train_images: the split is in the names */
};

/*
 * The i-th pair of names, in the order of preference: those of the split first.
 * False behind the last one.
 */
bool array_names_get(
    size_t i, enum dataset_split split, struct array_names *names);

/* For messages: what array_names_get finds, in words. */
extern const char array_names_wanted[];

#endif
