/*
 * Inside lib/data: a file (or five) as a sequence of images.  All labels are
 * known from the start; pixels come one image at a time, in file order, so that
 * only the chosen ones are ever held.
 */
#ifndef DATA_SOURCE_H
#define DATA_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "data/dataset.h"
#include "file/content.h"
#include "file/texts.h"

/* Tokens and labels are below this: float32 has all whole numbers up to it. */
enum { SOURCE_FILES_MAX = 5, IMAGE_SIDE_MAX = 1 << 15, TOKENS_MAX = 1 << 24 };

struct source {
	const char *name;
	int64_t n;
	int classes;
	int channels, height, width;
	bool real;   /* pixels are floats, else bytes */
	bool whole;  /* floats that are integers: tokens */
	int *labels; /* n times n_labels; owned */
	int n_labels;
	bool parts; /* names, of files or arrays, tell train from test */
	/* Real targets instead: n times n_targets, owned; labels are 0. */
	float *targets;
	int n_targets;
	struct texts names; /* of the classes, where the file has them; owned */
	/* The next image's pixels, c h w; skipped when out is NULL. */
	int (*next)(struct source *source, void *out, struct error *err);
	/* Releases state. */
	void (*close)(struct source *source);
	void *state;
	const struct content *files; /* borrowed */
};

/*
 * Open a source on content that looks like their kind.  0 or -1; source_close
 * in any case.
 */
int source_cifar(struct source *source, const struct content *files,
    int n_files, struct error *err);
int source_pickle(struct source *source, const struct content *files,
    int n_files, struct error *err);
int source_idx(struct source *source, const struct content *images,
    const struct content *labels, struct error *err);
/* labels: of a .npy file; an npz has its own, those of the split if it has. */
int source_npz(struct source *source, const struct content *file,
    const struct content *labels, enum dataset_split split, struct error *err);
void source_close(struct source *source);

/* Do the bytes look like one? */
bool source_is_pickle(const struct content *content);
bool source_is_cifar(const struct content *content);
bool source_is_idx(const struct content *content);
bool source_is_npz(const struct content *content);
bool source_is_npy(const struct content *content);

/* Pixels of one image. */
size_t source_pixels(const struct source *source);

/*
 * Takes the shape of an image; refuses sides of 0 or above IMAGE_SIDE_MAX, and
 * images above 2^28 pixels.
 */
int source_shape(struct source *source, int64_t channels, int64_t height,
    int64_t width, struct error *err);

/*
 * Takes the number of images, 1 ... 2^31 - 1, and of labels for each; room for
 * the labels.
 */
int source_count(
    struct source *source, int64_t n, int64_t n_labels, struct error *err);

#endif
