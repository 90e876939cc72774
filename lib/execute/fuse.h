/*
 * A graph as the shorter list of steps that evaluation, curvature and training
 * execute:
 *
 *	Conv or Gemm [BatchNormalization] [Add] [Relu]	one step, an epilogue
 *	BatchNormalization [Relu]			one affine step
 *	Add [Relu]					one step
 *	Clip for Relu					likewise, evaluated only
 *	Flatten read by Gemm alone			nothing: same numbers
 *	anything else					a step of its own
 *
 * Training waits for the sums of the batch between a convolution and its batch
 * norm:
 *
 *	BatchNormalization [Add] [Relu]			one affine step
 *	anything else					a step of its own
 *
 * A node joins the step before it only when nobody else reads the value between
 * them.  Steps are in topological order; values keep the graph's numbers.
 */
#ifndef EXECUTE_FUSE_H
#define EXECUTE_FUSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "kernel/kernel.h"
#include "net/graph.h"

enum fuse_rule {
	FUSE_NOTHING, /* every node is a FUSED_NODE step */
	FUSE_FIXED,   /* batch norms with their running statistics */
	FUSE_FORWARD, /* the same where nobody asks for derivatives */
	FUSE_BATCH,   /* batch norms with the statistics of the batch */
};

enum fused_kind {
	FUSED_CONV,   /* weight, factors, addend, limits */
	FUSED_LINEAR, /* likewise */
	FUSED_AFFINE, /* factors per channel, limits; FUSE_BATCH: addend */
	FUSED_ADD,    /* of two activations, limits */
	FUSED_NODE,   /* node as it stands */
};

struct fused {
	enum fused_kind kind;
	const struct node *node; /* the first node: Conv, Gemm, ...; borrowed */
	const struct node *norm; /* batch norm inside, or NULL; borrowed */
	int n_in;
	int in[NODE_INPUTS_MAX]; /* activations read, without the addend */
	int addend;              /* activation added before the limits, or -1 */
	struct limits limits;    /* of a ReLU; FUSE_FORWARD: or of a Clip */
	int out;                 /* the activation this step makes */
	int weight, bias;        /* tensors of Conv and Gemm, or -1 */
	int channels; /* of CONV, LINEAR, AFFINE: length of the factors */
};

struct fusion {
	size_t n_steps, room;
	struct fused *steps;
	int *maker; /* of a value: the step that it is made in, or -1; owned */
	int output; /* the graph's output (a Flatten may have gone) */
	int max_channels;
	/* Tensors that FUSED_NODE steps read lie side by side in the weights:
	 * per tensor of the graph its place in floats, and all of them. */
	size_t *places; /* owned */
	size_t tensor_floats;
};

/*
 * Is node the addition of two activations of one shape?  Nothing else is the
 * sum of a shortcut.
 */
bool fuse_is_sum(const struct graph *graph, const struct node *node);

/* graph must outlive fusion.  Release with fuse_free in any case. */
int fuse_make(const struct graph *graph, enum fuse_rule rule,
    struct fusion *fusion, struct error *err);
void fuse_free(struct fusion *fusion);

/*
 * The factors of a CONV, LINEAR or AFFINE step at theta (as plan_bind takes
 * it), in double: out = scale[k] * sum + shift[k] [+ addend], limited; sum
 * is the convolution or product without bias, or the input.  Fails on a
 * variance with var + epsilon < 0, naming the tensor.
 */
int fuse_factors(const struct graph *graph, const struct fused *step,
    const struct tensor *theta, double *scale, double *shift,
    struct error *err);

/*
 * Copies what FUSED_NODE steps read at theta to tensors (tensor_floats of
 * them). Fails as fuse_factors does.
 */
int fuse_bind_tensors(const struct graph *graph, const struct fusion *fusion,
    const struct tensor *theta, float *tensors, struct error *err);

/*
 * A FUSED_NODE step by its operator's own forward: in are its activations, as
 * in step->in.  exact: as operator_apply, else as operator_apply_fast.
 */
void fuse_apply(const struct graph *graph, const struct fusion *fusion,
    const struct fused *step, const float *const *in, const float *tensors,
    bool exact, float *out);

/* Activations that step reads, addend included: writes and counts them. */
int fuse_reads(const struct fused *step, int reads[NODE_INPUTS_MAX + 1]);

#endif
