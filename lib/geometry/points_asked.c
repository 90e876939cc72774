#include "geometry/points_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

int
points_take_asked(
    struct points *points, const struct record *record, struct error *err)
{
	const struct value *h = record->header;
	struct loose loose = {0};
	int64_t rep;

	if (field_int(h, "id", 0, INT64_MAX, &loose.asked.id, err) < 0 ||
	    field_int(h, "rep", 0, points->grid.reps - 1, &rep, err) < 0 ||
	    point_set(&points->grid, h, &loose.set, err) < 0 ||
	    field_real(h, "x", &loose.asked.x, err) < 0 ||
	    field_real(h, "y", &loose.asked.y, err) < 0)
		return error_prefix(err, "point");
	if (points->n_loose >= GRID_POINTS_MAX)
		return error_set(
		    err, "more than %d requested points", GRID_POINTS_MAX);
	loose.asked.rep = (int)rep;
	loose.asked.sets = 1U << loose.set;
	if (memory_grow(&points->loose, &points->room_loose,
		points->n_loose + 1, sizeof(loose), err) < 0 ||
	    point_keep(&loose.point, record, err) < 0)
		return -1;
	points->loose[points->n_loose++] = loose;
	return 0;
}

bool
points_wanted(const struct points *points, int64_t index)
{
	int64_t grid = grid_points(&points->grid), sets = points->grid.sets;

	if (index < grid)
		return true;
	index -= grid;
	return (points->asked.item[index / sets].sets >> index % sets & 1U) !=
	       0;
}

/* Room for the asked places behind the grid's. */
static int
make_places(struct points *p, struct error *err)
{
	int64_t grid = grid_points(&p->grid);
	size_t more = p->asked.n * (size_t)p->grid.sets, room = (size_t)p->n;

	if (more == 0)
		return 0;
	if (more > GRID_POINTS_MAX)
		return error_set(err,
		    "%zu points are requested, at most %d are "
		    "allowed",
		    more, GRID_POINTS_MAX);
	if (memory_grow(
		&p->at, &room, (size_t)grid + more, sizeof(*p->at), err) < 0)
		return -1;
	memset(p->at + grid, 0, more * sizeof(*p->at));
	p->n = grid + (int64_t)more;
	for (int64_t i = grid; i < p->n; i++)
		p->wanted += points_wanted(p, i);
	return 0;
}

/* Moves one point to its place; a second one there must agree. */
static int
place_point(
    struct points *p, struct loose *loose, bool mixed, struct error *err)
{
	const struct asked *a = &loose->asked;
	struct point *at =
	    &p->at[grid_points(&p->grid) +
		   asked_find(&p->asked, a->id, a->rep) * p->grid.sets +
		   loose->set];

	if (at->bytes != NULL && !point_agrees(at, &loose->point, mixed))
		return error_set(err,
		    "point rep %d, id %" PRId64
		    " comes twice and the two disagree",
		    a->rep, a->id);
	if (at->bytes != NULL) {
		free(loose->point.bytes);
	} else {
		*at = loose->point;
		p->present++;
	}
	loose->point.bytes = NULL;
	return 0;
}

int
points_settle_asked(struct points *points, bool mixed, struct error *err)
{
	requests_settle(&points->requests);
	if (requests_check_plane(&points->requests, &points->grid.plane, err) <
		0 ||
	    asked_add_requests(
		&points->asked, &points->requests, &points->grid, err) < 0)
		return -1;
	for (size_t i = 0; i < points->n_loose; i++)
		if (asked_add(&points->asked, &points->loose[i].asked, err) < 0)
			return -1;
	if (asked_settle(&points->asked, err) < 0 ||
	    make_places(points, err) < 0)
		return error_prefix(err, "run %.16s", points->grid.run);
	for (size_t i = 0; i < points->n_loose; i++)
		if (place_point(points, &points->loose[i], mixed, err) < 0)
			return -1;
	return 0;
}

void
points_free_asked(struct points *points)
{
	for (size_t i = 0; i < points->n_loose; i++)
		free(points->loose[i].point.bytes);
	free(points->loose);
	requests_free(&points->requests);
	asked_free(&points->asked);
}
