/*
 * Are two records equal up to rounding?
 */
#ifndef STREAM_COMPARE_H
#define STREAM_COMPARE_H

#include <stdbool.h>

#include "base/text.h"
#include "stream/reader.h"
#include "stream/value.h"

struct comparison {
	/* Numbers a and b are equal when |a - b| <= atol + rtol max(|a|, |b|),
	 * when both are NaN, or when they are the same infinity. */
	double rtol, atol;
	bool history; /* also compare provenance: `history`, `kernel`, the
			 digest of `end` */

	double largest;   /* the largest |a - b| met so far */
	struct text what; /* the first difference of the last comparison */
	struct text path; /* (scratch) where in the header we are */
};

/*
 * Compares kind, header and payload.  Maps are compared by key, in any order;
 * the payload of a float32 record (dtype "<f4") number by number, any other
 * byte by byte.  1: equal; 0: what says where they differ, with both values; -1
 * with an error.
 */
int compare_records(struct comparison *comparison, const struct record *a,
    const struct record *b, struct error *err)
    __attribute__((warn_unused_result));

void comparison_free(struct comparison *comparison);

#endif
