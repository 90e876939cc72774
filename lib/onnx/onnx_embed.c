/* Gather of rows of a table by numbers that the input holds: an embedding. */
#include <string.h>

#include "base/plural.h"
#include "onnx/onnx_import.h"

bool
onnx_is_embedding(
    const struct onnx_result *table, const struct onnx_result *numbers)
{
	return numbers->kind == ONNX_ACTIVATION &&
	       (table->kind == ONNX_TENSOR || table->kind == ONNX_CONSTANT);
}

int
onnx_embed(const struct onnx_step *step, struct onnx_result *table,
    const struct onnx_result *numbers, int axis)
{
	struct onnx_shape shape = numbers->shape;
	const struct attributes attr = {.axis = 1}; /* 0 is the batch's */
	int in[2] = {-1, numbers->value};

	if (axis != 0)
		return error_set(step->import->err,
		    "rows are taken along axis %d of a table, expected 0",
		    axis);
	if (shape.rank + table->shape.rank - 1 > TENSOR_RANK_MAX)
		return error_set(step->import->err,
		    "%d dimension%s, expected at most %d",
		    shape.rank + table->shape.rank - 1,
		    plural_s((shape.rank + table->shape.rank - 1)),
		    TENSOR_RANK_MAX);
	for (int i = 1; i < table->shape.rank; i++)
		shape.dim[shape.rank++] = table->shape.dim[i];
	in[0] = onnx_use_tensor(step, table, ROLE_WEIGHT, "weight", 0);
	return in[0] < 0 ? -1
			 : onnx_emit(step, OP_GATHER, 2, in, &attr, &shape);
}

/* All rows in their order? */
static bool
is_whole(const struct onnx_result *table, const struct onnx_shape *index,
    const double *at)
{
	int64_t n = 1;

	for (int i = 0; i < index->rank; i++)
		n *= index->dim[i];
	for (int64_t i = 0; i < n; i++)
		if (at[i] != (double)i)
			return false;
	return n == table->shape.dim[0] && index->rank > 0;
}

int
onnx_embed_known(const struct onnx_step *step, struct onnx_result *table,
    int axis, const struct onnx_shape *index, const double *at)
{
	struct onnx_part part = {.value = -1, .shape = table->shape};

	if (axis == 0 && is_whole(table, index, at)) {
		if (onnx_splice(step, &part.shape, 0, index) < 0 ||
		    onnx_alias(step, table, &part.shape) < 0)
			return -1;
		step->import->results[step->import->n_results - 1].reshaped =
		    index->rank != 1 || table->reshaped;
		return 0;
	}
	part.value = onnx_use_tensor(step, table, ROLE_WEIGHT, "weight", 0);
	if (part.value < 0 || onnx_take(step, &part, axis, index, at) < 0)
		return -1;
	return onnx_give(step, part.value, &part.shape);
}
