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

static void
at_least(int *x, int bound)
{
	*x = *x < bound ? bound : *x;
}

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
	struct sweep_value *in = &s->values[step->fold->in[0]];
	struct sweep_value *out = &s->values[step->fold->out];
	const int far_y = (c->kh - 1) * c->step_y;
	const int far_x = (c->kw - 1) * c->step_x;
	const int end_y = c->winograd ? reach(out->h, true, 0)
				      : (out->h - 1) * c->stride_y + far_y + 1;
	const int end_x = c->winograd ? reach(out->w, true, 0)
				      : (out->w - 1) * c->stride_x + far_x + 1;
	const int h = (out->h - 1) * c->stride_y + 1;
	const int w = (out->w - 1) * c->stride_x + 1;
	const int q_y = far_y - c->top, q_x = far_x - c->left;
	const int back_y = reach(in->h, c->back_winograd, far_y) - q_y - h;
	const int back_x = reach(in->w, c->back_winograd, far_x) - q_x - w;
	struct sweep_spread *e = &c->spread;

	at_least(&in->top, c->top);
	at_least(&in->left, c->left);
	at_least(&in->bottom, end_y - c->top - in->h);
	at_least(&in->right, end_x - c->left - in->w);
	e->h = h;
	e->w = w;
	if (c->winograd) { /* its gradient reads whole tiles of zeros */
		at_least(&out->bottom, reach(out->h, true, 0) - 2 - out->h);
		at_least(&out->right, reach(out->w, true, 0) - 2 - out->w);
	}
	at_least(e->used ? &e->top : &out->top, q_y);
	at_least(e->used ? &e->left : &out->left, q_x);
	at_least(e->used ? &e->bottom : &out->bottom, back_y);
	at_least(e->used ? &e->right : &out->right, back_x);
}

/* ---- buffers ---- */

static struct view
steps_of(int pixel, int h, int w)
{
	return (struct view){.pixel = pixel,
	    .row = (ptrdiff_t)pixel * w,
	    .image = (ptrdiff_t)liveness_floats((int64_t)pixel * w * h)};
}

static size_t
take(size_t *total, size_t floats)
{
	const size_t at = *total;

	*total += liveness_floats((int64_t)floats);
	return at;
}

static void
step_values(struct sweep *s)
{
	for (size_t i = 0; i < s->graph->n_values; i++) {
		struct sweep_value *v = &s->values[i];

		if (v->used)
			v->view = steps_of(v->lanes * (1 + v->active),
			    v->top + v->h + v->bottom,
			    v->left + v->w + v->right);
	}
	for (size_t i = 0; i < s->n_steps; i++) {
		struct sweep_spread *e = &s->steps[i].conv.spread;

		if (e->used)
			e->view =
			    steps_of(2 * kernel_padded(s->steps[i].conv.k),
				e->top + e->h + e->bottom,
				e->left + e->w + e->right);
	}
}

static size_t
image_floats(const struct sweep *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->graph->n_values; i++)
		if (s->values[i].used)
			n += (size_t)s->values[i].view.image *
			     (1 + s->values[i].active);
	return n;
}

static size_t
origin(const struct view *v, int top, int left)
{
	return (size_t)(top * v->row + left * v->pixel);
}

static void
place_buffers(struct sweep *s)
{
	const size_t image = image_floats(s), n = BLOCK_FLOATS / (image + 1);

	s->block = n < 1 ? 1 : n > BLOCK_MAX ? BLOCK_MAX : (int)n;
	for (size_t i = 0; i < s->graph->n_values; i++) {
		struct sweep_value *v = &s->values[i];
		const size_t floats = (size_t)v->view.image * (size_t)s->block;

		if (!v->used)
			continue;
		v->at = take(&s->scratch, floats) +
			origin(&v->view, v->top, v->left);
		if (v->active)
			v->d_at = take(&s->scratch, floats) +
				  origin(&v->view, v->top, v->left);
	}
	for (size_t i = 0; i < s->n_steps; i++) {
		struct sweep_spread *e = &s->steps[i].conv.spread;

		if (e->used)
			e->at = take(&s->scratch,
				    (size_t)e->view.image * (size_t)s->block) +
				origin(&e->view, e->top, e->left);
	}
}

/* ---- one step's tables, weights, gradients, work ---- */

static int
make_taps(struct sweep *s, struct sweep_step *step, struct error *err)
{
	struct sweep_conv *c = &step->conv;
	const struct view in = s->values[step->fold->in[0]].view;
	const struct view out =
	    c->spread.used ? c->spread.view : s->values[step->fold->out].view;

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
ask_work(struct sweep *s, const struct sweep_value *out, int c, int k)
{
	ask(s, winograd_work_floats(c, k, out->h, out->w, s->block));
}

static void
place_conv(struct sweep *s, struct sweep_step *step)
{
	struct sweep_conv *c = &step->conv;
	const struct sweep_value *in = &s->values[step->fold->in[0]];
	const struct sweep_value *out = &s->values[step->fold->out];
	const int c2 = in->active ? in->lanes + c->c : c->c;
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
	const struct sweep_value *out = &s->values[step->fold->out];
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
	step_values(s);
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
