/*
 * Names that differ from a network's by what stands before all of them: a
 * module inside another one ("model.", "net.", "backbone.") has its name there,
 * in a checkpoint or in the graph that was exported.
 */
#ifndef MODEL_PREFIX_H
#define MODEL_PREFIX_H

#include <stddef.h>

#include "base/error.h"
#include "model/checkpoint.h"
#include "net/graph.h"
#include "tensor/tensor.h"

/* What was done to the names of a checkpoint; empty texts: nothing. */
struct prefix_report {
	char off[TENSOR_NAME_MAX + 1]; /* taken off all names */
	char on[TENSOR_NAME_MAX + 1];  /* put before all of them */
};

/*
 * Does the checkpoint fit?  0, or -1 with the message and *wrong, how many
 * names or shapes speak against it.
 */
struct prefix_question {
	int (*fits)(void *context, const struct checkpoint *checkpoint,
	    size_t *wrong, struct error *err);
	void *context;
	const struct graph *graph; /* whose names are known, or NULL */
};

/*
 * Asks with the names as they are; then without the words, each with its dot,
 * that all names begin with, and with those that all names of graph begin with
 * before them.  The first that fits stays, and report says what it was.  When
 * none does the names are as before and the error is that of the nearest.
 */
int prefix_find(struct checkpoint *checkpoint,
    const struct prefix_question *question, struct prefix_report *report,
    struct error *err);

#endif
