#include "geometry/request.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* ---- records ---- */

static int
read_coordinate(const struct value *header, const char *axis, double *out,
    struct error *err)
{
	*out = 0.0;
	if (value_get(header, axis) == NULL)
		return 0;
	if (field_real(header, axis, out, err) < 0)
		return -1;
	if (!isfinite(*out))
		return error_set(
		    err, "%s is %g, expected a finite number", axis, *out);
	return 0;
}

static int
read_request(struct request *r, const struct value *h, struct error *err)
{
	int64_t rep = -1;

	if (value_get(h, "rep") != NULL &&
	    field_int(h, "rep", 0, REPS_MAX - 1, &rep, err) < 0)
		return -1;
	r->rep = (int)rep;
	if (value_get(h, "set") != NULL &&
	    field_text(h, "set", r->set, sizeof(r->set), err) < 0)
		return -1;
	if (plane_id_unpack(&r->plane, h, err) < 0 ||
	    read_coordinate(h, "x", &r->x, err) < 0)
		return -1;
	return read_coordinate(h, "y", &r->y, err);
}

int
requests_add(
    struct requests *requests, const struct record *record, struct error *err)
{
	struct request r = {.n_bytes = record->n_bytes};

	if (field_int(record->header, "id", 0, INT64_MAX, &r.id, err) < 0)
		return error_prefix(err, "request");
	if (read_request(&r, record->header, err) < 0)
		return error_prefix(err, "request %" PRId64, r.id);
	if (requests->n == GRID_POINTS_MAX)
		return error_set(err, "more than %d requests", GRID_POINTS_MAX);
	if (memory_grow(&requests->item, &requests->room, requests->n + 1,
		sizeof(r), err) < 0)
		return -1;
	r.bytes = (uint8_t *)memory_text_n(
	    (const char *)record->bytes, record->n_bytes, err);
	if (r.bytes == NULL)
		return -1;
	requests->item[requests->n++] = r;
	requests->given = true;
	return 0;
}

static int
by_id_and_bytes(const void *a, const void *b)
{
	const struct request *p = a, *q = b;
	size_t n = p->n_bytes < q->n_bytes ? p->n_bytes : q->n_bytes;
	int order;

	if (p->id != q->id)
		return p->id < q->id ? -1 : 1;
	order = memcmp(p->bytes, q->bytes, n);
	return order != 0
		   ? order
		   : (p->n_bytes > q->n_bytes) - (p->n_bytes < q->n_bytes);
}

void
requests_settle(struct requests *requests)
{
	size_t kept = 0;

	if (requests->n > 1)
		qsort(requests->item, requests->n, sizeof(*requests->item),
		    by_id_and_bytes);
	for (size_t i = 0; i < requests->n; i++)
		if (kept > 0 && by_id_and_bytes(&requests->item[kept - 1],
				    &requests->item[i]) == 0)
			free(requests->item[i].bytes);
		else
			requests->item[kept++] = requests->item[i];
	requests->n = kept;
}

void
requests_free(struct requests *requests)
{
	for (size_t i = 0; i < requests->n; i++)
		free(requests->item[i].bytes);
	free(requests->item);
	*requests = (struct requests){0};
}

int
requests_check_plane(const struct requests *requests,
    const struct plane_id *plane, struct error *err)
{
	for (size_t i = 0; i < requests->n; i++) {
		const struct request *r = &requests->item[i];
		char is[PLANE_NAME_BYTES], should[PLANE_NAME_BYTES];

		if (plane_id_compare(&r->plane, plane) != PLANE_OTHER)
			continue;
		plane_id_name(&r->plane, NULL, is);
		plane_id_name(plane, NULL, should);
		return error_set(err,
		    "request %" PRId64 " is for %s, this is %s: ask for points "
		    "of the surface that is computed",
		    r->id, is, should);
	}
	return 0;
}

/* ---- what they ask of a grid ---- */

int
asked_add(struct asked_list *list, const struct asked *asked, struct error *err)
{
	if (memory_grow(
		&list->item, &list->room, list->n + 1, sizeof(*asked), err) < 0)
		return -1;
	list->item[list->n++] = *asked;
	return 0;
}

static int
find_sets(unsigned *sets, const struct request *r, const struct grid *grid,
    struct error *err)
{
	*sets = (1U << grid->sets) - 1;
	if (r->set[0] == '\0')
		return 0;
	for (int s = 0; s < grid->sets; s++)
		if (strcmp(grid->set[s], r->set) == 0) {
			*sets = 1U << s;
			return 0;
		}
	return error_set(err,
	    "request %" PRId64 " is for the data set '%s', expected '%s'%s",
	    r->id, r->set, grid->set[0], grid->sets > 1 ? " or another" : "");
}

static int
add_request(struct asked_list *list, const struct request *r,
    const struct grid *grid, struct error *err)
{
	struct asked asked = {.id = r->id, .x = r->x, .y = r->y};
	int first = r->rep < 0 ? 0 : r->rep;
	int last = r->rep < 0 ? grid->reps - 1 : r->rep;

	if ((grid->axes < 1 && r->x != 0.0) || (grid->axes < 2 && r->y != 0.0))
		return error_set(err,
		    "request %" PRId64 " is at (%g, %g), the stream has "
		    "directions for %d axes",
		    r->id, r->x, r->y, grid->axes);
	if (last >= grid->reps)
		return error_set(err,
		    "request %" PRId64 " is for rep %d, the stream has %d "
		    "direction sets",
		    r->id, r->rep, grid->reps);
	if (find_sets(&asked.sets, r, grid, err) < 0)
		return -1;
	for (asked.rep = first; asked.rep <= last; asked.rep++)
		if (asked_add(list, &asked, err) < 0)
			return -1;
	return 0;
}

int
asked_add_requests(struct asked_list *list, const struct requests *requests,
    const struct grid *grid, struct error *err)
{
	for (size_t i = 0; i < requests->n; i++)
		if (add_request(list, &requests->item[i], grid, err) < 0)
			return -1;
	return 0;
}

static int
by_id_and_rep(const void *a, const void *b)
{
	const struct asked *p = a, *q = b;

	if (p->id != q->id)
		return p->id < q->id ? -1 : 1;
	return (p->rep > q->rep) - (p->rep < q->rep);
}

int
asked_settle(struct asked_list *list, struct error *err)
{
	size_t kept = 0;

	if (list->n > 1)
		qsort(list->item, list->n, sizeof(*list->item), by_id_and_rep);
	for (size_t i = 0; i < list->n; i++) {
		struct asked *last = kept > 0 ? &list->item[kept - 1] : NULL;
		const struct asked *a = &list->item[i];

		if (last != NULL && last->id == a->id &&
		    (last->x != a->x || last->y != a->y))
			return error_set(err,
			    "id %" PRId64 " stands for two places, (%.17g, "
			    "%.17g) and (%.17g, %.17g)",
			    a->id, last->x, last->y, a->x, a->y);
		if (last != NULL && by_id_and_rep(last, a) == 0)
			last->sets |= a->sets;
		else
			list->item[kept++] = *a;
	}
	list->n = kept;
	return 0;
}

int64_t
asked_find(const struct asked_list *list, int64_t id, int rep)
{
	const struct asked key = {.id = id, .rep = rep};
	const struct asked *found = NULL;

	if (list->n > 0)
		found = bsearch(&key, list->item, list->n, sizeof(*list->item),
		    by_id_and_rep);
	return found != NULL ? found - list->item : -1;
}

void
asked_free(struct asked_list *list)
{
	free(list->item);
	*list = (struct asked_list){0};
}
