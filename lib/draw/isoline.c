#include "draw/isoline.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/*
 * Where a segment can begin or end: a grid point, or the crossing of the edge
 * that leaves it to the right or upward.  A node's number is three times its
 * grid point plus one of these.
 */
enum { AT_POINT, AT_RIGHT, AT_UP, NODE_KINDS };

/*
 * Directed segments between nodes.  A crossing has one successor; a grid point
 * has two where regions touch at a corner.
 */
struct tracer {
	const struct drawn_surface *s;
	double level;
	size_t *next; /* two per node; NONE */
	unsigned char *in;
};

static const size_t NONE = (size_t)-1;

static size_t
grid_point(const struct drawn_surface *s, int ix, int iy)
{
	return (size_t)iy * (size_t)s->nx + (size_t)ix;
}

static int
cell_exists(const struct drawn_surface *s, int ix, int iy)
{
	size_t p;

	if (ix < 0 || iy < 0 || ix >= s->nx - 1 || iy >= s->ny - 1)
		return 0;
	p = grid_point(s, ix, iy);
	return !isnan(s->z[p]) && !isnan(s->z[p + 1]) &&
	       !isnan(s->z[p + (size_t)s->nx]) &&
	       !isnan(s->z[p + (size_t)s->nx + 1]);
}

static void
link_nodes(struct tracer *t, size_t from, size_t to)
{
	t->next[2 * from + (t->next[2 * from] != NONE)] = to;
	t->in[to]++;
}

/* The corners and edges of a cell, counter-clockwise from the lower left. */
struct cell {
	size_t corner[4], edge[4];
	int inside[4], exists_beyond[4];
	double mean;
};

static void
cell_at(const struct tracer *t, int ix, int iy, struct cell *cell)
{
	const struct drawn_surface *s = t->s;
	size_t p = grid_point(s, ix, iy), up = p + (size_t)s->nx;

	*cell = (struct cell){.corner = {p, p + 1, up + 1, up},
	    .edge = {NODE_KINDS * p + AT_RIGHT, NODE_KINDS * (p + 1) + AT_UP,
		NODE_KINDS * up + AT_RIGHT, NODE_KINDS * p + AT_UP},
	    .exists_beyond = {cell_exists(s, ix, iy - 1),
		cell_exists(s, ix + 1, iy), cell_exists(s, ix, iy + 1),
		cell_exists(s, ix - 1, iy)}};
	for (int i = 0; i < 4; i++) {
		cell->inside[i] = s->z[cell->corner[i]] >= t->level;
		cell->mean += s->z[cell->corner[i]] / 4;
	}
}

/*
 * The walk around the cell leaves the region at an edge; the line goes from
 * there to the edge where it enters again: the next one when the middle is
 * inside, else the one before.  They differ in a saddle only.
 */
static void
link_crossings(struct tracer *t, const struct cell *cell)
{
	int step = cell->mean >= t->level ? 1 : 3;

	for (int i = 0; i < 4; i++) {
		int k = i;

		if (!cell->inside[i] || cell->inside[(i + 1) % 4])
			continue;
		do
			k = (k + step) % 4;
		while (cell->inside[k] || !cell->inside[(k + 1) % 4]);
		link_nodes(t, cell->edge[i], cell->edge[k]);
	}
}

/* The outline of a region follows the edges that no other cell shares. */
static void
link_border(struct tracer *t, const struct cell *cell)
{
	for (int i = 0; i < 4; i++) {
		int from = cell->inside[i], to = cell->inside[(i + 1) % 4];
		size_t a = NODE_KINDS * cell->corner[i] + AT_POINT;
		size_t b = NODE_KINDS * cell->corner[(i + 1) % 4] + AT_POINT;

		if (cell->exists_beyond[i] || (!from && !to))
			continue;
		link_nodes(t, from ? a : cell->edge[i], to ? b : cell->edge[i]);
	}
}

static struct xy
node_point(const struct tracer *t, size_t node)
{
	const struct drawn_surface *s = t->s;
	size_t p = node / NODE_KINDS, nx = (size_t)s->nx;
	int kind = (int)(node % NODE_KINDS);
	struct xy at = {s->x[p % nx], s->y[p / nx]};
	size_t q = kind == AT_RIGHT ? p + 1 : p + nx;
	double part;

	if (kind == AT_POINT)
		return at;
	part = (t->level - s->z[p]) / (s->z[q] - s->z[p]);
	at.x += part * (s->x[q % nx] - at.x);
	at.y += part * (s->y[q / nx] - at.y);
	return at;
}

static size_t
take_next(struct tracer *t, size_t node)
{
	int i = t->next[2 * node + 1] != NONE;
	size_t to = t->next[2 * node + (size_t)i];

	if (to == NONE)
		return NONE;
	t->next[2 * node + (size_t)i] = NONE;
	t->in[to]--;
	return to;
}

/* The first point of the line that is being built. */
static size_t
open_first(const struct line_set *set)
{
	return set->n > 0
		   ? set->lines[set->n - 1].first + set->lines[set->n - 1].n
		   : 0;
}

static int
same_point(struct xy a, struct xy b)
{
	return a.x == b.x && a.y == b.y;
}

/* Appends a point to the line that is being built at the end of out. */
static int
add_point(struct line_set *out, struct xy p, struct error *err)
{
	if (out->n_points > open_first(out) &&
	    same_point(out->points[out->n_points - 1], p))
		return 0;
	if (memory_grow(&out->points, &out->room_points, out->n_points + 1,
		sizeof(*out->points), err) < 0)
		return -1;
	out->points[out->n_points++] = p;
	return 0;
}

/*
 * Makes the points since the last line one line; fewer than two different
 * points make none.
 */
static int
close_line(struct line_set *out, int closed, struct error *err)
{
	size_t first = open_first(out), n = out->n_points - first;

	if (closed && n > 1 &&
	    same_point(out->points[first], out->points[first + n - 1]))
		n--;
	out->n_points = n < 2 ? first : first + n;
	if (n < 2)
		return 0;
	if (memory_grow(&out->lines, &out->room, out->n + 1,
		sizeof(*out->lines), err) < 0)
		return -1;
	out->lines[out->n++] =
	    (struct line){.first = first, .n = n, .closed = closed};
	return 0;
}

static int
follow(struct tracer *t, size_t start, struct line_set *out, struct error *err)
{
	size_t node = start, to;

	if (add_point(out, node_point(t, node), err) < 0)
		return -1;
	while ((to = take_next(t, node)) != NONE) {
		node = to;
		if (node == start)
			break;
		if (add_point(out, node_point(t, node), err) < 0)
			return -1;
	}
	return close_line(out, to != NONE, err);
}

static int
follow_all(
    struct tracer *t, size_t n_nodes, struct line_set *out, struct error *err)
{
	/* Open lines from their beginnings first; what is left are loops. */
	for (int open = 1; open >= 0; open--)
		for (size_t i = 0; i < n_nodes; i++)
			while (t->next[2 * i] != NONE && !(open && t->in[i]))
				if (follow(t, i, out, err) < 0)
					return -1;
	return 0;
}

static int
trace(const struct drawn_surface *s, double level, int region,
    struct line_set *out, struct error *err)
{
	size_t n_nodes = NODE_KINDS * (size_t)s->nx * (size_t)s->ny;
	struct tracer t = {.s = s, .level = level};
	int result = -1;

	t.next = memory_new(n_nodes, 2 * sizeof(*t.next), err);
	t.in = memory_new(n_nodes, sizeof(*t.in), err);
	if (t.next == NULL || t.in == NULL)
		goto done;
	for (size_t i = 0; i < 2 * n_nodes; i++)
		t.next[i] = NONE;
	for (int iy = 0; iy < s->ny - 1; iy++)
		for (int ix = 0; ix < s->nx - 1; ix++) {
			struct cell cell;

			if (!cell_exists(s, ix, iy))
				continue;
			cell_at(&t, ix, iy, &cell);
			link_crossings(&t, &cell);
			if (region)
				link_border(&t, &cell);
		}
	result = follow_all(&t, n_nodes, out, err);
done:
	free(t.next);
	free(t.in);
	return result;
}

int
isoline_trace(const struct drawn_surface *surface, double level,
    struct line_set *out, struct error *err)
{
	return trace(surface, level, 0, out, err);
}

int
region_trace(const struct drawn_surface *surface, double level,
    struct line_set *out, struct error *err)
{
	return trace(surface, level, 1, out, err);
}

void
line_set_free(struct line_set *set)
{
	free(set->points);
	free(set->lines);
	*set = (struct line_set){0};
}
