/*
 * Steps without a kernel, in all three orders: planes c h w out of the pixels,
 * the functions of the operator (net/operator.h), pixels back.
 */
#ifndef EXECUTE_PLAIN_H
#define EXECUTE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "execute/slot.h"
#include "net/graph.h"

/* What a node reads or makes: an activation, or a tensor. */
struct plain_operand {
	const struct slot *slot; /* NULL: a tensor */
	struct view x, d;        /* pixels; those of the gradient by them */
	bool tangent; /* theirs lie behind each pixel; else it is 0 */
	bool asked;   /* somebody wants d */
	bool fresh;   /* d holds nothing yet */
	/* A tensor's elements and their direction; its gradient and that one's
	 * tangent are added to, NULL: nobody asks. */
	const float *w, *t_w;
	float *d_w, *t_d_w;
};

/* What follows: x * scale[k] + shift[k] + add, limited; k a plane's channel. */
struct plain_end {
	int channels;               /* 0: nothing follows */
	const float *scale, *shift; /* NULL: 1, 0 */
	const float *add;           /* planes; NULL: 0 */
	struct limits limits;
};

/* in may be out; n floats. */
void plain_end(
    const struct plain_end *end, size_t n, const float *in, float *out);

struct plain {
	const struct graph *graph;
	const struct node *node;
	int n_in;      /* operands that are read: end may hold the bias */
	bool exact;    /* forward is as operator_apply_fast says */
	bool tangents; /* all things have one; one image at a time */
	struct plain_operand in[NODE_INPUTS_MAX], out;
	struct plain_end end;        /* forward; add is: */
	struct plain_operand addend; /* slot NULL: none */
	const float *t_shift;
	float *work; /* plain_floats */
};

/* A node that nothing follows, its operands and out still to be filled in:
 * those that it has, since it could have many. */
void plain_start(
    struct plain *plain, const struct graph *graph, const struct node *node);

/* For so many images at a time. */
size_t plain_floats(const struct graph *graph, const struct node *node,
    int images, bool tangents);

/* Images [first, first + n) of the operands' views. */
void plain_forward(const struct plain *plain, int first, int n);

/* From out.d to the gradients by the operands. */
void plain_backward(const struct plain *plain, int first, int n);

#endif
