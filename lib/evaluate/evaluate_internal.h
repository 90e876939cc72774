/*
 * Inside lib/evaluate: how evaluate.c, which hands out work, and
 * evaluate_point.c, which does it, share a job.
 */
#ifndef EVALUATE_EVALUATE_INTERNAL_H
#define EVALUATE_EVALUATE_INTERNAL_H

#include <pthread.h>
#include <stdbool.h>

#include "evaluate/evaluate.h"
#include "evaluate/look.h"
#include "surface/grid.h"

/* How far a data set is at a point: of its images, in their order. */
struct portion {
	int64_t issued; /* handed out */
	int64_t left;   /* of these, not yet evaluated */
	int64_t until;  /* where the point is looked at next */
	bool ended;     /* needs no more */
};

/*
 * Points pass through a ring of slots, which hold most of the memory.  While
 * the blocks of one point are worked on, the weights of the next are folded and
 * packed: two slots, and more if the blocks of one point are fewer than the
 * threads.  A single thread does one after the other, in one.
 */
struct ring_slot {
	struct plan_weights *weights;
	struct tensor *theta;
	double *losses;    /* of every image of every set */
	uint32_t *correct; /* labels of each image */
	struct score score[SETS_MAX];
	struct portion portion[SETS_MAX];
	struct anchor_cell cell[SETS_MAX];
	bool built, bad, finished;
};

struct job {
	const struct evaluation *e;
	struct norms norms;
	const struct place *points;
	int64_t n_points, n_images;
	evaluate_take *take;
	void *context;
	struct ring_slot *slot;
	int64_t slots;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* points before these are: built or being built, delivered */
	int64_t building, delivering;
	bool stop;
	struct error *err;
};

/* A thread's own memory. */
struct worker {
	struct plan_scratch *scratch;
	float *images, *logits;
	double *sorted;
};

/* Images of a data set that are evaluated together. */
struct block {
	int set;
	int64_t first, n;
};

struct ring_slot *slot_of(struct job *job, int64_t point);

/* Nothing is known of the point; its first looks are set. */
void point_empty(struct job *job, int64_t point);

/*
 * Its weights, folded and packed, and its anchors.  Where weights have no
 * network the slot is bad.  -1: memory is short.
 */
int point_build(struct job *job, int64_t point, struct error *err);

/* It needs no images any more. */
void point_end(struct ring_slot *slot, const struct job *job);

/* The next images of the first set that wants some: false when none does. */
bool point_next_block(
    const struct job *job, struct ring_slot *slot, struct block *block);
bool point_has_block(const struct job *job, const struct ring_slot *slot);

void point_run(struct job *job, struct worker *w, int64_t point,
    const struct block *block);

/*
 * Looks at a set all of whose images so far are evaluated.  Returns where it is
 * looked at next; the number of images it has when they suffice, with the score
 * filled.
 */
int64_t point_look(struct job *job, struct worker *w, int64_t point, int set);

/* That answer, written down; true when the point has ended. */
bool point_continue(
    struct ring_slot *slot, const struct job *job, int set, int64_t until);

#endif
