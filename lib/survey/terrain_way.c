/* What a way tells: from the centre outward, and from one end to the other. */
#include <math.h>

#include "survey/terrain_terms.h"

/* The place at distance x along an axis, 0 along the other; or -1. */
static int64_t
place_along(const struct terrain *t, int axis, double x)
{
	const int64_t ix = terrain_index(t->x, t->nx, axis == 0 ? x : 0);
	const int64_t iy = terrain_index(t->y, t->ny, axis == 1 ? x : 0);

	return ix < 0 || iy < 0 ? -1 : iy * t->nx + ix;
}

struct rise
terrain_rise(
    const struct terrain *t, const struct centre *centre, int axis, double r)
{
	struct rise rise = {.mean = NAN, .error = {.se = NAN}};
	struct term term[3];
	double sum = 0;
	int n = 0;

	for (int sign = -1; sign <= 1; sign += 2) {
		const int64_t place = place_along(t, axis, sign * r);

		if (place < 0)
			continue;
		sum += t->loss[place];
		term[n++] = terrain_term(t, place, 1);
	}
	rise.sides = n;
	if (n == 0)
		return rise;
	for (int k = 0; k < n; k++)
		term[k].weight /= n;
	term[n] = terrain_centre_term(centre, -1);
	rise.mean = sum / n - centre->loss;
	rise.error = terrain_combine(t, term, n + 1);
	return rise;
}

/* Ends count as terms once, also where the highest point is one of them. */
static void
set_height(const struct terrain *t, const int64_t end[2], int64_t place,
    struct barrier *b)
{
	const double x = t->x[place];
	const struct term terms[] = {terrain_term(t, place, 1),
	    terrain_term(t, end[0], x - 1), terrain_term(t, end[1], -x)};

	b->at = x;
	b->error = terrain_combine(t, terms, 3);
}

struct barrier
terrain_barrier(const struct terrain *t)
{
	struct barrier b = {.height = NAN,
	    .at = NAN,
	    .highest = NAN,
	    .highest_at = NAN,
	    .end = {NAN, NAN},
	    .error = {.se = NAN},
	    .highest_error = {.se = NAN}};
	const int64_t end[2] = {
	    terrain_index(t->x, t->nx, 0), terrain_index(t->x, t->nx, 1)};

	if (t->ny > 1 || end[0] < 0 || end[1] < 0)
		return b;
	b.end[0] = t->loss[end[0]];
	b.end[1] = t->loss[end[1]];
	for (int64_t i = end[0]; i <= end[1]; i++) {
		const double x = t->x[i];
		const double straight = (1 - x) * b.end[0] + x * b.end[1];
		const double above = t->loss[i] - straight;

		b.missing |= isnan(t->loss[i]);
		if (t->loss[i] > b.highest || isnan(b.highest)) {
			b.highest = t->loss[i];
			b.highest_at = x;
			b.highest_error = terrain_combine(
			    t, (const struct term[]){terrain_term(t, i, 1)}, 1);
		}
		if (i == end[0] || i == end[1] ||
		    !(above > b.height || isnan(b.height)))
			continue;
		b.height = above;
		set_height(t, end, i, &b);
	}
	b.points = end[1] - end[0] - 1;
	return b;
}
