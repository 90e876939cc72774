/* Where activations, gradients and weights lie. */
#include "base/memory.h"
#include "execute/liveness.h"
#include "execute/sweep.h"
#include "net/operator.h"

/*
 * Images of a block: as many as keep its activations in about this many floats,
 * so that they come from a cache when they are read again.
 */
enum { BLOCK_FLOATS = 2 << 20, BLOCK_MAX = 16 };

/* Outputs that a kernel forms: Winograd's whole tiles, and two inputs more. */
static int
reach(int n, bool winograd, int kernel_reach)
{
	const int tiles = (n + WINOGRAD_TILE - 1) / WINOGRAD_TILE;

	return winograd ? tiles * WINOGRAD_TILE + 2 : n + kernel_reach;
}

/* What a convolution reads around its input, and on the way back. */
static void
ask_borders(struct sweep *s, struct sweep_step *step)
{
	struct sweep_conv *c = &step->conv;
	struct slot *in = &s->values[step->fold->in[0]];
	struct slot *out = &s->values[step->fold->out];
	const int far_y = (c->kh - 1) * c->step_y;
	const int far_x = (c->kw - 1) * c->step_x;
	const int end_y = c->winograd ? reach(out->h, true, 0)
				      : (out->h - 1) * c->stride_y + far_y + 1;
	const int end_x = c->winograd ? reach(out->w, true, 0)
				      : (out->w - 1) * c->stride_x + far_x + 1;
	/* the gradient as the way back reads it */
	struct slot *d = c->spread.lanes > 0 ? &c->spread : out;
	const int q_y = far_y - c->top, q_x = far_x - c->left;

	border_grow(&in->border, (struct border){.top = c->top,
				     .left = c->left,
				     .bottom = end_y - c->top - in->h,
				     .right = end_x - c->left - in->w});
	if (c->winograd) /* its gradient reads whole tiles of zeros */
		border_grow(&out->border,
		    (struct border){
			.bottom = reach(out->h, true, 0) - 2 - out->h,
			.right = reach(out->w, true, 0) - 2 - out->w});
	border_grow(&d->border,
	    (struct border){.top = q_y,
		.left = q_x,
		.bottom = reach(in->h, c->back_winograd, far_y) - q_y - d->h,
		.right = reach(in->w, c->back_winograd, far_x) - q_x - d->w});
}

/* ---- buffers ---- */

static size_t
take(size_t *total, size_t floats)
{
	const size_t at = *total;

	*total += liveness_floats((int64_t)floats);
	return at;
}

/* A gradient lies as its value does. */
static size_t
image_floats(struct sweep *s)
{
	const size_t values = s->graph->n_values;
	size_t n = 0;

	for (size_t i = 0; i < values; i++) {
		const struct slot *v = &s->values[i];
		struct slot *d = &s->values[values + i];

		*d = *v;
		d->root = (int)(values + i);
		n += slot_floats(v) * (1 + sweep_active(v));
	}
	return n;
}

static void
place_slot(struct sweep *s, struct slot *slot)
{
	slot->images = s->block;
	slot->span.offset =
	    take(&s->scratch, slot_floats(slot) * (size_t)s->block);
}

static void
place_buffers(struct sweep *s)
{
	const size_t image = image_floats(s), n = BLOCK_FLOATS / (image + 1);
	const size_t values = s->graph->n_values;

	s->block = n < 1 ? 1 : n > BLOCK_MAX ? BLOCK_MAX : (int)n;
	for (size_t i = 0; i < values; i++) {
		place_slot(s, &s->values[i]);
		if (sweep_active(&s->values[i]))
			place_slot(s, &s->values[values + i]);
	}
	for (size_t i = 0; i < s->n_steps; i++)
		place_slot(s, &s->steps[i].conv.spread);
}

/* ---- one step's tables, weights, gradients, work ---- */

static int
make_taps(struct sweep *s, struct sweep_step *step, struct error *err)
{
	struct sweep_conv *c = &step->conv;
	const struct view in = slot_steps(&s->values[step->fold->in[0]]);
	const struct view out = slot_steps(
	    c->spread.lanes > 0 ? &c->spread : &s->values[step->fold->out]);

	c->tap = memory_new((size_t)c->taps, sizeof(*c->tap), err);
	c->back = memory_new((size_t)c->taps, sizeof(*c->back), err);
	if (c->tap == NULL || c->back == NULL)
		return -1;
	for (int i = 0; i < c->taps; i++) {
		const int y = i / c->kw * c->step_y, x = i % c->kw * c->step_x;

		c->tap[i] = y * in.row + x * in.pixel;
		/* flipped: tap i is that of the last but i */
		c->back[i] = y * out.row + x * out.pixel;
	}
	return 0;
}

static size_t
packed_floats(int k, int c, int taps, bool winograd)
{
	return winograd ? winograd_weight_floats(k, c)
			: (size_t)kernel_padded(k) * (size_t)c * (size_t)taps;
}

/* Of the one piece of scratch for kernels and plain steps. */
static void
ask(struct sweep *s, size_t floats)
{
	s->work = s->work < floats ? floats : s->work;
}

static void
ask_work(struct sweep *s, const struct slot *out, int c, int k)
{
	ask(s, winograd_work_floats(c, k, out->h, out->w, s->block));
}

static void
place_conv(struct sweep *s, struct sweep_step *step)
{
	struct sweep_conv *c = &step->conv;
	const struct slot *in = &s->values[step->fold->in[0]];
	const struct slot *out = &s->values[step->fold->out];
	const int c2 = sweep_active(in) ? in->lanes + c->c : c->c;
	const int k2 = out->lanes + c->k;
	const size_t dense = (size_t)c->taps *
			     (size_t)(out->lanes + c->k + in->lanes + c->c) *
			     (size_t)(c->c > c->k ? c->c : c->k);

	c->forward =
	    take(&s->weights, packed_floats(c->k, c->c, c->taps, c->winograd));
	c->tangent =
	    take(&s->weights, packed_floats(c->k, c2, c->taps, c->winograd));
	c->back_weights = take(
	    &s->weights, packed_floats(c->c, c->k, c->taps, c->back_winograd));
	c->back_tangent = take(
	    &s->weights, packed_floats(c->c, k2, c->taps, c->back_winograd));
	s->dense = s->dense < dense ? dense : s->dense;
	ask_work(s, out, c2, c->k);
	ask_work(s, in, k2, c->c);
	step->size = (size_t)out->lanes * (size_t)c->taps * (size_t)c->c;
	if (!c->winograd)
		return;
	c->sums_size = winograd_gradient_floats(c->k, c->c);
	c->sums = take(&s->sums, 2 * c->sums_size);
	ask(s, winograd_gradient_work_floats(
		   c->c, c->k, out->h, out->w, s->block));
}

static int
place_step(struct sweep *s, struct sweep_step *step, struct error *err)
{
	const struct slot *out = &s->values[step->fold->out];
	const size_t lanes = (size_t)out->lanes;

	if (step->method == SWEEP_CONV) {
		place_conv(s, step);
		if (make_taps(s, step, err) < 0)
			return -1;
	}
	if (step->method == SWEEP_BILINEAR) {
		step->size = (size_t)s->graph->tensors[step->fold->weight].n;
		step->plain = take(&s->weights, 2 * step->size);
	}
	if (step->method == SWEEP_AFFINE)
		step->size = lanes;
	step->factors = take(&s->factors, 6 * lanes);
	step->shift = take(&s->weights, 4 * lanes);
	step->gradient = take(&s->gradients, 2 * step->size + 2 * lanes);
	if (step->method == SWEEP_NODE || step->method == SWEEP_BILINEAR)
		ask(s, sweep_plain_floats(s, step));
	return 0;
}

static void
count_channels(struct sweep *s)
{
	for (size_t i = 0; i < s->graph->n_values; i++)
		if (s->channels < 2 * (size_t)s->values[i].lanes)
			s->channels = 2 * (size_t)s->values[i].lanes;
}

int
sweep_place(struct sweep *sweep, struct error *err)
{
	struct sweep *s = sweep;

	for (size_t i = 0; i < s->n_steps; i++)
		if (s->steps[i].method == SWEEP_CONV)
			ask_borders(s, &s->steps[i]);
	place_buffers(s);
	count_channels(s);
	for (size_t i = 0; i < s->n_steps; i++)
		if (place_step(s, &s->steps[i], err) < 0)
			return -1;
	/* the logits, their tangents, and the gradients by both */
	ask(s,
	    4 * (size_t)shape_size(&s->graph->values[s->graph->output].shape));
	s->work = take(&s->scratch, s->work);
	s->zeros = take(&s->weights, s->channels);
	return 0;
}
