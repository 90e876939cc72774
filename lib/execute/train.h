/*
 * Inside the fast pass: training with the kernels of lib/kernel.
 *
 * Values and their gradients lie in NHWC with a border of zeros
 * (kernel/kernel.h).  Forward and backward are lists of steps, cut into
 * segments where a batch normalisation needs the sums of the whole batch.
 * Within a segment a slice of the batch goes through all steps, a few images at
 * a time, so that what a step makes is in the cache for the next one.  A batch
 * norm with the addition and the ReLU behind it is one step.
 *
 * train_compile.c	graph to steps and segments
 * train_backward.c	the steps of the way back
 * train_steps.c	what writing down both needs
 * train_place.c	where pixels lie
 * train_conv.c	convolutions, forward and backward
 * train_rows.c	tokens: rows, and functions of one number
 * train_run.c	what a step does
 * train_plain.c	steps without a kernel, by their operator
 * train_sums.c	sums over the slices
 * train.c		forward and backward
 */
#ifndef EXECUTE_TRAIN_H
#define EXECUTE_TRAIN_H

#include "execute/conv.h"
#include "execute/fuse.h"
#include "execute/partial.h"
#include "execute/pass_internal.h"
#include "execute/slot.h"
#include "execute/token.h"
#include "kernel/kernel.h"

enum step_kind {
	STEP_INPUT,    /* planes of the caller's images to pixels: out */
	STEP_CONV,     /* in, out */
	STEP_SUMS,     /* of a batch norm: in */
	STEP_SQUARES,  /* about its mean, where no backward follows: in */
	STEP_APPLY,    /* the batch norm: in, add, relu, out */
	STEP_AFFINE,   /* addition, ReLU: in, add, relu, out */
	STEP_POOL,     /* in, out */
	STEP_ROWS,     /* softmax, layer normalisation: in, out */
	STEP_FUNCTION, /* of one number: in, out */
	STEP_PLAIN,    /* by the operator */
	STEP_OUTPUT,   /* in to the caller's logits */
	BACK_OUTPUT,   /* the caller's gradient to d */
	BACK_CONV,     /* in, d; out unless -1 */
	BACK_SUMS,     /* in (x), d; y: d becomes 0 where it is not above 0 */
	BACK_APPLY,    /* in (x), d, out */
	BACK_RELU,     /* d becomes 0 where y is not above 0 */
	BACK_GIVE,     /* d to out */
	BACK_SPREAD,   /* of a global average: d to out */
	BACK_ROWS,     /* in (softmax: what it made), d; out unless -1 */
	BACK_FUNCTION, /* in, d, out */
	BACK_PLAIN,    /* by the operator */
};

/* Operands are places, -1 where there is none. */
struct step {
	enum step_kind kind;
	int node;
	int in, add, y, d, out;
	bool relu;
	/* out gets its first gradient, else it is added to; BACK_PLAIN: a bit
	 * for each input of the node. */
	uint64_t fresh;
};

struct segment {
	size_t first, end; /* steps */
	int group;         /* images at a time */
};

/* A Conv, a Gemm, or the product of rows with a tensor, on the kernels. */
struct learner {
	bool fast;        /* else the operator does it */
	struct conv conv; /* forward and weights; owned */
	/* Data: by Winograd the transposed one, else by remainders; owned. */
	struct conv transposed;
	struct conv_back back;
	size_t packed, bias;     /* floats from the start of the weights */
	size_t sums;             /* floats in a worker's memory */
	size_t partial;          /* floats in a slice's */
	int weight, bias_tensor; /* tensors; -1: none */
	int out;                 /* the value that it makes */
	int rows;    /* of an image, each a pixel of a flat value; 0: pixels */
	bool turned; /* the weight lies c k */
};

/* Of a batch norm node. */
struct norm_step {
	size_t factors; /* enum norm_factor */
	int segment;    /* that its sums are made in */
};

/* Factors of a batch norm, each of whole blocks: forward, then backward. */
enum norm_factor {
	NORM_SCALE,
	NORM_SHIFT,
	NORM_MEAN,
	NORM_D_MEAN,
	NORM_SLOPE,
	NORM_FACTORS,
};

struct train_pass {
	struct pass base;
	const struct kernels *kernels;
	/* By value; its gradient: + n_values; its own once more, made again in
	 * backward: + 2 n_values. */
	struct slot *place;
	size_t n_places;
	struct step *step;
	size_t n_steps, room_steps, forward_steps;
	struct segment *segment;
	size_t n_segments, room_segments, forward_segments;
	struct learner *learner; /* by node */
	struct token *token;     /* by node */
	struct fusion fusion;
	struct norm_step *norm; /* by node */
	size_t *sum;            /* of a node: its doubles in a slice's sums */
	size_t n_sums;
	size_t *plain; /* of a node: floats in a slice's partial */
	/* Floats: of packed weights, factors; of a worker: local places, sums
	 * of gradients, work. */
	size_t n_packed, n_factors, n_local, n_gradient, n_work;
	float *packed, *factors, *local;
	double *sums; /* SLICES times n_sums */
	double *one;  /* the widest layer's scale of 1 */
	int *same;    /* and order of channels */
	float *zeros;
	float *logits, *d_logits;
};

/* One forward or backward: what a task knows. */
struct train_task {
	struct train_pass *p;
	const struct tensor *theta;
	float *const *gradient; /* NULL in forward */
	int slices;
	const struct segment *segment;
};

/* A few images of a slice, on their way through a segment. */
struct group {
	struct train_pass *p;
	const struct tensor *theta;
	const struct segment *segment;
	int slice, first, n;
	bool fresh; /* the first of its slice */
	float *local, *gradient, *work;
};

/* pixels of a place, from the first image of the group on */
static inline struct view
train_view(const struct group *g, int place)
{
	const struct train_pass *p = g->p;
	const bool local = p->place[p->place[place].root].local;

	return slot_view(p->place, place, local ? g->local : p->base.memory,
	    local ? 0 : g->first);
}

/* What slices leave of the gradients by a node's tensors. */
static inline struct partial_gradient
train_partial(const struct train_pass *p, int node)
{
	return (struct partial_gradient){
	    &p->base, &p->base.graph->nodes[node], p->plain[node]};
}

/* The places of all values and gradients, as the graph says. */
void train_make_places(struct train_pass *p);

int train_compile(struct train_pass *p, struct error *err);
int train_place(struct train_pass *p, struct error *err);

/* Can a kernel do the node?  Fills p->learner[node]. */
void train_conv_init(struct train_pass *p, int node);
/* Asks for the zeros that the kernels read. */
void train_conv_borders(struct train_pass *p, const struct step *step);
/* Tables of taps, when strides are known. */
int train_conv_taps(struct train_pass *p, int node, struct error *err);
/* Floats of packed weights; of a worker's memory. */
size_t train_conv_packed(const struct learner *l);
size_t train_conv_work(const struct train_pass *p, int node, int group);

/* Packs the weights of a node for forward, or for backward. */
void train_conv_pack(const struct train_pass *p, int node,
    const struct tensor *theta, bool backward, float *work);
void train_conv_forward(const struct group *g, const struct step *step);
void train_conv_backward(const struct group *g, const struct step *step);
/* Of a slice that is through: its gradient by the weights to its partial. */
void train_conv_end(const struct group *g, int node);
/* Adds rows of KERNEL_BLOCK [first, end) of all slices' partials to the
 * gradient. */
void train_conv_add(const struct train_pass *p, const struct learner *l,
    int slices, size_t first, size_t end, float *gradient);

size_t train_plain_work(const struct train_pass *p, int node, int group);
void train_plain_forward(const struct group *g, const struct step *step);
void train_plain_backward(const struct group *g, const struct step *step);
/* Copies between pixels of n images and planes, to or from. */
void train_gather(const struct group *g, int place, float *planes);
void train_scatter(
    const struct group *g, int place, const float *planes, bool add);

/* Is the node of rows, the places being known? */
void train_rows_init(struct train_pass *p, int node);
/* Is the node a product of rows with a tensor?  Fills the learner. */
bool train_rows_learner(
    const struct train_pass *p, int node, struct learner *learner);
void train_rows_forward(const struct group *g, const struct step *step);
void train_rows_backward(const struct group *g, const struct step *step);
void train_function_forward(const struct group *g, const struct step *step);
void train_function_backward(const struct group *g, const struct step *step);

void train_step(const struct group *g, const struct step *step);

/* What all slices left of a step, once they are through its segment. */
void train_finish(const struct train_task *run, const struct step *step);

#endif
