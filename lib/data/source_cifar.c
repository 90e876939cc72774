/*
 * CIFAR binary files: per image a label byte (CIFAR-100: coarse, then fine) and
 * 3,072 bytes, the planes R, G, B of 32x32.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "data/source.h"

enum { SIDE = 32, PIXELS = 3 * SIDE * SIDE, CIFAR10 = 1, CIFAR100 = 2 };

struct cifar {
	size_t record_bytes;
	int file;  /* the next image's */
	size_t at; /* its offset */
};

static bool
labels_below(const struct content *content, size_t label_bytes, int classes)
{
	size_t step = label_bytes + PIXELS;

	for (size_t at = label_bytes - 1; at < content->n; at += step)
		if (content->bytes[at] >= classes)
			return false;
	return true;
}

/* The label bytes of a record, or 0: some sizes fit both kinds. */
static size_t
label_bytes(const struct content *content)
{
	bool fits10 = content->n % (CIFAR10 + PIXELS) == 0;
	bool fits100 = content->n % (CIFAR100 + PIXELS) == 0;

	if (content->n == 0)
		return 0;
	if (fits10 && (!fits100 || labels_below(content, CIFAR10, 10)))
		return CIFAR10;
	return fits100 ? CIFAR100 : 0;
}

bool
source_is_cifar(const struct content *content)
{
	return label_bytes(content) != 0;
}

static int
next_image(struct source *source, void *out, struct error *err)
{
	struct cifar *c = source->state;
	const struct content *file = &source->files[c->file];

	(void)err;
	if (out != NULL)
		memcpy(out, file->bytes + c->at + c->record_bytes - PIXELS,
		    PIXELS);
	c->at += c->record_bytes;
	if (c->at == file->n) {
		c->file++;
		c->at = 0;
	}
	return 0;
}

static void
close_cifar(struct source *source)
{
	free(source->state);
}

static int
read_labels(struct source *source, int n_files, size_t bytes, struct error *err)
{
	int *label = source->labels;

	for (int i = 0; i < n_files; i++) {
		const struct content *file = &source->files[i];

		for (size_t at = bytes - 1; at < file->n; at += bytes + PIXELS)
			*label++ = file->bytes[at];
	}
	for (int64_t i = 0; i < source->n; i++)
		if (source->labels[i] >= source->classes)
			return error_set(err,
			    "image %lld has label %d, expected 0 to %d",
			    (long long)i, source->labels[i],
			    source->classes - 1);
	return 0;
}

int
source_cifar(struct source *source, const struct content *files, int n_files,
    struct error *err)
{
	size_t bytes = label_bytes(&files[0]);
	struct cifar *c = memory_new(1, sizeof(*c), err);
	int64_t n = 0;

	*source = (struct source){.name = bytes == 1 ? "cifar10" : "cifar100",
	    .classes = bytes == 1 ? 10 : 100,
	    .next = next_image,
	    .close = close_cifar,
	    .state = c,
	    .files = files};
	if (c == NULL)
		return -1;
	c->record_bytes = bytes + PIXELS;
	for (int i = 0; i < n_files; i++) {
		if (label_bytes(&files[i]) != bytes)
			return error_set(err,
			    "file %d of the data set has %zu byte%s, expected "
			    "records of %zu",
			    i + 1, files[i].n, plural_s((int64_t)files[i].n),
			    c->record_bytes);
		n += (int64_t)(files[i].n / c->record_bytes);
	}
	if (source_shape(source, 3, SIDE, SIDE, err) < 0 ||
	    source_count(source, n, 1, err) < 0)
		return -1;
	return read_labels(source, n_files, bytes, err);
}
