/* Operators with windows and weights: convolutions, products, norms, pools. */
#include <string.h>

#include "onnx/onnx_import.h"

int
onnx_read_spatial(const struct onnx_step *step, const char *name, size_t want,
    int least, int fallback, int *out)
{
	int64_t v[2 * SPATIAL];
	size_t n = 0;

	if (onnx_is_attribute(step, name) &&
	    onnx_ints(step, name, v, 2 * SPATIAL, &n) < 0)
		return -1;
	if (n != 0 && n != want)
		return error_set(step->import->err,
		    "%s has %zu numbers, expected %zu (images of c h w)", name,
		    n, want);
	for (size_t i = 0; i < want; i++) {
		if (n > 0 && (v[i] < least || v[i] > 1 << 20))
			return error_set(step->import->err,
			    "%s is %lld, expected %d or more", name,
			    (long long)v[i], least);
		out[i] = n > 0 ? (int)v[i] : fallback;
	}
	return 0;
}

/* An integer of opsets that have it, else 0. */
static int
read_int(const struct onnx_step *step, const char *name, int *out)
{
	int64_t v = 0;

	if (onnx_is_attribute(step, name) && onnx_int(step, name, &v) < 0)
		return -1;
	if (v < -(1 << 20) || v > 1 << 20)
		return error_set(
		    step->import->err, "%s is %lld", name, (long long)v);
	*out = (int)v;
	return 0;
}

static int
read_window(const struct onnx_step *step, struct attributes *attr)
{
	if (onnx_read_spatial(
		step, "kernel_shape", SPATIAL, 1, 0, attr->kernel_shape) < 0 ||
	    onnx_read_spatial(step, "strides", SPATIAL, 1, 1, attr->strides) <
		0 ||
	    onnx_read_spatial(step, "pads", 2 * SPATIAL, 0, 0, attr->pads) <
		0 ||
	    onnx_read_spatial(
		step, "dilations", SPATIAL, 1, 1, attr->dilations) < 0 ||
	    read_int(step, "ceil_mode", &attr->ceil_mode) < 0 ||
	    read_int(step, "count_include_pad", &attr->count_include_pad) < 0 ||
	    read_int(step, "group", &attr->group) < 0)
		return -1;
	return 0;
}

/*
 * SAME_*: as many zeros as give ceil(size / stride) outputs; an odd one lies
 * behind (UPPER) or before.  VALID: none.  Otherwise pads says it.
 */
static int
read_auto_pad(const struct onnx_step *step, const struct onnx_result *x,
    struct attributes *attr)
{
	const int before = attr->pads[0] + attr->pads[1] + attr->pads[SPATIAL] +
			   attr->pads[SPATIAL + 1];
	struct onnx_text pad;
	bool upper, lower;

	if (onnx_text(step, "auto_pad", &pad) < 0)
		return -1;
	if (pad.n == 0 || onnx_text_is(pad, "NOTSET"))
		return 0;
	upper = onnx_text_is(pad, "SAME_UPPER");
	lower = onnx_text_is(pad, "SAME_LOWER");
	if (!upper && !lower && !onnx_text_is(pad, "VALID"))
		return error_set(step->import->err,
		    "auto_pad is '%.*s', expected NOTSET, SAME_UPPER, "
		    "SAME_LOWER or VALID",
		    ONNX_TEXT(pad));
	if (before != 0)
		return error_set(step->import->err,
		    "auto_pad is %.*s and pads are given, expected one of them",
		    ONNX_TEXT(pad));
	for (int i = 0; i < SPATIAL; i++) {
		const int64_t size = x->shape.dim[2 + i],
			      stride =
				  attr->strides[i] > 0 ? attr->strides[i] : 1;
		const int64_t reach =
		    (int64_t)attr->dilations[i] * (attr->kernel_shape[i] - 1) +
		    1;
		int64_t all = (size + stride - 1) / stride * stride - stride +
			      reach - size;

		if (all < 0 || (!upper && !lower))
			all = 0;
		if (all > 1 << 20)
			return error_set(
			    step->import->err, "pads of %lld", (long long)all);
		attr->pads[i] = (int)(lower ? (all + 1) / 2 : all / 2);
		attr->pads[SPATIAL + i] = (int)all - attr->pads[i];
	}
	return 0;
}

static int
convert_conv(const struct onnx_step *step)
{
	const struct onnx_result *x = onnx_plain(step, 0, 1 + SPATIAL);
	struct onnx_result *w = onnx_in(step, 1);
	struct attributes attr = {0};
	int in[3];

	if (x == NULL || w == NULL || read_window(step, &attr) < 0)
		return -1;
	for (int i = 0; i < SPATIAL && attr.kernel_shape[0] == 0; i++)
		if (w->shape.rank != 2 + SPATIAL || w->shape.dim[2] > 1 << 15 ||
		    w->shape.dim[3] > 1 << 15)
			return error_set(step->import->err,
			    "the weight has not the shape k c h w");
	if (attr.kernel_shape[0] == 0) {
		attr.kernel_shape[0] = (int)w->shape.dim[2];
		attr.kernel_shape[1] = (int)w->shape.dim[3];
	}
	in[0] = x->value;
	if (read_auto_pad(step, x, &attr) < 0)
		return -1;
	in[1] = onnx_use_tensor(step, w, ROLE_WEIGHT, "weight", 0);
	if (in[1] < 0)
		return -1;
	if (onnx_has(step, 2)) {
		in[2] = onnx_use_tensor(
		    step, onnx_in(step, 2), ROLE_BIAS, "bias", 0);
		if (in[2] < 0)
			return -1;
	}
	return onnx_emit(
	    step, OP_CONV, onnx_has(step, 2) ? 3 : 2, in, &attr, NULL);
}

static int
convert_pool(const struct onnx_step *step, enum operator_kind op)
{
	const struct onnx_result *x = onnx_plain(step, 0, 1 + SPATIAL);
	struct attributes attr = {0};

	if (x == NULL || read_window(step, &attr) < 0 ||
	    read_auto_pad(step, x, &attr) < 0)
		return -1;
	return onnx_emit(step, op, 1, &x->value, &attr, NULL);
}

static int
convert_max_pool(const struct onnx_step *step)
{
	return convert_pool(step, OP_MAX_POOL);
}

static int
convert_average_pool(const struct onnx_step *step)
{
	return convert_pool(step, OP_AVERAGE_POOL);
}

static int
convert_global_average_pool(const struct onnx_step *step)
{
	const struct onnx_result *x = onnx_plain(step, 0, 0);
	const struct attributes attr = {0};

	return x == NULL ? -1
			 : onnx_emit(step, OP_GLOBAL_AVERAGE_POOL, 1, &x->value,
			       &attr, NULL);
}

/*
 * Is it one that trains?  It is read as the trained one, which is noted. Before
 * training_mode, outputs behind the first said so.
 */
static int
read_mode(const struct onnx_step *step)
{
	int64_t training = 0;
	size_t n = 0;

	for (size_t i = 0; i < step->node->n_out; i++)
		n += onnx_name_at(step, step->node->out + i).n > 0;
	if (!onnx_is_attribute(step, "training_mode"))
		training = n > 1;
	else if (onnx_int(step, "training_mode", &training) < 0)
		return -1;
	if (training == 0 && n > 1)
		return error_set(step->import->err,
		    "%zu outputs without training_mode, expected one", n);
	if (training != 0)
		onnx_note_training(step);
	return 0;
}

static int
convert_batch_norm(const struct onnx_step *step)
{
	static const enum tensor_role roles[] = {ROLE_NORM_WEIGHT,
	    ROLE_NORM_BIAS, ROLE_RUNNING_MEAN, ROLE_RUNNING_VAR};
	static const char *const slots[] = {
	    "weight", "bias", "running_mean", "running_var"};
	const struct onnx_result *x = onnx_plain(step, 0, 0);
	struct attributes attr = {0};
	int in[5];

	if (x == NULL || onnx_real(step, "epsilon", &attr.epsilon) < 0 ||
	    read_mode(step) < 0)
		return -1;
	in[0] = x->value;
	for (size_t i = 0; i < 4; i++) {
		struct onnx_result *t = onnx_in(step, i + 1);

		if (t == NULL)
			return -1;
		in[i + 1] = onnx_use_tensor(step, t, roles[i], slots[i], 0);
		if (in[i + 1] < 0)
			return -1;
	}
	return onnx_emit(step, OP_BATCH_NORMALIZATION, 5, in, &attr, NULL);
}

static int
convert_layer_norm(const struct onnx_step *step)
{
	const struct onnx_result *x = onnx_image(step, 0);
	struct attributes attr = {0};
	int64_t axis;
	int in[3], place, batch, n = onnx_has(step, 2) ? 3 : 2;

	if (x == NULL || onnx_in(step, 1) == NULL ||
	    onnx_real(step, "epsilon", &attr.epsilon) < 0 ||
	    onnx_int(step, "axis", &axis) < 0 ||
	    onnx_axis(step, axis, x->shape.rank, &place) < 0 ||
	    (batch = onnx_batch(step, &x->shape)) < 0)
		return -1;
	if (batch >= place)
		return error_set(
		    step->import->err, "normalises over the batch");
	attr.axis = onnx_one_axis(&x->shape, place) + 1;
	in[0] = x->value;
	for (int i = 1; i < n; i++) {
		in[i] = onnx_use_tensor(step, onnx_in(step, (size_t)i),
		    i == 1 ? ROLE_NORM_WEIGHT : ROLE_NORM_BIAS,
		    i == 1 ? "weight" : "bias", 0);
		if (in[i] < 0)
			return -1;
	}
	return onnx_emit(step, OP_LAYER_NORMALIZATION, n, in, &attr, &x->shape);
}

const struct onnx_row onnx_layers[] = {
    {"Conv", convert_conv},
    {"BatchNormalization", convert_batch_norm},
    {"LayerNormalization", convert_layer_norm},
    {"MaxPool", convert_max_pool},
    {"AveragePool", convert_average_pool},
    {"GlobalAveragePool", convert_global_average_pool},
    {NULL, NULL},
};
