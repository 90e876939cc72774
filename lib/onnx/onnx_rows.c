/* Which converter a node has, or why none. */
#include "onnx/onnx_import.h"

const struct onnx_row *const onnx_converters[] = {onnx_layers, onnx_products,
    onnx_einsums, onnx_norms, onnx_functions, onnx_elements, onnx_reductions,
    onnx_shapes, onnx_layouts, onnx_takes, onnx_spaces, onnx_resizes,
    onnx_choices, onnx_extends, NULL};

/* 1, 0, -1.  What is learned stays a tensor, however small. */
static int
is_known(const struct onnx_import *import, struct onnx_result *result)
{
	const struct onnx_tensor *t = &result->tensor;
	const double *number;
	int triangle = 1;

	if (result->kind == ONNX_TENSOR && result->learned && t->n > 1 &&
	    onnx_tensor_is_real(t))
		triangle = onnx_is_triangle(import, t);
	if (triangle <= 0)
		return triangle;
	if (result->kind == ONNX_ACTIVATION)
		return 0;
	return onnx_numbers(import, result, &number);
}

/* Are all inputs constants?  1, 0, -1. */
static int
all_constant(const struct onnx_step *step)
{
	int known = 1;

	for (size_t i = 0; i < step->node->n_in && known > 0; i++)
		if (onnx_has(step, i))
			known = is_known(step->import, onnx_find_in(step, i));
	return known;
}

static const struct onnx_row *
find_row(const struct onnx_row *rows, struct onnx_text op)
{
	while (rows->op != NULL && !onnx_text_is(op, rows->op))
		rows++;
	return rows->op != NULL ? rows : NULL;
}

/*
 * One learned number (of a PRelu) that gets more axes stays a tensor; other
 * single numbers are constants.
 */
static bool
is_slope(const struct onnx_step *step)
{
	const struct onnx_result *in;

	if (!onnx_text_is(step->node->op, "Unsqueeze"))
		return false;
	in = onnx_find_in(step, 0);
	return in->kind == ONNX_TENSOR && in->learned && in->shape.rank > 0 &&
	       onnx_tensor_is_real(&in->tensor);
}

/* What no converter will come for, and why. */
static const struct {
	const char *op, *why;
} refused[] = {
    {"GRU", "recurrent layers are not supported"},
    {"LSTM", "recurrent layers are not supported"},
    {"RNN", "recurrent layers are not supported"},
    {"If", "a graph that chooses what it computes is not supported"},
    {"Loop", "a graph with loops is not supported"},
    {"Scan", "a graph with loops is not supported"},
    {"DequantizeLinear", "quantised networks are not supported, expected one "
			 "of real numbers"},
    {"DynamicQuantizeLinear", "quantised networks are not supported, expected "
			      "one of real numbers"},
    {"QLinearConv", "quantised networks are not supported, expected one of "
		    "real numbers"},
    {"QLinearMatMul", "quantised networks are not supported, expected one of "
		      "real numbers"},
    {"QuantizeLinear", "quantised networks are not supported, expected one of "
		       "real numbers"},
    {"Bernoulli", "a network that draws random numbers is not supported"},
    {"RandomNormal", "a network that draws random numbers is not supported"},
    {"RandomNormalLike",
	"a network that draws random numbers is not supported"},
    {"RandomUniform", "a network that draws random numbers is not supported"},
    {"RandomUniformLike",
	"a network that draws random numbers is not supported"},
};

int
onnx_refuse(const struct onnx_step *step, bool folds)
{
	const size_t n = sizeof(refused) / sizeof(refused[0]);
	struct error *err = step->import->err;
	size_t i = 0;

	while (i < n && !onnx_text_is(step->node->op, refused[i].op))
		i++;
	if (i < n)
		return error_set(err, "%s", refused[i].why);
	return error_set(err, "this operator is not supported%s",
	    folds ? ", but among constants" : "");
}

const struct onnx_row *
onnx_row_of(const struct onnx_step *step)
{
	const struct onnx_text op = step->node->op;
	const struct onnx_row *row = NULL, *fold = find_row(onnx_constants, op);
	const int constant = all_constant(step);

	if (fold == NULL)
		fold = find_row(onnx_arithmetic, op);
	if (constant < 0)
		return NULL;
	if (constant > 0 && !is_slope(step))
		row = fold;
	for (size_t i = 0; row == NULL && onnx_converters[i] != NULL; i++)
		row = find_row(onnx_converters[i], op);
	if (row == NULL)
		onnx_refuse(step, fold != NULL);
	return row;
}
