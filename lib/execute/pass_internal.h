/*
 * Inside lib/execute: what the files of a pass share.
 *
 * pass_kind.c	which of the two executors: this one or the fast one
 * pass_place.c	where activations and gradients lie
 * pass_norm.c	batch normalisation over the whole batch
 * pass.c	all other nodes, and the order of things
 */
#ifndef EXECUTE_PASS_INTERNAL_H
#define EXECUTE_PASS_INTERNAL_H

#include <stdbool.h>

#include "execute/liveness.h"
#include "execute/norm_train.h"
#include "execute/pass.h"
#include "net/operator.h"

/*
 * SLICES: pieces of a batch.  They are the unit of threads and of sums, so
 * their number is part of the result.  CHUNK: elements of a tensor whose
 * slices one task adds.
 */
enum { SLICES = 16, CHUNK = 4096 };

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

/* The reference; the fast pass (pass_fast.h) has one inside. */
struct pass {
	const struct pass_kind *kind;
	const struct graph *graph;
	struct workers *workers;
	int batch, threads;
	bool forward_only;            /* no backward follows */
	struct span *value, *d_value; /* activations and their gradients */
	int *last_reader; /* of a value: the node that is first in backward */
	size_t *channels; /* of a node: where its norm_channels start */
	struct norm_channel *channel;
	size_t n_channels;
	/* floats: all spans; scratch of one worker; tensors of one node */
	size_t spans, work, partial, sums;
	float *memory, *works, *partials;
	double *sum; /* SLICES + 1 times sums: of slices, then of the batch */

	const float *images; /* of the last forward */
	int n;
};

/* Does value have a place in memory: is it an activation? */
bool pass_is_placed(const struct pass *p, int value);

/* Is it a tensor of the `weights` vector? */
bool pass_learns(const struct graph *graph, const struct graph_value *v);

/* Elements of the node's tensors that learn. */
size_t pass_weights(const struct graph *graph, const struct node *node);

struct pass *pass_reference_new(const struct graph *graph, int batch,
    struct workers *workers, bool forward_only, struct error *err);
void pass_reference_free(struct pass *pass);
int pass_reference_bytes(const struct graph *graph, int batch, int threads,
    size_t *bytes, struct error *err);
size_t pass_reference_held(const struct pass *pass);

/* ---- one node over the slices ---- */

struct stage {
	struct pass *pass;
	const struct node *node;
	int index;
	const struct tensor *theta;
	float *const *gradient; /* NULL in forward */
	int slices;
};

struct slice {
	int first, n; /* images */
};

struct slice pass_slice(const struct stage *s, int i);

/* A tensor, or an activation from image on. */
const float *pass_array(const struct stage *s, int value, int image);

/* The gradient by an activation from image on, or NULL where nobody asks. */
float *pass_d_array(const struct stage *s, int value, int image);

/*
 * The first to give to a gradient clears it: in backward that is the value's
 * last reader.
 */
void pass_clear_fresh(const struct stage *s, struct slice slice);

/* Runs one function over the slices of the node. */
void pass_run(struct stage *s, workers_task *task);

void pass_norm_forward(struct stage *s);
void pass_norm_backward(struct stage *s);

#endif
