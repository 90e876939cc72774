/*
 * From the options of a run to a surface that can be evaluated: data sets,
 * grid, input constants and plan, checked against each other.
 */
#ifndef EVALUATE_SETUP_H
#define EVALUATE_SETUP_H

#include "base/error.h"
#include "data/dataset.h"
#include "data/pixels.h"
#include "direction/plane.h"
#include "evaluate/exec.h"
#include "evaluate/surface.h"
#include "surface/grid.h"

/* What a user asks for. */
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
	int split; /* of dataset_split_words */
	int loss;  /* of loss_any_words */
	int64_t threads, block;
	struct pixels_options pixels; /* not given: the model's */
	struct exec_rule exec;        /* a program instead of all data */
	int shard, shards;
	int norms; /* of norms_words; -1: states if a direction moves them */
	const char *norms_path; /* the set of recompute; NULL: `train` */
	int64_t norms_images;   /* how many of them */
	int groups; /* flag: points carry the mean losses of groups of images */
	struct dataset data[SETS_MAX]; /* filled by choice_open_data */
	struct dataset norms_data;
};

/*
 * "PATH" or "NAME=PATH": one more data set.  The names train and test also
 * choose the part of a folder.
 */
int choice_add_data(
    struct surface_choice *choice, const char *text, struct error *err);

/*
 * Opens all data sets; two with one name are an error, and so is recompute
 * without training images.
 */
int choice_open_data(
    struct surface_choice *choice, struct inputs *inputs, struct error *err);
void choice_free_data(struct surface_choice *choice);

/*
 * Makes the surface of plane (both plane and choice are borrowed).  Fails when
 * the images do not fit the network, a range has no direction, nobody knows the
 * input constants, the grid is too large, or statistics shall move that no
 * direction moves.  Release with surface_free, also
 * after a failure.
 */
int surface_setup(struct surface *surface, const struct surface_choice *choice,
    const struct plane *plane, struct error *err);
void surface_free(struct surface *surface);

#endif
