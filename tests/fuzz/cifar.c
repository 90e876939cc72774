/* Any bytes as pickles of CIFAR: the same file twice. */
#include "data/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct content files[2] = {
	    {.bytes = data, .n = n}, {.bytes = data, .n = n}};
	struct source source;
	struct error err;
	uint8_t image[3072];

	if (source_pickle(&source, files, 2, &err) == 0)
		for (int64_t i = 0; i < source.n; i++)
			if (source.next(&source, image, &err) < 0)
				break;
	source_close(&source);
	return 0;
}
