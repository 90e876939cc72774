/*
 * Batch normalisation in training: with the mean and variance of the batch
 * itself (Ioffe and Szegedy, arXiv 1502.03167).
 *
 * The batch is worked on in slices of images.  Each slice makes its own sums,
 * which the caller adds in the order of the slices; then each slice is
 * transformed.  x, y, dx, dy: n images of c channels of pixels each.
 */
#ifndef EXECUTE_NORM_TRAIN_H
#define EXECUTE_NORM_TRAIN_H

#include <stdint.h>

/* What forward finds out about a channel, and backward needs. */
struct norm_channel {
	double mean, var; /* var: divided by n, as it normalises */
};

/* Sums of x and of x * x per channel: 2 c doubles, written. */
void norm_sums(
    const float *x, int64_t n, int64_t c, int64_t pixels, double *sums);

/* From the sums over all count = images x pixels. */
void norm_finish(
    const double *sums, int64_t c, double count, struct norm_channel *channel);

/* Sums of (x - mean)^2 per channel: c doubles, written. */
void norm_squares(const float *x, int64_t n, int64_t c, int64_t pixels,
    const struct norm_channel *channel, double *sums);

/* y = (x - mean) / sqrt(var + epsilon) * weight + bias */
void norm_apply(const float *x, int64_t n, int64_t c, int64_t pixels,
    const struct norm_channel *channel, double epsilon, const float *weight,
    const float *bias, float *y);

/* Sums of dy and of dy * (x - mean) per channel: 2 c doubles, written. */
void norm_back_sums(const float *x, const float *dy, int64_t n, int64_t c,
    int64_t pixels, const struct norm_channel *channel, double *sums);

/*
 * dx += the gradient by x, through mean and variance too; sums and count are
 * those of the whole batch.
 */
void norm_back_apply(const float *x, const float *dy, int64_t n, int64_t c,
    int64_t pixels, const struct norm_channel *channel, double epsilon,
    const float *weight, const double *sums, double count, float *dx);

#endif
