/* Where the points of a surface lie. */
#include "evaluate/surface.h"

struct place
surface_place(const struct surface *surface, int64_t number)
{
	const struct grid *g = &surface->grid;
	int64_t grid = grid_points(g) / g->sets;
	const struct asked *asked;
	struct grid_place p;

	if (number < grid) {
		p = grid_place(g, number * g->sets);
		return (struct place){.rep = p.rep,
		    .a = g->axes > 0 ? range_at(&g->range[0], p.ix) : 0.0,
		    .b = g->axes > 1 ? range_at(&g->range[1], p.iy) : 0.0,
		    .sets = (1U << g->sets) - 1};
	}
	asked = &surface->asked.item[number - grid];
	return (struct place){.rep = asked->rep,
	    .a = asked->x,
	    .b = asked->y,
	    .sets = asked->sets};
}

int64_t
surface_all_places(const struct surface *surface)
{
	const struct grid *g = &surface->grid;

	return grid_points(g) / g->sets + (int64_t)surface->asked.n;
}

int64_t
surface_places(const struct surface *surface)
{
	const struct grid *g = &surface->grid;
	int64_t all = surface_all_places(surface);

	return all > g->shard ? (all - g->shard - 1) / g->shards + 1 : 0;
}

void
surface_pack_place(struct pack *h, const struct surface *s, int64_t number)
{
	const struct grid *g = &s->grid;
	int64_t grid = grid_points(g) / g->sets;
	struct grid_place p;

	if (number >= grid) {
		pack_key_int(h, "id", s->asked.item[number - grid].id);
		return;
	}
	p = grid_place(g, number * g->sets);
	pack_key_int(h, "ix", p.ix);
	pack_key_int(h, "iy", p.iy);
}
