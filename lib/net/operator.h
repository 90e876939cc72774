/*
 * The operators of a graph: one row per ONNX operator, one family of functions
 * per row (op_conv.c, op_pool.c, ...).  forward is plain C with sums in double:
 * it defines what the operator computes, every faster kernel is checked against
 * it.
 *
 * To add an operator: a name in enum operator_kind, a row in operator.c, a
 * family in an op_*.c file, a test against a naive loop.
 */
#ifndef NET_OPERATOR_H
#define NET_OPERATOR_H

#include "base/error.h"
#include "net/graph.h"

/* An operator applied to one image. */
struct operator_call {
	const struct attributes *attr;
	int n_in;
	const struct shape *in_shape; /* n_in of them; a tensor's own shape */
	const float *const *in;       /* n_in arrays */
	const struct shape *out_shape;
	float *out; /* overlaps no input */
};

struct operator_row {
	const char *name; /* ONNX's */
	int min_in, max_in;
	int images; /* the first so many inputs are activations, the others
		       tensors; NODE_INPUTS_MAX: all are activations */
	/*
	 * The output's shape, from attributes and inputs that may come from a
	 * hostile file; everything forward relies on is checked here.
	 */
	int (*shape)(const struct attributes *attr, int n_in,
	    const struct shape *in, struct shape *out, struct error *err);
	void (*forward)(const struct operator_call *call);
};

const struct operator_row *operator_of(enum operator_kind op);

/*
 * The checked shape of node's output.  Its inputs must be values of the graph
 * (their kinds are checked here).  Messages start with the node's name.
 */
int operator_shape(const struct graph *graph, const struct node *node,
    struct shape *out, struct error *err);

/*
 * Runs node's reference forward on one image.  in: its inputs in ONNX's order
 * (tensors as the graph's shapes say); out: shape_size of its output.
 */
void operator_apply(const struct graph *graph, const struct node *node,
    const float *const *in, float *out);

#endif
