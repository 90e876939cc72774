/*
 * CIFAR as Python pickles: each file a dict with data, an array of rows of
 * 3,072 bytes (the planes R, G, B of 32x32), and labels (CIFAR-100:
 * fine_labels), a list.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "data/source.h"
#include "file/pickle.h"
#include "file/pickle_numpy.h"

enum { SIDE = 32, PIXELS = 3 * SIDE * SIDE, PROTOCOL_MAX = 5 };

struct batch {
	struct pickle pickle;
	struct pickle_array rows;
};

struct batches {
	struct batch at[SOURCE_FILES_MAX];
	int n, file; /* of them; the next image's */
	int64_t row; /* its row */
};

bool
source_is_pickle(const struct content *content)
{
	return content->n > 2 && content->bytes[0] == 0x80 &&
	       content->bytes[1] >= 2 && content->bytes[1] <= PROTOCOL_MAX;
}

static int
next_image(struct source *source, void *out, struct error *err)
{
	struct batches *b = source->state;
	const struct pickle_array *rows = &b->at[b->file].rows;

	(void)err;
	if (out != NULL)
		memcpy(out, rows->bytes + b->row * PIXELS, PIXELS);
	/* A file may have no images. */
	for (b->row++;
	     b->file + 1 < b->n && b->row == b->at[b->file].rows.dim[0];
	     b->row = 0)
		b->file++;
	return 0;
}

static void
close_pickle(struct source *source)
{
	struct batches *b = source->state;

	for (int i = 0; b != NULL && i < b->n; i++)
		pickle_free(&b->at[i].pickle);
	free(b);
}

/* The labels of a batch, and how many classes they are of. */
static const struct pickle_value *
find_labels(const struct pickle_value *root, int *classes)
{
	const struct pickle_value *labels = pickle_get(root, "labels");

	*classes = labels != NULL ? 10 : 100;
	return labels != NULL ? labels : pickle_get(root, "fine_labels");
}

static int
open_batch(struct batch *batch, const struct content *file, int *classes,
    struct error *err)
{
	const struct pickle_value *root, *labels;
	struct pickle_array *rows = &batch->rows;

	if (pickle_read(&batch->pickle, file->bytes, file->n, err) < 0)
		return -1;
	root = batch->pickle.root;
	labels = find_labels(root, classes);
	if (labels == NULL || labels->kind != PICKLE_LIST)
		return error_set(err,
		    "a pickle without a list 'labels' or 'fine_labels', "
		    "expected a batch of CIFAR (others are loaded in Python "
		    "and saved with numpy.savez(FILE, x=images, y=labels))");
	if (pickle_array_view(pickle_get(root, "data"), rows, err) < 0)
		return error_prefix(err, "data");
	if (rows->element.kind != ELEMENT_U8 || rows->rank != 2 ||
	    rows->dim[1] != PIXELS || rows->fortran)
		return error_set(
		    err, "data is no array of rows of %d bytes", PIXELS);
	if (rows->dim[0] != (int64_t)labels->items.n)
		return error_set(err, "%lld image%s and %u label%s",
		    (long long)rows->dim[0], plural_s(rows->dim[0]),
		    labels->items.n, plural_s((int64_t)labels->items.n));
	return 0;
}

static int
read_labels(struct source *source, const struct batches *b, struct error *err)
{
	int *to = source->labels, classes;

	for (int f = 0; f < b->n; f++) {
		const struct pickle_value *labels =
		    find_labels(b->at[f].pickle.root, &classes);

		for (uint32_t i = 0; i < labels->items.n; i++) {
			const struct pickle_value *v = labels->items.at[i];

			if (v->kind != PICKLE_INT || v->integer < 0 ||
			    v->integer >= source->classes)
				return error_set(err,
				    "label %u of file %d is not 0 to %d", i,
				    f + 1, source->classes - 1);
			*to++ = (int)v->integer;
		}
	}
	return 0;
}

int
source_pickle(struct source *source, const struct content *files, int n_files,
    struct error *err)
{
	struct batches *b = memory_new(1, sizeof(*b), err);
	int64_t n = 0;

	*source = (struct source){.name = "cifar10",
	    .next = next_image,
	    .close = close_pickle,
	    .state = b,
	    .files = files};
	if (b == NULL)
		return -1;
	for (int i = 0; i < n_files; i++) {
		int classes;

		b->n++;
		if (open_batch(&b->at[i], &files[i], &classes, err) < 0)
			return n_files > 1 ? error_prefix(err, "file %d", i + 1)
					   : -1;
		if (i > 0 && classes != source->classes)
			return error_set(err,
			    "file %d has %d class%s, those before it %d", i + 1,
			    classes, plural(classes, "", "es"),
			    source->classes);
		source->classes = classes;
		n += b->at[i].rows.dim[0];
	}
	if (source->classes == 100)
		source->name = "cifar100";
	while (b->file + 1 < b->n && b->at[b->file].rows.dim[0] == 0)
		b->file++;
	if (source_shape(source, 3, SIDE, SIDE, err) < 0 ||
	    source_count(source, n, 1, err) < 0)
		return -1;
	return read_labels(source, b, err);
}
