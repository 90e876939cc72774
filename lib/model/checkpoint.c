#include "model/checkpoint.h"

#include <stdlib.h>
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
	    starts(bytes, n, "\x80", 1))
		return 0;
	return foreign_refuse(bytes, n, err);
}

static void
notes_free(struct checkpoint_note *notes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(notes[i].name);
		free(notes[i].text);
	}
	free(notes);
}

void
checkpoint_free(struct checkpoint *checkpoint)
{
	tensors_free(checkpoint->tensors, checkpoint->n_tensors);
	free(checkpoint->shares);
	notes_free(checkpoint->notes, checkpoint->n_notes);
	*checkpoint = (struct checkpoint){0};
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
