/* Where activations, gradients and weights lie. */
#include "base/memory.h"
#include "execute/liveness.h"
#include "execute/tangent.h"
#include "net/operator.h"

/*
 * Images of a block, a power of two: each block reads all weights, and reads
 * and writes all sums by them, 9 MB for 256 channels.  That costs a wide
 * network more than activations that leave the second cache, so there may be
 * this many floats.
 */
enum { BLOCK_FLOATS = 12 << 20, BLOCK_MAX = 16 };

/* What a convolution reads around its input, and on the way back. */
static void
ask_borders(struct tangent *s, struct tangent_step *step)
{
	const struct conv *p = step->conv.product;
	struct slot *in = &s->values[step->fused->in[0]];
	struct slot *out = &s->values[step->fused->out];
	struct slot *d = &s->values[step->conv.spread];

	border_grow(
	    &in->border, conv_border(&p[PRODUCT_FORWARD], in, out->h, out->w));
	border_grow(
	    &out->border, conv_d_border(&p[PRODUCT_FORWARD], out->h, out->w));
	if (step->conv.spread < 2 * (int)s->graph->n_values)
		d = out;
	border_grow(&d->border, conv_border(&p[PRODUCT_BACK], d, in->h, in->w));
}

/* ---- buffers ---- */

/* A gradient lies as its value does. */
static size_t
image_floats(struct tangent *s)
{
	const size_t values = s->graph->n_values;
	size_t n = 0;

	for (size_t i = 0; i < values; i++) {
		const struct slot *v = &s->values[i];
		struct slot *d = &s->values[values + i];

		*d = *v;
		d->root = (int)(values + i);
		n += slot_floats(v) * (1 + tangent_active(v));
	}
	return n;
}

static void
place_slot(struct tangent *s, int slot)
{
	struct slot *a = &s->values[slot];

	a->images = s->block;
	a->span.offset =
	    liveness_append(&s->scratch, slot_floats(a) * (size_t)s->block);
}

/*
 * All of them are needed at once.  A value's gradient lies behind it: side by
 * side by their form, products of ResNet-20 take 3 % longer.
 */
static void
place_buffers(struct tangent *s)
{
	const size_t image = image_floats(s);
	const int values = (int)s->graph->n_values;

	s->block = 1;
	while (s->block < BLOCK_MAX &&
	       2 * (size_t)s->block * image <= BLOCK_FLOATS)
		s->block *= 2;
	for (int i = 0; i < values; i++) {
		place_slot(s, i);
		if (tangent_active(&s->values[i]))
			place_slot(s, values + i);
	}
	for (int i = 2 * values; i < (int)s->n_slots; i++)
		place_slot(s, i);
}

/* ---- one step's tables, weights, gradients, work ---- */

/* Of the one piece of scratch for kernels and plain steps. */
static void
ask(struct tangent *s, size_t floats)
{
	s->work = s->work < floats ? floats : s->work;
}

/* Those of the way back read the gradient and give that by the input. */
static int
place_products(struct tangent *s, struct tangent_step *step, struct error *err)
{
	struct tangent_conv *c = &step->conv;
	const struct slot *in = &s->values[step->fused->in[0]];
	const struct slot *out = &s->values[step->fused->out];
	const struct slot *d = &s->values[c->spread];

	for (int i = 0; i < PRODUCTS; i++) {
		struct conv *p = &c->product[i];
		const bool back = i >= PRODUCT_BACK;
		const struct slot *to = back ? in : out;

		c->packed[i] = liveness_append(&s->weights, conv_packed(p));
		ask(s, conv_work(p, to->h, to->w, s->block));
		if (conv_taps(p, back ? d : in, err) < 0)
			return -1;
	}
	return 0;
}

static int
place_conv(struct tangent *s, struct tangent_step *step, struct error *err)
{
	struct tangent_conv *c = &step->conv;
	const struct conv *p = &c->product[PRODUCT_FORWARD];
	const struct slot *in = &s->values[step->fused->in[0]];
	const struct slot *out = &s->values[step->fused->out];
	const size_t dense = (size_t)(p->kh * p->kw) *
			     (size_t)(out->lanes + p->k + in->lanes + p->c) *
			     (size_t)(p->c > p->k ? p->c : p->k);

	if (place_products(s, step, err) < 0)
		return -1;
	s->dense = s->dense < dense ? dense : s->dense;
	step->size = conv_direct_floats(p);
	if (!p->winograd)
		return 0;
	c->sums_size = winograd_gradient_floats(p->k, p->c);
	c->sums = liveness_append(&s->sums, 2 * c->sums_size);
	ask(s, conv_sums_work(p, out->h, out->w, s->block));
	return 0;
}

static int
place_step(struct tangent *s, struct tangent_step *step, struct error *err)
{
	const struct slot *out = &s->values[step->fused->out];
	const size_t lanes = (size_t)out->lanes;

	if (step->method == TANGENT_CONV && place_conv(s, step, err) < 0)
		return -1;
	if (step->method == TANGENT_BILINEAR) {
		step->size = (size_t)s->graph->tensors[step->fused->weight].n;
		step->plain = liveness_append(&s->weights, 2 * step->size);
	}
	if (step->method == TANGENT_AFFINE)
		step->size = lanes;
	step->factors = liveness_append(&s->factors, 6 * lanes);
	step->shift = liveness_append(&s->weights, 4 * lanes);
	step->gradient =
	    liveness_append(&s->gradients, 2 * step->size + 2 * lanes);
	if (step->method == TANGENT_NODE || step->method == TANGENT_BILINEAR)
		ask(s, tangent_plain_floats(s, step));
	return 0;
}

static void
count_channels(struct tangent *s)
{
	for (size_t i = 0; i < s->graph->n_values; i++)
		if (s->channels < 2 * (size_t)s->values[i].lanes)
			s->channels = 2 * (size_t)s->values[i].lanes;
}

/* Floats of the zeros: the tangent of a tensor that stands still, too. */
static size_t
count_zeros(const struct tangent *s)
{
	size_t n = s->channels;

	for (size_t i = 0; i < s->n_steps; i++) {
		const struct node *node = s->steps[i].fused->node;

		for (int j = 0; j < node->n_in; j++) {
			const int t = s->graph->values[node->in[j]].tensor;
			const bool read =
			    s->steps[i].method == TANGENT_NODE &&
			    s->graph->values[node->in[j]].kind == VALUE_TENSOR;

			if (read && n < (size_t)s->graph->tensors[t].n)
				n = (size_t)s->graph->tensors[t].n;
		}
	}
	return n;
}

int
tangent_place(struct tangent *tangent, struct error *err)
{
	struct tangent *s = tangent;

	for (size_t i = 0; i < s->n_steps; i++)
		if (s->steps[i].method == TANGENT_CONV)
			ask_borders(s, &s->steps[i]);
	place_buffers(s);
	count_channels(s);
	for (size_t i = 0; i < s->n_steps; i++)
		if (place_step(s, &s->steps[i], err) < 0)
			return -1;
	/* the logits, their tangents, and the gradients by both */
	ask(s,
	    4 * (size_t)shape_size(&s->graph->values[s->graph->output].shape));
	s->work = liveness_append(&s->scratch, s->work);
	s->zeros = liveness_append(&s->weights, count_zeros(s));
	return 0;
}
