/*
 * npz: one array holds the images, one the labels, or real targets; or two .npy
 * files.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "base/text.h"
#include "data/array_names.h"
#include "data/class_names.h"
#include "data/source.h"
#include "file/archive.h"
#include "file/npy.h"

enum { CHANNELS_LAST_MAX = 4, LABEL_MAX = TOKENS_MAX - 1, IGNORED = -100 };

struct npz {
	struct archive *archive;
	struct array_names names; /* of the two arrays, for messages, too */
	struct npy x;
	uint8_t *image; /* one, as the file has it */
	bool channels_last;
};

bool
source_is_npz(const struct content *content)
{
	return content->n >= 4 && memcmp(content->bytes, "PK", 2) == 0;
}

bool
source_is_npy(const struct content *content)
{
	return npy_is(content);
}

/* n h w c -> n c h w, for elements of size bytes. */
static void
turn(const struct source *source, const uint8_t *from, uint8_t *to, size_t size)
{
	size_t c = (size_t)source->channels;
	size_t hw = (size_t)source->height * (size_t)source->width;

	for (size_t i = 0; i < hw; i++)
		for (size_t k = 0; k < c; k++)
			memcpy(to + (k * hw + i) * size,
			    from + (i * c + k) * size, size);
}

static int
next_image(struct source *source, void *out, struct error *err)
{
	struct npz *z = source->state;
	size_t n = source_pixels(source);
	size_t size = source->real ? sizeof(float) : 1;
	void *image = z->channels_last || out == NULL ? z->image : out;
	int status = source->real
			 ? npy_read(&z->x, n, TENSOR_FLOAT32, image, err)
			 : npy_read_raw(&z->x, n, image, err);

	if (status < 0)
		return error_prefix(err, "array '%s'", z->names.images);
	if (z->channels_last && out != NULL)
		turn(source, z->image, out, size);
	return 0;
}

static void
close_npz(struct source *source)
{
	struct npz *z = source->state;

	if (z == NULL)
		return;
	npy_close(&z->x);
	archive_close(z->archive);
	free(z->image);
	free(z);
}

/* Channels come last when that is the only axis short enough for them. */
static int
take_shape(struct source *source, struct npz *z, struct error *err)
{
	const struct npy_header *h = &z->x.header;
	const int64_t *d = h->dim;

	if (h->rank < 2 || h->rank > 4)
		return error_set(err,
		    "%s has %d dimension%s, expected N,C,H,W or N,H,W,C or "
		    "N,H,W or N,C",
		    z->names.images, h->rank, plural_s(h->rank));
	if (h->fortran)
		return error_set(err,
		    "%s is stored column by column; save it with "
		    "numpy.ascontiguousarray",
		    z->names.images);
	source->real = h->element.kind != ELEMENT_U8;
	source->whole = source->real && !element_is_real(h->element.kind);
	if (source->whole && (h->rank != 2 || h->element.kind == ELEMENT_BOOL))
		return error_set(err,
		    "%s holds %s in %d dimension%s, expected bytes (uint8) or "
		    "reals, or tokens N,T of integers",
		    z->names.images, element_name(h->element.kind), h->rank,
		    plural_s(h->rank));
	if (h->rank == 2)
		return source_shape(source, d[1], 1, 1, err);
	if (h->rank == 3)
		return source_shape(source, 1, d[1], d[2], err);
	z->channels_last = d[3] <= CHANNELS_LAST_MAX && d[1] > d[3];
	if (z->channels_last)
		return source_shape(source, d[3], d[1], d[2], err);
	return source_shape(source, d[1], d[2], d[3], err);
}

static int
take_labels(struct source *source, const struct tensor *y, const char *name,
    struct error *err)
{
	for (int64_t i = 0; i < y->n; i++) {
		if (y->i64[i] < 0 || y->i64[i] > LABEL_MAX)
			return error_set(err,
			    "%s[%lld] is %lld, expected a label from 0 to %d%s",
			    name, (long long)i, (long long)y->i64[i], LABEL_MAX,
			    y->i64[i] == IGNORED
				? " (PyTorch's ignore_index is not known here: "
				  "leave such sequences out)"
				: "");
		source->labels[i] = (int)y->i64[i];
		if (source->labels[i] >= source->classes)
			source->classes = source->labels[i] + 1;
	}
	return 0;
}

/* y, N or N,K: its elements move into the source. */
static int
take_targets(struct source *source, struct tensor *y, const char *name,
    struct error *err)
{
	for (int64_t i = 0; i < y->n; i++)
		if (!isfinite(y->f32[i]))
			return error_set(err,
			    "%s holds %g at element %lld, expected numbers",
			    name, (double)y->f32[i], (long long)i);
	if (y->n / source->n < 1 || y->n / source->n > IMAGE_SIDE_MAX)
		return error_set(err,
		    "%s has %lld target%s for an image, expected 1 to %d", name,
		    (long long)(y->n / source->n), plural_s((y->n / source->n)),
		    IMAGE_SIDE_MAX);
	source->n_targets = (int)(y->n / source->n);
	source->targets = y->f32;
	y->data = NULL;
	return 0;
}

/* A column of labels, as MedMNIST has it, says the same as a row. */
static int
take_y(struct source *source, struct tensor *y, const struct array_names *names,
    struct error *err)
{
	const bool real = y->type == TENSOR_FLOAT32;

	if (y->rank != 1 && y->rank != 2)
		return error_set(err,
		    "%s has %d dimension%s, expected one label for each image, "
		    "N,T labels of tokens, or N,K real targets",
		    names->labels, y->rank, plural_s(y->rank));
	if (y->dim[0] != source->n)
		return error_set(err,
		    "%s has %lld label%s, %s has %lld image%s", names->labels,
		    (long long)y->dim[0], plural_s(y->dim[0]), names->images,
		    (long long)source->n, plural_s(source->n));
	if (source_count(source, y->dim[0],
		y->rank == 2 && !real ? y->dim[1] : 1, err) < 0)
		return -1;
	return real ? take_targets(source, y, names->labels, err)
		    : take_labels(source, y, names->labels, err);
}

/* The first pair of usual names whose arrays are both there. */
static bool
has_pair(const struct archive *archive, enum dataset_split split,
    struct array_names *names)
{
	for (size_t i = 0; array_names_get(i, split, names); i++)
		if (npz_has(archive, names->images) &&
		    npz_has(archive, names->labels))
			return true;
	return false;
}

/* What else the archive may be: the end of the message. */
static const char *
guess(const struct archive *archive)
{
	bool arrays = false;

	for (size_t i = 0; i < archive_count(archive); i++) {
		const char *name = archive_name(archive, i);
		const size_t n = strlen(name);

		if (n < 4 || strcmp(name + n - 4, ".npy") != 0)
			continue;
		arrays = true;
		if (memchr(name, '.', n - 4) != NULL)
			return "; a network's tensors have such names: netload "
			       "reads them";
	}
	return arrays || archive_count(archive) == 0
		   ? ""
		   : "; a zip archive of other files is unpacked first, and "
		     "torch-data makes an archive of pictures in folders";
}

/* No pair is there: what is, and what is wanted. */
static int
fail_names(struct archive *archive, enum dataset_split split, struct error *err)
{
	const enum dataset_split other =
	    split == SPLIT_TRAIN ? SPLIT_TEST : SPLIT_TRAIN;
	struct array_names names;
	struct text text = {0};
	const char *list;

	list =
	    npz_list(archive, &text, err) == 0 ? text_chars(&text, err) : NULL;
	if (list != NULL && has_pair(archive, other, &names))
		error_set(err,
		    "has %s: part '%s' (%s and %s), not the part '%s'", list,
		    dataset_split_words[other], names.images, names.labels,
		    dataset_split_words[split]);
	else if (list != NULL)
		error_set(err,
		    "has %s, expected images and their labels, called %s%s",
		    *list != '\0' ? list : "no arrays", array_names_wanted,
		    guess(archive));
	text_free(&text);
	return -1;
}

/* Images opened, labels read. */
static int
open_arrays(struct npz *z, const struct content *file,
    const struct content *labels, enum dataset_split split, struct tensor *y,
    struct error *err)
{
	struct npy npy;
	int status;

	if (!npy_is(file)) {
		z->archive = archive_open(file, err);
		if (z->archive == NULL)
			return -1;
		if (!has_pair(z->archive, split, &z->names))
			return fail_names(z->archive, split, err);
		if (npz_open(&z->x, z->archive, z->names.images, err) < 0)
			return -1;
		return npz_read_tensor(z->archive, z->names.labels, y, err);
	}
	z->names = (struct array_names){.images = "x", .labels = "y"};
	if (npy_open(&z->x, file, err) < 0)
		return -1;
	status = npy_open(&npy, labels, err);
	if (status == 0)
		status = npy_read_tensor(&npy, "y", y, err);
	npy_close(&npy);
	return status;
}

int
source_npz(struct source *source, const struct content *file,
    const struct content *labels, enum dataset_split split, struct error *err)
{
	struct npz *z = memory_new(1, sizeof(*z), err);
	struct tensor y = {0};
	int status;

	*source = (struct source){.name = "npz",
	    .next = next_image,
	    .close = close_npz,
	    .state = z,
	    .files = file};
	if (z == NULL)
		return -1;
	status = open_arrays(z, file, labels, split, &y, err);
	source->parts = z->names.of_split;
	if (status == 0)
		status = take_shape(source, z, err);
	if (status == 0) {
		source->n = z->x.header.dim[0];
		z->image =
		    memory_new(source_pixels(source), sizeof(float), err);
		status =
		    z->image != NULL ? take_y(source, &y, &z->names, err) : -1;
	}
	if (status == 0 && z->archive != NULL && source->classes > 0)
		status = class_names_of_archive(
		    &source->names, z->archive, source->classes, err);
	tensor_free(&y);
	return status;
}
