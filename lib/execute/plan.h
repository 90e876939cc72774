/*
 * Execution of a graph: graph in, plan out, run on a block of images.
 *
 *	plan     made once from the graph; shared by all threads, never changes
 *	weights  one point theta, folded and packed; filled by one thread
 *	scratch  one per thread, sized once: no allocation per point or block
 *
 * Every image's logits depend on that image and theta alone, never on the block
 * it is in: results are the same bytes for any block size and any thread count.
 */
#ifndef EXECUTE_PLAN_H
#define EXECUTE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/text.h"
#include "net/graph.h"

struct plan;

/* A run whose times are taken; the fields are those of plan_run. */
struct plan_trial {
	const void *weights;
	void *scratch;
	const float *images;
	int n;
	float *logits;
};

/*
 * One way to execute graphs: a row of functions.
 * reference: plain C, double accumulation, node by node - the definition.
 * gemm:      batch norm folded, OpenBLAS.
 * fast:      the kernels of lib/kernel.
 */
struct plan_kind {
	const char *name;
	int (*create)(const struct graph *graph, int block, void **state,
	    struct error *err);
	void (*destroy)(void *state);
	size_t (*weights_bytes)(const void *state);
	size_t (*scratch_bytes)(const void *state);
	int (*bind)(const void *state, const struct tensor *theta,
	    void *weights, struct error *err);
	void (*run)(const void *state, const void *weights, void *scratch,
	    const float *images, int n, float *logits);
	void (*describe)(const void *state, const struct plan_trial *trial,
	    struct text *out);
	const char *(*kernel)(const void *state); /* what computes */
	bool (*multiplies)(const void *state);    /* by OpenBLAS */
};

extern const struct plan_kind plan_reference, plan_gemm, plan_fast;

/*
 * Compiles graph (borrowed, must outlive the plan) for blocks of at most block
 * images.  kind NULL: the kind that LOSSPIPE_CPU asks for (ref: reference),
 * else the fastest that can run the graph.  Returns NULL with an error when the
 * graph has an operator that the kind cannot do.
 */
struct plan *plan_new(const struct graph *graph, const struct plan_kind *kind,
    int block, struct error *err);

/*
 * To be asked before so many threads call plan_run at once: fails where there
 * is no memory for what a library wants for each of them.
 */
int plan_share(const struct plan *plan, int threads, struct error *err);
void plan_free(struct plan *plan);

const char *plan_name(const struct plan *plan);
/*
 * What the last bits of the results depend on besides theta and images: the
 * instruction set of the kernels, or OpenBLAS's core ("avx2", "Zen").
 */
const char *plan_kernel(const struct plan *plan);

int plan_block(const struct plan *plan);
/* Elements of one image's logits. */
size_t plan_classes(const struct plan *plan);

/*
 * Folds and packs theta: one tensor per graph tensor, same order and shapes,
 * running statistics included (only their data is read).  Fails on a running
 * variance with var + epsilon < 0, naming the tensor; never clamps.
 */
struct plan_weights *plan_weights_new(
    const struct plan *plan, struct error *err);
int plan_bind(const struct plan *plan, const struct tensor *theta,
    struct plan_weights *weights, struct error *err);
void plan_weights_free(struct plan_weights *weights);

struct plan_scratch *plan_scratch_new(
    const struct plan *plan, struct error *err);
void plan_scratch_free(struct plan_scratch *scratch);

/*
 * Runs n <= block images.  images: n c h w float32, already normalised.
 * logits: n rows of plan_classes floats.  Cannot fail.
 */
void plan_run(const struct plan *plan, const struct plan_weights *weights,
    struct plan_scratch *scratch, const float *images, int n, float *logits);

/*
 * What -v shows: which nodes run how, which fell back, and which part of the
 * time each takes when the n images run (see plan_run; logits are written).
 * n 0: no times.
 */
void plan_describe(const struct plan *plan, const struct plan_weights *weights,
    struct plan_scratch *scratch, const float *images, int n, float *logits,
    struct text *out);

#endif
