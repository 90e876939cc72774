/* Arrays seen along an axis, or along several that are neighbours. */
#ifndef NET_OP_AXIS_H
#define NET_OP_AXIS_H

#include "net/shape.h"

/* An array as outer x n x inner, n being the axes that are meant. */
struct extent {
	int64_t outer, n, inner;
};

/* Image axes first ... last are meant; both are in range. */
static inline struct extent
extent_of(const struct shape *shape, int first, int last)
{
	struct extent e = {1, 1, 1};

	for (int i = 0; i < shape->rank; i++)
		*(i < first     ? &e.outer
		    : i <= last ? &e.n
				: &e.inner) *= shape->dim[i];
	return e;
}

#endif
