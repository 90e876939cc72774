/*
 * Inside lib/execute: while the steps of training are written down, forward by
 * train_compile.c, backward by train_backward.c.
 */
#ifndef EXECUTE_TRAIN_STEPS_H
#define EXECUTE_TRAIN_STEPS_H

#include "execute/train.h"

enum { STORED = -2 };

struct compiler {
	struct train_pass *p;
	const struct graph *g;
	bool *started; /* by place: the gradient has a first part */
	/* Of a value, in backward: the segment that makes it once more; -1
	 * none so far, STORED: its place has it. */
	int *again;
	struct error *err;
	int status;
};

static inline int
gradient_of(const struct compiler *c, int value)
{
	return (int)c->g->n_values + value;
}

/* A step without operands. */
static inline struct step
step_of(enum step_kind kind, int node)
{
	return (struct step){.kind = kind,
	    .node = node,
	    .in = -1,
	    .add = -1,
	    .y = -1,
	    .d = -1,
	    .out = -1};
}

/* The step of a batch norm that node i went into, or NULL. */
static inline const struct fused *
norm_around(const struct compiler *c, int i)
{
	const struct fusion *fusion = &c->p->fusion;
	const struct fused *f =
	    &fusion->steps[fusion->maker[c->g->nodes[i].out]];

	return f->norm != NULL ? f : NULL;
}

/* Its node. */
static inline int
node_of(const struct compiler *c, const struct fused *norm)
{
	return (int)(norm->node - c->g->nodes);
}

/* Writes down a step. */
void train_emit(struct compiler *c, struct step step);

/* What follows waits until all slices are here. */
void train_cut(struct compiler *c);

/* The sums of a batch norm must be those of the batch. */
void train_wait(struct compiler *c, int node);

/* A vector already, one pixel of it, or the same numbers in another form. */
bool train_is_form(const struct compiler *c, const struct node *node);

/* Is the node part of another one's step? */
bool train_is_taken(const struct compiler *c, int i);

/* Which values a second way forward makes again. */
void train_find_again(struct compiler *c);

/* The steps of backward of node i. */
void train_backward_node(struct compiler *c, int i);

/* Has the value a gradient?  Is this the first part of it? */
bool train_wants_gradient(const struct compiler *c, int value);
bool train_start(struct compiler *c, int value);

#endif
