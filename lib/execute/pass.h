/*
 * Forward and backward over a batch: the executor of training.
 *
 * A batch normalisation sees the statistics of the true batch.  The work is cut
 * into slices of images; sums over the batch are made per slice and added in
 * the order of the slices, so the results are the same bytes for any number of
 * threads.  Activations are kept as long as backward needs them (liveness); one
 * pass holds them all.
 */
#ifndef EXECUTE_PASS_H
#define EXECUTE_PASS_H

#include <stddef.h>

#include "base/error.h"
#include "base/workers.h"
#include "net/graph.h"

struct pass;

/*
 * One way to train.
 * reference: node by node over the whole batch, planes, OpenBLAS - what the
 *            other one is checked against.
 * fast:      the kernels of lib/kernel; what has none goes by its operator.
 */
struct pass_kind;
extern const struct pass_kind pass_reference, pass_fast;

/*
 * For batches of at most batch images.  graph and workers are borrowed and
 * outlive the pass.  kind NULL, and pass_new: the fast one where the processor
 * has vectors and LOSSPIPE_CPU allows them.
 */
struct pass *pass_new_kind(const struct graph *graph,
    const struct pass_kind *kind, int batch, struct workers *workers,
    struct error *err);
struct pass *pass_new(const struct graph *graph, int batch,
    struct workers *workers, struct error *err);
void pass_free(struct pass *pass);

/*
 * A pass for pass_forward and pass_statistics alone: an activation is kept
 * until its last reader only, and a second look at the batch takes each
 * variance about its mean, so that nothing cancels.
 */
struct pass *pass_new_forward(const struct graph *graph,
    const struct pass_kind *kind, int batch, struct workers *workers,
    struct error *err);

/*
 * What the last bits of a pass of kind NULL depend on: the kind and its
 * kernels, or OpenBLAS's core ("fast avx2", "reference Zen").  Returns text, or
 * a constant.
 */
enum { PASS_KERNEL_BYTES = 64 };
const char *pass_kernel(char text[PASS_KERNEL_BYTES]);

/* Memory that a pass holds. */
size_t pass_held(const struct pass *pass);

/* Memory that pass_new would take; -1 when it fails already. */
int pass_bytes(const struct graph *graph, int batch, int threads, size_t *bytes,
    struct error *err);

/*
 * Forward over n <= batch images in training mode: n c h w floats, borrowed
 * until pass_backward.  theta: one tensor per graph tensor, running statistics
 * are not read.  Returns n rows of logits, good until pass_backward.
 */
const float *pass_forward(
    struct pass *pass, const struct tensor *theta, const float *images, int n);

/* Room for the gradient of the loss by the logits: n rows, to be filled. */
float *pass_d_logits(struct pass *pass);

/*
 * Backward of the last forward: adds the gradient of the loss by each tensor
 * of the `weights` vector to gradient[index of the tensor].
 */
void pass_backward(
    struct pass *pass, const struct tensor *theta, float *const *gradient);

/*
 * Moves the running statistics of theta towards those of the last forward:
 * r += momentum (batch - r), the variance divided by count - 1; the number of
 * batches grows by 1.  As PyTorch's BatchNorm2d.
 */
void pass_track(const struct pass *pass, double momentum, struct tensor *theta);

/*
 * Sets the running statistics of theta to those by which the last forward
 * normalised: the mean and the variance, divided by count, of the batch.  One
 * that no float32 can hold becomes NaN.
 */
void pass_statistics(const struct pass *pass, struct tensor *theta);

#endif
