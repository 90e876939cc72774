#include "data/array_names.h"

#include <stdio.h>

const char *const dataset_split_words[] = {"train", "test", NULL};

/* numpy.savez calls arrays that were given no names arr_0, arr_1. */
static const struct {
	const char *images, *labels;
} words[] = {{"x", "y"}, {"X", "y"}, {"images", "labels"}, {"data", "targets"},
    {"data", "labels"}, {"inputs", "targets"}, {"inputs", "labels"},
    {"arr_0", "arr_1"}};

const char array_names_wanted[] =
    "x and y, images and labels, data and targets, or the like with train or "
    "test (x_train, train_images)";

enum { WORDS = sizeof(words) / sizeof(words[0]) };

/* Keras and many others write x_train, MedMNIST train_images. */
static void
spell(char name[ARRAY_NAME_BYTES], const char *word, const char *split,
    bool split_first)
{
	snprintf(name, ARRAY_NAME_BYTES, "%s_%s", split_first ? split : word,
	    split_first ? word : split);
}

bool
array_names_get(size_t i, enum dataset_split split, struct array_names *names)
{
	const char *part = dataset_split_words[split];
	const size_t row = i < 2 * WORDS ? i / 2 : i - 2 * WORDS;

	if (row >= WORDS)
		return false;
	names->of_split = i < 2 * WORDS;
	if (names->of_split) {
		spell(names->images, words[row].images, part, i % 2 == 1);
		spell(names->labels, words[row].labels, part, i % 2 == 1);
	} else {
		snprintf(
		    names->images, ARRAY_NAME_BYTES, "%s", words[row].images);
		snprintf(
		    names->labels, ARRAY_NAME_BYTES, "%s", words[row].labels);
	}
	return true;
}
