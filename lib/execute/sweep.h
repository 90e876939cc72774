/*
 * Inside lib/execute: a network with its derivative along a direction, swept
 * forward and backward.
 *
 * The network is the folded one (execute/fold.h): batch normalisation in
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
 * sweep.c        what each step is, and what moves
 * sweep_place.c  where things lie
 * sweep_bind.c   weights and their tangents, packed
 * sweep_pull.c   gradients, unpacked
 * sweep_run.c    a block of images, step by step
 * sweep_conv.c   convolutions
 * sweep_affine.c additions, batch norms that follow no convolution, sums
 * sweep_plain.c  steps without a kernel, by their operators' own functions
 */
#ifndef EXECUTE_SWEEP_H
#define EXECUTE_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "execute/conv.h"
#include "execute/fold.h"
#include "execute/pixel.h"
#include "kernel/kernel.h"
#include "net/graph.h"
#include "net/loss.h"

/* Has the value a tangent, and a gradient?  It lies behind each pixel. */
static inline bool
sweep_active(const struct slot *value)
{
	return value->copies > 1;
}

enum sweep_method {
	SWEEP_CONV,   /* kernels */
	SWEEP_AFFINE, /* batch norm alone */
	SWEEP_ADD,
	SWEEP_BILINEAR, /* Conv with groups, Gemm over c h w: operator's own */
	SWEEP_NODE,     /* any other operator: its own functions */
};

/* A step's products: over the values alone, and over them and their tangents.
 */
enum sweep_product {
	PRODUCT_FORWARD,
	PRODUCT_TANGENT,
	PRODUCT_BACK, /* by the transposed convolution */
	PRODUCT_BACK_TANGENT,
	PRODUCTS
};

struct sweep_conv {
	struct conv product[PRODUCTS]; /* owned */
	size_t packed[PRODUCTS];       /* floats from the start of weights */
	int spread; /* slot of the gradient that it reads, see struct sweep */
	/* winograd: where the sums by the weights grow, floats from the start
	 * of sums; those of the gradient itself behind those of its tangent. */
	size_t sums, sums_size;
};

struct sweep_step {
	const struct fold_step *fold;
	enum sweep_method method;
	bool dead;   /* nobody reads what it makes */
	bool active; /* what it makes has a tangent */
	/* What moves: the weight; gamma; bias or beta. */
	bool weight_moves, scale_moves, shift_moves;
	/* Is this the first to give to the gradient of its operands? */
	bool first[NODE_INPUTS_MAX], first_addend;
	struct sweep_conv conv;
	/* Doubles from the start of factors: scale, shift, 1 / sqrt(var +
	 * epsilon), bias - mean, and the tangents of scale and shift. */
	size_t factors;
	/* Floats from the start of weights: shift, tangent shift, scale,
	 * tangent scale; SWEEP_BILINEAR: the folded weight and its tangent. */
	size_t shift, plain;
	/* Floats from the start of the gradients: tangent of d weight, d weight
	 * (of size floats each), tangent of d shift, d shift. */
	size_t gradient, size;
};

struct sweep {
	const struct graph *graph;
	const struct kernels *kernels;
	const bool *moves; /* by tensor */
	bool primal;       /* gradients too, not only their tangents */
	int block;
	struct fold fold;
	/* Values; their gradients: + n_values; those with zeros between their
	 * pixels, for convolutions with strides: of a step, + 2 n_values. */
	struct slot *values;
	size_t n_slots;
	struct sweep_step *steps;
	size_t n_steps;
	size_t *offset; /* of a tensor that moves, in the vector */
	size_t size;    /* of the vector */
	/* Sizes: floats, doubles, then floats. */
	size_t weights, factors, gradients, sums, scratch;
	size_t work;  /* in scratch: of kernels, or of plain steps */
	size_t zeros; /* in weights: as many as the widest layer, or the largest
			 tensor of a SWEEP_NODE */
	/* Room for packing: dense filters; ones; 0, 1, 2, ... */
	size_t dense, channels;
};

/* A point and a direction, ready for the kernels. */
struct sweep_weights {
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
int sweep_init(struct sweep *sweep, const struct graph *graph,
    const bool *moves, bool primal, struct error *err);
void sweep_free(struct sweep *sweep);

/* Borders, buffers, offsets. */
int sweep_place(struct sweep *sweep, struct error *err);

/*
 * sweep_bind: theta (one tensor per graph tensor); fails on a running variance
 * with var + epsilon < 0, naming it.  sweep_direct: the tangents of direction
 * v (size floats).
 */
int sweep_weights_init(struct sweep_weights *weights, const struct sweep *sweep,
    struct error *err);
void sweep_weights_free(struct sweep_weights *weights);
int sweep_bind(const struct sweep *sweep, const struct tensor *theta,
    struct sweep_weights *weights, struct error *err);
void sweep_direct(
    const struct sweep *sweep, const float *v, struct sweep_weights *weights);

/*
 * From sums of the steps' gradients (gradients doubles) to the vector: the
 * tangent of the gradient (Hv), or the gradient (only with primal).
 */
void sweep_pull(const struct sweep *sweep, const struct sweep_weights *weights,
    const float *v, const double *sums, double *hv);
void sweep_pull_gradient(const struct sweep *sweep,
    const struct sweep_weights *weights, const double *sums, double *gradient);

/* What goes in and out of a block. */
struct sweep_block {
	const float *images; /* n c h w */
	const int *labels;   /* n times the rows of the loss */
	int n;               /* <= block */
	struct loss_form loss;
	double *losses;
	uint32_t *correct; /* labels of each image */
	/* Added to: gradients, and sums, from which sweep_finish makes the rest
	 * of the gradients. */
	float *gradients, *sums;
};

/* scratch must be zero the first time. */
void sweep_run(const struct sweep *sweep, const struct sweep_weights *weights,
    float *scratch, const struct sweep_block *block);
void sweep_finish(
    const struct sweep *sweep, const float *sums, float *gradients);

/* ---- between the files ---- */

struct sweep_run {
	const struct sweep *s;
	const struct sweep_weights *w;
	float *scratch, *gradients, *sums;
	int n;
};

/* Image 0 of an activation, and of the gradient by it. */
static inline struct view
sweep_view(const struct sweep_run *run, int value)
{
	return slot_view(run->s->values, value, run->scratch, 0);
}

static inline struct view
sweep_d_view(const struct sweep_run *run, int value)
{
	return slot_view(run->s->values, value + (int)run->s->graph->n_values,
	    run->scratch, 0);
}

/* A step's factors, one of each per channel of its output. */
struct sweep_factors {
	double *scale, *shift; /* of W' = scale W, b' */
	double *root;          /* 1 / sqrt(var + epsilon) */
	double *offset;        /* bias - mean */
	double *t_scale, *t_shift;
};

struct sweep_factors sweep_factors_of(const struct sweep *s,
    const struct sweep_weights *w, const struct sweep_step *step);

/* The tensor that a step's norm reads as input i, or -1. */
int sweep_norm_tensor(
    const struct sweep *s, const struct sweep_step *step, int i);

/* Where a tensor lies in a vector (or NULL), or NULL when it does not move. */
const float *sweep_part(const struct sweep *s, const float *v, int tensor);

/*
 * The gradient (copies 2: and its tangent behind it) or the tangent (1) at d,
 * through the ReLU that made y.
 */
static inline void
sweep_mask(const struct sweep_run *run, const struct slot *v, struct view d,
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
void sweep_conv_forward(
    const struct sweep_run *run, const struct sweep_step *step);
void sweep_conv_backward(
    const struct sweep_run *run, const struct sweep_step *step);
void sweep_affine_forward(
    const struct sweep_run *run, const struct sweep_step *step);
void sweep_affine_backward(
    const struct sweep_run *run, const struct sweep_step *step);
void sweep_add_forward(
    const struct sweep_run *run, const struct sweep_step *step);
/* The gradient goes on to value `to` as it is; first: nothing is there yet. */
void sweep_pass_on(const struct sweep_run *run, const struct sweep_step *step,
    int to, bool first);
/* The sums by shift. */
void sweep_shift_sums(
    const struct sweep_run *run, const struct sweep_step *step);

/* Floats that a plain step wants. */
size_t sweep_plain_floats(
    const struct sweep *sweep, const struct sweep_step *step);
void sweep_plain_forward(
    const struct sweep_run *run, const struct sweep_step *step);
void sweep_plain_backward(
    const struct sweep_run *run, const struct sweep_step *step);

#endif
