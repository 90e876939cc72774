#include "data/dataset.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/magic.h"
#include "base/memory.h"
#include "base/plural.h"
#include "base/random.h"
#include "data/class_names.h"
#include "data/files.h"
#include "data/source.h"

enum { BYTE_VALUES = 256 };

#define KINDS                                                            \
	"CIFAR (binary records of 3073 or 3074 bytes, or pickles), IDX " \
	"images, .npy or npz"

/* How far a pixel may lie outside of 0 ... 1: what rounding does. */
#define PIXEL_SLACK 1e-6
/* Pixels above this, and below 256, look like bytes. */
#define LIKE_BYTES 32.0

/* An archive or a pickle of weights: neither is one of images. */
static bool
is_network(const struct content *content)
{
	const struct magic *magic = magic_find(content->bytes, content->n);

	return magic != NULL && magic->network &&
	       (source_is_npz(content) || source_is_pickle(content));
}

static int
source_open(struct source *source, const struct files *files,
    enum dataset_split split, struct error *err)
{
	const struct content *first = &files->content[0];

	*source = (struct source){0};
	if (source_is_idx(first))
		return source_idx(source, first, &files->labels, err);
	if (is_network(first))
		return magic_refuse(
		    first->bytes, first->n, KINDS, MAGIC_IMAGES, err);
	if (source_is_npz(first) || source_is_npy(first))
		return source_npz(source, first, &files->labels, split, err);
	if (source_is_pickle(first))
		return source_pickle(source, first, files->n, err);
	if (source_is_cifar(first))
		return source_cifar(source, first, files->n, err);
	if (first->n > 0 && magic_find(first->bytes, first->n) == NULL)
		return error_set(err,
		    "%zu byte%s of an unknown kind, expected " KINDS, first->n,
		    plural_s((int64_t)first->n));
	return magic_refuse(first->bytes, first->n, KINDS, MAGIC_IMAGES, err);
}

/*
 * Selection sampling (Knuth, volume 2, algorithm 3.4.2 S): image i is taken
 * with the probability (still wanted) / (still left), so the choice is exact,
 * in order, and needs no memory.
 */
static bool
is_chosen(const struct dataset_choice *choice,
    const struct random_stream *random, int64_t total, int64_t i, int64_t taken)
{
	if (choice->sample == 0)
		return true;
	return random_below(random, (uint64_t)i, (uint32_t)(total - i)) <
	       choice->sample - taken;
}

static int
allocate(
    struct dataset *dataset, const struct source *source, struct error *err)
{
	size_t pixels = source_pixels(source), n, labels;

	if (__builtin_mul_overflow((size_t)dataset->n, pixels, &n))
		return error_set(err, "the data set is too large");
	if (__builtin_mul_overflow(
		(size_t)dataset->n, (size_t)source->n_labels, &labels))
		return error_set(err, "the data set is too large");
	dataset->n_labels = source->n_labels;
	dataset->labels = memory_new(labels, sizeof(*dataset->labels), err);
	if (dataset->labels == NULL)
		return -1;
	if (source->real)
		dataset->reals = memory_new(n, sizeof(*dataset->reals), err);
	else
		dataset->bytes = memory_new(n, 1, err);
	if (dataset->reals == NULL && dataset->bytes == NULL)
		return -1;
	if (source->targets == NULL)
		return 0;
	if (__builtin_mul_overflow(
		(size_t)dataset->n, (size_t)source->n_targets, &n))
		return error_set(err, "the data set is too large");
	dataset->n_targets = source->n_targets;
	dataset->targets = memory_new(n, sizeof(*dataset->targets), err);
	return dataset->targets != NULL ? 0 : -1;
}

/* Label or targets of the source's image i. */
static void
take_answer(
    struct dataset *dataset, int64_t at, const struct source *source, int64_t i)
{
	const size_t n = (size_t)source->n_targets;
	const size_t k = (size_t)source->n_labels;

	memcpy(dataset->labels + (size_t)at * k, source->labels + (size_t)i * k,
	    k * sizeof(*source->labels));
	if (source->targets != NULL)
		memcpy(dataset->targets + (size_t)at * n,
		    source->targets + (size_t)i * n,
		    n * sizeof(*source->targets));
}

static int
check_tokens(const float *row, size_t n, int64_t i, struct error *err)
{
	for (size_t p = 0; p < n; p++)
		if (!(row[p] >= 0.0F && row[p] < (float)TOKENS_MAX))
			return error_set(err,
			    "sequence %lld has the token %.0f, expected 0 to "
			    "%d",
			    (long long)i, (double)row[p], TOKENS_MAX - 1);
	return 0;
}

/* No image has a NaN or an infinity, normalised or not. */
static int
check_finite(const float *image, size_t pixels, int64_t i, struct error *err)
{
	for (size_t p = 0; p < pixels; p++)
		if (!isfinite(image[p]))
			return error_set(err,
			    "image %lld has a pixel that is %s, expected "
			    "numbers",
			    (long long)i,
			    isnan(image[p]) ? "NaN" : "an infinity");
	return 0;
}

/* Reads on until the last chosen image. */
static int
read_chosen(struct dataset *dataset, struct source *source,
    const struct dataset_choice *choice, struct error *err)
{
	struct random_stream random =
	    random_open(choice->sample_seed, RANDOM_SAMPLE, "images");
	size_t pixels = source_pixels(source);
	int64_t taken = 0;

	for (int64_t i = 0; taken < dataset->n; i++) {
		void *out = NULL;

		if (is_chosen(choice, &random, source->n, i, taken)) {
			size_t at = (size_t)taken * pixels;

			out = source->real ? (void *)(dataset->reals + at)
					   : (void *)(dataset->bytes + at);
			take_answer(dataset, taken++, source, i);
		}
		if (source->next(source, out, err) < 0 ||
		    (source->real && out != NULL &&
			(source->whole
				? check_tokens(out, pixels, i, err)
				: check_finite(out, pixels, i, err)) < 0))
			return -1;
	}
	return 0;
}

/*
 * The input constants are for pixels in 0 ... 1; other reals would be
 * normalised into nonsense, and the landscape of nonsense looks like one.
 */
static int
check_reals(const struct dataset *dataset, size_t pixels, struct error *err)
{
	const size_t n = (size_t)dataset->n * pixels;
	double lo = 0, hi = 0;

	for (size_t i = 0; i < n && dataset->reals != NULL; i++) {
		lo = fmin(lo, (double)dataset->reals[i]);
		hi = fmax(hi, (double)dataset->reals[i]);
	}
	if (dataset->raw || dataset->tokens ||
	    (lo >= -PIXEL_SLACK && hi <= 1 + PIXEL_SLACK))
		return 0;
	if (lo >= 0 && hi > LIKE_BYTES && hi < BYTE_VALUES)
		return error_set(err,
		    "pixels reach %.6g, expected 0 to 1; they look like 0 to "
		    "255: divide them by 255 (or --raw takes them as they are)",
		    hi);
	return error_set(err,
	    "pixels reach %.6g, expected 0 to 1: --raw takes images that are "
	    "normalised already, others must be scaled",
	    lo < -PIXEL_SLACK ? lo : hi);
}

/* Reals are little-endian in memory, as everywhere in this suite. */
static void
digest_images(struct dataset *dataset)
{
	struct digest digest;
	const char *type = dataset->bytes != NULL ? "|u1"
			   : dataset->tokens      ? "tokens"
						  : "<f4";
	size_t n = (size_t)dataset->n * (size_t)dataset->channels *
		   (size_t)dataset->height * (size_t)dataset->width;

	digest_start(&digest);
	digest_add_text(&digest, type);
	digest_add_u64(&digest, (uint64_t)dataset->n);
	digest_add_u64(&digest, (uint64_t)dataset->channels);
	digest_add_u64(&digest, (uint64_t)dataset->height);
	digest_add_u64(&digest, (uint64_t)dataset->width);
	if (dataset->bytes != NULL)
		digest_add(&digest, dataset->bytes, n);
	else
		digest_add(&digest, dataset->reals, n * sizeof(float));
	if (dataset->targets != NULL)
		digest_add(&digest, dataset->targets,
		    (size_t)dataset->n * (size_t)dataset->n_targets *
			sizeof(*dataset->targets));
	for (int64_t i = 0;
	     i < dataset->n * dataset->n_labels && dataset->targets == NULL;
	     i++)
		digest_add_u64(&digest, (uint64_t)dataset->labels[i]);
	digest_finish_text(&digest, dataset->digest);
}

static int
take(struct dataset *dataset, struct source *source,
    const struct dataset_choice *choice, struct error *err)
{
	int64_t wanted = choice->sample > 0 ? choice->sample : choice->first;

	if (choice->first > 0 && choice->sample > 0)
		return error_set(err, "the first images and a random sample "
				      "exclude each other");
	if (wanted > source->n && choice->at_most)
		wanted = source->n;
	if (wanted > source->n)
		return error_set(err, "%lld image%s asked for, there are %lld",
		    (long long)wanted, plural_s(wanted), (long long)source->n);
	dataset->name = source->name;
	dataset->total = source->n;
	dataset->n = wanted > 0 ? wanted : source->n;
	dataset->classes = source->classes;
	dataset->channels = source->channels;
	dataset->height = source->height;
	dataset->width = source->width;
	dataset->parts = source->parts;
	dataset->raw = choice->raw != 0;
	dataset->tokens = source->whole;
	dataset->names = source->names;
	source->names = (struct texts){0};
	if (source->n_labels == 1)
		dataset->known =
		    class_names_known(source->name, source->labels, source->n);
	if (dataset->raw && !source->real)
		return error_set(err,
		    "the images are bytes, --raw wants reals that are "
		    "normalised already");
	if (allocate(dataset, source, err) < 0 ||
	    read_chosen(dataset, source, choice, err) < 0 ||
	    check_reals(dataset, source_pixels(source), err) < 0)
		return -1;
	digest_images(dataset);
	return 0;
}

int
dataset_open(struct dataset *dataset, const char *path,
    const struct dataset_choice *choice, struct error *err)
{
	struct files files;
	struct source source;
	int status;

	*dataset = (struct dataset){0};
	if (files_open(&files, path, choice->split, err) < 0) {
		files_close(&files);
		return -1;
	}
	status = files_note(&files, choice->inputs, err);
	if (status < 0) {
		files_close(&files);
		return -1;
	}
	status = source_open(&source, &files, choice->split, err);
	source.parts = source.parts || files.folder;
	if (status == 0)
		status = take(dataset, &source, choice, err);
	source_close(&source);
	files_close(&files);
	if (status < 0) {
		dataset_free(dataset);
		return error_prefix(err, "%s", path);
	}
	return 0;
}

void
dataset_free(struct dataset *dataset)
{
	free(dataset->bytes);
	free(dataset->reals);
	free(dataset->labels);
	free(dataset->targets);
	free(dataset->order);
	texts_free(&dataset->names);
	*dataset = (struct dataset){0};
}

const char *
dataset_class_name(const struct dataset *dataset, int label)
{
	if ((size_t)label < dataset->names.n)
		return dataset->names.text[label];
	return dataset->known != NULL ? dataset->known[label] : NULL;
}

int
dataset_classes_present(const struct dataset *dataset, struct error *err)
{
	int present = 0;
	bool *seen = memory_new((size_t)dataset->classes, sizeof(*seen), err);

	if (seen == NULL)
		return -1;
	for (int64_t i = 0; i < dataset->n * dataset->n_labels; i++)
		if (!seen[dataset->labels[i]]) {
			seen[dataset->labels[i]] = true;
			present++;
		}
	free(seen);
	return present;
}

/* A byte has 256 values: they are normalised once, not pixel by pixel. */
static void
normalised_bytes(float mean, float std, float value[BYTE_VALUES])
{
	for (int p = 0; p < BYTE_VALUES; p++)
		value[p] = ((float)p / 255.0f - mean) / std;
}

void
dataset_block(const struct dataset *dataset, int64_t first, int64_t n,
    const double *mean, const double *std, float *out)
{
	size_t channels = (size_t)dataset->channels;
	size_t plane = (size_t)dataset->height * (size_t)dataset->width;
	size_t image = channels * plane, start = (size_t)first * image;

	if (dataset->raw || dataset->tokens) {
		memcpy(out, dataset->reals + start,
		    (size_t)n * image * sizeof(*out));
		return;
	}

	for (size_t c = 0; c < channels; c++) {
		float m = (float)mean[c], s = (float)std[c], value[BYTE_VALUES];

		normalised_bytes(m, s, value);
		for (size_t i = 0; i < (size_t)n; i++) {
			size_t at = i * image + c * plane;
			float *to = out + at;

			if (dataset->bytes != NULL) {
				const uint8_t *from =
				    dataset->bytes + start + at;

				for (size_t p = 0; p < plane; p++)
					to[p] = value[from[p]];
			} else {
				const float *from = dataset->reals + start + at;

				for (size_t p = 0; p < plane; p++)
					to[p] = (from[p] - m) / s;
			}
		}
	}
}
