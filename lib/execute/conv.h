/*
 * Convolutions on the kernels: what evaluation, training and curvature ask of
 * one, in three roles.
 *
 * forward   in to out
 * data      the gradient by out to that by in: the transposed convolution, or
 *           with strides one for each remainder of the pixels
 * weights   in and the gradient by out to that by the weights
 *
 * A linear layer is one whose window is the image.  Nothing else decides what
 * Winograd does, asks for zeros around images, or fills in a kernel's job.
 *
 * conv.c	what it is, and what it wants
 * conv_pack.c	filters for the kernels
 * conv_job.c	the kernels' jobs
 */
#ifndef EXECUTE_CONV_H
#define EXECUTE_CONV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "execute/slot.h"
#include "kernel/kernel.h"
#include "net/graph.h"

struct conv {
	int groups, c, k; /* channels of one group */
	int kh, kw;
	int stride[SPATIAL], step[SPATIAL]; /* of outputs; of taps */
	int pad[SPATIAL];                   /* top, left */
	bool winograd;                      /* by F(4x4,3x3), else directly */
	bool depthwise;                     /* a kernel for each channel */
	/* Directly, by conv_taps: a tap's place; taps whose channels follow one
	 * another count as one of taps_c. */
	int taps, taps_c;
	ptrdiff_t *tap; /* owned */
};

/* A node of kind Conv, or a Gemm over all of in. */
struct conv conv_of(
    const struct node *node, const struct slot *in, const struct slot *out);

/*
 * The convolution that takes the gradient by the outputs back to the inputs:
 * with strides it reads them with zeros between its pixels.  Filters and
 * channels change places, and the taps their order.
 */
struct conv conv_transposed(const struct conv *conv);

/* The same taps over c channels: those of a tangent lie behind the value's. */
struct conv conv_widened(const struct conv *conv, int c);

void conv_free(struct conv *conv);

/*
 * Does Winograd pay for h x w outputs?  Where it fills its tiles well enough,
 * measured (lib/kernel/README): from three channels on, strides of 2 included.
 * Where gradients are formed, too, (learns) without strides, of which the
 * gradient by the weights knows none, and from eight on: with three a step of
 * ResNet-20 takes as long, and is four times as far from the reference.
 */
bool conv_suits_winograd(const struct conv *conv, bool learns, int h, int w);

/* The zeros that h x w outputs read around in. */
struct border conv_border(
    const struct conv *conv, const struct slot *in, int h, int w);

/* The same of the gradient by the h x w outputs, for that by the weights. */
struct border conv_d_border(const struct conv *conv, int h, int w);

/* The table of taps in pixels like those of in, once its border is settled. */
int conv_taps(struct conv *conv, const struct slot *in, struct error *err);

/* ---- filters ---- */

/* Floats of packed weights, and of the sums by them: all groups. */
size_t conv_packed(const struct conv *conv);
/* The same as kernels sum them directly: [block of k][tap][c][KERNEL_BLOCK]. */
size_t conv_direct_floats(const struct conv *conv);

/*
 * The filters of a model's weight w, times one of scale each; from: the channel
 * at place p.  It lies k c kh kw, or with trans its two axes are exchanged
 * (Gemm's that is not transB).
 */
struct conv_filters conv_filters_of(const struct conv *conv, bool trans,
    const float *w, const double *scale, const int *from);

/* Packs filters of all groups; scale has one factor for each of them. */
void conv_pack(const struct kernels *kernels, const struct conv *conv,
    const struct conv_filters *filters, float *out);

/* Of depthwise: lane p is of channel order[p] (of all of them). */
void conv_pack_depthwise(const struct conv *conv, const float *w,
    const double *scale, const int *order, float *out);

/* ---- running ---- */

struct conv_call {
	struct view in, out; /* pixels */
	struct view add;     /* at NULL: none */
	int images, h, w;    /* outputs */
	const float *weights, *bias;
	struct limits limits;
	float *work; /* conv_work floats */
};

size_t conv_work(const struct conv *conv, int h, int w, int images);
void conv_run(const struct kernels *kernels, const struct conv *conv,
    const struct conv_call *call);

struct conv_sums_call {
	struct view in, d_out; /* pixels */
	int images, h, w;      /* outputs */
	/* Added to: winograd: sums of winograd_gradient_floats, that
	 * winograd_gradient_end turns into gradients; else these themselves,
	 * conv_direct_floats. */
	float *sums;
	bool fresh; /* sums hold nothing yet */
	float *work;
};

size_t conv_sums_work(const struct conv *conv, int h, int w, int images);
void conv_add_sums(const struct kernels *kernels, const struct conv *conv,
    const struct conv_sums_call *call);

/* ---- data, with strides: remainder by remainder ---- */

/*
 * The pixels of in of each remainder modulo the strides see taps of their own:
 * how many, by remainder; which of the filter's, and where, one remainder
 * behind another.
 */
struct conv_back {
	int *taps, *filter; /* owned */
	ptrdiff_t *tap;     /* owned */
};

int conv_back_taps(struct conv_back *back, const struct conv *conv,
    const struct slot *d_out, struct error *err);
void conv_back_free(struct conv_back *back);
struct border conv_back_border(
    const struct conv *conv, const struct slot *in, int h, int w);
void conv_back_pack(const struct conv_back *back, const struct conv *conv,
    const struct conv_filters *filters, float *out);
/* in: the gradient by the outputs; out: that by the inputs, h x w; no add: it
 * is written, else add is out. */
void conv_back_run(const struct kernels *kernels, const struct conv_back *back,
    const struct conv *conv, const struct conv_call *call);

#endif
