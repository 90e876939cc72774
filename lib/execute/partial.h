/*
 * Gradients by tensors that nodes read as they are: each slice of the batch has
 * its own, one tensor behind another, and they are added in the slices' order.
 */
#ifndef EXECUTE_PARTIAL_H
#define EXECUTE_PARTIAL_H

#include "execute/pass_internal.h"

/* Floats of a slice: of the node's tensors that learn. */
size_t partial_floats(const struct graph *graph, const struct node *node);

struct partial_gradient {
	const struct pass *pass;
	const struct node *node;
	size_t at; /* floats from the start of a slice's */
};

/* Where slice has those by the node's inputs: into d_in; others stay. */
void partial_point(const struct partial_gradient *partial, int slice,
    bool clear, float *d_in[NODE_INPUTS_MAX]);

/* Adds those of all slices to gradient. */
void partial_add(
    const struct partial_gradient *partial, int slices, float *const *gradient);

#endif
