/*
 * Sliding windows of convolutions and pools: how many there are, and which
 * part of one lies inside the image.
 */
#ifndef NET_WINDOW_H
#define NET_WINDOW_H

#include "base/error.h"
#include "net/graph.h"

/*
 * Fills out's h and w (dimensions 1 and 2) for windows over in (c h w), with
 * ONNX's rules: floor, or ceil with windows that start beyond the image and its
 * leading padding dropped (as PyTorch).  Fails on attributes out of range, on
 * an input that is not c h w, and when no window fits.
 */
int window_shape(const struct attributes *attr, const struct shape *in,
    struct shape *out, struct error *err);

/*
 * Taps [*first, *last) of the window that starts at position start (may be
 * negative) lie inside an image of size elements.
 */
void window_clip(
    int start, int dilation, int kernel, int size, int *first, int *last);

#endif
