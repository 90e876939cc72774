#include "train/images.h"

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
	const struct shape *in = &g->values[g->input].shape;
	const int64_t classes = shape_size(&g->values[g->output].shape);

	if (in->rank != 3)
		return error_set(err,
		    "the model's input has %d dimensions, expected images of "
		    "c h w",
		    in->rank);
	if (dataset_check(&images->train, in->dim[0], in->dim[1], in->dim[2],
		classes, err) < 0)
		return error_prefix(err, "%s", train);
	if (images->test.n > 0 && dataset_check(&images->test, in->dim[0],
				      in->dim[1], in->dim[2], classes, err) < 0)
		return error_prefix(err, "test images");
	return 0;
}
