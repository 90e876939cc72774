/* Jobs of the kernels that take a pixel or a window at a time. */
#ifndef EXECUTE_PIXEL_H
#define EXECUTE_PIXEL_H

#include "execute/slot.h"
#include "kernel/kernel.h"
#include "net/graph.h"

/*
 * A pooling node, or the mean over all pixels: images of the slot in, at view
 * from, become those of the slot out, at view to.
 */
void pixel_pool(const struct kernels *kernels, const struct node *node,
    const struct slot *in, struct view from, const struct slot *out,
    struct view to, int images);

#endif
