/*
 * A graph as maps and arrays of a record's header (losspipe(5), record model):
 *
 *	tensors  [{name, dtype, shape, role, out_axis}]
 *	graph    {input: {name, shape}, nodes: [{op, name, in, attr}], output}
 *
 * A node and the value it makes bear the same name.
 * Operators and attributes carry ONNX's names; attributes that are 0 are left
 * out.
 */
#ifndef NET_GRAPH_CODEC_H
#define NET_GRAPH_CODEC_H

#include "base/error.h"
#include "net/graph.h"
#include "stream/pack.h"
#include "stream/value.h"

/* Appends the two values, without keys. */
void graph_pack_tensors(struct pack *pack, const struct graph *graph);
void graph_pack(struct pack *pack, const struct graph *graph);

/*
 * Is the same computed, node by node?  1, 0 or -1 with an error; a graph
 * without nodes is like any.
 */
int graph_same(const struct graph *a, const struct graph *b, struct error *err);

/*
 * Builds a graph (shapes checked by its operators, no elements) from the header
 * that has the keys `tensors` and `graph`; without the latter it has no nodes,
 * and nothing can be computed with it.  graph is empty before, and again
 * after a failure.
 */
int graph_unpack(
    struct graph *graph, const struct value *header, struct error *err);

#endif
