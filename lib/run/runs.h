/*
 * Checkpoints of training runs, any tensor of any of them at any time.
 *
 * A run is a stream of models, checkpoint behind checkpoint, each with all its
 * tensors; who compares checkpoints wants one tensor of all of them.  So a run
 * is read once, checked to its end marks, and what is kept is where each tensor
 * stands in the file.  What is no file (a pipe) is first copied into a nameless
 * temporary one.
 */
#ifndef RUN_RUNS_H
#define RUN_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "model/model.h"
#include "stream/reader.h"

enum { RUN_NAME_BYTES = 128, RUNS_BLOCK = 8192 };

/* A part of a tensor in the file. */
struct run_piece {
	int tensor;
	int64_t offset, n; /* elements */
	uint64_t at;       /* byte of the file */
};

struct run_checkpoint {
	int run;        /* index in runs */
	uint64_t begin; /* byte at which its segment begins */
	struct run_piece *pieces;
	size_t n, room;
	char digest[DIGEST_TEXT_BYTES]; /* of the model, when asked for */
	/* What the checkpoint says of itself; NaN and -1 when it does not. */
	double epoch, lr, running_loss;
	int64_t step;
};

struct run {
	char name[RUN_NAME_BYTES];  /* for legends: no other run has it */
	char label[RUN_NAME_BYTES]; /* of its first model */
	bool given;                 /* the name was asked for */
	const char *path;           /* borrowed, for messages */
	int fd;
	size_t first, n; /* its checkpoints */
};

struct runs {
	struct run *runs;
	size_t n_runs, room_runs;
	struct run_checkpoint
	    *checkpoints; /* of all runs, one behind another */
	size_t n, room;
	struct model model;   /* of the first checkpoint, without elements */
	struct digest digest; /* of all segments */
	bool digests;         /* models are to be named by their digests */
	const struct partial *partial; /* for their readers */
	struct marks open;             /* runs that have no end */
	/* Told of each runs_subtract, by how many of which work is long; or
	   NULL. */
	void (*seen)(void *context);
	void *context;
};

/* Starts as (struct runs){0}. */
void runs_free(struct runs *runs);

/*
 * Reads the run at text, "[NAME=]PATH" (borrowed; "-" is standard input).
 * Without NAME it is called after the label of its first model or, when that is
 * empty, after its file; of one label several are called after both, and of one
 * name several have numbers.  Fails when it cannot be read to its end
 * (runs->partial allows what reader_take_partial does), has no model, or has
 * models with other tensors than the first run's.
 */
int runs_add(struct runs *runs, const char *text, struct error *err);

/* Blocks of RUNS_BLOCK elements, the last one shorter, that n elements make. */
int64_t runs_blocks(int64_t n);

/* The last checkpoint of the first run. */
size_t runs_last(const struct runs *runs);

/*
 * Elements [offset, offset + n) of a tensor of a checkpoint, as they are
 * stored.
 */
int runs_read(const struct runs *runs, size_t checkpoint, int tensor,
    int64_t offset, int64_t n, void *out, struct error *err);

/*
 * out = theta - w for at most RUNS_BLOCK elements, in float32 as the reference
 * tool has it; w: the elements of another model at this place.
 */
int runs_subtract(const struct runs *runs, size_t checkpoint, int tensor,
    int64_t offset, int64_t n, const void *w, float *out, struct error *err);

/*
 * Reads the stream of the checkpoint's file from its segment on.  runs must
 * outlive the reader; nothing else moves it.
 */
struct reader *runs_reader(
    const struct runs *runs, size_t checkpoint, struct error *err);

/* Names all segments of all runs. */
void runs_digest(const struct runs *runs, char out[DIGEST_TEXT_BYTES]);

#endif
