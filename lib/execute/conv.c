#include "execute/conv.h"

#include <stdlib.h>

#include "base/memory.h"

enum { TILE = WINOGRAD_TILE };

struct conv
conv_of(const struct node *node, const struct slot *in, const struct slot *out)
{
	const struct attributes *a = &node->attr;
	struct conv conv = {.groups = 1,
	    .c = in->c,
	    .k = out->c,
	    .kh = in->h,
	    .kw = in->w,
	    .stride = {1, 1},
	    .step = {1, 1}};

	if (node->op != OP_CONV)
		return conv;
	conv.groups = a->group;
	conv.c /= a->group;
	conv.k /= a->group;
	conv.kh = a->kernel_shape[0];
	conv.kw = a->kernel_shape[1];
	for (int i = 0; i < SPATIAL; i++) {
		conv.stride[i] = a->strides[i];
		conv.step[i] = a->dilations[i];
		conv.pad[i] = a->pads[i];
	}
	return conv;
}

/* From the first tap to the last, along an axis. */
static int
reach_of(const struct conv *conv, int axis)
{
	return ((axis == 0 ? conv->kh : conv->kw) - 1) * conv->step[axis];
}

struct conv
conv_transposed(const struct conv *conv)
{
	struct conv back = *conv;

	back.c = conv->k;
	back.k = conv->c;
	for (int i = 0; i < SPATIAL; i++) {
		back.stride[i] = 1;
		back.pad[i] = reach_of(conv, i) - conv->pad[i];
	}
	back.winograd = false;
	back.tap = NULL;
	return back;
}

struct conv
conv_widened(const struct conv *conv, int c)
{
	struct conv wide = *conv;

	wide.c = c;
	wide.tap = NULL;
	return wide;
}

void
conv_free(struct conv *conv)
{
	free(conv->tap);
	conv->tap = NULL;
}

static int
tiles_of(int n)
{
	return (n + TILE - 1) / TILE;
}

bool
conv_suits_winograd(const struct conv *conv, bool learns, int h, int w)
{
	const int stride = conv->stride[0];
	const int points = stride == 2 ? STRIDED_POINTS : WINOGRAD_POINTS;

	if (conv->kh != 3 || conv->kw != 3 || conv->groups != 1 ||
	    conv->step[0] != 1 || conv->step[1] != 1 || stride > 2 ||
	    conv->stride[1] != stride)
		return false;
	for (int i = 0; i < SPATIAL && learns; i++)
		if (stride != 1 || conv->c < KERNEL_BLOCK / 2 ||
		    conv->pad[i] < 0 || conv->pad[i] > 2)
			return false;
	return conv->c >= 3 &&
	       tiles_of(h) * tiles_of(w) * points * points * 4 < h * w * 9 * 3;
}

/* Inputs behind the n of an axis that m outputs read. */
static int
beyond(const struct conv *conv, int axis, int n, int m)
{
	const int outputs = conv->winograd ? tiles_of(m) * TILE : m;

	return (outputs - 1) * conv->stride[axis] + reach_of(conv, axis) + 1 -
	       conv->pad[axis] - n;
}

struct border
conv_border(const struct conv *conv, const struct slot *in, int h, int w)
{
	return (struct border){.top = conv->pad[0],
	    .left = conv->pad[1],
	    .bottom = beyond(conv, 0, in->h, h),
	    .right = beyond(conv, 1, in->w, w)};
}

struct border
conv_d_border(const struct conv *conv, int h, int w)
{
	struct border border = {0};

	if (conv->winograd) { /* whole tiles */
		border.bottom = tiles_of(h) * TILE - h;
		border.right = tiles_of(w) * TILE - w;
	}
	return border;
}

int
conv_taps(struct conv *conv, const struct slot *in, struct error *err)
{
	const struct view steps = slot_steps(in);
	const ptrdiff_t down = conv->step[0] * steps.row;
	const ptrdiff_t right = conv->step[1] * steps.pixel;
	int rows = conv->kh, columns = conv->kw;

	conv->taps_c = conv->c;
	if (right == conv->taps_c && !conv->depthwise) {
		conv->taps_c *= columns;
		columns = 1;
		if (down == conv->taps_c) {
			conv->taps_c *= rows;
			rows = 1;
		}
	}
	conv->taps = rows * columns;
	conv->tap = memory_new((size_t)conv->taps, sizeof(*conv->tap), err);
	if (conv->tap == NULL)
		return -1;
	for (int i = 0; i < conv->taps; i++)
		conv->tap[i] = i / columns * down + i % columns * right;
	return 0;
}

/* ---- data, remainder by remainder ---- */

struct border
conv_back_border(const struct conv *conv, const struct slot *in, int h, int w)
{
	const int *s = conv->stride, *pad = conv->pad;

	return (struct border){.top = (conv->kh - 1 - pad[0]) / s[0],
	    .left = (conv->kw - 1 - pad[1]) / s[1],
	    .bottom = (in->h - 1 + pad[0]) / s[0] - (h - 1),
	    .right = (in->w - 1 + pad[1]) / s[1] - (w - 1)};
}

/* The remainder (y, x) of pixels: tap (i, j) sees them when it divides. */
static void
remainder_taps(struct conv_back *back, const struct conv *conv, int y, int x,
    const struct view *steps, int *at)
{
	const int *s = conv->stride, first = *at;

	for (int i = 0; i < conv->kh; i++)
		for (int j = 0; j < conv->kw; j++) {
			const int dy = y + conv->pad[0] - i;
			const int dx = x + conv->pad[1] - j;

			if (dy % s[0] != 0 || dx % s[1] != 0)
				continue;
			back->filter[*at] = i * conv->kw + j;
			back->tap[*at] =
			    dy / s[0] * steps->row + dx / s[1] * steps->pixel;
			++*at;
		}
	back->taps[y * s[1] + x] = *at - first;
}

int
conv_back_taps(struct conv_back *back, const struct conv *conv,
    const struct slot *d_out, struct error *err)
{
	const size_t all = (size_t)conv->kh * (size_t)conv->kw;
	const struct view steps = slot_steps(d_out);
	int at = 0;

	back->filter = memory_new(all, sizeof(*back->filter), err);
	back->tap = memory_new(all, sizeof(*back->tap), err);
	back->taps =
	    memory_new((size_t)conv->stride[0] * (size_t)conv->stride[1],
		sizeof(*back->taps), err);
	if (back->filter == NULL || back->tap == NULL || back->taps == NULL)
		return -1;
	for (int y = 0; y < conv->stride[0]; y++)
		for (int x = 0; x < conv->stride[1]; x++)
			remainder_taps(back, conv, y, x, &steps, &at);
	return 0;
}

void
conv_back_free(struct conv_back *back)
{
	free(back->taps);
	free(back->filter);
	free(back->tap);
	*back = (struct conv_back){0};
}
