/*
 * The named networks ("zoo"): those of Li et al., arXiv 1712.09913, with their
 * variants, and a few small ones for tests and demonstrations.  Parameter names
 * and order are those of the reference's checkpoints.
 *
 * Every network takes inputs of any size that survives its strides, with any
 * number of channels, and ends in any number of classes.  Where the reference
 * pools the last 8x8 (or 4x4) pixels of a 32x32 input, the average over the
 * whole image stands: the same function there, defined everywhere.
 */
#ifndef NET_ARCHITECTURE_H
#define NET_ARCHITECTURE_H

#include <stddef.h>

#include "base/error.h"
#include "net/graph.h"

/*
 * Fills graph (whatever it held is not released) with the network of this name;
 * release it with graph_free.  input: c h w.  On failure the graph is empty and
 * the message says what does not fit; an unknown name lists the known ones.
 */
int architecture_build(struct graph *graph, const char *name,
    const struct shape *input, int classes, struct error *err);

/* Name i of the list, in the order of the manual; NULL behind the last. */
const char *architecture_name(size_t i);

/* The usual input: 3 32 32, or 1 28 28 for the smallest. */
struct shape architecture_input(const char *name);

#endif
