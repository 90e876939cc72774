/*
 * Tied weights: tensors of a checkpoint that are one part of one storage under
 * several names.  In a graph they are one tensor, under the first name, so that
 * directions, norms and gradients move it once.
 */
#ifndef MODEL_TIE_H
#define MODEL_TIE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "model/checkpoint.h"
#include "net/graph.h"

/* Names that stand for other tensors' elements: how many, and the first one. */
struct tie_report {
	size_t n;
	char name[TENSOR_NAME_MAX + 1], is[TENSOR_NAME_MAX + 1];
};

/*
 * Is tensor i of the checkpoint, which graph does not have, another name of one
 * that it has?  Then it is added to report.
 */
bool tie_is_alias(const struct graph *graph,
    const struct checkpoint *checkpoint, size_t i, struct tie_report *report);

/*
 * Makes tensors of graph that are one in the checkpoint one, after their
 * elements were moved into it; adds them to report.  -1 with an error when two
 * of them have a part of their elements in common, or are used for different
 * things.
 */
int tie_graph(struct graph *graph, const struct checkpoint *checkpoint,
    struct tie_report *report, struct error *err);

#endif
