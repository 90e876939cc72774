/*
 * The numpy objects inside a pickle: scalars (a stored accuracy) and arrays
 * (the images of a CIFAR batch).
 */
#ifndef FILE_PICKLE_NUMPY_H
#define FILE_PICKLE_NUMPY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "file/element.h"
#include "file/pickle.h"

struct pickle_array {
	struct element element;
	bool fortran; /* the first axis runs fastest */
	int rank;
	int64_t dim[TENSOR_RANK_MAX];
	int64_t n;            /* elements */
	const uint8_t *bytes; /* a view into the pickle: n elements */
};

/* Is value an integer, a real, a truth value or a numpy scalar?  Then *out. */
bool pickle_number(const struct pickle_value *value, double *out);

/*
 * value as an array.  Fails when it is no array, has elements that are not
 * numbers, or has more or fewer bytes than its shape wants.
 */
int pickle_array_view(const struct pickle_value *value,
    struct pickle_array *array, struct error *err);

#endif
