#include "execute/place.h"

#include <stdlib.h>

#include "base/memory.h"

void
place_borders(struct slot *slots, size_t n)
{
	for (size_t i = 0; i < n; i++)
		border_grow(&slots[slots[i].root].border, slots[i].border);
}

static bool
same_form(const struct slot *a, const struct slot *b)
{
	return a->lanes == b->lanes && a->h == b->h && a->w == b->w &&
	       a->rows == b->rows;
}

void
place_alike(struct slot *slots, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			struct slot *a = &slots[i];
			const struct slot *b = &slots[j];

			if (a->images == 0 || b->images == 0 ||
			    !same_form(a, b))
				continue;
			border_grow(&a->border, b->border);
			if (a->local && b->local && a->images < b->images)
				a->images = b->images;
		}
}

static bool
has_zeros(const struct slot *a)
{
	return a->gaps || !border_none(&a->border);
}

static bool
may_share(const struct slot *a, const struct slot *b, bool mixed)
{
	if (a->gaps || b->gaps)
		return a == b;
	if (mixed && !has_zeros(a) && !has_zeros(b))
		return true;
	return same_form(a, b) && border_same(&a->border, &b->border) &&
	       a->images == b->images;
}

/* Places the chosen ones behind those that have a place. */
static void
place_chosen(struct slot *slots, size_t n, struct span *chosen, size_t *floats)
{
	const size_t size = liveness_place(chosen, n);

	for (size_t i = 0; i < n; i++) {
		if (chosen[i].size > 0)
			slots[i].span.offset = *floats + chosen[i].offset;
		chosen[i].size = 0;
	}
	*floats += size;
}

int
place_slots(struct slot *slots, size_t n, bool local, bool mixed,
    size_t *floats, struct error *err)
{
	struct span *chosen = memory_new(n, sizeof(*chosen), err);
	bool *done = memory_new(n, sizeof(*done), err);

	*floats = 0;
	for (size_t i = 0; chosen != NULL && done != NULL && i < n; i++) {
		if (slots[i].images == 0 || slots[i].local != local || done[i])
			continue;
		for (size_t j = i; j < n; j++) {
			struct slot *s = &slots[j];

			if (s->images == 0 || s->local != local || done[j] ||
			    !may_share(&slots[i], s, mixed))
				continue;
			/* One block of slack: kernels read whole blocks. */
			s->span.size = liveness_floats(
			    (int64_t)((size_t)s->images * slot_floats(s)) +
			    KERNEL_BLOCK);
			chosen[j] = s->span;
			done[j] = true;
		}
		place_chosen(slots, n, chosen, floats);
	}
	free(chosen);
	free(done);
	return chosen == NULL || done == NULL ? -1 : 0;
}
