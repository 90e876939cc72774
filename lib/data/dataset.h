/*
 * A data set: the chosen images of a file, with their labels.
 *
 * What a file is, is told by its content: CIFAR-10/100 binary files (records of
 * 3,073 or 3,074 bytes) and pickles, IDX images with or without gzip (their
 * labels lie beside them), npz with x (N,C,H,W or N,H,W,C or N,H,W or N,C;
 * bytes or reals) and y (N or N,1 integers; or N or N,K reals), under these or
 * other usual names (array_names.h), or two .npy files, images and labels.  A
 * directory is one as it was unpacked: cifar-10-batches-bin or -py,
 * cifar-100-binary or -python, or the four IDX files of an MNIST; or it has
 * .npy files with the split in their names.
 */
#ifndef DATA_DATASET_H
#define DATA_DATASET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/inputs.h"
#include "file/texts.h"

enum dataset_split { SPLIT_TRAIN, SPLIT_TEST };

/* "train", "test", NULL. */
extern const char *const dataset_split_words[];

/* Which images.  At most one of first and sample is not 0; both 0: all. */
struct dataset_choice {
	enum dataset_split split; /* which files of a directory */
	int64_t first;            /* the first so many */
	int64_t sample;           /* so many at random, without replacement */
	uint64_t sample_seed;
	int raw; /* flag: reals that are normalised already; bytes refused */
	bool at_most;          /* no error when there are fewer: all of them */
	struct inputs *inputs; /* the files that are read are added; or NULL */
};

struct dataset {
	const char *name; /* of its kind: cifar10, cifar100, idx, npz */
	int64_t n;        /* images held */
	int64_t total;    /* images in the source, chosen or not */
	int classes;      /* of the source: 10, 100, or largest label + 1 */
	int channels, height, width;
	uint8_t *bytes; /* n c h w, 0 ... 255, or NULL when they are reals */
	float *reals;   /* n c h w as the file has them, or NULL */
	bool tokens;    /* they are whole numbers from 0 on, channels of them */
	int *labels;    /* n times n_labels, from 0 */
	int n_labels;   /* of an image: 1, or one for each row of outputs */
	/* What the classes are called, the file's (owned) or known ones, or
	   none of both: dataset_class_name. */
	struct texts names;
	const char *const *known;
	float *targets; /* or real ones, n times n_targets; labels are 0 */
	int n_targets;
	bool parts;     /* it is a part of something that may have others */
	bool raw;       /* reals enter as they are, whatever mean and std say */
	int64_t *order; /* place in the file's order of each image, or NULL:
			   they stand in it */
	/* SHA-256 of the chosen images and labels: names what was evaluated */
	char digest[DIGEST_TEXT_BYTES];
};

/*
 * Reads the chosen images of path.  They stay in the order of the file, also
 * the sample, which is a function of (sample_seed, total, sample) alone.  More
 * images asked for than there are is an error unless at_most; so are reals that
 * are not finite, and unless raw those outside of 0 ... 1.  Release with
 * dataset_free.
 */
int dataset_open(struct dataset *dataset, const char *path,
    const struct dataset_choice *choice, struct error *err);
void dataset_free(struct dataset *dataset);

/*
 * Brings the images into another order, a permutation that is a function of
 * seed and n alone (losspipe(5), ORDER OF IMAGES); what names them stays.
 */
int dataset_shuffle(struct dataset *dataset, uint64_t seed, struct error *err);

/* What class `label` (below classes) is called, borrowed; NULL: nobody says. */
const char *dataset_class_name(const struct dataset *dataset, int label);

/* How many of its classes occur among the chosen images; -1 failed. */
int dataset_classes_present(const struct dataset *dataset, struct error *err);

/*
 * Images [first, first + n) as network input: out receives n c h w floats
 * (p - mean[c]) / std[c] with p = byte / 255, or the file's real.  Each step is
 * rounded to float32 as torchvision's ToTensor and Normalize do.
 */
void dataset_block(const struct dataset *dataset, int64_t first, int64_t n,
    const double *mean, const double *std, float *out);

#endif
