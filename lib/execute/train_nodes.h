/*
 * The reference of training: node by node over the whole batch, forward and
 * then backward, in planes c h w.
 *
 * train_nodes.c	making one, and running it
 * train_nodes_place.c	where values lie
 */
#ifndef EXECUTE_TRAIN_NODES_H
#define EXECUTE_TRAIN_NODES_H

#include "execute/partial.h"
#include "execute/pass_internal.h"

struct nodes {
	struct pass base;
	struct span *value, *d_value; /* activations and their gradients */
	int *last_reader;  /* of a value: the node that is first in backward */
	size_t work, sums; /* floats of one worker; doubles of one slice */
	float *works;
	double *sum; /* SLICES + 1 times sums: of slices, then of the batch */
};

/* Is it made by a node, and so has a place and a gradient? */
static inline bool
train_nodes_placed(const struct nodes *p, int value)
{
	return p->base.graph->values[value].kind == VALUE_ACTIVATION;
}

/* Spans of values and gradients, room for work and sums. */
void train_nodes_place(struct nodes *p);

#endif
