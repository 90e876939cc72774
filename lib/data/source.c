#include "data/source.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/plural.h"

enum { PIXELS_MAX = 1 << 28 };

size_t
source_pixels(const struct source *source)
{
	return (size_t)source->channels * (size_t)source->height *
	       (size_t)source->width;
}

int
source_shape(struct source *source, int64_t channels, int64_t height,
    int64_t width, struct error *err)
{
	if (channels < 1 || height < 1 || width < 1 ||
	    channels > IMAGE_SIDE_MAX || height > IMAGE_SIDE_MAX ||
	    width > IMAGE_SIDE_MAX || channels * height * width > PIXELS_MAX)
		return error_set(err,
		    "images are %lldx%lldx%lld, expected sides of 1 to %d and "
		    "at most %d pixels",
		    (long long)channels, (long long)height, (long long)width,
		    IMAGE_SIDE_MAX, PIXELS_MAX);
	source->channels = (int)channels;
	source->height = (int)height;
	source->width = (int)width;
	return 0;
}

int
source_count(
    struct source *source, int64_t n, int64_t n_labels, struct error *err)
{
	int64_t all;

	if (n < 1 || n > INT32_MAX)
		return error_set(err,
		    "the data set has %lld image%s, expected 1 to %d",
		    (long long)n, plural_s(n), INT32_MAX);
	if (n_labels < 1 || n_labels > IMAGE_SIDE_MAX ||
	    __builtin_mul_overflow(n, n_labels, &all))
		return error_set(err,
		    "%lld label%s for each image, expected 1 to %d",
		    (long long)n_labels, plural_s(n_labels), IMAGE_SIDE_MAX);
	source->n = n;
	source->n_labels = (int)n_labels;
	source->labels = memory_new((size_t)all, sizeof(*source->labels), err);
	return source->labels != NULL ? 0 : -1;
}

void
source_close(struct source *source)
{
	if (source->close != NULL)
		source->close(source);
	free(source->labels);
	free(source->targets);
	texts_free(&source->names);
	*source = (struct source){0};
}
