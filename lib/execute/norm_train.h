/*
 * Batch normalisation in training: with the mean and variance of the batch
 * itself (Ioffe and Szegedy, arXiv 1502.03167).
 *
 * The batch is worked on in slices of images.  Each slice makes its own sums,
 * which the caller adds in the order of the slices; then each slice is
 * transformed.
 */
#ifndef EXECUTE_NORM_TRAIN_H
#define EXECUTE_NORM_TRAIN_H

#include <stdint.h>

/* What forward finds out about a channel, and backward needs. */
struct norm_channel {
	double mean, var; /* var: divided by n, as it normalises */
};

/* n images of c channels of pixels each. */
struct norm_planes {
	int64_t n, c, pixels;
	const struct norm_channel *channel;
	double epsilon;
	const float *weight, *bias;
};

/*
 * Sums per channel, 2 c doubles, written: of a and of a * x in forward (a is
 * x); of a and of a * (x - mean) in backward (a is dy).
 */
void norm_sums(const struct norm_planes *planes, const float *a, const float *x,
    double *sums);
void norm_back_sums(const struct norm_planes *planes, const float *a,
    const float *x, double *sums);

/* From the sums over all count = images x pixels. */
void norm_finish(
    const double *sums, int64_t c, double count, struct norm_channel *channel);

/* Sums of x - mean and of its square: 2 c doubles, written. */
void norm_squares(
    const struct norm_planes *planes, const float *x, double *sums);

/* y = (x - mean) / sqrt(var + epsilon) * weight + bias */
void norm_apply(const struct norm_planes *planes, const float *x, float *y);

/*
 * dx += the gradient by x, through mean and variance too; sums and count are
 * those of the whole batch.
 */
void norm_back_apply(const struct norm_planes *planes, const float *x,
    const float *dy, const double *sums, double count, float *dx);

#endif
