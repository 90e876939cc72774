/*
 * A network as a graph with ONNX operator names and semantics.
 *
 * Values are numbered: first the input, then tensors (parameters, by their
 * index in the tensor list) and activations in order of creation.  Nodes are in
 * topological order.  Activations carry the shape of one image, without the
 * leading batch dimension n; the batch is whatever the executor is given.
 */
#ifndef NET_GRAPH_H
#define NET_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "net/shape.h"
#include "tensor/tensor.h"

enum operator_kind {
	OP_CONV,
	OP_BATCH_NORMALIZATION,
	OP_RELU,
	OP_ADD,
	OP_MAX_POOL,
	OP_AVERAGE_POOL,
	OP_GLOBAL_AVERAGE_POOL,
	OP_CONCAT,
	OP_FLATTEN,
	OP_GEMM,
	OP_SLICE,
	OP_PAD,
	OP_LEAKY_RELU,
	OP_ELU,
	OP_CLIP,
	OP_SIGMOID,
	OP_HARD_SIGMOID,
	OP_HARD_SWISH,
	OP_TANH,
	OP_ERF,
	OP_EXP,
	OP_SQRT,
	OP_SOFTPLUS,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_POW,
	OP_MAT_MUL,
	OP_REDUCE_MEAN,
	OP_SOFTMAX,
	OP_LOG_SOFTMAX,
	OP_LAYER_NORMALIZATION,
	OP_TRANSPOSE,
	OP_RESHAPE,
	OP_PRELU,
	OP_ABS,
	OP_NEG,
	OP_LOG,
	OP_RECIPROCAL,
	OP_FLOOR,
	OP_CEIL,
	OP_ROUND,
	OP_SIGN,
	OP_SELU,
	OP_CELU,
	OP_GELU,
	OP_MISH,
	OP_SOFTSIGN,
	OP_THRESHOLDED_RELU,
	OP_SHRINK,
	OP_MAX,
	OP_MIN,
	OP_REDUCE_SUM,
	OP_REDUCE_MAX,
	OP_REDUCE_PROD,
	OP_REDUCE_L2,
	OP_REDUCE_LOG_SUM_EXP,
	OP_HARDMAX,
	OP_GATHER,
	OP_CONV_TRANSPOSE,
	OP_WHERE,
	OP_LESS,
	OP_LESS_OR_EQUAL,
	OP_EQUAL,
	OP_SIN,
	OP_COUNT,
};

/* The widest is Concat: torchvision's densenet201 joins 48 values. */
enum {
	NODE_INPUTS_MAX = 64,
	SPATIAL = 2,
	IMAGE_RANK_MAX = TENSOR_RANK_MAX - 1
};

/* ONNX attributes; a kind uses those that ONNX gives it, the others are 0. */
struct attributes {
	int kernel_shape[SPATIAL];
	int strides[SPATIAL];
	int pads[2 * SPATIAL]; /* top, left, bottom, right */
	int dilations[SPATIAL];
	int group;
	int ceil_mode;
	int count_include_pad;
	float epsilon;
	/* LeakyRelu, Elu, HardSigmoid and others; Selu's gamma and Shrink's
	 * bias are beta. */
	float alpha, beta;
	float min, max; /* Clip */
	/* Concat, Flatten, Gather, Softmax, LayerNormalization: the batch is
	 * axis 0. */
	int axis;
	int trans_b; /* Gemm, MatMul: the weight is k c, as PyTorch's linear
			layer */
	/* ReduceMean's and its like's axes, in order; Transpose's order of the
	 * image's axes; both count the batch as axis 0, and a 0 ends them. */
	int axes[IMAGE_RANK_MAX];
	int perm[IMAGE_RANK_MAX];
	int keepdims;
	int approximate;           /* Gelu: 1 by tanh */
	int shape[IMAGE_RANK_MAX]; /* Reshape: of one image; a 0 ends it */
	/* Slice: per image dimension start, step and end (0: all the rest);
	 * Pad: zeros before and after each image dimension. */
	int start[3], step[3], end[3];
	int pad_before[3], pad_after[3];
};

enum value_kind { VALUE_INPUT, VALUE_TENSOR, VALUE_ACTIVATION };

struct graph_value {
	char *name; /* owned */
	enum value_kind kind;
	int tensor;         /* VALUE_TENSOR: index in tensors */
	struct shape shape; /* of one image; unused for VALUE_TENSOR */
};

struct node {
	enum operator_kind op;
	char *name; /* owned; PyTorch's module name where there is one */
	int n_in;
	int in[NODE_INPUTS_MAX]; /* values, in ONNX's order (X, W, B ...) */
	int out;                 /* value */
	struct attributes attr;
};

struct graph {
	size_t n_values, n_nodes, n_tensors;
	size_t room_values, room_nodes, room_tensors;
	struct graph_value *values;
	struct node *nodes;
	struct tensor *tensors; /* in PyTorch's module order (state_dict) */
	int input, output;      /* values */
};

/* Releases everything; the graph is empty ({0}) afterwards. */
void graph_free(struct graph *graph);

/* ONNX's name of an operator, and back (error names the operator). */
const char *operator_name(enum operator_kind op);
int operator_parse(const char *name, enum operator_kind *op, struct error *err);

/* Index of the tensor with this name, or -1. */
int graph_find_tensor(const struct graph *graph, const char *name);

/*
 * Has a, called what in the error, the tensors of b: the same in number, order,
 * name, type and shape?
 */
int graph_check_tensors(const struct graph *a, const char *what,
    const struct graph *b, struct error *err);

/* Elements of the trainable vector `weights`. */
int64_t graph_count_weights(const struct graph *graph);

/*
 * Building blocks: each appends and returns the new value, or -1 with the error
 * set when the operands do not fit; the graph is then unchanged.  Names are
 * copied.  A tensor gets a name, a shape and a role, no elements.
 */
int graph_add_input(struct graph *graph, const char *name,
    const struct shape *shape, struct error *err);
int graph_add_tensor(struct graph *graph, const char *name,
    enum tensor_type type, enum tensor_role role, int rank, const int64_t *dim,
    struct error *err);
/*
 * The output's shape comes from the operator (operator_shape), its value bears
 * the node's name.  The last node's output is the graph's until output is set.
 */
int graph_add_node(struct graph *graph, enum operator_kind op, const char *name,
    int n_in, const int *in, const struct attributes *attr, struct error *err);

/*
 * What the input holds: 0, numbers such as pixels; else tokens, whole numbers
 * from 0 on, below this (of all tables that are read by them, the shortest).
 */
int64_t graph_tokens(const struct graph *graph);

/* A model may come without its graph: -1 then, it has no nodes to execute. */
int graph_executable(const struct graph *graph, struct error *err);

/*
 * Sorts the tensors by their place[] (one number each; where they are equal,
 * the order stays).  The graph is the same function as before.
 */
int graph_sort_tensors(
    struct graph *graph, const size_t *place, struct error *err);

/*
 * Tensor `drop` (an index), which no node reads, is no more: later tensors and
 * values move up by one.  graph_tie lets its readers read `keep` before, which
 * is like it.
 */
void graph_drop_tensor(struct graph *graph, int drop);
void graph_tie(struct graph *graph, int keep, int drop);

/*
 * Checks a graph that was not made by the functions above: every index in
 * range, topological order, shapes as the operators say.
 */
int graph_check(const struct graph *graph, struct error *err);

#endif
