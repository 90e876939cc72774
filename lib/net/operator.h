/*
 * The operators of a graph: one row per ONNX operator, one family of functions
 * per row (op_conv.c, op_pool.c, ...).  forward is plain C with sums in double:
 * it defines what the operator computes, every faster kernel is checked against
 * it.
 *
 * The same file holds how it learns: backward adds the gradient by its inputs,
 * given that by its output.  For the curvature, tangent says how the output
 * changes when the inputs move along a direction, and back_tangent how the
 * gradients change.  At a kink the derivative is PyTorch's.
 *
 * To add an operator: a name in enum operator_kind, a row in operator.c, a
 * family in an op_*.c file, a test against a naive loop.
 */
#ifndef NET_OPERATOR_H
#define NET_OPERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/*
 * An operator applied in training, to n images that lie one behind the other.
 * For its backward, d_ is the gradient of the loss by the array of that name.
 */
struct operator_batch {
	const struct attributes *attr;
	int n, n_in;
	const struct shape *in_shape;
	const float *const *in;
	const struct shape *out_shape;
	float *out;
	const float *d_out;
	/* Added to; NULL where nobody asks (a tensor's is the sum over the
	 * images). */
	float *const *d_in;
	float *work;      /* as many floats as the row's work says */
	uint64_t tensors; /* bit j: input j is a tensor, one for all images */
	/*
	 * Along a direction, of one image: t_ is how the array of that name
	 * changes.  Those that stand still are zeros.
	 */
	const float *const *t_in;
	float *t_out;
	const float *t_d_out;
	float *const *t_d_in; /* added to; NULL where nobody asks */
};

/* What a backward reads of the forward's arrays. */
enum operator_needs { NEEDS_NOTHING = 0, NEEDS_IN = 1, NEEDS_OUT = 2 };

/*
 * How the output depends on the operands.  LAW_LINEAR: its tangent is forward
 * of the tangents, that of backward is backward of the gradient's.
 * LAW_BILINEAR: in the activations and in the weight, each for itself; both are
 * sums of two.  LAW_PIECEWISE: linear in the neighbourhood of the inputs; the
 * row's tangent, and backward of the gradient's.  LAW_CURVED: both are the
 * row's.  LAW_BATCH: not one of images alone.
 */
enum operator_law {
	LAW_BATCH,
	LAW_LINEAR,
	LAW_BILINEAR,
	LAW_PIECEWISE,
	LAW_CURVED
};

/*
 * Inputs of either kind, one activation at least (Gather needs none).
 * OPERANDS_ALIGNED: axes are counted from the last one; a tensor that has more
 * than the activations (1 for the batch, as PyTorch's position embeddings)
 * loses leading ones.
 */
enum operands { OPERANDS_FREE = -1, OPERANDS_ALIGNED = -2 };

struct operator_row {
	const char *name; /* ONNX's */
	int min_in, max_in;
	int images; /* the first so many inputs are activations, the others
		       tensors; NODE_INPUTS_MAX: all are activations; or one
		       of enum operands */
	/*
	 * The output's shape, from attributes and inputs that may come from a
	 * hostile file; everything forward relies on is checked here.
	 */
	int (*shape)(const struct attributes *attr, int n_in,
	    const struct shape *in, struct shape *out, struct error *err);
	void (*forward)(const struct operator_call *call);
	/*
	 * Training.  batch: forward of n images, in float32 with OpenBLAS where
	 * that pays, NULL: image by image.  backward NULL: the operator is not
	 * one of images alone (BatchNormalization: execute/norm_train.h).
	 */
	void (*batch)(const struct operator_batch *batch);
	void (*backward)(const struct operator_batch *batch);
	size_t (*work)(const struct attributes *attr, const struct shape *in,
	    const struct shape *out); /* NULL: none */
	unsigned needs;               /* of enum operator_needs */
	enum operator_law law;
	bool each; /* backward wants images one by one */
	/* The laws say who has them; of one image. */
	void (*tangent)(const struct operator_batch *batch);
	void (*back_tangent)(const struct operator_batch *batch);
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

/*
 * The same in float32 with OpenBLAS where the operator is a matrix product
 * (operator_is_product), for plans.
 */
void operator_apply_fast(const struct graph *graph, const struct node *node,
    const float *const *in, float *out);
bool operator_is_product(enum operator_kind op);

/* The same of one image that operator_describe described. */
void operator_forward_fast(
    enum operator_kind op, const struct operator_batch *batch);

/*
 * The same for training: fills the shapes (in has room for NODE_INPUTS_MAX of
 * them) and attributes of a batch of n images; the arrays are the caller's.
 */
void operator_describe(const struct graph *graph, const struct node *node,
    int n, struct shape in[NODE_INPUTS_MAX], struct operator_batch *batch);

/* Floats of work that a batch of this node wants. */
size_t operator_work(const struct graph *graph, const struct node *node);

/* Forward of batch, by the row's own way or image by image. */
void operator_forward(
    enum operator_kind op, const struct operator_batch *batch);

/* Adds the gradients by the inputs, of all images. */
void operator_backward(
    enum operator_kind op, const struct operator_batch *batch);

/*
 * Of one image: t_out; t_d_in, with out and t_out there already.  Not for
 * LAW_BATCH and LAW_BILINEAR.
 */
void operator_tangent(
    enum operator_kind op, const struct operator_batch *batch);
void operator_back_tangent(
    enum operator_kind op, const struct operator_batch *batch);

#endif
