/* Any bytes as a numpy array, and as an archive of arrays. */
#include "file/npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
read_array(struct npy *npy)
{
	struct tensor tensor;
	struct error err;

	if (npy_read_tensor(npy, "x", &tensor, &err) == 0)
		tensor_free(&tensor);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct content content = {.bytes = bytes, .n = n};
	struct archive *archive;
	struct error err;
	struct npy npy;

	if (npy_open(&npy, &content, &err) == 0)
		read_array(&npy);
	npy_close(&npy);
	archive = archive_open(&content, &err);
	for (size_t i = 0;
	     archive != NULL && i < archive_count(archive) && i < 64; i++) {
		if (npz_open(&npy, archive, archive_name(archive, i), &err) ==
		    0)
			read_array(&npy);
		npy_close(&npy);
	}
	archive_close(archive);
	return 0;
}
