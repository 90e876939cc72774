/* The batch: where it lies in a shape, and what messages call it. */
#include <stdio.h>
#include <string.h>

#include "onnx/onnx_import.h"

bool
onnx_is_fixed(const struct onnx_shape *shape)
{
	for (int i = 0; i < shape->rank; i++)
		if (shape->dim[i] % BATCH == 0 && shape->dim[i] != 0)
			return false;
	return true;
}

int
onnx_batch(const struct onnx_step *step, const struct onnx_shape *shape)
{
	int found = -1;

	for (int i = 0; i < shape->rank; i++) {
		if (shape->dim[i] % BATCH != 0 || shape->dim[i] == 0)
			continue;
		if (found >= 0)
			return error_set(step->import->err,
			    "the batch is in two dimensions of a value");
		found = i;
	}
	if (found < 0)
		return error_set(step->import->err,
		    "a value has the images of a batch mixed");
	return found;
}

struct shape
onnx_one(const struct onnx_shape *shape)
{
	struct shape one = {0};

	for (int i = 0; i < shape->rank; i++) {
		const int64_t outer = shape->outer > 1 ? shape->outer : 1;
		const int64_t inner = shape->dim[i] / BATCH / outer;

		if (shape->dim[i] % BATCH != 0) {
			one.dim[one.rank++] = shape->dim[i];
			continue;
		}
		if (outer > 1)
			one.dim[one.rank++] = outer;
		if (inner != 1 && one.rank < TENSOR_RANK_MAX)
			one.dim[one.rank++] = inner;
	}
	if (one.rank == 0) /* a number of each image */
		one.dim[one.rank++] = 1;
	return one;
}

int
onnx_one_axis(const struct onnx_shape *shape, int axis)
{
	int place = 0;

	if (shape->dim[axis] == BATCH)
		return -1;
	for (int i = 0; i < axis; i++)
		place += shape->dim[i] != BATCH;
	/* n * B * m is two axes of an image, and none that can be named */
	for (int i = 0; i < axis; i++)
		place += shape->dim[i] % BATCH == 0 && shape->outer > 1 &&
			 shape->dim[i] != BATCH * shape->outer;
	return place;
}

bool
onnx_unhide(const struct onnx_import *import, struct onnx_shape *shape)
{
	struct onnx_shape to = {.rank = shape->rank + 1, .dim = {BATCH}};
	int found = 0;

	if (import->static_batch != 1 || shape->rank == TENSOR_RANK_MAX ||
	    shape->outer > 1)
		return false;
	for (int i = 0; i < shape->rank; i++) {
		to.dim[i + 1] = shape->dim[i];
		if (shape->dim[i] % BATCH != 0)
			continue;
		to.dim[i + 1] /= BATCH;
		found += to.dim[i + 1] > 1 ? 1 : 2;
	}
	if (found == 1)
		*shape = to;
	return found == 1;
}

void
onnx_hide(struct onnx_shape *shape)
{
	if (shape->rank == 1) /* a number, which needs an axis */
		return;
	shape->rank--;
	for (int i = 0; i < shape->rank; i++)
		shape->dim[i] = shape->dim[i + 1];
	shape->dim[0] *= BATCH;
}

struct onnx_shape
onnx_many(const struct shape *shape)
{
	struct onnx_shape many = {.rank = shape->rank + 1, .dim = {BATCH}};

	for (int i = 0; i < shape->rank; i++)
		many.dim[i + 1] = shape->dim[i];
	return many;
}

/* The whole number at *at, which moves behind it. */
static uint64_t
read_whole(const char **at)
{
	uint64_t v = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++)
		v = v > UINT64_MAX / 16 ? 1 : v * 10 + (uint64_t)(**at - '0');
	return v;
}

/* N is shorter than the number.  What is quoted is the file's own. */
void
onnx_name_batch(struct error *err)
{
	char *to = err->text;
	bool quoted = false;

	for (const char *at = err->text; *at != '\0';) {
		const char *start = at;
		const uint64_t v = read_whole(&at);
		size_t n;

		at += at == start;
		n = (size_t)(at - start);
		quoted ^= *start == '\'';
		if (quoted || v == 0 || v % BATCH != 0) {
			memmove(to, start, n);
			to += n;
			continue;
		}
		if (v > BATCH)
			to += snprintf(
			    to, n, "%llu", (unsigned long long)(v / BATCH));
		*to++ = 'N';
	}
	*to = '\0';
}
