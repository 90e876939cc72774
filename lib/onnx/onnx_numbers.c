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
