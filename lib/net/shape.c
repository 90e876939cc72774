#include "net/shape.h"

#include <string.h>

#include "base/number.h"
#include "base/plural.h"

int64_t
shape_size(const struct shape *shape)
{
	int64_t n = 1;

	for (int i = 0; i < shape->rank; i++)
		n *= shape->dim[i];
	return n;
}

int
shape_check(const struct shape *shape, struct error *err)
{
	int64_t n = 1;

	if (shape->rank < 1 || shape->rank >= TENSOR_RANK_MAX)
		return error_set(err,
		    "an activation has %d dimension%s, expected 1 to %d",
		    shape->rank, plural_s(shape->rank), TENSOR_RANK_MAX - 1);
	for (int i = 0; i < shape->rank; i++) {
		if (shape->dim[i] < 1)
			return error_set(err,
			    "dimension %d of an activation is %lld, expected "
			    "1 or more",
			    i, (long long)shape->dim[i]);
		if (__builtin_mul_overflow(n, shape->dim[i], &n) ||
		    n > SHAPE_SIZE_MAX)
			return error_set(err,
			    "an activation has more than %d elements",
			    SHAPE_SIZE_MAX);
	}
	return 0;
}

bool
shape_same(const struct shape *a, const struct shape *b)
{
	return a->rank == b->rank &&
	       memcmp(a->dim, b->dim, (size_t)a->rank * sizeof(a->dim[0])) == 0;
}

struct shape
shape_of_tensor(const struct tensor *tensor)
{
	struct shape shape = {.rank = tensor->rank};

	memcpy(shape.dim, tensor->dim, sizeof(shape.dim));
	return shape;
}

int
shape_parse(
    const char *text, const char *what, struct shape *shape, struct error *err)
{
	double dim[3];
	size_t n;

	if (number_parse_reals(text, what, dim, 3, &n, err) < 0)
		return -1;
	*shape = (struct shape){.rank = 3};
	for (size_t i = 0; i < n; i++) {
		if (!(dim[i] >= 1.0 && dim[i] <= (double)SHAPE_SIZE_MAX) ||
		    dim[i] != (double)(int64_t)dim[i])
			n = 0;
		else
			shape->dim[i] = (int64_t)dim[i];
	}
	if (n != 1 && n != 3)
		return error_set(err,
		    "%s is '%.60s', expected channels,height,width such as "
		    "3,32,32, or the length of a row",
		    what, text);
	shape->rank = (int)n;
	return shape_check(shape, err);
}

char *
shape_text(const struct shape *shape, char text[TENSOR_SHAPE_TEXT_BYTES])
{
	struct tensor tensor = {.rank = shape->rank};

	memcpy(tensor.dim, shape->dim, sizeof(tensor.dim));
	return tensor_shape_text(&tensor, text);
}
