/*
 * Where a value lies while a network runs: pixels in NHWC (kernel/kernel.h)
 * inside a border of zeros, and planes c h w in and out of them.
 *
 * Evaluation, training and curvature each keep an array of slots, one for every
 * value of the graph, and more for gradients.  A slot may lie in the memory of
 * another one, its root: beside it in the same pixels (a concatenation), in its
 * place (a sum), or as every step-th pixel of it (a slice).  What is said of
 * memory is said of the root's.
 */
#ifndef EXECUTE_SLOT_H
#define EXECUTE_SLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "execute/liveness.h"
#include "kernel/kernel.h"
#include "net/shape.h"

struct border {
	int top, left, bottom, right;
};

struct slot {
	int c, h, w; /* of an image */
	int root;    /* the slot whose memory it shares, maybe itself */
	int lane;    /* its first channel within the root's pixels */
	/* Channel order[p] lies at place p; owned by who filled it, NULL or the
	 * identity where plain. */
	int *order;
	bool plain;
	bool pixels; /* a kernel of pixels reads or writes it */
	/* A view of every step-th pixel of another slot. */
	int alias; /* that slot, or -1 */
	int start_y, start_x, step_y, step_x;
	int first, last; /* steps that write it and read it last, or -1 */

	/* ---- of a root: its memory ---- */

	int lanes;  /* floats of a pixel, or of each copy */
	int copies; /* 2: what belongs to the tangent lies behind each pixel */
	struct border border; /* the largest that a reader wants */
	bool gaps;        /* zeros lie inside too: nobody else may write here */
	int images;       /* that have room; 0: nobody uses it */
	int rows;         /* of an image that have room; 0: all */
	struct span span; /* floats from the start of memory; steps */
	/* Training: the segment that touches it first, -1: none; local: the
	 * only one, then it lies in a worker's memory, not in the batch's. */
	int segment;
	bool local;
};

/*
 * A slot of its own, index in its array, for images of this shape: c h w, or a
 * row of channels where there are not three axes.  lanes are 0 as yet.
 */
void slot_init(struct slot *slot, int index, const struct shape *shape);

/* Grows a border to what is wished; negative wishes are none. */
void border_grow(struct border *border, struct border wish);

bool border_same(const struct border *a, const struct border *b);
bool border_none(const struct border *border);

/* From pixel to pixel of a root, its border being settled; at: nowhere. */
struct view slot_steps(const struct slot *root);

/* Floats of one image as planes. */
static inline size_t
slot_planes(const struct slot *slot)
{
	return (size_t)slot->c * (size_t)slot->h * (size_t)slot->w;
}

/* One pixel, whose channels lie as the planes do. */
static inline bool
slot_is_row(const struct slot *slot)
{
	return slot->plain && slot->h == 1 && slot->w == 1;
}

/* Floats of one image of a root, border included. */
size_t slot_floats(const struct slot *root);

/*
 * The pixels of slots[slot] from this image on.  memory: where the offsets of
 * spans count from.
 */
struct view slot_view(
    const struct slot *slots, int slot, float *memory, ptrdiff_t image);

/* The same pixels from another channel on. */
static inline struct view
slot_lane(struct view view, ptrdiff_t floats)
{
	view.at += floats;
	return view;
}

/* Planes c h w of images, in the graph's order of channels, and back; view: as
 * slot_view says, or the same at another copy. */
void slot_gather(const struct slot *slot, const struct view *view, int images,
    float *planes);
void slot_scatter(const struct slot *slot, const struct view *view, int images,
    const float *planes, bool add);

#endif
