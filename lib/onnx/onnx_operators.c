/*
 * ONNX's operators as far as they are known here, with what ONNX's own table
 * says of their inputs and attributes in opsets 7 to 23 (a test compares them).
 */
#include <float.h>

#include "onnx/onnx_known.h"

/* ---- inputs ---- */

static const struct onnx_input none[] = {{.name = NULL}};

static const struct onnx_input any[] = {
    {.name = "inputs", .many = true}, {.name = NULL}};

static const struct onnx_input one[] = {{.name = "X"}, {.name = NULL}};

static const struct onnx_input two[] = {
    {.name = "A"}, {.name = "B"}, {.name = NULL}};

static const struct onnx_input three[] = {
    {.name = "A"}, {.name = "B"}, {.name = "C"}, {.name = NULL}};

/* The summand of a product had to be there, once. */
static const struct onnx_input gemm_inputs[] = {{.name = "A"}, {.name = "B"},
    {.name = "C", .optional = 11}, {.name = NULL}};

static const struct onnx_input trilu_inputs[] = {
    {.name = "input"}, {.name = "k", .optional = 1}, {.name = NULL}};

/* A bias may be missing. */
static const struct onnx_input biased[] = {
    {.name = "X"}, {.name = "W"}, {.name = "B", .optional = 1}, {.name = NULL}};

static const struct onnx_input batch_norm_inputs[] = {{.name = "X"},
    {.name = "scale"}, {.name = "B"}, {.name = "mean"}, {.name = "var"},
    {.name = NULL}};

static const struct onnx_input clip_inputs[] = {{.name = "input"},
    {.name = "min", .first = 11, .optional = 1},
    {.name = "max", .first = 11, .optional = 1}, {.name = NULL}};

static const struct onnx_input dropout_inputs[] = {{.name = "data"},
    {.name = "ratio", .first = 12, .optional = 1},
    {.name = "training_mode", .first = 12, .optional = 1}, {.name = NULL}};

static const struct onnx_input pad_inputs[] = {{.name = "data"},
    {.name = "pads", .first = 11},
    {.name = "constant_value", .first = 11, .optional = 1},
    {.name = "axes", .first = 18, .optional = 1}, {.name = NULL}};

static const struct onnx_input reduce_inputs[] = {{.name = "data"},
    {.name = "axes", .first = 18, .optional = 1}, {.name = NULL}};

/* The second one was scales, once. */
static const struct onnx_input resize_inputs[] = {{.name = "X"},
    {.name = "roi", .optional = 13},
    {.name = "scales", .first = 11, .optional = 13},
    {.name = "sizes", .first = 11, .optional = 11}, {.name = NULL}};

static const struct onnx_input upsample_inputs[] = {
    {.name = "X"}, {.name = "scales", .first = 9}, {.name = NULL}};

static const struct onnx_input slice_inputs[] = {{.name = "data"},
    {.name = "starts", .first = 10}, {.name = "ends", .first = 10},
    {.name = "axes", .first = 10, .optional = 1},
    {.name = "steps", .first = 10, .optional = 1}, {.name = NULL}};

/* Axes of Squeeze and ReduceSum, sizes of Split. */
static const struct onnx_input split_inputs[] = {{.name = "data"},
    {.name = "axes", .first = 13, .optional = 1}, {.name = NULL}};

static const struct onnx_input unsqueeze_inputs[] = {
    {.name = "data"}, {.name = "axes", .first = 13}, {.name = NULL}};

/* ---- attributes ---- */

#define KNOWN(name_, holds_, ...)                               \
	{                                                       \
		.name = (name_), .holds = (holds_), __VA_ARGS__ \
	}
#define LAST                 \
	{                    \
		.name = NULL \
	}
#define READ .use = ATTRIBUTE_READ
#define REQUIRED .use = ATTRIBUTE_REQUIRED
#define FIXED .use = ATTRIBUTE_FIXED
#define IDLE .use = ATTRIBUTE_IDLE

static const struct onnx_known average_pool[] = {
    KNOWN("auto_pad", HOLDS_TEXT, READ, .text = "NOTSET"),
    KNOWN("ceil_mode", HOLDS_INT, READ, .first = 10),
    KNOWN("count_include_pad", HOLDS_INT, READ),
    KNOWN("dilations", HOLDS_INTS, READ, .first = 19),
    KNOWN("kernel_shape", HOLDS_INTS, REQUIRED),
    KNOWN("pads", HOLDS_INTS, READ),
    KNOWN("strides", HOLDS_INTS, READ),
    LAST,
};

static const struct onnx_known batch_norm[] = {
    KNOWN("epsilon", HOLDS_REAL, READ, .number = 1e-5),
    /* of the running statistics, in training */
    KNOWN("momentum", HOLDS_REAL, IDLE, .number = 0.9),
    KNOWN("spatial", HOLDS_INT, FIXED, .number = 1, .last = 8),
    KNOWN("training_mode", HOLDS_INT, READ, .first = 14),
    LAST,
};

static const struct onnx_known cast[] = {
    /* of casts to 8 bits, which are refused */
    KNOWN("saturate", HOLDS_INT, IDLE, .number = 1, .first = 19),
    KNOWN("to", HOLDS_INT, REQUIRED),
    LAST,
};

static const struct onnx_known clip[] = {
    KNOWN("max", HOLDS_REAL, READ, .number = (double)FLT_MAX, .last = 10),
    KNOWN("min", HOLDS_REAL, READ, .number = -(double)FLT_MAX, .last = 10),
    LAST,
};

static const struct onnx_known concat[] = {
    KNOWN("axis", HOLDS_INT, REQUIRED),
    LAST,
};

static const struct onnx_known constant[] = {
    KNOWN("sparse_value", HOLDS_SPARSE, FIXED, .first = 11),
    KNOWN("value", HOLDS_TENSOR, REQUIRED, .last = 10),
    KNOWN("value", HOLDS_TENSOR, READ, .first = 11),
    KNOWN("value_float", HOLDS_REAL, READ, .first = 12, .none = true),
    KNOWN("value_floats", HOLDS_REALS, FIXED, .first = 12),
    KNOWN("value_int", HOLDS_INT, READ, .first = 12, .none = true),
    KNOWN("value_ints", HOLDS_INTS, READ, .first = 12),
    KNOWN("value_string", HOLDS_TEXT, FIXED, .first = 12),
    KNOWN("value_strings", HOLDS_TEXTS, FIXED, .first = 12),
    LAST,
};

static const struct onnx_known constant_of_shape[] = {
    KNOWN("value", HOLDS_TENSOR, READ),
    LAST,
};

static const struct onnx_known conv[] = {
    KNOWN("auto_pad", HOLDS_TEXT, READ, .text = "NOTSET"),
    KNOWN("dilations", HOLDS_INTS, READ),
    KNOWN("group", HOLDS_INT, READ, .number = 1),
    KNOWN("kernel_shape", HOLDS_INTS, READ),
    KNOWN("pads", HOLDS_INTS, READ),
    KNOWN("strides", HOLDS_INTS, READ),
    LAST,
};

static const struct onnx_known conv_transpose[] = {
    KNOWN("auto_pad", HOLDS_TEXT, READ, .text = "NOTSET"),
    KNOWN("dilations", HOLDS_INTS, READ),
    KNOWN("group", HOLDS_INT, READ, .number = 1),
    KNOWN("kernel_shape", HOLDS_INTS, READ),
    KNOWN("output_padding", HOLDS_INTS, READ),
    KNOWN("output_shape", HOLDS_INTS, READ),
    KNOWN("pads", HOLDS_INTS, READ),
    KNOWN("strides", HOLDS_INTS, READ),
    LAST,
};

static const struct onnx_known depth_to_space[] = {
    KNOWN("blocksize", HOLDS_INT, REQUIRED),
    KNOWN("mode", HOLDS_TEXT, READ, .text = "DCR", .first = 11),
    LAST,
};

static const struct onnx_known dropout[] = {
    /* of training, which training_mode says */
    KNOWN("ratio", HOLDS_REAL, IDLE, .number = 0.5, .last = 11),
    KNOWN("seed", HOLDS_INT, IDLE, .first = 12, .none = true),
    LAST,
};

static const struct onnx_known alpha_one[] = {
    KNOWN("alpha", HOLDS_REAL, READ, .number = 1),
    LAST,
};

static const struct onnx_known einsum[] = {
    KNOWN("equation", HOLDS_TEXT, REQUIRED),
    LAST,
};

static const struct onnx_known flatten[] = {
    KNOWN("axis", HOLDS_INT, READ, .number = 1),
    LAST,
};

static const struct onnx_known gather[] = {
    KNOWN("axis", HOLDS_INT, READ),
    LAST,
};

static const struct onnx_known gelu[] = {
    KNOWN("approximate", HOLDS_TEXT, READ, .text = "none"),
    LAST,
};

static const struct onnx_known gemm[] = {
    KNOWN("alpha", HOLDS_REAL, READ, .number = 1),
    KNOWN("beta", HOLDS_REAL, READ, .number = 1),
    KNOWN("transA", HOLDS_INT, READ),
    KNOWN("transB", HOLDS_INT, READ),
    LAST,
};

static const struct onnx_known group_norm[] = {
    KNOWN("epsilon", HOLDS_REAL, READ, .number = 1e-5),
    KNOWN("num_groups", HOLDS_INT, REQUIRED),
    KNOWN("stash_type", HOLDS_INT, FIXED, .number = 1, .first = 21),
    LAST,
};

static const struct onnx_known hard_sigmoid[] = {
    KNOWN("alpha", HOLDS_REAL, READ, .number = 0.2),
    KNOWN("beta", HOLDS_REAL, READ, .number = 0.5),
    LAST,
};

static const struct onnx_known instance_norm[] = {
    KNOWN("epsilon", HOLDS_REAL, READ, .number = 1e-5),
    LAST,
};

static const struct onnx_known layer_norm[] = {
    KNOWN("axis", HOLDS_INT, READ, .number = -1),
    KNOWN("epsilon", HOLDS_REAL, READ, .number = 1e-5),
    KNOWN("stash_type", HOLDS_INT, FIXED, .number = 1),
    LAST,
};

static const struct onnx_known leaky_relu[] = {
    KNOWN("alpha", HOLDS_REAL, READ, .number = 0.01),
    LAST,
};

static const struct onnx_known lrn[] = {
    KNOWN("alpha", HOLDS_REAL, READ, .number = 1e-4),
    KNOWN("beta", HOLDS_REAL, READ, .number = 0.75),
    KNOWN("bias", HOLDS_REAL, READ, .number = 1),
    KNOWN("size", HOLDS_INT, REQUIRED),
    LAST,
};

static const struct onnx_known max_pool[] = {
    KNOWN("auto_pad", HOLDS_TEXT, READ, .text = "NOTSET"),
    KNOWN("ceil_mode", HOLDS_INT, READ, .first = 10),
    KNOWN("dilations", HOLDS_INTS, READ, .first = 10),
    KNOWN("kernel_shape", HOLDS_INTS, REQUIRED),
    KNOWN("pads", HOLDS_INTS, READ),
    /* of the numbers of the second output, which nobody can read */
    KNOWN("storage_order", HOLDS_INT, IDLE, .first = 8),
    KNOWN("strides", HOLDS_INTS, READ),
    LAST,
};

static const struct onnx_known mod[] = {
    KNOWN("fmod", HOLDS_INT, READ),
    LAST,
};

static const struct onnx_known pad[] = {
    KNOWN("mode", HOLDS_TEXT, READ, .text = "constant"),
    KNOWN("pads", HOLDS_INTS, REQUIRED, .last = 10),
    KNOWN("value", HOLDS_REAL, READ, .last = 10, .infinite = true),
    LAST,
};

static const struct onnx_known reduce[] = {
    KNOWN("axes", HOLDS_INTS, READ, .last = 17),
    KNOWN("keepdims", HOLDS_INT, READ, .number = 1),
    KNOWN("noop_with_empty_axes", HOLDS_INT, READ, .first = 18),
    LAST,
};

static const struct onnx_known reduce_sum[] = {
    KNOWN("axes", HOLDS_INTS, READ, .last = 12),
    KNOWN("keepdims", HOLDS_INT, READ, .number = 1),
    KNOWN("noop_with_empty_axes", HOLDS_INT, READ, .first = 13),
    LAST,
};

static const struct onnx_known reshape[] = {
    KNOWN("allowzero", HOLDS_INT, READ, .first = 14),
    LAST,
};

static const struct onnx_known resize[] = {
    KNOWN("antialias", HOLDS_INT, READ, .first = 18),
    KNOWN("axes", HOLDS_INTS, READ, .first = 18),
    KNOWN("coordinate_transformation_mode", HOLDS_TEXT, READ,
	.text = "half_pixel", .first = 11),
    KNOWN("cubic_coeff_a", HOLDS_REAL, READ, .number = -0.75, .first = 11),
    KNOWN("exclude_outside", HOLDS_INT, READ, .first = 11),
    /* of tf_crop_and_resize, which is refused */
    KNOWN("extrapolation_value", HOLDS_REAL, IDLE, .first = 11),
    KNOWN("keep_aspect_ratio_policy", HOLDS_TEXT, READ, .text = "stretch",
	.first = 18),
    KNOWN("mode", HOLDS_TEXT, READ, .text = "nearest"),
    KNOWN("nearest_mode", HOLDS_TEXT, READ, .text = "round_prefer_floor",
	.first = 11),
    LAST,
};

static const struct onnx_known selu[] = {
    KNOWN("alpha", HOLDS_REAL, READ, .number = 1.67326319217681884765625),
    KNOWN("gamma", HOLDS_REAL, READ, .number = 1.05070102214813232421875),
    LAST,
};

static const struct onnx_known scatter[] = {
    KNOWN("reduction", HOLDS_TEXT, FIXED, .text = "none", .first = 16),
    LAST,
};

static const struct onnx_known shape[] = {
    KNOWN("end", HOLDS_INT, READ, .first = 15, .none = true),
    KNOWN("start", HOLDS_INT, READ, .first = 15),
    LAST,
};

static const struct onnx_known shrink[] = {
    KNOWN("bias", HOLDS_REAL, READ),
    KNOWN("lambd", HOLDS_REAL, READ, .number = 0.5),
    LAST,
};

static const struct onnx_known slice[] = {
    KNOWN("axes", HOLDS_INTS, READ, .last = 9),
    KNOWN("ends", HOLDS_INTS, REQUIRED, .last = 9),
    KNOWN("starts", HOLDS_INTS, REQUIRED, .last = 9),
    LAST,
};

static const struct onnx_known trilu[] = {
    KNOWN("upper", HOLDS_INT, READ, .number = 1),
    LAST,
};

/* Before opset 13 all axes from this one on were taken together. */
static const struct onnx_known softmax[] = {
    KNOWN("axis", HOLDS_INT, READ, .number = 1, .last = 12),
    KNOWN("axis", HOLDS_INT, READ, .number = -1, .first = 13),
    LAST,
};

static const struct onnx_known space_to_depth[] = {
    KNOWN("blocksize", HOLDS_INT, REQUIRED),
    LAST,
};

static const struct onnx_known split[] = {
    KNOWN("axis", HOLDS_INT, READ),
    KNOWN("num_outputs", HOLDS_INT, READ, .first = 18, .none = true),
    KNOWN("split", HOLDS_INTS, READ, .last = 12),
    LAST,
};

static const struct onnx_known squeeze[] = {
    KNOWN("axes", HOLDS_INTS, READ, .last = 12),
    LAST,
};

static const struct onnx_known transpose[] = {
    KNOWN("perm", HOLDS_INTS, READ),
    LAST,
};

static const struct onnx_known upsample[] = {
    KNOWN("mode", HOLDS_TEXT, READ, .text = "nearest"),
    KNOWN("scales", HOLDS_REALS, REQUIRED, .last = 8),
    LAST,
};

static const struct onnx_known unsqueeze[] = {
    KNOWN("axes", HOLDS_INTS, REQUIRED, .last = 12),
    LAST,
};

/* ---- operators ---- */

#define OPERATOR(name_, ...)                           \
	{                                              \
		.name = (name_), .inputs = __VA_ARGS__ \
	}

const struct onnx_operator onnx_operators[] = {
    OPERATOR("Abs", one),
    OPERATOR("Add", two),
    OPERATOR("And", two),
    OPERATOR("AveragePool", one, .known = average_pool),
    OPERATOR("BatchNormalization", batch_norm_inputs, .known = batch_norm,
	.outputs_most = 5),
    OPERATOR("Cast", one, .known = cast),
    OPERATOR("Ceil", one),
    OPERATOR("Celu", one, .known = alpha_one, .first = 12),
    OPERATOR("Clip", clip_inputs, .known = clip),
    OPERATOR("Concat", any, .known = concat),
    OPERATOR("Constant", none, .known = constant),
    OPERATOR("ConstantOfShape", one, .known = constant_of_shape, .first = 9),
    OPERATOR("Conv", biased, .known = conv),
    OPERATOR("ConvTranspose", biased, .known = conv_transpose),
    OPERATOR("DepthToSpace", one, .known = depth_to_space),
    OPERATOR("Div", two),
    OPERATOR("Dropout", dropout_inputs, .known = dropout, .outputs_most = 2),
    OPERATOR("Einsum", any, .known = einsum, .first = 12),
    OPERATOR("Elu", one, .known = alpha_one),
    OPERATOR("Equal", two),
    OPERATOR("Erf", one, .first = 9),
    OPERATOR("Exp", one),
    OPERATOR("Expand", two, .first = 8),
    OPERATOR("Flatten", one, .known = flatten),
    OPERATOR("Floor", one),
    OPERATOR("Gather", two, .known = gather),
    OPERATOR("Gelu", one, .known = gelu, .first = 20),
    OPERATOR("Gemm", gemm_inputs, .known = gemm),
    OPERATOR("GlobalAveragePool", one),
    OPERATOR("GlobalMaxPool", one),
    OPERATOR("Greater", two),
    OPERATOR("GreaterOrEqual", two, .first = 12),
    OPERATOR("GroupNormalization", three, .known = group_norm, .first = 18),
    OPERATOR("HardSigmoid", one, .known = hard_sigmoid),
    OPERATOR("HardSwish", one, .first = 14),
    OPERATOR("Hardmax", one, .known = softmax),
    OPERATOR("Identity", one),
    OPERATOR("InstanceNormalization", three, .known = instance_norm),
    OPERATOR("LRN", one, .known = lrn),
    OPERATOR("LayerNormalization", biased, .known = layer_norm, .first = 17,
	.outputs_most = 3),
    OPERATOR("LeakyRelu", one, .known = leaky_relu),
    OPERATOR("Less", two),
    OPERATOR("LessOrEqual", two, .first = 12),
    OPERATOR("Log", one),
    OPERATOR("LogSoftmax", one, .known = softmax),
    OPERATOR("MatMul", two),
    OPERATOR("Max", any),
    OPERATOR("MaxPool", one, .known = max_pool, .outputs_most = 2),
    OPERATOR("Mean", any),
    OPERATOR("Min", any),
    OPERATOR("Mish", one, .first = 18),
    OPERATOR("Mod", two, .known = mod, .first = 10),
    OPERATOR("Mul", two),
    OPERATOR("Neg", one),
    OPERATOR("Not", one),
    OPERATOR("Or", two),
    OPERATOR("PRelu", two),
    OPERATOR("Pad", pad_inputs, .known = pad),
    OPERATOR("Pow", two),
    OPERATOR("RMSNormalization", two, .known = layer_norm, .first = 23),
    OPERATOR("Range", three, .first = 11),
    OPERATOR("Reciprocal", one),
    OPERATOR("ReduceL1", reduce_inputs, .known = reduce),
    OPERATOR("ReduceL2", reduce_inputs, .known = reduce),
    OPERATOR("ReduceLogSum", reduce_inputs, .known = reduce),
    OPERATOR("ReduceLogSumExp", reduce_inputs, .known = reduce),
    OPERATOR("ReduceMax", reduce_inputs, .known = reduce),
    OPERATOR("ReduceMean", reduce_inputs, .known = reduce),
    OPERATOR("ReduceMin", reduce_inputs, .known = reduce),
    OPERATOR("ReduceProd", reduce_inputs, .known = reduce),
    OPERATOR("ReduceSum", split_inputs, .known = reduce_sum),
    OPERATOR("ReduceSumSquare", reduce_inputs, .known = reduce),
    OPERATOR("Relu", one),
    OPERATOR("Reshape", two, .known = reshape),
    OPERATOR("Resize", resize_inputs, .known = resize, .first = 10),
    OPERATOR("Round", one, .first = 11),
    OPERATOR("ScatterND", three, .known = scatter, .first = 11),
    OPERATOR("Selu", one, .known = selu),
    OPERATOR("Shape", one, .known = shape),
    OPERATOR("Shrink", one, .known = shrink, .first = 9),
    OPERATOR("Sigmoid", one),
    OPERATOR("Sign", one, .first = 9),
    OPERATOR("Sin", one),
    OPERATOR("Slice", slice_inputs, .known = slice),
    OPERATOR("Softmax", one, .known = softmax),
    OPERATOR("Softplus", one),
    OPERATOR("Softsign", one),
    OPERATOR("SpaceToDepth", one, .known = space_to_depth),
    OPERATOR("Split", split_inputs, .known = split, .outputs = OUTPUTS_ALL),
    OPERATOR("Sqrt", one),
    OPERATOR("Squeeze", split_inputs, .known = squeeze),
    OPERATOR("Sub", two),
    OPERATOR("Sum", any),
    OPERATOR("Tanh", one),
    OPERATOR("ThresholdedRelu", one, .known = alpha_one, .first = 10),
    OPERATOR("Transpose", one, .known = transpose),
    OPERATOR("Trilu", trilu_inputs, .known = trilu, .first = 14),
    OPERATOR("Unsqueeze", unsqueeze_inputs, .known = unsqueeze),
    OPERATOR("Upsample", upsample_inputs, .known = upsample),
    OPERATOR("Where", three, .first = 9),
    OPERATOR("Xor", two),
    {.name = NULL},
};
