/*
 * Inside lib/execute: a network with its derivative along a direction, swept
 * forward and backward.
 *
 * The network is the folded one (execute/fuse.h): batch normalisation in
 * evaluation mode is part of the convolution before it, W' = s W and b' = beta
 * + s (b - m) with s = gamma / sqrt(var + epsilon).  A direction moves W' and
 * b' too; their tangents follow from W' = s W, and the way back from d W' to d
 * W and d gamma is the same rule read backwards, with its tangent.
 *
 * A pixel of an activation is its channels x, followed by those of its tangent:
 * a convolution's tangent, W x. + W. x, is then one convolution of twice the
 * channels, and so is the tangent of its way back, W' dy. + W.' dy.  The
 * gradients lie alike.  What does not depend on a tensor that moves has neither
 * tangent nor gradient.
 *
 * tangent.c        what each step is, and what moves
 * tangent_place.c  where things lie
 * tangent_bind.c   weights and their tangents, packed
 * tangent_pull.c   gradients, unpacked
 * tangent_run.c    a block of images, step by step
 * tangent_conv.c   convolutions
 * tangent_affine.c additions, batch norms that follow no convolution, sums
 * tangent_function.c functions of one number
 * tangent_pool.c   pools by the largest
 * tangent_plain.c  steps without a kernel, by their operators' own functions
 */
#ifndef EXECUTE_TANGENT_H
#define EXECUTE_TANGENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "execute/conv.h"
#include "execute/fuse.h"
#include "execute/pixel.h"
#include "execute/token.h"
#include "kernel/kernel.h"
#include "net/graph.h"
#include "net/loss.h"

/* Has the value a tangent, and a gradient?  It lies behind each pixel. */
static inline bool
tangent_active(const struct slot *value)
{
	return value->copies > 1;
}

enum tangent_method {
	TANGENT_CONV,   /* kernels */
	TANGENT_AFFINE, /* batch norm alone */
	TANGENT_ADD,
	TANGENT_BILINEAR, /* Conv with groups, Gemm over c h w: operator's own
			   */
	TANGENT_NODE,     /* any other operator: its own functions */
	TANGENT_FUNCTION, /* of one number: kernels */
	TANGENT_POOL,     /* the largest pixel of a window */
	TANGENT_NOTHING,  /* part of such a one */
};

/* A step's products: over the values alone, and over them and their tangents.
 */
enum tangent_product {
	PRODUCT_FORWARD,
	PRODUCT_TANGENT,
	PRODUCT_BACK, /* by the transposed convolution */
	PRODUCT_BACK_TANGENT,
	PRODUCTS
};

struct tangent_conv {
	struct conv product[PRODUCTS]; /* owned */
	size_t packed[PRODUCTS];       /* floats from the start of weights */
	int spread; /* slot of the gradient that it reads, see struct tangent */
	/* winograd: where the sums by the weights grow, floats from the start
	 * of sums; those of the gradient itself behind those of its tangent. */
	size_t sums, sums_size;
};

struct tangent_step {
	const struct fused *fused;
	enum tangent_method method;
	bool dead;   /* nobody reads what it makes */
	bool active; /* what it makes has a tangent */
	/* What moves: the weight; gamma; bias or beta. */
	bool weight_moves, scale_moves, shift_moves;
	/* Is this the first to give to the gradient of its operands? */
	bool first[NODE_INPUTS_MAX], first_addend;
	struct tangent_conv conv;
	/* Doubles from the start of factors: scale, shift, 1 / sqrt(var +
	 * epsilon), bias - mean, and the tangents of scale and shift. */
	size_t factors;
	/* Floats from the start of weights: shift, tangent shift, scale,
	 * tangent scale; TANGENT_BILINEAR: the folded weight and its tangent.
	 */
	size_t shift, plain;
	/* Floats from the start of the gradients: tangent of d weight, d weight
	 * (of size floats each), tangent of d shift, d shift. */
	size_t gradient, size;
};

struct tangent {
	const struct graph *graph;
	const struct kernels *kernels;
	const bool *moves; /* by tensor */
	bool primal;       /* gradients too, not only their tangents */
	int block;
	struct fusion fusion;
	/* Values; their gradients: + n_values; those with zeros between their
	 * pixels, for convolutions with strides: of a step, + 2 n_values. */
	struct slot *values;
	size_t n_slots;
	struct tangent_step *steps;
	size_t n_steps;
	struct token *token; /* by node */
	size_t *offset;      /* of a tensor that moves, in the vector */
	size_t size;         /* of the vector */
	/* Sizes: floats, doubles, then floats. */
	size_t weights, factors, gradients, sums, scratch;
	size_t work;  /* in scratch: of kernels, or of plain steps */
	size_t zeros; /* in weights: as many as the widest layer, or the largest
			 tensor of a TANGENT_NODE */
	/* Room for packing: dense filters; ones; 0, 1, 2, ... */
	size_t dense, channels;
};

/* A point and a direction, ready for the kernels. */
struct tangent_weights {
	const struct tensor *theta; /* borrowed */
	const float *v;             /* the direction; borrowed */
	float *floats, *dense;
	double *factors, *ones;
	int *iota;
};

/*
 * graph and moves are borrowed.  primal also asks for the gradient itself.
 * Fails on operators without a tangent and on a tensor that moves but is read
 * by such a one, naming it.
 */
int tangent_init(struct tangent *tangent, const struct graph *graph,
    const bool *moves, bool primal, struct error *err);
void tangent_free(struct tangent *tangent);

/* Borders, buffers, offsets. */
int tangent_place(struct tangent *tangent, struct error *err);

/*
 * tangent_bind: theta (one tensor per graph tensor); fails on a running
 * variance with var + epsilon < 0, naming it.  tangent_direct: the tangents of
 * direction v (size floats).
 */
int tangent_weights_init(struct tangent_weights *weights,
    const struct tangent *tangent, struct error *err);
void tangent_weights_free(struct tangent_weights *weights);
int tangent_bind(const struct tangent *tangent, const struct tensor *theta,
    struct tangent_weights *weights, struct error *err);
void tangent_direct(const struct tangent *tangent, const float *v,
    struct tangent_weights *weights);

/*
 * From sums of the steps' gradients (gradients doubles) to the vector: the
 * tangent of the gradient (Hv), or the gradient (only with primal).
 */
void tangent_pull(const struct tangent *tangent,
    const struct tangent_weights *weights, const float *v, const double *sums,
    double *hv);
void tangent_pull_gradient(const struct tangent *tangent,
    const struct tangent_weights *weights, const double *sums,
    double *gradient);

/* What goes in and out of a block. */
struct tangent_block {
	const float *images; /* n c h w */
	const int *labels;   /* n times the rows of the loss */
	int n;               /* <= block */
	struct loss_form loss;
	double *losses;
	uint32_t *correct; /* labels of each image */
	/* Added to: gradients, and sums, from which tangent_finish makes the
	 * rest of the gradients. */
	float *gradients, *sums;
};

/* scratch must be zero the first time. */
void tangent_run(const struct tangent *tangent,
    const struct tangent_weights *weights, float *scratch,
    const struct tangent_block *block);
void tangent_finish(
    const struct tangent *tangent, const float *sums, float *gradients);

/* ---- between the files ---- */

struct tangent_run {
	const struct tangent *s;
	const struct tangent_weights *w;
	float *scratch, *gradients, *sums;
	int n;
};

/* Image 0 of an activation, and of the gradient by it. */
static inline struct view
tangent_view(const struct tangent_run *run, int value)
{
	return slot_view(run->s->values, value, run->scratch, 0);
}

static inline struct view
tangent_d_view(const struct tangent_run *run, int value)
{
	return slot_view(run->s->values, value + (int)run->s->graph->n_values,
	    run->scratch, 0);
}

/* A step's factors, one of each per channel of its output. */
struct tangent_factors {
	double *scale, *shift; /* of W' = scale W, b' */
	double *root;          /* 1 / sqrt(var + epsilon) */
	double *offset;        /* bias - mean */
	double *t_scale, *t_shift;
};

struct tangent_factors tangent_factors_of(const struct tangent *s,
    const struct tangent_weights *w, const struct tangent_step *step);

/* The tensor that a step's norm reads as input i, or -1. */
int tangent_norm_tensor(
    const struct tangent *s, const struct tangent_step *step, int i);

/* Has the step weights, factors and sums of its own? */
static inline bool
tangent_binds(const struct tangent_step *step)
{
	return step->method == TANGENT_CONV ||
	       step->method == TANGENT_BILINEAR ||
	       step->method == TANGENT_AFFINE;
}

/* What a function is of. */
static inline int
tangent_argument(const struct tangent *s, const struct fused *f)
{
	return s->token[f->node - s->graph->nodes].in;
}

/* Where a tensor lies in a vector (or NULL), or NULL when it does not move. */
const float *tangent_part(const struct tangent *s, const float *v, int tensor);

/*
 * The gradient (copies 2: and its tangent behind it) or the tangent (1) at d,
 * through the ReLU that made y.
 */
static inline void
tangent_mask(const struct tangent_run *run, const struct slot *v, struct view d,
    struct view y, int copies)
{
	pixel_mask(v, &(struct pixel_mask){.d = d,
			  .y = y,
			  .images = run->n,
			  .lanes = v->lanes,
			  .copies = copies});
}

/*
 * Forward: the output and its tangent.  Backward: from the gradient by the
 * output, masked, to those by operands and tensors.
 */
void tangent_conv_forward(
    const struct tangent_run *run, const struct tangent_step *step);
void tangent_conv_backward(
    const struct tangent_run *run, const struct tangent_step *step);
void tangent_affine_forward(
    const struct tangent_run *run, const struct tangent_step *step);
void tangent_affine_backward(
    const struct tangent_run *run, const struct tangent_step *step);
void tangent_add_forward(
    const struct tangent_run *run, const struct tangent_step *step);
/* The gradient goes on to value `to` as it is; first: nothing is there yet. */
void tangent_pass_on(const struct tangent_run *run,
    const struct tangent_step *step, int to, bool first);
/* The sums by shift. */
void tangent_shift_sums(
    const struct tangent_run *run, const struct tangent_step *step);

void tangent_function_forward(
    const struct tangent_run *run, const struct tangent_step *step);
void tangent_function_backward(
    const struct tangent_run *run, const struct tangent_step *step);

void tangent_pool_forward(
    const struct tangent_run *run, const struct tangent_step *step);
void tangent_pool_backward(
    const struct tangent_run *run, const struct tangent_step *step);

/* Floats that a plain step wants; the block is known. */
size_t tangent_plain_floats(
    const struct tangent *tangent, const struct tangent_step *step);
void tangent_plain_forward(
    const struct tangent_run *run, const struct tangent_step *step);
void tangent_plain_backward(
    const struct tangent_run *run, const struct tangent_step *step);

#endif
