#include "stream/listing.h"

#include <stdlib.h>

#include "base/memory.h"

static int
keep_begin(struct listed *listed, const struct pack *begin, struct error *err)
{
	if (memory_grow(&listed->begin, &listed->room, listed->n + 1,
		sizeof(*listed->begin), err) < 0)
		return -1;
	listed->begin[listed->n] = (struct pack){0};
	pack_pack(&listed->begin[listed->n++], begin);
	return 0;
}

static int
take(const struct listing *l, struct listed *listed, struct pack *begin,
    const struct record *record, struct error *err)
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
	if (keep_begin(listed, begin, err) < 0)
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
		if (take(listing, listed, &begin, &record, err) < 0) {
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
	for (size_t i = 0; i < listed->n; i++)
		pack_free(&listed->begin[i]);
	free(listed->begin);
	*listed = (struct listed){0};
}
