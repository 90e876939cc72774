#include "evaluate/choice.h"

#include <string.h>

#include "base/word.h"

/* "PATH" or "NAME=PATH"; train and test also choose the part of a folder. */
static int
parse_data(void *target, const char *text, struct error *err)
{
	struct surface_choice *choice = target;
	size_t word = strcspn(text, "=/");

	if (choice->sets == SETS_MAX)
		return error_set(err, "more than %d data sets", SETS_MAX);
	if (word < SET_NAME_BYTES && text[word] == '=') {
		memcpy(choice->name[choice->sets], text, word);
		text += word + 1;
	}
	choice->path[choice->sets++] = text;
	return 0;
}

void
choice_start(struct surface_choice *choice)
{
	*choice = (struct surface_choice){.block = 64,
	    .shards = 1,
	    .norms = NORMS_FIXED,
	    .norms_images = 1000,
	    .exec = {.loss = "exec", .timeout = 600, .ahead = 1},
	    .pixels = {.choice = -1}};
}

void
choice_add_options(struct option_table *table, struct surface_choice *choice,
    const char *const *losses, const char *what)
{
	struct dataset_choice *images = &choice->images;
	const struct option_row rows[] = {
	    OPTION_INPUT_CALL('d', "data", "[NAME=]PATH", choice, parse_data,
		"data set; may be repeated (train=PATH test=PATH)"),
	    OPTION_CHOICE(0, "split", dataset_split_words, &choice->split,
		"which part of a data folder"),
	    OPTION_INT('n', "images", "N", &images->first, 1, INT32_MAX,
		"the first N images only (for previews)"),
	    OPTION_INT(0, "sample", "N", &images->sample, 1, INT32_MAX,
		"N random images without replacement"),
	    OPTION_U64(0, "sample-seed", "S", &images->sample_seed,
		"seed of the sample (0)"),
	    OPTION_CHOICE(0, "loss", losses, &choice->loss, what), OPTION_END};

	options_add(table, rows);
	pixels_add_options(table, &choice->pixels, &images->raw,
	    "input constants, instead of the model's");
}

int
choice_check(const struct surface_choice *choice, struct error *err)
{
	if (choice->images.first > 0 && choice->images.sample > 0)
		return error_set(err, "-n and --sample exclude each other");
	return pixels_check(&choice->pixels, choice->images.raw, err);
}

static int
open_set(struct surface_choice *choice, int i, struct error *err)
{
	struct dataset_choice images = choice->images;
	char *name = choice->name[i];
	const int named = word_parse(dataset_split_words, name);

	images.split = (enum dataset_split)choice->split;
	if (named >= 0)
		images.split = (enum dataset_split)named;
	if (name[0] == '\0')
		strcpy(name, dataset_split_words[images.split]);
	for (int j = 0; j < i; j++)
		if (strcmp(choice->name[j], name) == 0)
			return error_set(err,
			    "two data sets are called '%s', expected "
			    "NAME=PATH with different names",
			    name);
	if (dataset_open(&choice->data[i], choice->path[i], &images, err) < 0)
		return -1;
	return choice->look.error > 0.0 || choice->shuffle
		   ? dataset_shuffle(&choice->data[i], images.sample_seed, err)
		   : 0;
}

/* Unaugmented training images: a sample, or all when there are fewer. */
static int
open_norms(struct surface_choice *choice, struct error *err)
{
	const struct dataset_choice images = {.split = SPLIT_TRAIN,
	    .sample = choice->norms_images,
	    .sample_seed = choice->images.sample_seed,
	    .raw = choice->images.raw,
	    .at_most = true,
	    .inputs = choice->images.inputs};
	const char *path = choice->norms_path;

	for (int i = 0; i < choice->sets && path == NULL; i++)
		if (strcmp(choice->name[i], dataset_split_words[SPLIT_TRAIN]) ==
		    0)
			path = choice->path[i];
	if (path == NULL)
		return error_set(err,
		    "--bn recompute needs training images: a data set called "
		    "train, or --bn-data PATH");
	return dataset_open(&choice->norms_data, path, &images, err);
}

int
choice_open_data(
    struct surface_choice *choice, struct inputs *inputs, struct error *err)
{
	choice->images.inputs = inputs;
	for (int i = 0; i < choice->sets; i++)
		if (open_set(choice, i, err) < 0)
			return -1;
	if (choice->anchors_path != NULL &&
	    anchors_open(&choice->anchors, choice->anchors_path, err) < 0)
		return -1;
	return choice->norms == NORMS_RECOMPUTE ? open_norms(choice, err) : 0;
}

void
choice_free_data(struct surface_choice *choice)
{
	for (int i = 0; i < choice->sets; i++)
		dataset_free(&choice->data[i]);
	dataset_free(&choice->norms_data);
	anchors_close(&choice->anchors);
}
