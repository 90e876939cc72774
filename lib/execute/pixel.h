/*
 * Jobs that take a pixel, a row or a window at a time: what they share is
 * filled in here.  Views are at the first of so many images.
 */
#ifndef EXECUTE_PIXEL_H
#define EXECUTE_PIXEL_H

#include "execute/slot.h"
#include "kernel/kernel.h"
#include "net/graph.h"

/* Is it a pooling node, or a mean over all pixels, that pixel_pool does? */
bool pixel_pools(const struct graph *graph, const struct node *node);

/*
 * Such a node: images of the slot in, at view
 * from, become those of the slot out, at view to.
 */
struct pool_job pixel_pool_job(const struct node *node, const struct slot *in,
    struct view from, const struct slot *out, struct view to, int images);
void pixel_pool(const struct kernels *kernels, const struct node *node,
    const struct slot *in, struct view from, const struct slot *out,
    struct view to, int images);

/* The function of one number that the node is, if it has a kernel. */
bool pixel_function(const struct node *node, enum pointwise *function);

/*
 * out = in * scale + shift + add, limited: each channel of a slot's images; or
 * in times add.
 */
struct pixel_affine {
	struct view in, out;
	struct view add; /* at NULL: none */
	int images;
	const float *scale, *shift; /* whole blocks; NULL: 1 and 0 */
	struct limits limits;
	bool times;
};

void pixel_affine(const struct kernels *kernels, const struct slot *slot,
    const struct pixel_affine *call);

/* A batch norm's sums of x, or of a gradient: added to sums. */
void pixel_sums(const struct kernels *kernels, const struct slot *slot,
    struct view x, int images, double *sums);

/*
 * Floats of every pixel, and no others: what lies around them may be in use.
 * Only the slot's rows and columns matter.
 */
void pixel_copy(const struct slot *slot, struct view in, struct view out,
    int images, size_t floats);

/*
 * The gradient (or tangent) d through the ReLU that made y: copies of lanes
 * floats, one behind the other in each pixel of d.
 */
struct pixel_mask {
	struct view d, y;
	int images, lanes, copies;
};

void pixel_mask(const struct slot *slot, const struct pixel_mask *call);

/* The gradient d by the mean over all pixels: each has its share of it. */
void pixel_spread(const struct slot *slot, struct view d, struct view out,
    int images, bool add);

#endif
