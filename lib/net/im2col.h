/*
 * A convolution's input as the matrix that its weights multiply.
 */
#ifndef NET_IM2COL_H
#define NET_IM2COL_H

#include <stdbool.h>

#include "net/graph.h"

/*
 * Writes c * kh * kw rows of oh * ow columns: row (c, i, j) holds what tap
 * (i, j) of channel c sees at every output pixel, 0 in the padding.  x: c
 * planes of in_h * in_w; out: the convolution's output shape (k oh ow).
 */
void im2col(const struct attributes *attr, const float *x, int c, int in_h,
    int in_w, const struct shape *out, float *columns);

/*
 * The way back: adds every element of columns to the pixel of x that its tap
 * sees.
 */
void col2im(const struct attributes *attr, const float *columns, int c,
    int in_h, int in_w, const struct shape *out, float *x);

/* Is the matrix the input itself (1x1, stride 1, no padding)? */
bool im2col_is_identity(const struct attributes *attr);

#endif
