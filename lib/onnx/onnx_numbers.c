/* The numbers of constants: of what is read, and of what is made of them. */
#include <string.h>

#include "base/memory.h"
#include "onnx/onnx_import.h"

int
onnx_numbers(const struct onnx_import *import, struct onnx_result *result,
    const double **number)
{
	const struct onnx_tensor *tensor = &result->tensor;
	struct onnx_folder nowhere = {0};

	*number = result->number;
	if (result->number != NULL)
		return 1;
	if (result->kind != ONNX_TENSOR || tensor->n > CONSTANT_MAX ||
	    result->transposed || tensor->external ||
	    (!onnx_tensor_is_real(tensor) && !onnx_tensor_is_whole(tensor)))
		return 0;
	result->number =
	    memory_new((size_t)tensor->n, sizeof(*result->number), import->err);
	if (result->number == NULL)
		return -1;
	if (onnx_tensor_doubles(tensor, &nowhere, result->number, import->err) <
	    0)
		return error_prefix(
		    import->err, "'%.*s'", ONNX_TEXT(result->name));
	result->n = tensor->n;
	result->whole = onnx_tensor_is_whole(tensor) && !result->cast;
	*number = result->number;
	return 1;
}

int
onnx_get_numbers(
    const struct onnx_step *step, size_t i, struct onnx_numbers *numbers)
{
	struct onnx_result *in = onnx_in(step, i);

	if (in == NULL)
		return -1;
	*numbers = (struct onnx_numbers){.at = in->number,
	    .n = in->n,
	    .width = in->shape.rank == 2 ? in->shape.dim[1] : 1,
	    .rank = in->shape.rank,
	    .whole = in->whole};
	return 0;
}

int
onnx_set_numbers(const struct onnx_step *step, const double *number, int64_t n,
    int rank, bool whole)
{
	struct onnx_result *out = onnx_out(step, 0);

	if (out == NULL)
		return -1;
	out->kind = ONNX_CONSTANT;
	out->n = n;
	out->whole = whole;
	out->shape = (struct onnx_shape){.rank = rank, .dim = {n}};
	out->number = memory_new((size_t)n, sizeof(*number), step->import->err);
	if (out->number == NULL)
		return -1;
	memcpy(out->number, number, (size_t)n * sizeof(*number));
	return 0;
}

int
onnx_set_matrix(const struct onnx_step *step, const double *number, int64_t n,
    int rank, int64_t width, bool whole)
{
	struct onnx_shape *shape;

	if (onnx_set_numbers(step, number, n, rank, whole) < 0)
		return -1;
	shape = &step->import->results[step->import->n_results - 1].shape;
	if (rank == 2) {
		shape->dim[0] = width > 0 ? n / width : 0;
		shape->dim[1] = width;
	}
	return 0;
}
