/*
 * The product of a vector with the Hessian of the mean loss, exactly: the
 * derivative of the gradient along the vector, by forward over reverse through
 * the graph in evaluation mode (batch norm is an affine map of the running
 * statistics).  Section 6 of the paper asks for its extreme eigenvalues.
 *
 * Images go through in blocks of a fixed size, on several threads, and their
 * sums are added in the order of the images: the results are the same bytes for
 * any number of threads.
 */
#ifndef CURVATURE_HVP_H
#define CURVATURE_HVP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/workers.h"
#include "data/dataset.h"
#include "net/graph.h"
#include "net/loss.h"

/* Everything is borrowed. */
struct hvp_problem {
	const struct graph *graph;
	const bool *moves; /* by tensor: those that the vector is made of */
	const struct dataset *data;
	const double *mean, *std; /* per channel */
	enum loss_kind loss;
	struct workers *workers;
	bool gradient; /* hvp_gradient is wanted, too */
};

/*
 * The tensors of the default (weights with two dimensions or more; with all,
 * bias and batch norm too) that match pattern (fnmatch, NULL: all).  moves has
 * room for the graph's tensors.  Fails when none is left.
 */
int hvp_choose(const struct graph *graph, bool all, const char *pattern,
    bool *moves, struct error *err);

struct hvp;

/* The graph's operators must have tangents; the data must fit the graph. */
struct hvp *hvp_new(const struct hvp_problem *problem, struct error *err);
void hvp_free(struct hvp *hvp);

/* Elements of the vector: the tensors that move, in the graph's order. */
size_t hvp_size(const struct hvp *hvp);

/* Memory that hvp_new took, threads included, without the data. */
size_t hvp_bytes(const struct hvp *hvp);

/*
 * The point: one tensor per graph tensor, borrowed until the next call.  Fails
 * on a running variance with var + epsilon < 0, naming the tensor.
 */
int hvp_bind(struct hvp *hvp, const struct tensor *theta, struct error *err);

/* hv = H v at that point; both of hvp_size, not the same. */
void hvp_apply(struct hvp *hvp, const float *v, double *hv);

/*
 * What the last hvp_apply saw on its way: the loss of every image, whether it
 * was classified right, and the gradient of the mean (only if asked for).
 */
const double *hvp_losses(const struct hvp *hvp);
const uint32_t *hvp_correct(const struct hvp *hvp);
void hvp_gradient(const struct hvp *hvp, double *gradient);

/* How often hvp_apply has been called. */
int64_t hvp_count(const struct hvp *hvp);

/* What computes: the instruction set of the kernels. */
const char *hvp_kernel(const struct hvp *hvp);

#endif
