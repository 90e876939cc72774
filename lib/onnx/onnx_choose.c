/* Comparisons, what is made of them, and Where: truth is 1, or what is not 0.
 */
#include "onnx/onnx_import.h"

/* a op b, or b op a; of truth values, whatever the type of constants. */
static int
compare(const struct onnx_step *step, enum operator_kind op, bool swap,
    bool truth, bool negate)
{
	const struct onnx_result *a = onnx_in(step, 0), *b = onnx_in(step, 1);
	struct onnx_result copy[2], out = {0};
	int value;

	if (a == NULL || b == NULL)
		return -1;
	copy[swap] = *a;
	copy[!swap] = *b;
	for (int i = 0; truth && i < 2; i++)
		copy[i].cast = true;
	value = onnx_join(step, op, &copy[0], &copy[1], &out);
	if (negate)
		value = onnx_add_number(step, OP_EQUAL, value, 0.0);
	return onnx_give(step, value, &out.shape);
}

#define COMPARISON(name, op, swap, truth, negate)              \
	static int name(const struct onnx_step *step)          \
	{                                                      \
		return compare(step, op, swap, truth, negate); \
	}

COMPARISON(convert_and, OP_MUL, false, true, false)
COMPARISON(convert_equal, OP_EQUAL, false, false, false)
COMPARISON(convert_greater, OP_LESS, true, false, false)
COMPARISON(convert_greater_or_equal, OP_LESS_OR_EQUAL, true, false, false)
COMPARISON(convert_less, OP_LESS, false, false, false)
COMPARISON(convert_less_or_equal, OP_LESS_OR_EQUAL, false, false, false)
COMPARISON(convert_or, OP_MAX, false, true, false)
COMPARISON(convert_xor, OP_EQUAL, false, true, true)

static int
convert_not(const struct onnx_step *step)
{
	const struct onnx_result *x = onnx_image(step, 0);

	return x == NULL ? -1
			 : onnx_give(step,
			       onnx_add_number(step, OP_EQUAL, x->value, 0.0),
			       &x->shape);
}

static int
convert_where(const struct onnx_step *step)
{
	const struct onnx_result *condition = onnx_in(step, 0);
	struct onnx_result *a = onnx_in(step, 1), *b = onnx_in(step, 2);
	struct onnx_result truth, out = {0};
	struct onnx_result *const all[3] = {&truth, a, b};

	if (condition == NULL || a == NULL || b == NULL)
		return -1;
	truth = *condition;
	truth.cast = true;
	return onnx_give(
	    step, onnx_join_all(step, OP_WHERE, 3, all, &out), &out.shape);
}

const struct onnx_row onnx_choices[] = {
    {"And", convert_and},
    {"Equal", convert_equal},
    {"Greater", convert_greater},
    {"GreaterOrEqual", convert_greater_or_equal},
    {"Less", convert_less},
    {"LessOrEqual", convert_less_or_equal},
    {"Not", convert_not},
    {"Or", convert_or},
    {"Where", convert_where},
    {"Xor", convert_xor},
    {NULL, NULL},
};
