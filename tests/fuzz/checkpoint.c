/* Any bytes as a checkpoint, with its tensors and its notes. */
#include "model/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct content content = {.bytes = bytes, .n = n};
	struct checkpoint checkpoint;
	struct error err;

	if (checkpoint_read(&checkpoint, &content, &err) == 0)
		checkpoint_free(&checkpoint);
	return 0;
}
