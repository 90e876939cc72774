/*
 * Names for the tensors of a graph whose exporter lost them: those that a
 * checkpoint gives to equal elements.
 *
 * The names matter: random directions are drawn by name, so that the same
 * network has the same landscape from a checkpoint and from an ONNX file.
 */
#ifndef MODEL_NAMES_H
#define MODEL_NAMES_H

#include "base/error.h"
#include "model/checkpoint.h"
#include "net/graph.h"

struct names_report {
	size_t weights; /* trainable tensors of the graph */
	size_t found;   /* of those: in the checkpoint, bit by bit */
	/* of those: equal to several tensors, taken in their order */
	size_t ambiguous;
	char missing[TENSOR_NAME_MAX + 1]; /* one that was not found */
	/* Pairs of the graph that are one in the checkpoint; their names. */
	size_t apart;
	char one[TENSOR_NAME_MAX + 1], other[TENSOR_NAME_MAX + 1];
};

/*
 * Gives every tensor of graph that equals one of the checkpoint, as it is or
 * transposed, the name of that; a tensor that has the right name keeps it.
 * Tensors come in the order of the checkpoint, those that were not found behind
 * them.  Elements and the graph's function stay as they are.
 */
int names_restore(struct graph *graph, const struct checkpoint *checkpoint,
    struct names_report *report, struct error *err);

#endif
