/*
 * All records of one kind in an input, each with others behind it that belong
 * to it: a histogram and its norms, a density and its quadratures.
 */
#ifndef STREAM_LISTING_H
#define STREAM_LISTING_H

#include "base/error.h"
#include "stream/pack.h"
#include "stream/reader.h"

/* What becomes of them; every function gets context. */
struct listing {
	const char *kind, *part; /* of a record, and of those behind it */
	const char *maker;       /* the program that writes them */
	int (*add)(
	    void *context, const struct value *header, struct error *err);
	int (*add_part)(
	    void *context, const struct value *header, struct error *err);
	/* What came last, if anything, is whole; before the next is added. */
	int (*finish)(void *context, struct error *err);
	void *context;
};

enum { LISTED_FILE_BYTES = 128 };

/* Where the records of the kind come from. */
struct listed {
	struct pack *begin;  /* headers: of the segment of each record */
	struct pack *header; /* of the records themselves */
	char (*file)[LISTED_FILE_BYTES]; /* reader_short_name */
	size_t n, room;
	bool no_end; /* a run of training in the input has no end */
};

/*
 * Reads all input into listed, empty before, to be freed in any case; other
 * kinds are passed over.  Fails when there is none of the kind.
 */
int listing_read(const struct listing *listing, struct reader *reader,
    struct listed *listed, struct error *err);

/*
 * Adds where a record comes from: the header of its segment's `begin` and its
 * own; or gives record i another header.
 */
int listed_add(struct listed *listed, const struct pack *begin,
    const struct value *header, const struct reader *reader, struct error *err);
int listed_replace(struct listed *listed, size_t i, const struct value *header,
    struct error *err);

void listed_free(struct listed *listed);

#endif
