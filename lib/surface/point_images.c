/* What stands behind a point of its images: by class, and one by one. */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "surface/point_internal.h"

int64_t
point_losses(const struct point *point, float *losses, int64_t room)
{
	size_t left, need;
	const uint8_t *at = point_part(point, POINT_LOSSES, &left);
	int64_t n = 0;
	struct scan scan;
	struct error lost;

	for (; left > 0 && scan_record(at, left, &scan, &need, &lost) == 1;
	     at += scan.bytes, left -= scan.bytes) {
		const int64_t here =
		    (int64_t)(scan.payload_bytes / sizeof(*losses));
		const int64_t fit = here < room - n ? here : room - n;

		if (losses != NULL && fit > 0)
			memcpy(losses + n, at + scan.payload,
			    (size_t)fit * sizeof(*losses));
		n += here;
	}
	return n;
}

/* ---- joined ---- */

/* The point with this part in place of what it has of it; moved into it. */
static int
set_part(struct point *point, enum point_part part, const uint8_t *bytes,
    size_t n, struct error *err)
{
	uint8_t *all = memory_new(point->n_bytes + n, 1, err);
	size_t n_all = 0;

	if (all == NULL)
		return -1;
	for (int i = POINT_ITSELF; i <= POINT_LOSSES; i++) {
		size_t length = n;
		const uint8_t *from =
		    i == (int)part
			? bytes
			: point_part(point, (enum point_part)i, &length);

		if (length > 0)
			memcpy(all + n_all, from, length);
		n_all += length;
	}
	free(point->bytes);
	*point = (struct point){all, n_all};
	return 0;
}

static int
take_classes(struct point *point, const uint8_t *bytes, size_t n, bool mixed,
    struct error *err)
{
	size_t n_have;
	const uint8_t *have = point_part(point, POINT_CLASSES, &n_have);

	if (have == NULL)
		return set_part(point, POINT_CLASSES, bytes, n, err);
	if (mixed || (n_have == n && memcmp(have, bytes, n) == 0))
		return 0;
	return error_set(
	    err, "the classes of a point come twice and the two disagree");
}

int
point_unite(struct point *point, const struct point *with, bool mixed,
    struct error *err)
{
	size_t n;
	const uint8_t *part = point_part(with, POINT_CLASSES, &n);

	if (part != NULL && take_classes(point, part, n, mixed, err) < 0)
		return -1;
	part = point_part(with, POINT_LOSSES, &n);
	if (part == NULL || point_losses(point, NULL, 0) > 0)
		return 0;
	return set_part(point, POINT_LOSSES, part, n, err);
}

/* ---- read ---- */

/* Entry i of an array, a real: NaN where there is none. */
static double
real_at(const struct value *array, size_t i)
{
	double v = NAN;

	if (i < array_count(array))
		value_real(array_at(array, i), &v);
	return v;
}

/* Classes ascend, and each has images. */
static int
check_class(const struct value *h, size_t i, struct error *err)
{
	const struct value *class = value_get(h, "class");
	int64_t label = -1, before = -1, n = 0;
	const double acc = real_at(value_get(h, "acc"), i);

	value_int(array_at(class, i), &label);
	if (i > 0)
		value_int(array_at(class, i - 1), &before);
	if (label <= before)
		return error_set(err,
		    "class %zu is %" PRId64
		    ", expected numbers from 0 that ascend",
		    i, label);
	if (i < array_count(value_get(h, "n")))
		value_int(array_at(value_get(h, "n"), i), &n);
	if (n < 1)
		return error_set(
		    err, "n of class %" PRId64 " is below 1", label);
	if (!isfinite(real_at(value_get(h, "loss"), i)) ||
	    !(real_at(value_get(h, "sd"), i) >= 0) || !(acc >= 0 && acc <= 100))
		return error_set(err,
		    "class %" PRId64
		    " has no loss, sd from 0 and acc from 0 to 100",
		    label);
	return 0;
}

/* Is a sum over the classes that of the point? */
static int
check_sum(const struct value *h, const uint8_t *point, size_t n_point,
    const char *key, struct error *err)
{
	const struct value *n = value_get(h, "n"), *of = value_get(h, key);
	double images = 0, sum = 0, is = NAN, all = 0;

	for (size_t i = 0; i < array_count(n); i++) {
		images += real_at(n, i);
		sum += real_at(n, i) * real_at(of, i);
	}
	if (!scan_real(point, n_point, "n", &all) ||
	    !scan_real(point, n_point, key, &is))
		return error_set(err, "the point has no %s and n", key);
	if (images != all)
		return error_set(err,
		    "the classes have %.0f image%s, their point has %.0f",
		    images, plural_s((int64_t)images), all);
	if (fabs(sum / all - is) <= 1e-9 * fabs(is))
		return 0;
	return error_set(
	    err, "%s is %.17g, the classes make %.17g", key, is, sum / all);
}

static int
check_classes(
    const struct point *point, const struct value *h, struct error *err)
{
	static const char *const columns[] = {
	    "class", "n", "loss", "acc", "sd", "name"};
	const size_t classes = array_count(value_get(h, "class"));
	size_t n;
	const uint8_t *header = point_header(point, &n);

	if (classes == 0)
		return error_set(err, "class has no entry");
	for (int i = 0; i < 6; i++) {
		const struct value *column = value_get(h, columns[i]);

		if (column == NULL && i == 5)
			continue;
		if (array_count(column) != classes)
			return error_set(err,
			    "%s has %zu entr%s, class has %zu", columns[i],
			    array_count(column),
			    plural((int64_t)array_count(column), "y", "ies"),
			    classes);
	}
	for (size_t i = 0; i < classes; i++)
		if (check_class(h, i, err) < 0)
			return -1;
	return check_sum(h, header, n, "loss", err) < 0
		   ? -1
		   : check_sum(h, header, n, "acc", err);
}

static int
append_losses(
    struct point *point, const struct record *record, struct error *err)
{
	const int64_t known = point_losses(point, NULL, 0);
	const size_t n = point->n_bytes + record->n_bytes;
	int64_t offset;
	uint8_t *bytes;

	if (field_int(record->header, "offset", 0, INT64_MAX, &offset, err) < 0)
		return error_prefix(err, "losses");
	if (offset != known || record->payload_bytes % sizeof(float) != 0)
		return error_set(err,
		    "losses begin at image %" PRId64 ", expected %" PRId64,
		    offset, known);
	bytes = memory_new(n, 1, err);
	if (bytes == NULL)
		return -1;
	memcpy(bytes, point->bytes, point->n_bytes);
	memcpy(bytes + point->n_bytes, record->bytes, record->n_bytes);
	free(point->bytes);
	*point = (struct point){bytes, n};
	return 0;
}

int
point_append(struct point *point, const struct point_place *place,
    const struct grid *grid, const struct record *record, bool mixed,
    struct error *err)
{
	struct point_place at = {0};

	if (point_read_place(&at, grid, record->header, err) < 0)
		return error_prefix(err, "%s", record->kind);
	if (at.asked != place->asked || at.id != place->id ||
	    grid_index(grid, &at.at) != grid_index(grid, &place->at))
		return error_set(
		    err, "%s stand behind another point", record->kind);
	if (record_is(record, "losses"))
		return append_losses(point, record, err);
	if (check_classes(point, record->header, err) < 0)
		return error_prefix(err, "classes");
	return take_classes(point, record->bytes, record->n_bytes, mixed, err);
}
