#include "model/checkpoint.h"

#include <string.h>

#include "model/checkpoint_form.h"

static bool
starts(const uint8_t *bytes, size_t n, const char *magic, size_t n_magic)
{
	return n >= n_magic && memcmp(bytes, magic, n_magic) == 0;
}

int
checkpoint_known(const uint8_t *bytes, size_t n, struct error *err)
{
	if (starts(bytes, n, "PK\x03\x04", 4) || safetensors_is(bytes, n) ||
	    starts(bytes, n, "\x80", 1) || shards_is(bytes, n))
		return 0;
	return foreign_refuse(bytes, n, err);
}

/* One of the files of an index, itself none. */
static int
read_part(struct checkpoint *checkpoint, const char *path,
    const struct content *index, struct error *err)
{
	struct content content;
	int status = content_open(&content, path, checkpoint_known, err);

	*checkpoint = (struct checkpoint){0};
	if (status < 0)
		return -1;
	content.no_checksum = index->no_checksum;
	status = inputs_add(index->inputs, &content.file, err);
	if (status == 0 && !safetensors_is(content.bytes, content.n) &&
	    shards_is(content.bytes, content.n))
		status = error_set(err, "an index, expected tensors");
	if (status == 0)
		status = checkpoint_read(checkpoint, &content, err);
	content_close(&content);
	return status < 0 ? error_prefix(err, "%s", path) : 0;
}

static int
read_content(struct checkpoint *checkpoint, const struct content *content,
    bool tensors, struct error *err)
{
	int status = checkpoint_known(content->bytes, content->n, err);
	int arrays = 0;

	*checkpoint = (struct checkpoint){0};
	if (status == 0 && content->bytes[0] == 'P')
		arrays = arrays_is(content, err);
	if (status < 0 || arrays < 0)
		return -1;
	if (safetensors_is(content->bytes, content->n))
		status = safetensors_read(checkpoint, content, tensors, err);
	else if (shards_is(content->bytes, content->n))
		status =
		    shards_read(checkpoint, content, tensors, read_part, err);
	else if (arrays)
		status = arrays_read(checkpoint, content, tensors, err);
	else
		status = torch_read(checkpoint, content, tensors, err);
	if (status < 0)
		checkpoint_free(checkpoint);
	return status;
}

int
checkpoint_read(struct checkpoint *checkpoint, const struct content *content,
    struct error *err)
{
	return read_content(checkpoint, content, true, err);
}

int
checkpoint_read_notes(struct checkpoint *checkpoint,
    const struct content *content, struct error *err)
{
	return read_content(checkpoint, content, false, err);
}
