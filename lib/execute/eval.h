/*
 * Inside the fast plan: a graph compiled into kernels of lib/kernel.
 *
 * Values lie in NHWC buffers (kernel/kernel.h).  Steps are cut into stages,
 * each with its own number of images at a time: few while images are large,
 * more when they are small, so that what a group touches stays in the cache.  A
 * stage's group asks the stage before it for its images; that is all there is
 * to the depth-first order.
 *
 * compile  (eval_compile.c) which kernel does each step
 * flatten  (eval_flat.c)    which values no kernel of pixels touches
 * join     (eval_join.c)    steps over those that become one
 * place    (eval_place.c)   where values lie: buffers, borders, reuse
 * bands    (eval_band.c)    steps that take an image together, by rows
 * bind     (eval_bind.c)    folding and packing of a point's weights
 * run      (eval_run.c)
 * describe (eval_describe.c) who does what, and how long it takes
 */
#ifndef EXECUTE_EVAL_H
#define EXECUTE_EVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "execute/conv.h"
#include "execute/fuse.h"
#include "execute/plan.h"
#include "execute/slot.h"
#include "kernel/kernel.h"
#include "net/graph.h"

enum eval_method {
	EVAL_INPUT, /* planes of the caller's images to NHWC */
	EVAL_WINOGRAD,
	EVAL_CONV, /* also linear layers: a kernel as large as the image */
	EVAL_DEPTHWISE,
	EVAL_MAX_POOL,
	EVAL_AVERAGE_POOL,
	EVAL_AFFINE,    /* batch norm alone, addition, ReLU, Clip */
	EVAL_POINTWISE, /* a function of one number */
	EVAL_MULTIPLY,  /* of two activations */
	EVAL_COPY,      /* Concat, Pad, Slice that must move */
	EVAL_NOTHING,   /* the output is a view of what is there already */
	EVAL_ROWS,      /* a kernel of rows, where its values lie */
	EVAL_PRODUCT,   /* rows times a tensor, by the kernel of convolutions */
	EVAL_FLAT,      /* the operator's own forward, where its values lie */
	EVAL_FALLBACK,  /* the same on copies in planes */
	EVAL_METHODS,
};

struct eval_step {
	const struct fused *fused; /* NULL: EVAL_INPUT */
	enum eval_method method;
	int in, addend, out; /* values; addend -1: none */
	struct limits limits;
	struct conv conv;        /* of three methods and products; owned */
	enum pointwise function; /* of EVAL_POINTWISE */
	float alpha, beta;       /* likewise */
	void (*rows)(const struct rows_job *job); /* of EVAL_ROWS */
	int row; /* its length; of EVAL_PRODUCT those of in are conv's c */
	/* Of these two: tensors that multiply and are added, or -1. */
	int weight, bias;
	float epsilon;
	/* Floats from the start of the weights. */
	size_t weights, scale, shift;
	int band; /* that it is part of, or -1 */
	double flops;
};

/* Does a kernel of convolutions do the step? */
static inline bool
eval_is_conv(const struct eval_step *step)
{
	return step->method == EVAL_WINOGRAD || step->method == EVAL_CONV ||
	       step->method == EVAL_DEPTHWISE;
}

struct eval_stage {
	size_t first, end; /* steps */
	int group;
};

enum { BAND_STEPS = 8 };

/* Steps that take an image together, so many rows of the last one at a time. */
struct eval_band {
	int n, rows;
	size_t step[BAND_STEPS];
};

struct eval_plan {
	const struct graph *graph;
	const struct kernels *kernels;
	char kernel[64]; /* their name, and OpenBLAS's core where it is used */
	int block;
	bool products; /* some of them by OpenBLAS */
	struct fusion fusion;
	struct slot *slots; /* by the graph's numbers */
	struct eval_step *steps;
	size_t n_steps;
	struct eval_stage *stages;
	size_t n_stages;
	struct eval_band *bands; /* owned */
	size_t n_bands;
	int output; /* value */
	/* A scale of 1 and the channels in order, for weights of products. */
	double *ones; /* owned */
	int *order;   /* owned */
	/* Weights, in floats: those of bind's factors come first. */
	size_t weights_floats;
	size_t tensors; /* those that fallbacks read as they are */
	/* Scratch: the buffers, then work of kernels or planes of fallbacks. */
	size_t work, scratch_floats;
};

/* Which kernel does each step, in steps and values. */
int eval_compile(struct eval_plan *plan, struct error *err);

/* Then: values that lie in planes, and the steps that can use that. */
int eval_flatten(struct eval_plan *plan, struct error *err);

/* How often value is read, its being the output included. */
int eval_readers(const struct eval_plan *plan, int value);

/* Does it lie in planes, where nothing else is seen of it? */
static inline bool
eval_is_flat(const struct eval_plan *plan, int value)
{
	const struct slot *v = &plan->slots[value];

	return slot_is_row(v) && v->alias < 0;
}

/* Then: steps over them that become one. */
void eval_join(struct eval_plan *plan);

/* Stages, buffers and the tables that depend on their strides. */
int eval_place(struct eval_plan *plan, struct error *err);

/* Floats of an image's rows with whole blocks each, where they are none. */
size_t eval_product_work(
    const struct eval_plan *plan, const struct eval_step *step);

/* Then: which steps go by bands. */
int eval_find_bands(struct eval_plan *plan, struct error *err);

/* May a step's rows take the place of those of its addend, one by one? */
bool eval_may_replace(
    const struct eval_plan *plan, const struct eval_step *step);

/*
 * What a step makes at once: images, and of each the rows [y, y + h).  Memory
 * starts with row out_from, that of its input with in_from.
 */
struct eval_part {
	int image, n, y, h;
	int in_from, out_from;
};

typedef void eval_part_function(
    void *context, size_t step, const struct eval_part *part);

/* Makes all steps of a band for an image, part by part. */
void eval_walk_band(const struct eval_plan *plan, const struct eval_band *band,
    float *scratch, int image, eval_part_function *make, void *context);

/* Where the weights of each step lie; then a point's weights. */
void eval_place_weights(struct eval_plan *plan);
int eval_bind(const struct eval_plan *plan, const struct tensor *theta,
    float *weights, struct error *err);

/* Runs images; seconds (n_steps, or NULL): the time of each step is added. */
void eval_run(const struct eval_plan *plan, const struct plan_trial *trial,
    double *seconds);

/* Does OpenBLAS do the step? */
bool eval_by_openblas(const struct eval_step *step);

void eval_describe(const struct eval_plan *plan, const struct plan_trial *trial,
    struct text *out);

/* Images [image, ...) of a value in scratch. */
static inline struct view
eval_view(const struct eval_plan *plan, float *scratch, int value, int image)
{
	const struct slot *s = &plan->slots[value];
	const int base = s->alias < 0 ? value : s->alias;

	return slot_view(plan->slots, value, scratch,
	    image % plan->slots[plan->slots[base].root].images);
}

#endif
