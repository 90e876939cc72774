#include "execute/liveness.h"

#include <stdbool.h>

size_t
liveness_floats(int64_t n)
{
	return ((size_t)n + 15) / 16 * 16;
}

size_t
liveness_append(size_t *total, size_t n)
{
	const size_t start = *total;

	*total += liveness_floats((int64_t)n);
	return start;
}

void
liveness_make(struct span *span, int step, size_t size)
{
	*span = (struct span){.size = size, .first = step, .last = step};
}

void
liveness_read(struct span *span, int step)
{
	if (span->last < step)
		span->last = step;
}

static bool
collide(const struct span *a, const struct span *b)
{
	return b->size > 0 && a->first <= b->last && b->first <= a->last &&
	       a->offset < b->offset + b->size &&
	       b->offset < a->offset + a->size;
}

/* Moves span behind the n placed ones that are in its way. */
static void
place(struct span *span, const struct span *placed, size_t n)
{
	bool moved = true;

	span->offset = 0;
	while (moved) {
		moved = false;
		for (size_t i = 0; i < n; i++)
			if (collide(span, &placed[i])) {
				span->offset =
				    placed[i].offset + placed[i].size;
				moved = true;
			}
	}
}

size_t
liveness_place(struct span *spans, size_t n)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++) {
		if (spans[i].size == 0)
			continue;
		place(&spans[i], spans, i);
		if (total < spans[i].offset + spans[i].size)
			total = spans[i].offset + spans[i].size;
	}
	return total;
}
