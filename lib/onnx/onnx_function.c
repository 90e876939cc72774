/* Operators element by element: a line each. */
#include "onnx/onnx_import.h"

/* The names of the two attributes, or NULL. */
static int
function(const struct onnx_step *step, enum operator_kind op, const char *alpha,
    const char *beta)
{
	struct attributes attr = {0};

	if ((alpha != NULL && onnx_real(step, alpha, &attr.alpha) < 0) ||
	    (beta != NULL && onnx_real(step, beta, &attr.beta) < 0))
		return -1;
	return onnx_pointwise(step, op, &attr);
}

#define FUNCTION(name, op, alpha, beta)                   \
	static int name(const struct onnx_step *step)     \
	{                                                 \
		return function(step, (op), alpha, beta); \
	}

FUNCTION(convert_abs, OP_ABS, NULL, NULL)
FUNCTION(convert_ceil, OP_CEIL, NULL, NULL)
FUNCTION(convert_celu, OP_CELU, "alpha", NULL)
FUNCTION(convert_elu, OP_ELU, "alpha", NULL)
FUNCTION(convert_erf, OP_ERF, NULL, NULL)
FUNCTION(convert_exp, OP_EXP, NULL, NULL)
FUNCTION(convert_floor, OP_FLOOR, NULL, NULL)
FUNCTION(convert_hard_sigmoid, OP_HARD_SIGMOID, "alpha", "beta")
FUNCTION(convert_hard_swish, OP_HARD_SWISH, NULL, NULL)
FUNCTION(convert_leaky_relu, OP_LEAKY_RELU, "alpha", NULL)
FUNCTION(convert_log, OP_LOG, NULL, NULL)
FUNCTION(convert_mish, OP_MISH, NULL, NULL)
FUNCTION(convert_neg, OP_NEG, NULL, NULL)
FUNCTION(convert_reciprocal, OP_RECIPROCAL, NULL, NULL)
FUNCTION(convert_relu, OP_RELU, NULL, NULL)
FUNCTION(convert_round, OP_ROUND, NULL, NULL)
FUNCTION(convert_selu, OP_SELU, "alpha", "gamma")
FUNCTION(convert_shrink, OP_SHRINK, "lambd", "bias")
FUNCTION(convert_sigmoid, OP_SIGMOID, NULL, NULL)
FUNCTION(convert_sign, OP_SIGN, NULL, NULL)
FUNCTION(convert_sin, OP_SIN, NULL, NULL)
FUNCTION(convert_softplus, OP_SOFTPLUS, NULL, NULL)
FUNCTION(convert_softsign, OP_SOFTSIGN, NULL, NULL)
FUNCTION(convert_sqrt, OP_SQRT, NULL, NULL)
FUNCTION(convert_tanh, OP_TANH, NULL, NULL)
FUNCTION(convert_thresholded_relu, OP_THRESHOLDED_RELU, "alpha", NULL)

static int
convert_gelu(const struct onnx_step *step)
{
	struct attributes attr = {0};
	struct onnx_text how;

	if (onnx_text(step, "approximate", &how) < 0)
		return -1;
	attr.approximate = onnx_text_is(how, "tanh");
	if (!attr.approximate && !onnx_text_is(how, "none"))
		return error_set(step->import->err,
		    "approximate is '%.*s', expected none or tanh",
		    ONNX_TEXT(how));
	return onnx_pointwise(step, OP_GELU, &attr);
}

const struct onnx_row onnx_functions[] = {
    {"Abs", convert_abs},
    {"Ceil", convert_ceil},
    {"Celu", convert_celu},
    {"Elu", convert_elu},
    {"Erf", convert_erf},
    {"Exp", convert_exp},
    {"Floor", convert_floor},
    {"Gelu", convert_gelu},
    {"HardSigmoid", convert_hard_sigmoid},
    {"HardSwish", convert_hard_swish},
    {"LeakyRelu", convert_leaky_relu},
    {"Log", convert_log},
    {"Mish", convert_mish},
    {"Neg", convert_neg},
    {"Reciprocal", convert_reciprocal},
    {"Relu", convert_relu},
    {"Round", convert_round},
    {"Selu", convert_selu},
    {"Shrink", convert_shrink},
    {"Sigmoid", convert_sigmoid},
    {"Sign", convert_sign},
    {"Sin", convert_sin},
    {"Softplus", convert_softplus},
    {"Softsign", convert_softsign},
    {"Sqrt", convert_sqrt},
    {"Tanh", convert_tanh},
    {"ThresholdedRelu", convert_thresholded_relu},
    {NULL, NULL},
};
