/* Operators about the size of a value: Shape, Expand. */
#include "onnx/onnx_import.h"

static int
convert_shape(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_in(step, 0);
	double number[TENSOR_RANK_MAX];
	int64_t start = 0, end = 0;

	if (in == NULL)
		return -1;
	end = in->shape.rank;
	if (onnx_is_attribute(step, "start") &&
	    (onnx_int(step, "start", &start) < 0 ||
		onnx_int_given(step, "end", &end) < 0))
		return -1;
	start = onnx_clamp(start, in->shape.rank);
	end = onnx_clamp(end, in->shape.rank);
	if (end < start)
		end = start;
	for (int64_t i = start; i < end; i++)
		number[i - start] = (double)in->shape.dim[i];
	return onnx_set_numbers(step, number, end - start, 1, true);
}

/* A class token for every image, or a shape that is there already. */
static int
convert_expand(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_in(step, 0);
	const int64_t batch = step->import->static_batch;
	int64_t dim[TENSOR_RANK_MAX];
	struct onnx_shape to;
	size_t n;

	if (in == NULL ||
	    onnx_ints_or_input(step, "shape", 1, dim, TENSOR_RANK_MAX, &n) < 0)
		return -1;
	to = in->shape;
	for (size_t i = 0; i < n && (int)n == to.rank; i++) {
		if (dim[i] == to.dim[i] || dim[i] == 1 || dim[i] == -1)
			continue;
		if (to.dim[i] != 1 || i > 0 ||
		    (dim[i] != BATCH && dim[i] != batch))
			return error_set(step->import->err,
			    "axis %zu is stretched, expected the batch alone",
			    i);
		to.dim[i] = BATCH;
	}
	if ((int)n != to.rank)
		return error_set(step->import->err,
		    "%zu dimensions, the input has %d", n, to.rank);
	if (in->kind != ONNX_ACTIVATION && batch > 0 && to.dim[0] == 1)
		to.dim[0] = BATCH;
	return onnx_alias(step, in, &to);
}

const struct onnx_row onnx_extends[] = {
    {"Shape", convert_shape},
    {"Expand", convert_expand},
    {NULL, NULL},
};
