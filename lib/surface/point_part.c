/* A point as it came: its record, and those behind it. */
#include <string.h>

#include "base/memory.h"
#include "surface/point.h"

int
point_keep(struct point *point, const struct record *record, struct error *err)
{
	point->bytes = (uint8_t *)memory_text_n(
	    (const char *)record->bytes, record->n_bytes, err);
	point->n_bytes = record->n_bytes;
	return point->bytes != NULL ? 0 : -1;
}

const uint8_t *
point_header(const struct point *point, size_t *n)
{
	struct scan scan;
	struct error lost;
	size_t need;

	/* it was a record when it was read */
	if (point->bytes == NULL ||
	    scan_record(point->bytes, point->n_bytes, &scan, &need, &lost) != 1)
		return NULL;
	*n = scan.header_bytes;
	return point->bytes + scan.header;
}

struct decoded *
point_decode(const struct point *point, struct error *err)
{
	size_t n;
	const uint8_t *header = point_header(point, &n);

	if (header != NULL)
		return decoded_new(header, n, err);
	error_set(err, "a point is missing");
	return NULL;
}

static const char *const kinds[] = {
    [POINT_ITSELF] = "point",
    [POINT_CLASSES] = "classes",
    [POINT_LOSSES] = "losses",
};

static bool
is_part(const uint8_t *bytes, const struct scan *scan, enum point_part part)
{
	return strlen(kinds[part]) == scan->kind_bytes &&
	       memcmp(kinds[part], bytes + scan->kind, scan->kind_bytes) == 0;
}

const uint8_t *
point_part(const struct point *point, enum point_part part, size_t *n)
{
	const uint8_t *found = NULL;
	struct scan scan;
	struct error lost; /* they were records when they were read */
	size_t need;

	*n = 0;
	for (size_t at = 0; at < point->n_bytes; at += scan.bytes) {
		const uint8_t *bytes = point->bytes + at;

		if (scan_record(
			bytes, point->n_bytes - at, &scan, &need, &lost) != 1)
			break;
		if (!is_part(bytes, &scan, part))
			continue;
		found = found != NULL ? found : bytes;
		*n += scan.bytes;
	}
	return found;
}

struct decoded *
point_decode_classes(const struct point *point, struct error *err)
{
	size_t n, need;
	const uint8_t *bytes = point_part(point, POINT_CLASSES, &n);
	struct scan scan;

	if (bytes != NULL && scan_record(bytes, n, &scan, &need, err) == 1)
		return decoded_new(bytes + scan.header, scan.header_bytes, err);
	error_set(err, "points do not say what their classes do (evalgrid "
		       "--per-class writes it)");
	return NULL;
}
