#include "execute/slot.h"

#include <string.h>

void
slot_init(struct slot *slot, int index, const struct shape *shape)
{
	*slot = (struct slot){.c = (int)shape_size(shape),
	    .h = 1,
	    .w = 1,
	    .root = index,
	    .plain = true,
	    .alias = -1,
	    .first = -1,
	    .last = -1,
	    .copies = 1,
	    .segment = -1};
	if (shape->rank == 3) {
		slot->c = (int)shape->dim[0];
		slot->h = (int)shape->dim[1];
		slot->w = (int)shape->dim[2];
	}
}

static void
at_least(int *zeros, int wish)
{
	if (*zeros < wish)
		*zeros = wish;
}

void
border_grow(struct border *border, struct border wish)
{
	at_least(&border->top, wish.top);
	at_least(&border->left, wish.left);
	at_least(&border->bottom, wish.bottom);
	at_least(&border->right, wish.right);
}

bool
border_same(const struct border *a, const struct border *b)
{
	return a->top == b->top && a->left == b->left &&
	       a->bottom == b->bottom && a->right == b->right;
}

bool
border_none(const struct border *border)
{
	return border_same(border, &(struct border){0});
}

struct view
slot_steps(const struct slot *root)
{
	const struct border *b = &root->border;
	struct view view = {.pixel = (ptrdiff_t)root->lanes * root->copies};

	view.row = (b->left + root->w + b->right) * view.pixel;
	view.image = root->rows > 0 ? root->rows * view.row
				    : (b->top + root->h + b->bottom) * view.row;
	return view;
}

size_t
slot_floats(const struct slot *root)
{
	return (size_t)slot_steps(root).image;
}

struct view
slot_view(const struct slot *slots, int slot, float *memory, ptrdiff_t image)
{
	const struct slot *s = &slots[slot];
	const struct slot *whole = s->alias < 0 ? s : &slots[s->alias];
	const struct slot *root = &slots[whole->root];
	struct view view = slot_steps(root);

	view.at = memory + root->span.offset + whole->lane +
		  image * view.image + root->border.top * view.row +
		  root->border.left * view.pixel;
	if (s->alias >= 0) {
		view.at += s->start_y * view.row + s->start_x * view.pixel;
		view.row *= s->step_y;
		view.pixel *= s->step_x;
	}
	return view;
}

/* The plane of what lies at place p of a pixel. */
static ptrdiff_t
plane_of(const struct slot *slot, int p)
{
	return (ptrdiff_t)(slot->plain ? p : slot->order[p]) * slot->h *
	       slot->w;
}

void
slot_gather(
    const struct slot *slot, const struct view *view, int images, float *planes)
{
	const size_t size = slot_planes(slot);

	for (int n = 0; n < images; n++, planes += size) {
		const float *image = view->at + n * view->image;

		if (slot_is_row(slot)) {
			memcpy(planes, image, size * sizeof(*planes));
			continue;
		}
		for (int y = 0; y < slot->h; y++)
			for (int p = 0; p < slot->c; p++) {
				const float *from = image + y * view->row + p;
				float *to = planes + plane_of(slot, p) +
					    (ptrdiff_t)y * slot->w;

				for (int x = 0; x < slot->w; x++)
					to[x] = from[x * view->pixel];
			}
	}
}

/* One pixel, whose channels lie as the planes do. */
static void
put_row(const float *restrict from, size_t n, bool add, float *restrict to)
{
	if (!add)
		memcpy(to, from, n * sizeof(*to));
	for (size_t i = 0; add && i < n; i++)
		to[i] += from[i];
}

void
slot_scatter(const struct slot *slot, const struct view *view, int images,
    const float *planes, bool add)
{
	const size_t size = slot_planes(slot);

	for (int n = 0; n < images; n++, planes += size) {
		float *image = view->at + n * view->image;

		if (slot_is_row(slot)) {
			put_row(planes, size, add, image);
			continue;
		}
		for (int y = 0; y < slot->h; y++)
			for (int p = 0; p < slot->c; p++) {
				const float *from = planes + plane_of(slot, p) +
						    (ptrdiff_t)y * slot->w;
				float *to = image + y * view->row + p;

				for (int x = 0; x < slot->w; x++)
					to[x * view->pixel] =
					    add ? to[x * view->pixel] + from[x]
						: from[x];
			}
	}
}
