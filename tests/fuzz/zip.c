/* Any bytes as an archive whose entries are all read. */
#include <stdlib.h>

#include "file/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct content content = {.bytes = bytes, .n = n};
	struct error err;
	struct archive *archive = archive_open(&content, &err);
	size_t count = archive != NULL ? archive_count(archive) : 0, got;

	for (size_t i = 0; i < count && i < 64; i++)
		free(archive_read(archive, i, 1 << 20, &got, &err));
	archive_close(archive);
	return 0;
}
