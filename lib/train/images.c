#include "train/images.h"

#include "data/dataset_fit.h"

int
images_open(struct images *images, const char *train, const char *test,
    int64_t first, int raw, struct inputs *inputs, struct error *none,
    struct error *err)
{
	struct dataset_choice choice = {
	    .split = SPLIT_TRAIN, .first = first, .raw = raw, .inputs = inputs};

	none->text[0] = '\0';
	if (dataset_open(&images->train, train, &choice, err) < 0)
		return -1;
	choice = (struct dataset_choice){
	    .split = SPLIT_TEST, .raw = raw, .inputs = inputs};
	if (test != NULL)
		return dataset_open(&images->test, test, &choice, err);
	/* what has parts may have one for testing, or not */
	if (!images->train.parts ||
	    dataset_open(&images->test, train, &choice, none) == 0 ||
	    !none->memory)
		return 0;
	*err = *none;
	return -1;
}

void
images_free(struct images *images)
{
	dataset_free(&images->train);
	dataset_free(&images->test);
}

int
images_check(const struct images *images, const struct graph *g,
    const char *train, struct error *err)
{
	if (dataset_fit(&images->train, g, false, err) < 0)
		return error_prefix(err, "%s", train);
	if (images->test.n > 0 && dataset_fit(&images->test, g, false, err) < 0)
		return error_prefix(err, "test images");
	return 0;
}

int
images_augment(const struct images *images, int choice, struct feed_rule *rule,
    struct error *err)
{
	const struct dataset *d = &images->train;
	const bool rows = d->tokens || (d->height == 1 && d->width == 1);

	if (choice < 0)
		choice = rows ? AUGMENT_NONE : AUGMENT_CROP_FLIP;
	if (rows && choice != AUGMENT_NONE)
		return error_set(err,
		    "--augment %s is for images, the data set has %s",
		    feed_augment_words[choice],
		    d->tokens ? "tokens" : "rows of numbers");
	rule->augment = (enum feed_augment)choice;
	return 0;
}
