#include "onnx/onnx_import.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* FNV-1a; attackers who make names collide only slow themselves down. */
size_t
onnx_hash(const char *chars, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)chars[i]) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

int
onnx_map_start(struct onnx_map *map, size_t n, struct error *err)
{
	map->room = 16;
	while (map->room < 2 * n)
		map->room *= 2;
	map->slot = memory_new(map->room, sizeof(*map->slot), err);
	return map->slot != NULL ? 0 : -1;
}

/* The slot of the name among results. */
int *
onnx_slot(const struct onnx_import *import, struct onnx_text name)
{
	const struct onnx_map *map = &import->map;
	size_t i = onnx_hash(name.chars, name.n) & (map->room - 1);

	for (; map->slot[i] != 0; i = (i + 1) & (map->room - 1)) {
		const struct onnx_text *other =
		    &import->results[map->slot[i] - 1].name;

		if (other->n == name.n &&
		    memcmp(other->chars, name.chars, name.n) == 0)
			break;
	}
	return &map->slot[i];
}

struct onnx_result *
onnx_add_result(struct onnx_import *import, struct onnx_text name)
{
	int *slot = onnx_slot(import, name);
	struct onnx_result *result;

	if (*slot != 0 || name.n == 0) {
		error_set(
		    import->err, "value '%.*s' is made twice", ONNX_TEXT(name));
		return NULL;
	}
	result = &import->results[import->n_results];
	*result = (struct onnx_result){.name = name,
	    .value = -1,
	    .origin = (int)import->n_results,
	    .tensor = {.message = {NULL, NULL}}};
	*slot = (int)++import->n_results;
	return result;
}

struct onnx_text
onnx_name_at(const struct onnx_step *step, size_t i)
{
	return step->import->file->names[i];
}

bool
onnx_has(const struct onnx_step *step, size_t i)
{
	return i < step->node->n_in &&
	       onnx_name_at(step, step->node->in + i).n > 0;
}

struct onnx_result *
onnx_find_in(const struct onnx_step *step, size_t i)
{
	struct onnx_import *import = step->import;
	const struct onnx_file *file = import->file;
	struct onnx_result *result;
	const int *slot;

	if (!onnx_has(step, i)) {
		error_set(import->err, "input %zu is not there", i);
		return NULL;
	}
	slot = onnx_slot(import, onnx_name_at(step, step->node->in + i));
	if (*slot == 0) {
		error_set(import->err, "reads '%.*s' before it is made",
		    ONNX_TEXT(onnx_name_at(step, step->node->in + i)));
		return NULL;
	}
	result = &import->results[*slot - 1];
	if (result->kind == ONNX_UNKNOWN) {
		const struct onnx_node *node = &file->nodes[result->origin];

		error_set(import->err,
		    "reads '%.*s', which is not the first output of a %.*s "
		    "('%.*s'): only that is supported",
		    ONNX_TEXT(result->name), ONNX_TEXT(node->op),
		    ONNX_TEXT(node->name));
		return NULL;
	}
	return result;
}

struct onnx_result *
onnx_in(const struct onnx_step *step, size_t i)
{
	return onnx_see_input(step, i) < 0 ? NULL : onnx_find_in(step, i);
}

struct onnx_result *
onnx_out(const struct onnx_step *step, size_t i)
{
	if (i >= step->node->n_out) {
		error_set(step->import->err, "output %zu is not there", i);
		return NULL;
	}
	return onnx_add_result(
	    step->import, onnx_name_at(step, step->node->out + i));
}

void
onnx_note_training(const struct onnx_step *step)
{
	struct onnx_notes *notes = step->import->notes;

	if (notes->n_training++ == 0)
		snprintf(notes->training, sizeof(notes->training), "%.*s",
		    ONNX_TEXT(onnx_node_name(step)));
}

struct onnx_result *
onnx_image(const struct onnx_step *step, size_t i)
{
	struct onnx_result *in = onnx_in(step, i);

	if (in != NULL && in->kind != ONNX_ACTIVATION) {
		error_set(step->import->err,
		    "input %zu ('%.*s') does not depend on the image, expected "
		    "that it does",
		    i, ONNX_TEXT(in->name));
		return NULL;
	}
	return in;
}

struct onnx_result *
onnx_plain(const struct onnx_step *step, size_t i, int rank)
{
	struct onnx_result *in = onnx_image(step, i);

	if (in == NULL)
		return NULL;
	if (in->shape.dim[0] != BATCH) {
		error_set(step->import->err,
		    "input '%.*s' has the batch not in front",
		    ONNX_TEXT(in->name));
		return NULL;
	}
	if (rank > 0 && in->shape.rank != rank + 1) {
		error_set(step->import->err,
		    "input '%.*s' has %d dimensions, expected %d",
		    ONNX_TEXT(in->name), in->shape.rank, rank + 1);
		return NULL;
	}
	return in;
}

int
onnx_alias(const struct onnx_step *step, const struct onnx_result *in,
    const struct onnx_shape *shape)
{
	const int origin = in->origin;
	const struct onnx_result copy = *in;
	const struct onnx_shape as = *shape;
	struct onnx_result *out = onnx_out(step, 0);
	struct onnx_text name;

	if (out == NULL)
		return -1;
	name = out->name;
	*out = copy;
	out->name = name;
	out->number = NULL;
	out->n = 0;
	out->shape = as;
	out->origin = origin;
	if (copy.kind != ONNX_CONSTANT)
		return 0;
	out->n = copy.n;
	out->number =
	    memory_new((size_t)copy.n, sizeof(*copy.number), step->import->err);
	if (out->number == NULL)
		return -1;
	memcpy(out->number, copy.number, (size_t)copy.n * sizeof(*copy.number));
	return 0;
}

int64_t
onnx_whole(double number)
{
	if (!(number > -0x1p62))
		return -(INT64_C(1) << 62);
	return number < 0x1p62 ? (int64_t)number : INT64_C(1) << 62;
}

int
onnx_ints_or_input(const struct onnx_step *step, const char *name, size_t i,
    int64_t *out, size_t room, size_t *n)
{
	struct onnx_result *in;
	const double *number;

	*n = 0;
	if (onnx_is_attribute(step, name))
		return onnx_ints(step, name, out, room, n);
	if (!onnx_has(step, i))
		return 0;
	in = onnx_in(step, i);
	if (in == NULL)
		return -1;
	if (onnx_numbers(step->import, in, &number) < 0)
		return -1;
	if (number == NULL)
		return error_set(step->import->err,
		    "%s ('%.*s') is not known before the network runs", name,
		    ONNX_TEXT(in->name));
	if ((size_t)in->n > room)
		return error_set(step->import->err,
		    "%s has %lld numbers, expected at most %zu", name,
		    (long long)in->n, room);
	*n = (size_t)in->n;
	for (size_t j = 0; j < *n; j++)
		out[j] = onnx_whole(number[j]);
	return 0;
}

int64_t
onnx_clamp(int64_t at, int64_t n)
{
	at += at < 0 ? n : 0;
	return at < 0 ? 0 : at > n ? n : at;
}

int
onnx_axis(const struct onnx_step *step, int64_t axis, int rank, int *out)
{
	if (axis < -rank || axis >= rank)
		return error_set(step->import->err,
		    "axis is %lld, expected %d to %d", (long long)axis, -rank,
		    rank - 1);
	*out = (int)(axis < 0 ? axis + rank : axis);
	return 0;
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

struct onnx_shape
onnx_many(const struct shape *shape)
{
	struct onnx_shape many = {.rank = shape->rank + 1, .dim = {BATCH}};

	for (int i = 0; i < shape->rank; i++)
		many.dim[i + 1] = shape->dim[i];
	return many;
}
