#include "stream/listing.h"

#include <stdlib.h>

#include "base/memory.h"

/* Room for one more in each of the arrays. */
static int
make_room(struct listed *listed, struct error *err)
{
	const size_t n = listed->n + 1;
	size_t room[3] = {listed->room, listed->room, listed->room};

	if (memory_grow(
		&listed->begin, &room[0], n, sizeof(*listed->begin), err) < 0 ||
	    memory_grow(&listed->header, &room[1], n, sizeof(*listed->header),
		err) < 0 ||
	    memory_grow(
		&listed->file, &room[2], n, sizeof(*listed->file), err) < 0)
		return -1;
	listed->room = room[0];
	return 0;
}

int
listed_add(struct listed *listed, const struct pack *begin,
    const struct value *header, const struct reader *reader, struct error *err)
{
	const size_t i = listed->n;

	if (make_room(listed, err) < 0)
		return -1;
	listed->begin[i] = (struct pack){0};
	listed->header[i] = (struct pack){0};
	pack_pack(&listed->begin[i], begin);
	pack_value(&listed->header[i], header);
	reader_short_name(reader, listed->file[i], LISTED_FILE_BYTES);
	listed->n++;
	return pack_check(&listed->header[i], err);
}

int
listed_replace(struct listed *listed, size_t i, const struct value *header,
    struct error *err)
{
	pack_free(&listed->header[i]);
	listed->header[i] = (struct pack){0};
	pack_value(&listed->header[i], header);
	return pack_check(&listed->header[i], err);
}

static int
take(const struct listing *l, struct listed *listed, struct pack *begin,
    const struct record *record, const struct reader *reader, struct error *err)
{
	const bool end = record_is(record, "end");

	if (record_is(record, "begin")) {
		pack_free(begin);
		pack_value(begin, record->header);
		return pack_check(begin, err);
	}
	if (record_is(record, l->part))
		return l->add_part(l->context, record->header, err);
	if (!record_is(record, l->kind) && !end)
		return 0;
	if (l->finish(l->context, err) < 0)
		return -1;
	if (end)
		return 0;
	if (listed_add(listed, begin, record->header, reader, err) < 0)
		return -1;
	return l->add(l->context, record->header, err);
}

int
listing_read(const struct listing *listing, struct reader *reader,
    struct listed *listed, struct error *err)
{
	struct pack begin = {0};
	struct record record;
	int status;

	while ((status = reader_next(reader, &record, err)) == 1)
		if (take(listing, listed, &begin, &record, reader, err) < 0) {
			status = error_prefix(err, "%s", reader_name(reader));
			break;
		}
	listed->no_end = reader_open_runs(reader)->n > 0;
	pack_free(&begin);
	if (status == 0 && listed->n == 0)
		return error_set(err,
		    "the input has no %s, expected the output of %s",
		    listing->kind, listing->maker);
	return status;
}

void
listed_free(struct listed *listed)
{
	for (size_t i = 0; i < listed->n; i++) {
		pack_free(&listed->begin[i]);
		pack_free(&listed->header[i]);
	}
	free(listed->begin);
	free(listed->header);
	free(listed->file);
	*listed = (struct listed){0};
}
