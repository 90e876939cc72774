/* What an ONNX file takes: images, rows of numbers, or tokens. */
#include <string.h>

#include "base/plural.h"
#include "onnx/onnx_import.h"

/* int32 or int64 */
static bool
is_whole(int type)
{
	return type == 6 || type == 7;
}

/* Floats with a batch in front, or tokens n t. */
static int
check_input(const struct onnx_import *import, const struct onnx_value *value)
{
	if (value->rank < 2 || value->rank - 1 > IMAGE_RANK_MAX)
		return error_set(import->err,
		    "input '%.*s' has %d dimension%s, expected n c h w",
		    ONNX_TEXT(value->name), value->rank, plural_s(value->rank));
	if (is_whole(value->type) && value->rank != 2)
		return error_set(import->err,
		    "input '%.*s' holds integers in %d dimension%s, expected "
		    "tokens, n t",
		    ONNX_TEXT(value->name), value->rank, plural_s(value->rank));
	if (!is_whole(value->type) && value->type != 1 && value->type != 10 &&
	    value->type != 11 && value->type != 16)
		return error_set(import->err,
		    "input '%.*s' has element type %d, expected floats, or "
		    "integers for tokens",
		    ONNX_TEXT(value->name), value->type);
	return 0;
}

/* Of one image; what the file leaves open is as wanted. */
static int
input_shape(const struct onnx_import *import, const struct onnx_value *value,
    const struct shape *wanted, struct shape *shape)
{
	*shape = (struct shape){.rank = value->rank - 1};
	for (int i = 0; i < shape->rank; i++) {
		shape->dim[i] = value->dim[i + 1];
		if (shape->dim[i] <= 0 && wanted != NULL &&
		    wanted->rank == shape->rank)
			shape->dim[i] = wanted->dim[i];
		if (shape->dim[i] <= 0 || shape->dim[i] >= BATCH)
			return error_set(import->err,
			    "dimension %d of input '%.*s' is not fixed: "
			    "--input %s says it",
			    i + 1, ONNX_TEXT(value->name),
			    shape->rank == 1 ? "T" : "C,H,W");
	}
	if (wanted != NULL && !shape_same(wanted, shape)) {
		char text[2][TENSOR_SHAPE_TEXT_BYTES];

		return error_set(import->err,
		    "--input is %s, the model takes %s",
		    shape_text(wanted, text[0]), shape_text(shape, text[1]));
	}
	return 0;
}

static int
add_input(struct onnx_import *import, const struct onnx_value *value,
    const struct shape *wanted)
{
	struct onnx_result *result = onnx_add_result(import, value->name);
	char name[TENSOR_NAME_MAX + 1];
	struct shape shape;

	if (result == NULL || check_input(import, value) < 0 ||
	    input_shape(import, value, wanted, &shape) < 0)
		return -1;
	import->static_batch = value->dim[0] > 0 ? value->dim[0] : 0;
	import->tokens = is_whole(value->type);
	result->kind = ONNX_ACTIVATION;
	result->shape = onnx_many(&shape);
	if (onnx_unique_name(import, value->name, name) < 0)
		return -1;
	result->value =
	    graph_add_input(import->graph, name, &shape, import->err);
	return result->value < 0 ? -1 : 0;
}

/* An initialiser among the inputs (a default value): is it the same thing? */
static int
check_default(const struct onnx_import *import, const struct onnx_value *value,
    const struct onnx_tensor *tensor)
{
	bool same = value->type == tensor->type && value->rank == tensor->rank;

	for (int i = 0; same && i < value->rank; i++)
		same = value->dim[i] < 0 || value->dim[i] == tensor->dim[i];
	return same ? 0
		    : error_set(import->err,
			  "'%.*s' is an input and an initialiser of another "
			  "type or shape",
			  ONNX_TEXT(value->name));
}

/*
 * The image is the input that is read.  Old files list the initialisers among
 * the inputs, too.
 */
int
onnx_start_input(struct onnx_import *import, const struct shape *wanted)
{
	const struct onnx_value *found = NULL;

	for (size_t i = 0; i < import->file->n_inputs; i++) {
		const struct onnx_value *value = &import->file->inputs[i];
		const int slot = *onnx_slot(import, value->name);

		if (slot != 0) {
			if (check_default(import, value,
				&import->results[slot - 1].tensor) < 0)
				return -1;
			continue;
		}
		if (found != NULL && found->read && value->read)
			return error_set(import->err,
			    "inputs '%.*s' and '%.*s', expected one",
			    ONNX_TEXT(found->name), ONNX_TEXT(value->name));
		if (found == NULL || value->read)
			found = value;
	}
	if (found == NULL)
		return error_set(import->err, "a graph without an input");
	return add_input(import, found, wanted);
}
