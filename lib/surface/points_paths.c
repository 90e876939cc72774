/* Paths beside points: of which surface are they? */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "surface/points_internal.h"

const struct sheet_direction *
points_direction(const struct points *points, int rep, int axis)
{
	const struct sheet_direction *d;

	if (points->direction == NULL || rep < 0 || rep >= points->grid.reps ||
	    axis < 0 || axis >= points->grid.axes)
		return NULL;
	d = &points->direction[rep * points->grid.axes + axis];
	return d->there ? d : NULL;
}

struct path_plane
points_plane(const struct points *points, int rep)
{
	struct path_plane plane = {.id = points->grid.plane};

	memcpy(plane.model, points->grid.model, sizeof(plane.model));
	for (int a = 0; a < points->grid.axes; a++) {
		const struct sheet_direction *d =
		    points_direction(points, rep, a);

		if (d != NULL && !isnan(d->length))
			plane.length[a] = d->length;
	}
	return plane;
}

int
points_take_beside(struct points_list *list, const struct pack *begin,
    const struct record *record, struct error *err)
{
	struct points_origin *o;
	struct path_point p;

	if (path_unpack(&p, record->header, err) < 0)
		return -1;
	text_add_bytes(&list->paths, record->bytes, record->n_bytes);
	if (text_check(&list->paths, err) < 0)
		return -1;
	for (size_t i = list->n_origins; i-- > 0;)
		if (plane_id_compare(&list->origin[i].plane, &p.plane) !=
		    PLANE_OTHER)
			return 0;
	if (memory_grow(&list->origin, &list->room_origins, list->n_origins + 1,
		sizeof(*o), err) < 0)
		return -1;
	o = &list->origin[list->n_origins++];
	*o = (struct points_origin){.plane = p.plane};
	pack_pack(&o->begin, begin);
	return pack_check(&o->begin, err);
}

void
points_free_beside(struct points_list *list)
{
	for (size_t i = 0; i < list->n_origins; i++)
		pack_free(&list->origin[i].begin);
	free(list->origin);
	text_free(&list->paths);
}

/* ---- are they of a surface that is there? ---- */

static int
name_plane(const struct plane_id *id, const struct pack *begin,
    char out[PLANE_NAME_BYTES], struct error *err)
{
	const struct pack none = {0};
	struct decoded *d = pack_decode(begin != NULL ? begin : &none, err);

	if (d == NULL)
		return -1;
	plane_id_name(id, decoded_value(d), out);
	decoded_free(d);
	return 0;
}

/* What version 0.1.0 compared. */
static int
other_lengths(
    const struct points *points, const struct path_point *p, struct error *err)
{
	const struct path_plane plane = points_plane(points, p->rep);

	if (plane.model[0] != '\0' &&
	    strncmp(p->model, plane.model, PATH_DIGEST_BYTES - 1) != 0)
		return error_set(err,
		    "path '%s' is seen from model '%s', surface %.16s from "
		    "%.16s: make the path from the surface's plane",
		    p->name, p->model, points->grid.run, plane.model);
	return error_set(err,
	    "path '%s' was projected onto directions of length %.6g and %.6g, "
	    "those of surface %.16s have %.6g and %.6g (trajproj stands behind "
	    "dirgen and fnorm)",
	    p->name, p->length[0], p->length[1], points->grid.run,
	    plane.length[0], plane.length[1]);
}

/* begin: of the path's segment. */
static int
other_plane(const struct points *points, const struct path_point *p,
    const struct pack *begin, struct error *err)
{
	char is[PLANE_NAME_BYTES], should[PLANE_NAME_BYTES];

	if (plane_id_compare(&p->plane, &points->grid.plane) == PLANE_UNKNOWN)
		return other_lengths(points, p, err);
	if (name_plane(&p->plane, begin, is, err) < 0 ||
	    name_plane(&points->grid.plane, &points->begin, should, err) < 0)
		return -1;
	return error_set(err,
	    "path '%s' lies in %s, surface %.16s in %s: make the path from the "
	    "surface's plane (trajproj stands behind dirgen and fnorm)",
	    p->name, is, points->grid.run, should);
}

static enum plane_same
lies_in(const struct points *points, const struct path_point *p)
{
	struct path_plane plane;

	if (p->rep >= points->grid.reps)
		return PLANE_OTHER;
	plane = points_plane(points, p->rep);
	return path_lies_in(p, &plane);
}

static const struct pack *
origin_of(const struct points_list *list, const struct plane_id *id)
{
	for (size_t i = 0; i < list->n_origins; i++)
		if (plane_id_compare(&list->origin[i].plane, id) == PLANE_SAME)
			return &list->origin[i].begin;
	return NULL;
}

/* The path must lie in one of n surfaces. */
static int
check_point(struct points_list *list, const struct points *points, size_t n,
    const struct path_point *p, bool beside, struct error *err)
{
	enum plane_same best = PLANE_OTHER;

	for (size_t i = 0; i < n && best != PLANE_SAME; i++) {
		const enum plane_same same = lies_in(&points[i], p);

		if (same != PLANE_OTHER)
			best = same;
	}
	list->guessed |= best == PLANE_UNKNOWN;
	if (best != PLANE_OTHER)
		return 0;
	if (p->rep >= points->grid.reps)
		return error_set(err,
		    "path '%s' is of rep %d, surface %.16s has %d direction "
		    "set%s",
		    p->name, p->rep, points->grid.run, points->grid.reps,
		    plural_s(points->grid.reps));
	return other_plane(points, p,
	    beside ? origin_of(list, &p->plane) : &points->begin, err);
}

static int
check_records(struct points_list *list, const struct points *points, size_t n,
    const struct text *records, bool beside, struct error *err)
{
	struct reader *reader = reader_new_text(records, err);
	int status = reader != NULL ? 1 : -1;
	struct record record;
	struct path_point p;

	while (status == 1 &&
	       (status = reader_next_intact(reader, &record, err)) == 1)
		if (record_is(&record, "path") &&
		    (path_unpack(&p, record.header, err) < 0 ||
			check_point(list, points, n, &p, beside, err) < 0))
			status = -1;
	reader_free(reader);
	return status;
}

int
points_check_paths(struct points_list *list, struct error *err)
{
	int status = 0;

	for (size_t i = 0; i < list->n && status == 0; i++)
		if (list->item[i].has_paths)
			status = check_records(list, &list->item[i], 1,
			    &list->item[i].summary, false, err);
	if (status == 0 && list->n > 0 && !text_is_empty(&list->paths))
		status = check_records(
		    list, list->item, list->n, &list->paths, true, err);
	return status;
}
