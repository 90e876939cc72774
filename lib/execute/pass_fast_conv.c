#include <string.h>

#include "base/memory.h"
#include "execute/pass_fast.h"

enum { TILE = WINOGRAD_TILE };

static int
round_up(int n)
{
	return (n + TILE - 1) / TILE * TILE;
}

/* As in the fast plan: tiles that are full enough, channels that fill lanes. */
static bool
suits_winograd(const struct conv *conv, int c, int h, int w)
{
	const int points = WINOGRAD_POINTS * WINOGRAD_POINTS;
	const int tiles = round_up(h) / TILE * (round_up(w) / TILE);

	return conv->kh == 3 && conv->kw == 3 && conv->stride[0] == 1 &&
	       conv->stride[1] == 1 && conv->pad[0] < 3 && conv->pad[1] < 3 &&
	       c >= KERNEL_BLOCK / 2 && tiles * points * 4 < h * w * 9 * 3;
}

void
pass_conv_init(struct fast_pass *p, int node)
{
	const struct graph *g = p->base.graph;
	const struct node *n = &g->nodes[node];
	const struct attributes *a = &n->attr;
	const struct slot *in = &p->place[n->in[0]];
	const struct slot *out = &p->place[n->out];
	struct conv *conv = &p->conv[node];

	if (n->op == OP_CONV)
		conv->fast = a->group == 1 && a->dilations[0] == 1 &&
			     a->dilations[1] == 1;
	else
		conv->fast =
		    n->op == OP_GEMM && a->trans_b && in->h == 1 && in->w == 1;
	if (!conv->fast)
		return;
	conv->c = in->c;
	conv->k = out->c;
	conv->weight = g->values[n->in[1]].tensor;
	conv->bias_tensor = n->n_in == 3 ? g->values[n->in[2]].tensor : -1;
	conv->kh = conv->kw = conv->stride[0] = conv->stride[1] = 1;
	for (int i = 0; i < SPATIAL && n->op == OP_CONV; i++) {
		conv->stride[i] = a->strides[i];
		conv->pad[i] = a->pads[i];
	}
	if (n->op == OP_CONV) {
		conv->kh = a->kernel_shape[0];
		conv->kw = a->kernel_shape[1];
	}
	conv->winograd = suits_winograd(conv, conv->c, out->h, out->w);
	conv->d_winograd = suits_winograd(conv, conv->k, in->h, in->w);
}

/* ---- zeros around the images ---- */

static void
at_least(int *border, int zeros)
{
	if (*border < zeros)
		*border = zeros;
}

/* What the taps of the forward read, of an axis of n inputs and m outputs. */
static int
beyond(const struct conv *conv, int axis, int n, int m)
{
	const int size = axis == 0 ? conv->kh : conv->kw;

	if (conv->winograd)
		return round_up(m) + 2 - conv->pad[axis] - n;
	return (m - 1) * conv->stride[axis] + size - conv->pad[axis] - n;
}

/* The same of the gradient: n outputs of the forward, m inputs. */
static void
d_beyond(
    const struct conv *conv, int axis, int n, int m, int *before, int *behind)
{
	const int size = axis == 0 ? conv->kh : conv->kw;
	const int stride = conv->stride[axis], pad = conv->pad[axis];

	if (conv->winograd)
		at_least(behind, round_up(n) - n);
	if (conv->d_winograd) {
		at_least(before, 2 - pad);
		at_least(behind, round_up(m) + pad - n);
	} else {
		at_least(before, (size - 1 - pad) / stride);
		at_least(behind, (m - 1 + pad) / stride - (n - 1));
	}
}

void
pass_conv_borders(struct fast_pass *p, const struct step *step)
{
	const struct node *node = &p->base.graph->nodes[step->node];
	const struct conv *conv = &p->conv[step->node];
	struct slot *in = &p->place[step->in], *d;
	const struct slot *out = &p->place[node->out];

	at_least(&in->border.top, conv->pad[0]);
	at_least(&in->border.left, conv->pad[1]);
	at_least(&in->border.bottom, beyond(conv, 0, in->h, out->h));
	at_least(&in->border.right, beyond(conv, 1, in->w, out->w));
	if (step->kind != BACK_CONV)
		return;
	d = &p->place[step->d];
	d_beyond(conv, 0, out->h, in->h, &d->border.top, &d->border.bottom);
	d_beyond(conv, 1, out->w, in->w, &d->border.left, &d->border.right);
}

/* ---- taps ---- */

/* The steps of a place's pixels. */
static ptrdiff_t
row_of(const struct fast_pass *p, int place)
{
	const struct slot *a = &p->place[p->place[place].root];

	return (ptrdiff_t)(a->border.left + a->w + a->border.right) * a->lanes;
}

static ptrdiff_t
pixel_of(const struct fast_pass *p, int place)
{
	return p->place[p->place[place].root].lanes;
}

/* The remainder (y, x) of pixels: tap (i, j) sees them when it divides. */
static void
back_taps(
    struct conv *conv, int y, int x, ptrdiff_t row, ptrdiff_t pixel, int *at)
{
	const int *s = conv->stride;
	int first = *at;

	for (int i = 0; i < conv->kh; i++)
		for (int j = 0; j < conv->kw; j++) {
			int dy = y + conv->pad[0] - i;
			int dx = x + conv->pad[1] - j;

			if (dy % s[0] != 0 || dx % s[1] != 0)
				continue;
			conv->d_filter[*at] = i * conv->kw + j;
			conv->d_tap[*at] = dy / s[0] * row + dx / s[1] * pixel;
			++*at;
		}
	conv->d_taps[y * s[1] + x] = *at - first;
}

int
pass_conv_taps(struct fast_pass *p, int node, struct error *err)
{
	const struct node *n = &p->base.graph->nodes[node];
	struct conv *conv = &p->conv[node];
	const int d = n->out + (int)p->base.graph->n_values;
	const int all = conv->kh * conv->kw;
	const ptrdiff_t row = row_of(p, n->in[0]),
			pixel = pixel_of(p, n->in[0]);
	int columns = conv->kw, at = 0;

	conv->tap = memory_new((size_t)all, sizeof(*conv->tap), err);
	conv->d_filter = memory_new((size_t)all, sizeof(int), err);
	conv->d_tap = memory_new((size_t)all, sizeof(*conv->d_tap), err);
	conv->d_taps =
	    memory_new((size_t)conv->stride[0] * (size_t)conv->stride[1],
		sizeof(int), err);
	if (conv->tap == NULL || conv->d_filter == NULL ||
	    conv->d_tap == NULL || conv->d_taps == NULL)
		return -1;
	conv->taps_c = conv->c;
	if (pixel == conv->c && !conv->winograd) {
		conv->taps_c *= columns;
		columns = 1;
	}
	conv->taps = conv->kh * columns;
	for (int i = 0; i < conv->taps; i++)
		conv->tap[i] = i / columns * row + i % columns * pixel;
	for (int y = 0; y < conv->stride[0]; y++)
		for (int x = 0; x < conv->stride[1]; x++)
			back_taps(
			    conv, y, x, row_of(p, d), pixel_of(p, d), &at);
	return 0;
}

static size_t
most(size_t a, size_t b)
{
	return a > b ? a : b;
}

size_t
pass_conv_work(const struct fast_pass *p, int node, int group)
{
	const struct node *n = &p->base.graph->nodes[node];
	const struct slot *in = &p->place[n->in[0]];
	const struct slot *out = &p->place[n->out];
	const struct conv *conv = &p->conv[node];
	size_t floats = pass_conv_floats(conv); /* of pass_conv_pack */

	if (conv->winograd) {
		floats = most(floats, winograd_work_floats(conv->c, conv->k,
					  out->h, out->w, group));
		floats = most(floats, winograd_gradient_work_floats(conv->c,
					  conv->k, out->h, out->w, group));
	}
	if (conv->d_winograd)
		floats = most(floats, winograd_work_floats(conv->k, conv->c,
					  in->h, in->w, group));
	return floats;
}

/* ---- what kernels are told ---- */

/* The input as the taps see it. */
static struct view
seen(const struct group *g, const struct conv *conv, int place)
{
	struct view in = pass_view(g, place);

	in.at -= conv->pad[0] * in.row + conv->pad[1] * in.pixel;
	in.row *= conv->stride[0];
	in.pixel *= conv->stride[1];
	return in;
}

void
pass_conv_forward(const struct group *g, const struct step *step)
{
	const struct fast_pass *p = g->p;
	const struct conv *conv = &p->conv[step->node];
	const struct slot *out = &p->place[step->out];
	const float *bias =
	    conv->bias_tensor >= 0 ? p->packed + conv->bias : p->zeros;

	if (conv->winograd)
		p->kernels->winograd(
		    &(struct winograd_job){.in = seen(g, conv, step->in),
			.out = pass_view(g, step->out),
			.images = g->n,
			.h = out->h,
			.w = out->w,
			.c = conv->c,
			.k = conv->k,
			.weights = p->packed + conv->packed,
			.bias = bias,
			.work = g->work});
	else
		p->kernels->conv(
		    &(struct conv_job){.in = seen(g, conv, step->in),
			.out = pass_view(g, step->out),
			.images = g->n,
			.h = out->h,
			.w = out->w,
			.c = conv->taps_c,
			.k = conv->k,
			.taps = conv->taps,
			.tap = conv->tap,
			.weights = p->packed + conv->packed,
			.bias = bias});
}

static void
data_winograd(const struct group *g, const struct step *step)
{
	const struct fast_pass *p = g->p;
	const struct conv *conv = &p->conv[step->node];
	const struct slot *in = &p->place[step->in];
	struct winograd_job job = {.in = pass_view(g, step->d),
	    .out = pass_view(g, step->out),
	    .images = g->n,
	    .h = in->h,
	    .w = in->w,
	    .c = conv->k,
	    .k = conv->c,
	    .weights = p->packed + conv->packed,
	    .bias = p->zeros,
	    .work = g->work};

	job.in.at -=
	    (2 - conv->pad[0]) * job.in.row + (2 - conv->pad[1]) * job.in.pixel;
	if (!step->fresh)
		job.add = job.out;
	p->kernels->winograd(&job);
}

/* Every stride-th pixel of the input's gradient at a time. */
static void
data_direct(const struct group *g, const struct step *step)
{
	const struct fast_pass *p = g->p;
	const struct conv *conv = &p->conv[step->node];
	const struct slot *in = &p->place[step->in];
	const struct view out = pass_view(g, step->out);
	const int *s = conv->stride;
	struct conv_job job = {.in = pass_view(g, step->d),
	    .out = out,
	    .images = g->n,
	    .c = conv->k,
	    .k = conv->c,
	    .tap = conv->d_tap,
	    .weights = p->packed + conv->packed,
	    .bias = p->zeros};

	job.out.row *= s[0];
	job.out.pixel *= s[1];
	for (int r = 0; r < s[0] * s[1]; r++) {
		int y = r / s[1], x = r % s[1];

		job.taps = conv->d_taps[r];
		job.h = (in->h - y + s[0] - 1) / s[0];
		job.w = (in->w - x + s[1] - 1) / s[1];
		job.out.at = out.at + y * out.row + x * out.pixel;
		if (!step->fresh)
			job.add = job.out;
		if (job.h > 0 && job.w > 0 && (step->fresh || job.taps > 0))
			p->kernels->conv(&job);
		job.tap += job.taps;
		job.weights +=
		    (ptrdiff_t)job.taps * conv->k * kernel_padded(conv->c);
	}
}

static float *
partial_of(const struct group *g, const struct conv *conv)
{
	return g->p->base.partials + (size_t)g->slice * g->p->base.partial +
	       conv->partial;
}

static void
weights_backward(const struct group *g, const struct step *step)
{
	const struct fast_pass *p = g->p;
	const struct conv *conv = &p->conv[step->node];
	const struct node *node = &p->base.graph->nodes[step->node];
	const struct slot *out = &p->place[node->out];

	if (conv->winograd) {
		p->kernels->winograd_gradient(&(struct winograd_gradient_job){
		    .in = seen(g, conv, step->in),
		    .d_out = pass_view(g, step->d),
		    .images = g->n,
		    .h = out->h,
		    .w = out->w,
		    .c = conv->c,
		    .k = conv->k,
		    .fresh = g->fresh,
		    .sums = g->gradient + conv->sums,
		    .work = g->work});
		return;
	}
	if (g->fresh)
		memset(partial_of(g, conv), 0,
		    pass_conv_floats(conv) * sizeof(float));
	p->kernels->gradient(
	    &(struct gradient_job){.in = seen(g, conv, step->in),
		.d_out = pass_view(g, step->d),
		.images = g->n,
		.h = out->h,
		.w = out->w,
		.c = conv->taps_c,
		.k = conv->k,
		.taps = conv->taps,
		.tap = conv->tap,
		.d_weights = partial_of(g, conv)});
}

void
pass_conv_backward(const struct group *g, const struct step *step)
{
	const struct fast_pass *p = g->p;
	const struct conv *conv = &p->conv[step->node];
	const struct node *node = &p->base.graph->nodes[step->node];
	const struct slot *out = &p->place[node->out];

	weights_backward(g, step);
	if (conv->bias_tensor >= 0)
		p->kernels->norm_sums(
		    &(struct norm_sums_job){.x = pass_view(g, step->d),
			.images = g->n,
			.h = out->h,
			.w = out->w,
			.c = conv->k,
			.sums = p->sums + (size_t)g->slice * p->n_sums +
				p->sum[step->node]});
	if (step->out < 0)
		return;
	if (conv->d_winograd)
		data_winograd(g, step);
	else
		data_direct(g, step);
}

void
pass_conv_end(const struct group *g, int node)
{
	const struct conv *conv = &g->p->conv[node];

	if (conv->winograd)
		g->p->kernels->winograd_gradient_end(g->gradient + conv->sums,
		    conv->k, conv->c, partial_of(g, conv));
}
