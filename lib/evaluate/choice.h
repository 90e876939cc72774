/*
 * What a user asks for who wants points evaluated: the options of a run.
 */
#ifndef EVALUATE_CHOICE_H
#define EVALUATE_CHOICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/options.h"
#include "data/dataset.h"
#include "data/pixels.h"
#include "evaluate/anchor.h"
#include "evaluate/exec.h"
#include "evaluate/look.h"
#include "surface/grid.h"

struct surface_choice {
	struct range
	    range[AXES_MAX]; /* num 0: -1:1:51 where there is an axis; none
				when all are 0 and points are requested */
	bool fit[AXES_MAX];  /* the range's num, with bounds that fit the path
				in the stream */
	int sets;
	const char *path[SETS_MAX];
	char name[SETS_MAX]
		 [SET_NAME_BYTES]; /* empty: train or test, by split */
	struct dataset_choice images;
	struct look_rule look;    /* how many of these a point needs */
	const char *anchors_path; /* or NULL */
	struct anchors anchors;   /* filled by choice_open_data */
	bool shuffle; /* for looks, whatever the rule: an estimate */
	int split;    /* of dataset_split_words */
	int loss;     /* of loss_any_words */
	int64_t threads, block;
	struct pixels_options pixels; /* not given: the model's */
	struct exec_rule exec;        /* a program instead of all data */
	int shard, shards;
	int norms; /* of norms_words; -1: states if a direction moves them */
	const char *norms_path; /* the set of recompute; NULL: `train` */
	int64_t norms_images;   /* how many of them */
	int per_image; /* flag: the losses of single images behind each point */
	int per_class; /* flag: and what their classes say */
	int groups; /* flag: points carry the mean losses of groups of images */
	struct dataset data[SETS_MAX]; /* filled by choice_open_data */
	struct dataset norms_data;
};

/* What is so when nothing is said: an empty choice is none. */
void choice_start(struct surface_choice *choice);

/*
 * Rows of the options that say which images and what of them: losses are the
 * words of --loss, what is what help says of it.
 */
void choice_add_options(struct option_table *table,
    struct surface_choice *choice, const char *const *losses, const char *what);

/* Fails when options of these rows exclude each other. */
int choice_check(const struct surface_choice *choice, struct error *err);

/*
 * Opens all data sets, in the order of the looks where there are some; two
 * with one name are an error, and so is recompute
 * without training images.
 */
int choice_open_data(
    struct surface_choice *choice, struct inputs *inputs, struct error *err);
void choice_free_data(struct surface_choice *choice);

#endif
