#include "draw/mesh.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* An edge around what was taken apart, and the triangle beyond it, or -1. */
struct mesh_edge {
	uint32_t a, b;
	int32_t beyond;
};

/* Twice the area of a, b, c: above 0 when they turn to the left. */
static int64_t
turn(struct mesh_place a, struct mesh_place b, struct mesh_place c)
{
	return (int64_t)(b.x - a.x) * (c.y - a.y) -
	       (int64_t)(b.y - a.y) * (c.x - a.x);
}

/* Above 0 when d lies inside the circle through a, b, c. */
static int64_t
in_circle(struct mesh_place a, struct mesh_place b, struct mesh_place c,
    struct mesh_place d)
{
	const int64_t ax = a.x - d.x, ay = a.y - d.y, bx = b.x - d.x;
	const int64_t by = b.y - d.y, cx = c.x - d.x, cy = c.y - d.y;

	return (ax * ax + ay * ay) * (bx * cy - cx * by) +
	       (bx * bx + by * by) * (cx * ay - ax * cy) +
	       (cx * cx + cy * cy) * (ax * by - bx * ay);
}

static struct mesh_place
corner_at(const struct mesh *m, int32_t t, int i)
{
	return m->place[m->triangle[t].corner[i % 3]];
}

/* A walk toward the place; it ends, since the triangulation is Delaunay's. */
static int32_t
find(struct mesh *m, struct mesh_place at)
{
	int32_t t = m->last;

	for (int i = 0; i < 3; i++)
		if (turn(corner_at(m, t, i + 1), corner_at(m, t, i + 2), at) <
		    0) {
			t = m->triangle[t].beyond[i];
			i = -1;
		}
	m->last = t;
	return t;
}

static int
take_apart(struct mesh *m, int32_t t, int32_t number, struct error *err)
{
	m->triangle[t].seen = number;
	if (memory_grow(&m->apart, &m->room_apart, m->n_apart + 1,
		sizeof(*m->apart), err) < 0)
		return -1;
	m->apart[m->n_apart++] = t;
	return 0;
}

/*
 * All triangles whose circles hold the place: they are connected, and every
 * point around them can be seen from it.
 */
static int
open_hole(struct mesh *m, uint32_t number, struct error *err)
{
	const struct mesh_place at = m->place[number];

	m->n_apart = m->n_edges = 0;
	if (take_apart(m, find(m, at), (int32_t)number, err) < 0)
		return -1;
	for (size_t k = 0; k < m->n_apart; k++)
		for (int i = 0; i < 3; i++) {
			const struct mesh_triangle *t =
			    &m->triangle[m->apart[k]];
			const int32_t o = t->beyond[i];
			const struct mesh_edge edge = {
			    t->corner[(i + 1) % 3], t->corner[(i + 2) % 3], o};

			if (o >= 0 && m->triangle[o].seen == (int32_t)number)
				continue;
			if (o >= 0 &&
			    in_circle(corner_at(m, o, 0), corner_at(m, o, 1),
				corner_at(m, o, 2), at) > 0) {
				if (take_apart(m, o, (int32_t)number, err) < 0)
					return -1;
				continue;
			}
			if (memory_grow(&m->edge, &m->room_edges,
				m->n_edges + 1, sizeof(edge), err) < 0)
				return -1;
			m->edge[m->n_edges++] = edge;
		}
	return 0;
}

/* The neighbour across (a, b) is t now. */
static void
tell_beyond(struct mesh *m, const struct mesh_edge *e, int32_t t)
{
	struct mesh_triangle *o;

	if (e->beyond < 0)
		return;
	o = &m->triangle[e->beyond];
	for (int i = 0; i < 3; i++)
		if (o->corner[(i + 1) % 3] == e->b &&
		    o->corner[(i + 2) % 3] == e->a)
			o->beyond[i] = t;
}

/* Room for one triangle: of one that was taken apart, else new. */
static int
new_triangle(struct mesh *m, size_t *reused, int32_t *t, struct error *err)
{
	if (*reused < m->n_apart) {
		*t = m->apart[(*reused)++];
		return 0;
	}
	if (memory_grow(&m->triangle, &m->room, m->n_triangles + 1,
		sizeof(*m->triangle), err) < 0)
		return -1;
	*t = (int32_t)m->n_triangles++;
	return 0;
}

/* The new triangles share the edges from the new point. */
static void
join(struct mesh *m)
{
	for (size_t k = 0; k < m->n_edges; k++) {
		const int32_t t = m->from[m->edge[k].a];
		int32_t after;

		if (t < 0)
			continue;
		after = m->from[m->edge[k].b];
		m->triangle[t].beyond[0] = after;
		if (after >= 0)
			m->triangle[after].beyond[1] = t;
	}
	for (size_t k = 0; k < m->n_edges; k++)
		m->from[m->edge[k].a] = m->from[m->edge[k].b] = -1;
}

/* An edge of the square on which the point lies makes no triangle. */
static int
close_hole(struct mesh *m, uint32_t number, struct error *err)
{
	size_t reused = 0;

	for (size_t k = 0; k < m->n_edges; k++) {
		const struct mesh_edge *e = &m->edge[k];
		int32_t t;

		if (turn(m->place[e->a], m->place[e->b], m->place[number]) == 0)
			continue;
		if (new_triangle(m, &reused, &t, err) < 0)
			return -1;
		m->triangle[t] =
		    (struct mesh_triangle){.corner = {e->a, e->b, number},
			.beyond = {-1, -1, e->beyond},
			.seen = -1};
		tell_beyond(m, e, t);
		m->from[e->a] = t;
		m->last = t;
	}
	join(m);
	return 0;
}

/* Is a corner of the triangle at this place? */
static int
is_corner(const struct mesh *m, int32_t t, struct mesh_place at)
{
	for (int i = 0; i < 3; i++) {
		const struct mesh_place p = corner_at(m, t, i);

		if (p.x == at.x && p.y == at.y)
			return 1;
	}
	return 0;
}

static int
insert(struct mesh *m, uint32_t number, struct error *err)
{
	if (is_corner(m, find(m, m->place[number]), m->place[number]))
		return 0;
	if (open_hole(m, number, err) < 0)
		return -1;
	return close_hole(m, number, err);
}

/* The square as two triangles; a point that lies in a corner stands there. */
static void
start(struct mesh *m)
{
	uint32_t c[4];

	for (uint32_t k = 0; k < 4; k++) {
		struct mesh_place *p = &m->place[m->n + k];

		*p = (struct mesh_place){
		    k == 1 || k == 2 ? MESH_SIDE : 0, k >= 2 ? MESH_SIDE : 0};
		c[k] = (uint32_t)m->n + k;
		for (size_t i = m->n; i-- > 0;)
			if (m->place[i].x == p->x && m->place[i].y == p->y)
				c[k] = (uint32_t)i;
	}
	m->triangle[0] = (struct mesh_triangle){
	    .corner = {c[0], c[1], c[2]}, .beyond = {-1, 1, -1}, .seen = -1};
	m->triangle[1] = (struct mesh_triangle){
	    .corner = {c[0], c[2], c[3]}, .beyond = {-1, -1, 0}, .seen = -1};
	m->n_triangles = 2;
}

int
mesh_make(struct mesh *m, const struct mesh_place *points, size_t n,
    struct error *err)
{
	if (n > INT32_MAX / 4)
		return error_set(err, "%zu points are too many to join", n);
	m->n = n;
	m->place = memory_new(n + 4, sizeof(*m->place), err);
	m->from = memory_new(n + 4, sizeof(*m->from), err);
	if (m->place == NULL || m->from == NULL ||
	    memory_grow(&m->triangle, &m->room, 2 * (n + 4),
		sizeof(*m->triangle), err) < 0)
		return -1;
	if (n > 0)
		memcpy(m->place, points, n * sizeof(*points));
	for (size_t i = 0; i < n + 4; i++)
		m->from[i] = -1;
	start(m);
	for (size_t i = 0; i < n; i++)
		if (insert(m, (uint32_t)i, err) < 0)
			return -1;
	return 0;
}

void
mesh_free(struct mesh *m)
{
	free(m->place);
	free(m->triangle);
	free(m->apart);
	free(m->edge);
	free(m->from);
	*m = (struct mesh){0};
}

int
mesh_find(
    struct mesh *m, struct mesh_place at, size_t corner[3], double weight[3])
{
	const int32_t t = find(m, at);
	const struct mesh_place a = corner_at(m, t, 0), b = corner_at(m, t, 1);
	const double all = (double)turn(a, b, corner_at(m, t, 2));
	int n = 0;

	for (int i = 0; i < 3; i++) {
		const int64_t part =
		    turn(corner_at(m, t, i + 1), corner_at(m, t, i + 2), at);

		if (part == 0)
			continue;
		corner[n] = m->triangle[t].corner[i];
		weight[n] = (double)part / all;
		if (corner[n++] >= m->n)
			return 0;
	}
	return n;
}
