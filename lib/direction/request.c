#include "direction/request.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tensor/chunk.h"

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
	if (requests->n == REQUESTS_MAX)
		return error_set(err, "more than %d requests", REQUESTS_MAX);
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
requests_unite(struct requests *requests)
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
