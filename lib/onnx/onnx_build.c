/* What converters put nodes together with. */
#include "onnx/onnx_import.h"

int
onnx_give(
    const struct onnx_step *step, int value, const struct onnx_shape *shape)
{
	const struct onnx_shape as = *shape;
	const struct shape one = onnx_one(shape);
	struct onnx_result *out;

	if (value < 0)
		return -1;
	if (!shape_same(&one, &step->import->graph->values[value].shape))
		return error_set(step->import->err,
		    "the output's shape depends on the batch");
	out = onnx_out(step, 0);
	if (out == NULL)
		return -1;
	out->kind = ONNX_ACTIVATION;
	out->value = value;
	out->shape = as;
	return 0;
}

int
onnx_pointwise(const struct onnx_step *step, enum operator_kind op,
    const struct attributes *attr)
{
	const struct onnx_result *x = onnx_image(step, 0);

	return x == NULL ? -1
			 : onnx_emit(step, op, 1, &x->value, attr, &x->shape);
}

int
onnx_add_number(const struct onnx_step *step, enum operator_kind op, int value,
    double number)
{
	const struct onnx_shape none = {0};
	const struct attributes attr = {0};
	int in[2] = {value};

	if (value < 0)
		return -1;
	in[1] = onnx_add_numbers(step, &none, &number);
	return in[1] < 0 ? -1 : onnx_add(step, op, 2, in, &attr);
}

/* What value is an image of another shape of, if it has that one; or -1. */
static int
unshaped(const struct graph *graph, int value, const struct shape *shape)
{
	for (size_t i = graph->n_nodes; i-- > 0;) {
		const struct node *node = &graph->nodes[i];

		if (node->out != value)
			continue;
		return node->op == OP_RESHAPE &&
			       shape_same(
				   &graph->values[node->in[0]].shape, shape)
			   ? node->in[0]
			   : -1;
	}
	return -1;
}

int
onnx_add_reshape(
    const struct onnx_step *step, int value, int rank, const int64_t *dim)
{
	struct attributes attr = {0};
	struct shape shape = {.rank = rank};
	int before;

	if (value < 0)
		return -1;
	for (int i = 0; i < rank; i++) {
		shape.dim[i] = dim[i];
		attr.shape[i] = (int)dim[i];
	}
	if (shape_same(&step->import->graph->values[value].shape, &shape))
		return value;
	before = unshaped(step->import->graph, value, &shape);
	return before >= 0 ? before
			   : onnx_add(step, OP_RESHAPE, 1, &value, &attr);
}
