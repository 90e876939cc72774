/* npz archives of numpy.savez as checkpoints: one array per tensor. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/array_names.h"
#include "file/npy.h"
#include "model/checkpoint_form.h"

static const char suffix[] = ".npy";

enum { SUFFIX_BYTES = sizeof(suffix) - 1 };

struct arrays {
	struct archive *archive;
	uint64_t left_bytes; /* that tensors may still take */
};

static bool
is_array(const char *name)
{
	size_t n = strlen(name);

	return n > SUFFIX_BYTES && strcmp(name + n - SUFFIX_BYTES, suffix) == 0;
}

int
arrays_is(const struct content *content, struct error *err)
{
	struct archive *archive = archive_open(content, err);
	int is = 0;

	/* what is no archive is not one of arrays */
	if (archive == NULL)
		return err->memory ? -1 : 0;
	for (size_t i = 0; i < archive_count(archive); i++)
		is |= is_array(archive_name(archive, i));
	archive_close(archive);
	return is;
}

static int
read_array(void *context, const void *place, const char *name,
    struct tensor *tensor, struct error *err)
{
	struct arrays *arrays = context;
	const char *entry = place;
	struct npy npy;
	int status = npz_open(&npy, arrays->archive, entry, err);

	if (status == 0) {
		const struct npy_header *h = &npy.header;

		status = tensor_init(tensor, name,
		    element_tensor_type(h->element.kind), h->rank, h->dim, err);
		if (status == 0)
			status =
			    checkpoint_pay(&arrays->left_bytes, tensor, err);
		tensor_free(tensor);
	}
	if (status == 0)
		status = npy_read_tensor(&npy, name, tensor, err);
	npy_close(&npy);
	return status;
}

/* epoch=3 beside the tensors: a number whose name is no part of a module's. */
static int
read_note(struct checkpoint *checkpoint, struct npy *npy, const char *name,
    size_t n, struct error *err)
{
	const struct element element = npy->header.element;
	uint8_t bytes[sizeof(double)];
	int64_t integer;
	double real;

	if (npy_read_raw(npy, 1, bytes, err) < 0)
		return -1;
	if (element_is_real(element.kind))
		return element_real(element, bytes, &real, err) < 0
			   ? -1
			   : checkpoint_note_real(
				 checkpoint, name, n, real, err);
	return element_convert(
		   element, bytes, 0, 1, TENSOR_INT64, &integer, err) < 0
		   ? -1
		   : checkpoint_note_integer(checkpoint, name, n, integer, err);
}

/* 1 when the entry was a note, 0 when it is a tensor. */
static int
try_note(struct checkpoint *checkpoint, struct arrays *arrays,
    const char *entry, size_t n, struct error *err)
{
	struct npy npy;
	int status;

	if (memchr(entry, '.', n) != NULL)
		return 0;
	status = npz_open(&npy, arrays->archive, entry, err);
	if (status == 0 && npy.header.rank == 0)
		status =
		    read_note(checkpoint, &npy, entry, n, err) < 0 ? -1 : 1;
	npy_close(&npy);
	return status;
}

/*
 * A data set: its arrays have the usual names of images and labels, and none
 * has one of a module's.  numpy.savez gives arrays without names its own.
 */
static int
refuse_images(const struct archive *archive, struct error *err)
{
	struct array_names names;
	bool found = false;

	for (size_t i = 0; i < archive_count(archive); i++) {
		const char *name = archive_name(archive, i);

		if (is_array(name) &&
		    memchr(name, '.', strlen(name) - SUFFIX_BYTES) != NULL)
			return 0;
	}
	for (int split = SPLIT_TRAIN; split <= SPLIT_TEST && !found; split++)
		for (size_t i = 0;
		     !found &&
		     array_names_get(i, (enum dataset_split)split, &names);
		     i++)
			found = npz_has(archive, names.images) &&
				npz_has(archive, names.labels);
	if (!found)
		return 0;
	if (strcmp(names.images, "arr_0") == 0)
		return error_set(err,
		    "its arrays have no names (arr_0, arr_1), expected those "
		    "of the network's tensors: numpy.savez(FILE, **{name: "
		    "array}) gives them; if they are images and labels, -d of "
		    "evalgrid and others reads them");
	return error_set(err,
	    "images and labels (%s and %s), expected the tensors of a network: "
	    "-d of evalgrid and others reads them",
	    names.images, names.labels);
}

static int
read_all(struct checkpoint *checkpoint, struct arrays *arrays,
    struct entries *entries, bool tensors, struct error *err)
{
	if (refuse_images(arrays->archive, err) < 0)
		return -1;
	for (size_t i = 0; i < archive_count(arrays->archive); i++) {
		const char *entry = archive_name(arrays->archive, i);
		size_t n = strlen(entry) - SUFFIX_BYTES;
		int noted;

		if (!is_array(entry))
			continue;
		noted = try_note(checkpoint, arrays, entry, n, err);
		if (noted < 0 || (noted == 0 && entries_add(entries, entry, n,
						    entry, err) < 0))
			return -1;
	}
	if (entries->n == 0)
		return error_set(
		    err, "no arrays of a network, expected one per tensor");
	if (!tensors)
		return 0;
	return entries_read(entries, checkpoint, read_array, arrays, err);
}

int
arrays_read(struct checkpoint *checkpoint, const struct content *content,
    bool tensors, struct error *err)
{
	struct arrays arrays = {.archive = archive_open(content, err),
	    .left_bytes = checkpoint_memory(content->n)};
	struct entries entries = {0};
	int status = -1;

	if (arrays.archive != NULL)
		status = read_all(checkpoint, &arrays, &entries, tensors, err);
	free(entries.at);
	archive_close(arrays.archive);
	return status;
}
