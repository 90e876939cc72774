/*
 * A model with its directions passing by, one record at a time: what filters
 * see that change directions and hold at most one tensor.
 *
 * The order that a passage checks and that everybody may rely on: `begin`,
 * `model`, all `direction` records; for each tensor of the model in turn its
 * `tensor` chunks and then its `delta` chunks, each direction's in one piece;
 * `scale` records; `end`.  Other kinds may stand anywhere.  A segment without a
 * model is not looked at any further.
 */
#ifndef DIRECTION_PASSAGE_H
#define DIRECTION_PASSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "direction/direction.h"
#include "model/model.h"
#include "stream/reader.h"
#include "tensor/chunk.h"

enum passage_step {
	PASSAGE_BEGIN,
	PASSAGE_MODEL,
	PASSAGE_DIRECTION,   /* direction: the one declared */
	PASSAGE_DECLARED,    /* no record: no direction follows any more */
	PASSAGE_TENSOR,      /* chunk */
	PASSAGE_TENSOR_DONE, /* no record: all chunks of the tensor were here */
	PASSAGE_DELTA,       /* chunk, direction */
	PASSAGE_TENSOR_LEFT, /* no record: all deltas of the tensor were here */
	PASSAGE_SCALE,       /* direction, factor */
	PASSAGE_OTHER,       /* a record to be copied */
	PASSAGE_END,
};

/* A direction of this segment and where its deltas stand. */
struct passage_direction {
	struct direction is;
	int64_t next; /* of the tensor that passes: elements so far */
	bool scaled;
};

struct passage {
	struct reader *reader; /* borrowed */
	struct model model;    /* of this segment, without elements */
	bool has_model;
	uint64_t models; /* in the whole input so far */
	struct passage_direction *directions;
	size_t n_directions, room;

	/* What the last step was about. */
	struct record record;
	struct chunk chunk;
	int direction; /* index in directions */
	int tensor; /* index of the tensor that passes, -1 before the first */
	double factor;

	/* Where the passage stands. */
	bool held, declared, done, left;
	int64_t next; /* elements of the tensor so far */
};

/* Starts with reader, which is borrowed; release with passage_close. */
void passage_open(struct passage *passage, struct reader *reader);
void passage_close(struct passage *passage);

/*
 * The next step.  Returns 1, 0 at the end of all input, -1 with an error:
 * whatever reader_next refuses, records out of order, missing or surplus
 * elements, a direction that is declared twice or never, no model at all.  The
 * record is borrowed until the next step that brings one.
 */
int passage_next(struct passage *passage, enum passage_step *step,
    struct error *err) __attribute__((warn_unused_result));

/* The direction (axis, rep) of this segment: its index, or -1. */
int passage_find(const struct passage *passage, int axis, int rep);

/* Direction sets that have this axis. */
int passage_count(const struct passage *passage, int axis);

#endif
