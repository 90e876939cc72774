/* IDX images and labels: two bytes say how long the images' file is. */
#include <stdlib.h>

#include "base/memory.h"
#include "data/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Reads like dataset_open, but images that would fill the memory. */
static void
read_all(struct source *source)
{
	size_t pixels = source_pixels(source);
	uint8_t *image;
	struct error err;

	if (pixels > 1 << 20 || source->n > 1 << 16)
		return;
	image = memory_new(pixels, 1, NULL);
	for (int64_t i = 0; image != NULL && i < source->n; i++)
		if (source->next(source, i % 2 == 0 ? image : NULL, &err) < 0)
			break;
	free(image);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct content images, labels;
	struct source source;
	struct error err;
	size_t split;

	if (n < 2)
		return 0;
	split = (size_t)data[0] << 8 | data[1];
	if (split > n - 2)
		split = n - 2;
	images = (struct content){.bytes = data + 2, .n = split};
	labels =
	    (struct content){.bytes = data + 2 + split, .n = n - 2 - split};
	if (source_idx(&source, &images, &labels, &err) == 0)
		read_all(&source);
	source_close(&source);
	return 0;
}
