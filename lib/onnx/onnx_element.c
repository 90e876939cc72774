/* Operators with stretched operands, Clip, Softmax. */
#include <float.h>
#include <math.h>

#include "base/plural.h"
#include "onnx/onnx_import.h"

/* A bound: attribute in old opsets, input in new ones. */
static int
read_bound(const struct onnx_step *step, const char *name, size_t i, float *out)
{
	const double *number;
	struct onnx_result *in;

	if (onnx_is_attribute(step, name))
		return onnx_real(step, name, out);
	if (!onnx_has(step, i))
		return 0;
	in = onnx_in(step, i);
	if (in == NULL || onnx_numbers(step->import, in, &number) < 0)
		return -1;
	if (number == NULL || in->n != 1 || isnan(number[0]))
		return error_set(step->import->err,
		    "%s is no number that is known before the network runs",
		    name);
	*out = (float)fmax(fmin(number[0], (double)FLT_MAX), -(double)FLT_MAX);
	return 0;
}

static int
convert_clip(const struct onnx_step *step)
{
	struct attributes attr = {.min = -FLT_MAX, .max = FLT_MAX};

	if (read_bound(step, "min", 1, &attr.min) < 0 ||
	    read_bound(step, "max", 2, &attr.max) < 0)
		return -1;
	return onnx_pointwise(step, OP_CLIP, &attr);
}

/*
 * What is compared, and integers, never learn.  A tensor that is added or
 * multiplied: vectors belong to a normalisation or are a bias, what has two
 * dimensions or more is a weight.
 */
static enum tensor_role
role_of(const struct onnx_step *step, enum operator_kind op,
    const struct onnx_result *tensor, const struct onnx_result *other)
{
	const struct graph *graph = step->import->graph;
	int wide = 0;

	for (int i = 0; i < tensor->tensor.rank; i++)
		wide += tensor->tensor.dim[i] > 1;
	if (op == OP_LESS || op == OP_LESS_OR_EQUAL || op == OP_EQUAL ||
	    (tensor->cast && onnx_tensor_is_whole(&tensor->tensor)))
		return ROLE_CONSTANT;
	if (wide > 1)
		return ROLE_WEIGHT;
	if (op != OP_ADD && op != OP_SUB)
		return ROLE_NORM_WEIGHT;
	for (size_t i = 0; i < graph->n_nodes; i++)
		if (graph->nodes[i].out == other->value &&
		    graph->nodes[i].op == OP_MUL)
			return ROLE_NORM_BIAS;
	return ROLE_BIAS;
}

/* A value that is no image's beside one that is: without the batch's axis. */
static int
drop_ones(const struct onnx_step *step, const struct onnx_result *one,
    const struct onnx_result *image)
{
	const struct shape beside = onnx_one(&image->shape);
	struct shape shape = onnx_one(&one->shape);
	int first = 0;

	while (shape.rank - first > beside.rank && shape.dim[first] == 1)
		first++;
	if (first == 0)
		return one->value;
	return onnx_add_reshape(
	    step, one->value, shape.rank - first, shape.dim + first);
}

/* The value of an operand in the graph. */
static int
operand(const struct onnx_step *step, enum operator_kind op,
    struct onnx_result *one, const struct onnx_result *other)
{
	enum tensor_role role;

	if (one->kind == ONNX_ACTIVATION)
		return onnx_is_fixed(&one->shape) ? drop_ones(step, one, other)
						  : one->value;
	role = role_of(step, op, one, other);
	return onnx_use_tensor(step, one, role,
	    role == ROLE_BIAS || role == ROLE_NORM_BIAS ? "bias" : "weight", 0);
}

/* Stretches to by from, axes counted from the last one. */
static int
stretch(const struct onnx_step *step, struct onnx_shape *to,
    const struct onnx_shape *from)
{
	const int shift = to->rank - from->rank;

	if (shift < 0)
		return error_set(step->import->err,
		    "a tensor has more dimensions than what depends on the "
		    "image");
	for (int i = 0; i < from->rank; i++) {
		int64_t *dim = &to->dim[shift + i];

		if (*dim == 1)
			*dim = from->dim[i];
		else if (from->dim[i] != 1 && from->dim[i] != *dim)
			return error_set(step->import->err,
			    "dimensions of %lld and %lld element%s, expected "
			    "equal ones or 1",
			    (long long)*dim, (long long)from->dim[i],
			    plural_s(from->dim[i]));
	}
	return 0;
}

static int64_t
outer_of(const struct onnx_shape *shape)
{
	return shape->outer > 1 ? shape->outer : 1;
}

/*
 * A tensor that reaches over a batch that is not in front would meet the wrong
 * axis of the image; likewise two batches at different places.
 */
static int
check_places(const struct onnx_step *step, const struct onnx_result *image,
    const struct onnx_result *other)
{
	const int batch = onnx_batch(step, &image->shape);
	const int after = image->shape.rank - batch;
	int theirs;

	if (batch < 0)
		return -1;
	if (other->kind != ONNX_ACTIVATION || onnx_is_fixed(&other->shape)) {
		if (batch > 0 && other->shape.rank >= after &&
		    image->shape.dim[batch] == BATCH)
			return error_set(step->import->err,
			    "a tensor reaches over the batch");
		return 0;
	}
	theirs = onnx_batch(step, &other->shape);
	if (theirs < 0 || other->shape.rank - theirs != after ||
	    outer_of(&other->shape) != outer_of(&image->shape))
		return error_set(step->import->err,
		    "the operands have the batch at different places");
	return 0;
}

/* What has the batch goes before what has none, then what has more axes. */
static bool
is_before(const struct onnx_shape *a, const struct onnx_shape *b)
{
	if (onnx_is_fixed(a) != onnx_is_fixed(b))
		return onnx_is_fixed(b);
	return a->rank > b->rank;
}

/* The one that depends on the image and has the most axes, or NULL. */
static const struct onnx_result *
find_image(struct onnx_result *const *operands, int n)
{
	const struct onnx_result *image = NULL;

	for (int i = 0; i < n; i++)
		if (operands[i]->kind == ONNX_ACTIVATION &&
		    (image == NULL ||
			is_before(&operands[i]->shape, &image->shape)))
			image = operands[i];
	return image;
}

static int
join_all(const struct onnx_step *step, enum operator_kind op, int n,
    struct onnx_result *const *operands, struct onnx_result *out)
{
	const struct onnx_result *image = find_image(operands, n);
	const struct attributes attr = {0};
	struct onnx_shape to;
	int in[NODE_INPUTS_MAX];

	if (image == NULL)
		return error_set(
		    step->import->err, "no operand depends on the image");
	to = image->shape;
	for (int i = 0; i < n; i++) {
		if (operands[i] == image)
			continue;
		onnx_share(step, image, operands[i]);
		if ((!onnx_is_fixed(&image->shape) &&
			check_places(step, image, operands[i]) < 0) ||
		    stretch(step, &to, &operands[i]->shape) < 0)
			return -1;
	}
	for (int i = 0; i < n; i++) {
		in[i] = operand(
		    step, op, operands[i], n == 2 ? operands[1 - i] : image);
		if (in[i] < 0)
			return -1;
	}
	*out = (struct onnx_result){.kind = ONNX_ACTIVATION, .shape = to};
	out->value = onnx_add(step, op, n, in, &attr);
	return out->value;
}

/* Gives all images' shapes the axis that they lack, or none. */
static bool
unhide_all(const struct onnx_import *import, int n,
    struct onnx_result *const *operands, struct onnx_shape *kept)
{
	int hidden = 0, others = 0;

	for (int i = 0; i < n; i++) {
		kept[i] = operands[i]->shape;
		if (operands[i]->kind != ONNX_ACTIVATION ||
		    onnx_is_fixed(&kept[i]))
			continue;
		if (onnx_unhide(import, &operands[i]->shape))
			hidden++;
		else
			others++;
	}
	for (int i = 0; others > 0 && i < n; i++)
		operands[i]->shape = kept[i];
	return hidden > 0 && others == 0;
}

int
onnx_join_all(const struct onnx_step *step, enum operator_kind op, int n,
    struct onnx_result *const *operands, struct onnx_result *out)
{
	struct onnx_shape kept[NODE_INPUTS_MAX];
	const bool hidden = unhide_all(step->import, n, operands, kept);
	int value = join_all(step, op, n, operands, out);

	for (int i = 0; hidden && i < n; i++)
		if (operands[i]->kind == ONNX_ACTIVATION)
			operands[i]->shape = kept[i];
	if (hidden)
		onnx_hide(&out->shape);
	return value;
}

int
onnx_join(const struct onnx_step *step, enum operator_kind op,
    struct onnx_result *a, struct onnx_result *b, struct onnx_result *out)
{
	struct onnx_result *const both[2] = {a, b};

	return onnx_join_all(step, op, 2, both, out);
}

static int
binary(const struct onnx_step *step, enum operator_kind op)
{
	struct onnx_result *a = onnx_in(step, 0), *b = onnx_in(step, 1);
	struct onnx_result out = {0};

	if (a == NULL || b == NULL)
		return -1;
	return onnx_give(step, onnx_join(step, op, a, b, &out), &out.shape);
}

#define BINARY(name, op)                              \
	static int name(const struct onnx_step *step) \
	{                                             \
		return binary(step, op);              \
	}

BINARY(convert_add, OP_ADD)
BINARY(convert_sub, OP_SUB)
BINARY(convert_mul, OP_MUL)
BINARY(convert_div, OP_DIV)
BINARY(convert_pow, OP_POW)

/*
 * Any number of operands, one after the other; what does not depend on the
 * image joins what does.
 */
static int
several(const struct onnx_step *step, enum operator_kind op,
    struct onnx_result *all)
{
	const size_t n = step->node->n_in;
	size_t first = 0;

	for (size_t i = 0; i < n; i++)
		if (onnx_in(step, i) == NULL)
			return -1;
	while (first < n && onnx_in(step, first)->kind != ONNX_ACTIVATION)
		first++;
	if (first == n)
		return error_set(
		    step->import->err, "no operand depends on the image");
	*all = *onnx_in(step, first);
	for (size_t i = 0; i < n; i++)
		if (i != first &&
		    onnx_join(step, op, all, onnx_in(step, i), all) < 0)
			return -1;
	return all->value;
}

#define SEVERAL(name, op)                                  \
	static int name(const struct onnx_step *step)      \
	{                                                  \
		struct onnx_result all = {0};              \
		int value = several(step, op, &all);       \
                                                           \
		return onnx_give(step, value, &all.shape); \
	}

SEVERAL(convert_sum, OP_ADD)
SEVERAL(convert_max, OP_MAX)
SEVERAL(convert_min, OP_MIN)

static int
convert_mean(const struct onnx_step *step)
{
	const double share = 1.0 / (double)step->node->n_in;
	struct onnx_result all = {0};
	int value = several(step, OP_ADD, &all);

	value = onnx_add_number(step, OP_MUL, value, share);
	return onnx_give(step, value, &all.shape);
}

/* Before opset 13 all axes from this one on were taken together. */
static int
flattened(const struct onnx_step *step, enum operator_kind op,
    const struct onnx_result *x, int axis)
{
	const struct shape one = onnx_one(&x->shape);
	struct shape flat = one;
	struct attributes attr = {.axis = axis + 1};
	int value;

	flat.rank = axis + 1;
	for (int i = axis + 1; i < one.rank; i++)
		flat.dim[axis] *= one.dim[i];
	value = onnx_add_reshape(step, x->value, flat.rank, flat.dim);
	value = value < 0 ? -1 : onnx_add(step, op, 1, &value, &attr);
	value = onnx_add_reshape(step, value, one.rank, one.dim);
	return onnx_give(step, value, &x->shape);
}

static int
softmax(const struct onnx_step *step, enum operator_kind op)
{
	const struct onnx_result *x = onnx_image(step, 0);
	const bool old = step->import->file->opset < 13;
	struct attributes attr = {0};
	int64_t axis;
	int place, batch;

	if (x == NULL || onnx_int(step, "axis", &axis) < 0 ||
	    onnx_axis(step, axis, x->shape.rank, &place) < 0 ||
	    (batch = onnx_batch(step, &x->shape)) < 0)
		return -1;
	if (place == batch || (old && place < batch))
		return error_set(step->import->err,
		    "axis is %d, where the batch is%s", place,
		    old ? " or before it" : "");
	attr.axis = onnx_one_axis(&x->shape, place) + 1;
	if (old && place < x->shape.rank - 1)
		return flattened(step, op, x, attr.axis - 1);
	return onnx_pointwise(step, op, &attr);
}

static int
convert_softmax(const struct onnx_step *step)
{
	return softmax(step, OP_SOFTMAX);
}

static int
convert_log_softmax(const struct onnx_step *step)
{
	return softmax(step, OP_LOG_SOFTMAX);
}

static int
convert_hardmax(const struct onnx_step *step)
{
	return softmax(step, OP_HARDMAX);
}

const struct onnx_row onnx_elements[] = {
    {"Clip", convert_clip},
    {"Softmax", convert_softmax},
    {"LogSoftmax", convert_log_softmax},
    {"Hardmax", convert_hardmax},
    {"Add", convert_add},
    {"Sub", convert_sub},
    {"Mul", convert_mul},
    {"Div", convert_div},
    {"Pow", convert_pow},
    {"Sum", convert_sum},
    {"Mean", convert_mean},
    {"Max", convert_max},
    {"Min", convert_min},
    {NULL, NULL},
};
