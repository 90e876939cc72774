/* Gather of rows of a table by numbers that the input holds: an embedding. */
#include <string.h>

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
		    "%d dimensions, expected at most %d",
		    shape.rank + table->shape.rank - 1, TENSOR_RANK_MAX);
	for (int i = 1; i < table->shape.rank; i++)
		shape.dim[shape.rank++] = table->shape.dim[i];
	in[0] = onnx_use_tensor(step, table, ROLE_WEIGHT, "weight", 0);
	return in[0] < 0 ? -1
			 : onnx_emit(step, OP_GATHER, 2, in, &attr, &shape);
}

/* Zero, whatever the input holds: one element of it, times 0. */
static int
add_zero(const struct onnx_step *step)
{
	const struct graph *graph = step->import->graph;
	const struct shape *input = &graph->values[graph->input].shape;
	const struct attributes flat = {.axis = 1};
	const struct attributes first = {
	    .step = {1, 1, 1}, .end = {shape_size(input) > 1 ? 1 : 0}};
	int value = graph->input;

	if (input->rank != 1)
		value = onnx_add(step, OP_FLATTEN, 1, &value, &flat);
	if (value >= 0)
		value = onnx_add(step, OP_SLICE, 1, &value, &first);
	return onnx_add_number(step, OP_MUL, value, 0.0);
}

/* The numbers as an activation: a Gather has one, at least. */
static int
add_numbers(const struct onnx_step *step, int64_t n, const double *at)
{
	const struct onnx_shape row = {.rank = 1, .dim = {n}};
	const struct attributes none = {0};
	int in[2];

	in[0] = add_zero(step);
	in[1] = in[0] >= 0 ? onnx_add_numbers(step, &row, at) : -1;
	return in[1] < 0 ? -1 : onnx_add(step, OP_ADD, 2, in, &none);
}

int
onnx_embed_known(const struct onnx_step *step, struct onnx_result *table,
    const struct onnx_shape *shape, const double *at)
{
	const struct attributes attr = {.axis = 1};
	struct onnx_shape to = {.rank = shape->rank};
	int64_t n = 1;
	int in[2];
	bool all = true;

	for (int i = 0; i < shape->rank; i++) {
		to.dim[i] = shape->dim[i];
		n *= shape->dim[i];
	}
	for (int64_t i = 0; i < n; i++)
		all &= at[i] == (double)i;
	if (to.rank + table->shape.rank > TENSOR_RANK_MAX)
		return error_set(step->import->err, "too many dimensions");
	for (int i = 1; i < table->shape.rank; i++)
		to.dim[to.rank++] = table->shape.dim[i];
	if (all && n == table->shape.dim[0] && to.rank > 0) {
		if (onnx_alias(step, table, &to) < 0)
			return -1;
		step->import->results[step->import->n_results - 1].reshaped =
		    shape->rank != 1 || table->reshaped;
		return 0;
	}
	in[0] = onnx_use_tensor(step, table, ROLE_WEIGHT, "weight", 0);
	in[1] = in[0] >= 0 ? add_numbers(step, n, at) : -1;
	if (in[1] < 0)
		return -1;
	/* a row for every image, as broadcasting would have it */
	to = (struct onnx_shape){.rank = 2, .dim = {BATCH, n}};
	for (int i = 1; i < table->shape.rank; i++)
		to.dim[to.rank++] = table->shape.dim[i];
	return onnx_emit(step, OP_GATHER, 2, in, &attr, &to);
}
