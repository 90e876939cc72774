#include "surface/points_internal.h"

void
points_marks_free(struct points_marks *marks)
{
	pack_free(&marks->begin);
	text_free(&marks->records);
	digest_set_free(&marks->seen);
}

/* Adds a mark of the segment that begins so, if it is new. */
static int
add(struct points_marks *m, const struct pack *begin, const void *bytes,
    size_t n, struct error *err)
{
	int status = digest_set_add(&m->seen, bytes, n, err);

	if (status != 1)
		return status;
	if (text_is_empty(&m->records))
		pack_pack(&m->begin, begin);
	text_add_bytes(&m->records, bytes, n);
	return pack_check(&m->begin, err) < 0 ? -1
					      : text_check(&m->records, err);
}

int
points_marks_add(struct points_marks *marks, const struct pack *begin,
    const struct record *record, struct error *err)
{
	return add(marks, begin, record->bytes, record->n_bytes, err);
}

int
points_marks_move(
    struct points_marks *to, struct points_marks *from, struct error *err)
{
	const char *chars = text_chars(&from->records, err);
	const uint8_t *p = (const uint8_t *)chars;
	size_t left = text_length(&from->records), need;
	struct scan scan;
	int status = chars != NULL ? 0 : -1;

	for (; left > 0 && status == 0; p += scan.bytes, left -= scan.bytes)
		status = scan_record(p, left, &scan, &need, err) == 1
			     ? add(to, &from->begin, p, scan.bytes, err)
			     : -1;
	points_marks_free(from);
	*from = (struct points_marks){0};
	return status;
}

int
points_marks_write(
    const struct points_marks *marks, struct writer *writer, struct error *err)
{
	if (text_is_empty(&marks->records))
		return 0;
	if (writer_begin_after(writer, &marks->begin, NULL, err) < 0 ||
	    writer_copy_text(writer, &marks->records, err) < 0)
		return -1;
	return writer_end(writer, err);
}
