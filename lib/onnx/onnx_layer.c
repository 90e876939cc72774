/* Operators with windows and weights: convolutions, products, norms, pools. */
#include <string.h>

#include "base/plural.h"
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
		    "%s has %zu number%s, expected %zu (images of c h w)", name,
		    n, plural_s((int64_t)n), want);
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

/* What a window moves over: c h w, where a row of pixels is one of height 1. */
struct field {
	int value, axes;
	int64_t size[SPATIAL];
	enum operator_kind op; /* what the window does */
};

static int
find_field(const struct onnx_step *step, struct field *f)
{
	const struct onnx_result *x = onnx_plain(step, 0, 0);
	struct shape one;

	if (x == NULL)
		return -1;
	one = onnx_one(&x->shape);
	if (one.rank != 2 && one.rank != 1 + SPATIAL)
		return error_set(step->import->err,
		    "input '%.*s' has %d dimension%s, expected 3 or 4",
		    ONNX_TEXT(x->name), x->shape.rank, plural_s(x->shape.rank));
	*f = (struct field){x->value, one.rank - 1, {1, 1}, OP_CONV};
	for (int i = 1; i < one.rank; i++)
		f->size[SPATIAL - one.rank + i] = one.dim[i];
	if (f->axes < SPATIAL)
		f->value = onnx_add_reshape(step, x->value, 3,
		    (const int64_t[]){one.dim[0], 1, one.dim[1]});
	return f->value < 0 ? -1 : 0;
}

/* Output 0 is what the windows made of the field. */
static int
finish_field(const struct onnx_step *step, const struct field *f,
    enum operator_kind op, int n_in, const int *in,
    const struct attributes *attr)
{
	const struct graph *graph = step->import->graph;
	int value = onnx_add(step, op, n_in, in, attr);
	struct onnx_shape many;
	struct shape one;

	if (value < 0)
		return -1;
	one = graph->values[value].shape;
	if (f->axes < SPATIAL) {
		one.rank = 2;
		one.dim[1] = one.dim[2];
		value = onnx_add_reshape(step, value, 2, one.dim);
	}
	many = onnx_many(&one);
	return onnx_give(step, value, &many);
}

/* The numbers of those axes that the field has; others get `none`. */
static int
read_axes(const struct onnx_step *step, const struct field *f, const char *name,
    int sides, int fallback, int none, int *out)
{
	const int missing = SPATIAL - f->axes, least = sides > 1 ? 0 : 1;
	int v[2 * SPATIAL] = {0};

	if (onnx_read_spatial(step, name, (size_t)sides * (size_t)f->axes,
		least, fallback, v) < 0)
		return -1;
	for (int i = 0; i < sides * SPATIAL; i++) {
		const int side = i / SPATIAL, axis = i % SPATIAL - missing;

		out[i] = axis < 0 ? none : v[side * f->axes + axis];
	}
	return 0;
}

static int
read_window(const struct onnx_step *step, const struct field *f,
    struct attributes *attr)
{
	if (read_axes(step, f, "kernel_shape", 1, 0, 1, attr->kernel_shape) <
		0 ||
	    read_axes(step, f, "strides", 1, 1, 1, attr->strides) < 0 ||
	    read_axes(step, f, "pads", 2, 0, 0, attr->pads) < 0 ||
	    read_axes(step, f, "dilations", 1, 1, 1, attr->dilations) < 0 ||
	    read_int(step, "ceil_mode", &attr->ceil_mode) < 0 ||
	    read_int(step, "count_include_pad", &attr->count_include_pad) < 0 ||
	    read_int(step, "group", &attr->group) < 0)
		return -1;
	return 0;
}

/* The field without its first pixels along an axis. */
static int
crop(const struct onnx_step *step, struct field *f, int axis, int n)
{
	struct attributes attr = {.step = {1, 1, 1}};

	attr.start[1 + axis] = n;
	f->size[axis] -= n;
	f->value = onnx_add(step, OP_SLICE, 1, &f->value, &attr);
	return f->value < 0 ? -1 : 0;
}

/*
 * Where strides pass over more pixels than windows need, SAME leaves out some
 * in front: as many as ONNX Runtime does (measured; ONNX says nothing of it).
 * Its largest pixels refuse that.
 */
static int
leave_out(const struct onnx_step *step, struct field *f, bool lower, int i,
    int64_t more)
{
	const int64_t m = more - (lower ? 2 : 1);

	if (f->op == OP_MAX_POOL)
		return error_set(step->import->err,
		    "auto_pad is SAME and the strides pass over %lld pixel%s "
		    "more than the windows need: engines differ in which, "
		    "expected pads",
		    (long long)more, plural_s(more));
	if (f->op == OP_CONV)
		return m > 1 ? crop(step, f, i, (int)(m / 2)) : 0;
	more -= lower;
	return more > 1 ? crop(step, f, i, (int)(more / 2)) : 0;
}

/*
 * SAME_*: as many zeros as give ceil(size / stride) outputs, an odd one behind
 * (UPPER) or before.
 */
static int
pad_axis(const struct onnx_step *step, struct field *f, bool lower, int i,
    struct attributes *attr)
{
	const int64_t size = f->size[i], stride = attr->strides[i];
	const int64_t reach =
	    (int64_t)attr->dilations[i] * (attr->kernel_shape[i] - 1) + 1;
	const int64_t all =
	    (size + stride - 1) / stride * stride - stride + reach - size;

	if (all > 1 << 20)
		return error_set(
		    step->import->err, "pads of %lld", (long long)all);
	if (f->op != OP_CONV && attr->dilations[i] > 1)
		return error_set(step->import->err,
		    "auto_pad is SAME and the dilation is %d: engines differ "
		    "in how far such a pool reaches, expected pads",
		    attr->dilations[i]);
	if (all < 0)
		return leave_out(step, f, lower, i, -all);
	attr->pads[i] = (int)(lower ? (all + 1) / 2 : all / 2);
	attr->pads[SPATIAL + i] = (int)all - attr->pads[i];
	return 0;
}

/* SAME; VALID: no padding.  Otherwise pads says it. */
static int
read_auto_pad(
    const struct onnx_step *step, struct field *f, struct attributes *attr)
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
	for (int i = 0; (upper || lower) && i < SPATIAL; i++)
		if (pad_axis(step, f, lower, i, attr) < 0)
			return -1;
	return 0;
}

/* kernel_shape is the weight's, where the node has none. */
static int
read_kernel(const struct onnx_step *step, const struct field *f,
    const struct onnx_result *w, struct attributes *attr)
{
	if (attr->kernel_shape[SPATIAL - 1] != 0)
		return 0;
	if (w->shape.rank != 2 + f->axes)
		return error_set(step->import->err,
		    "the weight has not the shape k c %s",
		    f->axes == 1 ? "w" : "h w");
	for (int i = 2; i < w->shape.rank; i++) {
		if (w->shape.dim[i] < 1 || w->shape.dim[i] > 1 << 15)
			return error_set(step->import->err,
			    "the weight's kernel is %lld pixel%s large",
			    (long long)w->shape.dim[i],
			    plural_s(w->shape.dim[i]));
		attr->kernel_shape[i - w->shape.rank + SPATIAL] =
		    (int)w->shape.dim[i];
	}
	return 0;
}

static int
convert_conv(const struct onnx_step *step)
{
	struct onnx_result *w = onnx_in(step, 1);
	struct attributes attr = {0};
	int in[3], n = onnx_has(step, 2) ? 3 : 2;
	struct field f = {0};

	if (w == NULL || find_field(step, &f) < 0)
		return -1;
	if (read_window(step, &f, &attr) < 0 ||
	    read_kernel(step, &f, w, &attr) < 0 ||
	    read_auto_pad(step, &f, &attr) < 0)
		return -1;
	in[0] = f.value;
	in[1] = onnx_use_tensor(step, w, ROLE_WEIGHT, "weight", 0);
	if (in[1] < 0)
		return -1;
	if (n == 3) {
		in[2] = onnx_use_tensor(
		    step, onnx_in(step, 2), ROLE_BIAS, "bias", 0);
		if (in[2] < 0)
			return -1;
	}
	return finish_field(step, &f, OP_CONV, n, in, &attr);
}

static int
convert_pool(const struct onnx_step *step, enum operator_kind op)
{
	struct attributes attr = {0};
	struct field f = {0};

	if (find_field(step, &f) < 0)
		return -1;
	f.op = op;
	if (read_window(step, &f, &attr) < 0 ||
	    read_auto_pad(step, &f, &attr) < 0)
		return -1;
	return finish_field(step, &f, op, 1, &f.value, &attr);
}

/* The largest of a channel is that of a window as large as the image. */
static int
convert_global_max_pool(const struct onnx_step *step)
{
	struct attributes attr = {.strides = {1, 1}, .dilations = {1, 1}};
	struct field f = {0};

	if (find_field(step, &f) < 0)
		return -1;
	for (int i = 0; i < SPATIAL; i++)
		attr.kernel_shape[i] = (int)f.size[i];
	return finish_field(step, &f, OP_MAX_POOL, 1, &f.value, &attr);
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
		    "%zu output%s without training_mode, expected one", n,
		    plural_s((int64_t)n));
	if (training != 0)
		onnx_note_training(step);
	return 0;
}

/*
 * Channels of any pixels as c h w, which is what batch norms are trained and
 * have a curvature over; features alone stay what they are.
 */
static struct shape
norm_shape(const struct shape *one)
{
	struct shape to = {.rank = 3, .dim = {one->dim[0], 1, 1}};

	if (one->rank == 1)
		return *one;
	if (one->rank > 2)
		to.dim[1] = one->dim[1];
	to.dim[2] = shape_size(one) / to.dim[0] / to.dim[1];
	return to;
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
	struct shape one, as;
	int in[5];

	if (x == NULL || onnx_real(step, "epsilon", &attr.epsilon) < 0 ||
	    read_mode(step) < 0)
		return -1;
	one = onnx_one(&x->shape);
	as = norm_shape(&one);
	in[0] = x->value;
	if (!shape_same(&one, &as))
		in[0] = onnx_add_reshape(step, in[0], as.rank, as.dim);
	for (size_t i = 0; i < 4; i++) {
		struct onnx_result *t = onnx_in(step, i + 1);

		if (t == NULL)
			return -1;
		in[i + 1] = onnx_use_tensor(step, t, roles[i], slots[i], 0);
		if (in[i + 1] < 0)
			return -1;
	}
	if (in[0] < 0)
		return -1;
	in[0] = onnx_add(step, OP_BATCH_NORMALIZATION, 5, in, &attr);
	if (!shape_same(&one, &as))
		in[0] = onnx_add_reshape(step, in[0], one.rank, one.dim);
	return onnx_give(step, in[0], &x->shape);
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
    {"GlobalMaxPool", convert_global_max_pool},
    {NULL, NULL},
};
