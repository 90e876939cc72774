#include "surface/points_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"

int
points_take_asked(struct points *points, const struct point_place *place,
    const struct record *record, struct error *err)
{
	struct loose loose = {.set = place->at.set,
	    .asked = {.id = place->id,
		.rep = place->at.rep,
		.sets = 1U << place->at.set,
		.x = place->x,
		.y = place->y}};

	if (points->n_loose >= GRID_POINTS_MAX)
		return error_set(
		    err, "more than %d requested points", GRID_POINTS_MAX);
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

int64_t
points_asked_there(const struct points *points)
{
	int64_t there = 0;

	for (int64_t i = grid_points(&points->grid); i < points->n; i++)
		there += points->at[i].bytes != NULL;
	return there;
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
		    "%zu point%s are requested, at most %d are "
		    "allowed",
		    more, plural_s((int64_t)more), GRID_POINTS_MAX);
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
	enum point_choice choice = POINT_REPLACE;

	p->present += at->bytes == NULL;
	if (at->bytes != NULL)
		choice = point_choose(at, &loose->point, mixed, err);
	if (choice == POINT_FAILED)
		return -1;
	if (choice == POINT_DIFFERS)
		return error_set(err,
		    "point rep %d, id %" PRId64
		    " comes twice and the two disagree",
		    a->rep, a->id);
	if (choice == POINT_SAME &&
	    point_unite(at, &loose->point, mixed, err) < 0)
		return error_prefix(
		    err, "point rep %d, id %" PRId64, a->rep, a->id);
	if (choice == POINT_REPLACE) {
		free(at->bytes);
		*at = loose->point;
	} else {
		free(loose->point.bytes);
	}
	loose->point.bytes = NULL;
	return 0;
}

/* Points that nobody asked for: a request was lost, or the point is no answer.
 */
static int
check_asked(const struct points *p, struct error *err)
{
	for (size_t i = 0; i < p->n_loose; i++) {
		const struct asked *a = &p->loose[i].asked, *asked;
		const int64_t at = asked_find(&p->asked, a->id, a->rep);

		asked = at >= 0 ? &p->asked.item[at] : NULL;
		if (asked == NULL || (asked->sets & a->sets) == 0)
			return error_set(err,
			    "point id %" PRId64 ", rep %d, set '%s' was not "
			    "requested",
			    a->id, a->rep, p->grid.set[p->loose[i].set]);
	}
	return 0;
}

/* The places of requests, and of points whose requests may be lost. */
static int
append_places(
    struct points *points, const struct points_rules *rules, struct error *err)
{
	struct asked_list *asked = &points->asked;

	if (requests_check_plane(&points->requests, &points->grid.plane, err) <
		0 ||
	    asked_add_requests(asked, &points->requests, &points->grid, err) <
		0 ||
	    asked_unite(asked, err) < 0 ||
	    (!rules->salvage && check_asked(points, err) < 0))
		return -1;
	for (size_t i = 0; i < points->n_loose; i++)
		if (asked_add(asked, &points->loose[i].asked, err) < 0)
			return -1;
	return asked_unite(asked, err) < 0 ? -1 : make_places(points, err);
}

int
points_append_asked(
    struct points *points, const struct points_rules *rules, struct error *err)
{
	requests_unite(&points->requests);
	if (append_places(points, rules, err) < 0)
		return error_prefix(err, "run %.16s", points->grid.run);
	for (size_t i = 0; i < points->n_loose; i++)
		if (place_point(points, &points->loose[i], rules->mixed, err) <
		    0)
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
