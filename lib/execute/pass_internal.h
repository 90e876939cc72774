/*
 * Inside lib/execute: what the two executors of training have in common.
 *
 * pass_base.c	their beginning and end
 * pass.c	which of the two, and the statistics of batch norms
 */
#ifndef EXECUTE_PASS_INTERNAL_H
#define EXECUTE_PASS_INTERNAL_H

#include <stdbool.h>

#include "execute/liveness.h"
#include "execute/norm_train.h"
#include "execute/pass.h"
#include "net/operator.h"

/*
 * Pieces of a batch.  They are the unit of threads and of sums, so their number
 * is part of the result.
 */
enum { SLICES = 16 };

/* One way to train: a row of functions, as pass.h says. */
struct pass_kind {
	const char *name;
	struct pass *(*create)(const struct graph *graph, int batch,
	    struct workers *workers, bool forward_only, struct error *err);
	void (*destroy)(struct pass *pass);
	int (*bytes)(const struct graph *graph, int batch, int threads,
	    size_t *bytes, struct error *err);
	size_t (*held)(const struct pass *pass);
	const float *(*forward)(struct pass *pass, const struct tensor *theta,
	    const float *images, int n);
	float *(*d_logits)(struct pass *pass);
	void (*backward)(struct pass *pass, const struct tensor *theta,
	    float *const *gradient);
};

/* The first member of both. */
struct pass {
	const struct pass_kind *kind;
	const struct graph *graph;
	struct workers *workers;
	int batch, threads;
	bool forward_only; /* no backward follows */
	size_t *channels;  /* of a node: where its channels start */
	struct norm_channel *channel;
	size_t n_channels;
	/* floats: of what the whole batch has; of a slice's partial */
	size_t spans, partial;
	float *memory, *partials;

	const float *images; /* of the last forward */
	int n;
};

/* A piece of the last forward's images. */
struct slice {
	int first, n;
};

static inline struct slice
pass_slice(const struct pass *pass, int slices, int i)
{
	const int64_t n = pass->n;
	const int first = (int)(n * i / slices);

	return (struct slice){first, (int)(n * (i + 1) / slices) - first};
}

/* The numbers; then, sizes being known, the memory. */
int pass_start(struct pass *pass, const struct pass_kind *kind,
    const struct graph *graph, int batch, bool forward_only, struct error *err);
int pass_allocate(
    struct pass *pass, struct workers *workers, struct error *err);

/* What these two have made. */
void pass_release(struct pass *pass);

#endif
