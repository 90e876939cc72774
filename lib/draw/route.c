#include "draw/route.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "geometry/path.h"
#include "stream/reader.h"

/* Lengths are sums of the same floats: they agree far better than this. */
static const double alike = 1e-6;

void
routes_free(struct routes *routes)
{
	free(routes->trails);
	free(routes->points);
	free(routes->at);
	free(routes->drop);
	*routes = (struct routes){0};
}

static int
belongs(const struct route_plane *plane, const struct path_point *p)
{
	if (plane->model[0] != '\0' &&
	    strncmp(plane->model, p->model, PATH_DIGEST_BYTES - 1) != 0)
		return 0;
	for (int a = 0; a < AXES_MAX; a++)
		if (plane->length[a] > 0 &&
		    fabs(p->length[a] / plane->length[a] - 1) > alike)
			return 0;
	return 1;
}

static int
is_there(const struct routes *r, const struct path_point *p)
{
	for (size_t i = 0; i < r->n_points; i++) {
		const struct path_point *q = &r->points[i];

		if (q->i == p->i && q->x == p->x && q->y == p->y &&
		    strcmp(q->name, p->name) == 0)
			return 1;
	}
	return 0;
}

static int
take_point(struct routes *r, const struct path_point *p, struct error *err)
{
	if (is_there(r, p))
		return 0;
	if (memory_grow(&r->points, &r->room, r->n_points + 1,
		sizeof(*r->points), err) < 0)
		return -1;
	r->points[r->n_points++] = *p;
	return 0;
}

static int
take_record(struct routes *r, const struct route_plane *plane,
    const struct record *record, int within, struct error *err)
{
	struct path_point p;

	if (!record_is(record, "path"))
		return 0;
	if (path_unpack(&p, record->header, err) < 0)
		return -1;
	if (p.rep != plane->rep)
		return 0;
	if (belongs(plane, &p))
		return take_point(r, &p, err);
	if (within)
		return error_set(err,
		    "path '%s' was projected onto directions of length %.6g "
		    "and %.6g, those of the surface have %.6g and %.6g "
		    "(trajproj stands behind fnorm)",
		    p.name, p.length[0], p.length[1], plane->length[0],
		    plane->length[1]);
	r->elsewhere++;
	return 0;
}

static int
take_all(struct routes *r, const struct route_plane *plane,
    const struct text *records, int within, struct error *err)
{
	struct reader *reader =
	    reader_new_bytes(records->chars, records->n, err);
	struct record record;
	int status;

	if (reader == NULL)
		return -1;
	while ((status = reader_next_intact(reader, &record, err)) == 1)
		if (take_record(r, plane, &record, within, err) < 0) {
			status = -1;
			break;
		}
	reader_free(reader);
	return status;
}

/* Does point i begin a trail? */
static int
begins(const struct routes *r, size_t i)
{
	return i == 0 ||
	       strcmp(r->points[i].name, r->points[i - 1].name) != 0 ||
	       r->points[i].i <= r->points[i - 1].i;
}

static void
make_trails(struct routes *r)
{
	r->least = 1;
	for (size_t i = 0; i < r->n_points; i++) {
		const struct path_point *p = &r->points[i];

		if (begins(r, i))
			r->trails[r->n++] = (struct trail){.name = p->name,
			    .at = r->at + i,
			    .drop = r->drop + i};
		r->trails[r->n - 1].n++;
		r->at[i] = (struct xy){p->x, p->y};
		r->drop[i] = p->drop;
		if (p->norm > 0) {
			r->least = fmin(r->least, p->off / p->norm);
			r->most = fmax(r->most, p->off / p->norm);
		}
	}
}

int
routes_make(struct routes *r, const struct route_plane *plane,
    const struct text *within, const struct text *beside, struct error *err)
{
	if (take_all(r, plane, within, 1, err) < 0 ||
	    take_all(r, plane, beside, 0, err) < 0)
		return -1;
	r->trails = memory_new(r->n_points, sizeof(*r->trails), err);
	r->at = memory_new(r->n_points, sizeof(*r->at), err);
	r->drop = memory_new(r->n_points, 1, err);
	if (r->trails == NULL || r->at == NULL || r->drop == NULL)
		return -1;
	make_trails(r);
	return 0;
}
