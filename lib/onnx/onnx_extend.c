/* Operators about the size of a value: Shape, Expand, Pad. */
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

/* Nothing but zeros are put around images. */
static int
check_padding(const struct onnx_step *step, const struct onnx_text *mode)
{
	struct onnx_result *value;
	const double *number;

	if (!onnx_text_is(*mode, "constant"))
		return error_set(step->import->err,
		    "mode is '%.*s', expected constant", ONNX_TEXT(*mode));
	if (!onnx_has(step, 2))
		return 0;
	value = onnx_in(step, 2);
	if (value == NULL || onnx_numbers(step->import, value, &number) < 0)
		return -1;
	if (number == NULL || value->n != 1 || number[0] != 0.0)
		return error_set(
		    step->import->err, "pads with something else than 0");
	return 0;
}

static int
convert_pad(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_plain(step, 0, 0);
	int64_t pads[2 * TENSOR_RANK_MAX];
	struct attributes attr = {0};
	struct onnx_text mode;
	bool any = false;
	size_t n;
	int rank;

	if (in == NULL || onnx_text(step, "mode", &mode) < 0 ||
	    onnx_ints_or_input(step, "pads", 1, pads, 2 * TENSOR_RANK_MAX, &n) <
		0)
		return -1;
	rank = in->shape.rank;
	if (n != 2 * (size_t)rank)
		return error_set(
		    step->import->err, "%zu pads, expected %d", n, 2 * rank);
	for (size_t i = 0; i < n; i++)
		any |= pads[i] != 0;
	if (!any && onnx_has(step, 2) && onnx_in(step, 2) == NULL)
		return -1;
	if (!any)
		return onnx_alias(step, in, &in->shape);
	if (check_padding(step, &mode) < 0)
		return -1;
	if (rank != 4 || pads[0] != 0 || pads[4] != 0)
		return error_set(
		    step->import->err, "pads something else than c h w");
	for (int i = 0; i < 3; i++) {
		if (pads[i + 1] < 0 || pads[i + 5] < 0 ||
		    pads[i + 1] > 1 << 20 || pads[i + 5] > 1 << 20)
			return error_set(step->import->err,
			    "pads by %lld and %lld, expected 0 or more",
			    (long long)pads[i + 1], (long long)pads[i + 5]);
		attr.pad_before[i] = (int)pads[i + 1];
		attr.pad_after[i] = (int)pads[i + 5];
	}
	return onnx_emit(step, OP_PAD, 1, &in->value, &attr, NULL);
}

const struct onnx_row onnx_extends[] = {
    {"Shape", convert_shape},
    {"Expand", convert_expand},
    {"Pad", convert_pad},
    {NULL, NULL},
};
