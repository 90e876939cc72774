#include "onnx/onnx_import.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"

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
		error_set(import->err, "reads '%.*s', which nothing makes",
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
		    "input '%.*s' has %d dimension%s, expected %d",
		    ONNX_TEXT(in->name), in->shape.rank,
		    plural_s(in->shape.rank), rank + 1);
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
onnx_clamp(int64_t at, int64_t n)
{
	at += at < 0 ? n : 0;
	return at < 0 ? 0 : at > n ? n : at;
}

int64_t
onnx_bound(int64_t at, int64_t n, int64_t step)
{
	const int64_t low = step < 0 ? -1 : 0;

	at += at < 0 ? n : 0;
	return at < low ? low : at > n + low ? n + low : at;
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
