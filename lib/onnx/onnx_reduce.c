/* Reductions: the mean, the sum, the largest ... along axes of the image. */
#include "onnx/onnx_import.h"

/* Means over h w are what GlobalAveragePool is, with a kernel of its own. */
static int
pool_globally(const struct onnx_step *step, int value, bool keep)
{
	const struct attributes none = {0}, flat = {.axis = 1};

	value = onnx_add(step, OP_GLOBAL_AVERAGE_POOL, 1, &value, &none);
	return value < 0 || keep ? value
				 : onnx_add(step, OP_FLATTEN, 1, &value, &flat);
}

/* Without axes: all of them, or (as later opsets can say) none. */
static int
read_noop(const struct onnx_step *step, int64_t *none)
{
	*none = 0;
	return onnx_is_attribute(step, "noop_with_empty_axes")
		   ? onnx_int(step, "noop_with_empty_axes", none)
		   : 0;
}

/* What is reduced, and what is left. */
struct reduction {
	int value;
	bool axis[IMAGE_RANK_MAX]; /* of the image */
	struct shape from;
	bool keep, none;
	struct onnx_shape to;
};

static int
find_axes(const struct onnx_step *step, const struct onnx_shape *from,
    const int64_t *axes, size_t n, struct reduction *r)
{
	bool reduced[TENSOR_RANK_MAX] = {false};
	int place;

	for (size_t i = 0; i < n; i++) {
		if (onnx_axis(step, axes[i], from->rank, &place) < 0)
			return -1;
		reduced[place] = true;
	}
	r->to.outer = from->outer;
	for (int i = 0; i < from->rank; i++) {
		if (!reduced[i] || r->keep)
			r->to.dim[r->to.rank++] = reduced[i] ? 1 : from->dim[i];
		if (!reduced[i])
			continue;
		if (from->dim[i] % BATCH == 0)
			return error_set(step->import->err,
			    "reduces over the batch, expected axes of an "
			    "image");
		r->axis[onnx_one_axis(from, i)] = true;
	}
	return 0;
}

static int
read_reduction(const struct onnx_step *step, const struct onnx_result *x,
    struct reduction *r)
{
	int64_t axes[TENSOR_RANK_MAX], keep, none;
	struct onnx_part part;
	size_t n;

	*r = (struct reduction){.value = x->value};
	if (onnx_int(step, "keepdims", &keep) < 0 ||
	    read_noop(step, &none) < 0 ||
	    onnx_ints_or_input(step, "axes", 1, axes, TENSOR_RANK_MAX, &n) < 0)
		return -1;
	r->keep = keep != 0;
	r->none = n == 0 && none != 0;
	r->from = onnx_one(&x->shape);
	if (n == 0 && none == 0)
		return error_set(step->import->err,
		    "reduces over all axes, the batch among them");
	if (r->none) {
		r->to = x->shape;
		return 0;
	}
	part = onnx_part_of(step, x);
	for (size_t i = 0; part.hidden && i < n; i++)
		axes[i] += axes[i] >= 0;
	r->value = part.value;
	r->from = onnx_one(&part.shape);
	if (part.value < 0 || find_axes(step, &part.shape, axes, n, r) < 0)
		return -1;
	if (part.hidden)
		onnx_hide(&r->to);
	return 0;
}

/* Axes that are neighbours go at once, the last ones first. */
static int
add_reduction(const struct onnx_step *step, enum operator_kind op, int value,
    const struct reduction *r)
{
	struct shape shape = r->from;
	bool keep = true; /* the axes, if no other is left */

	for (int i = 0; i < shape.rank; i++)
		keep &= r->axis[i];
	keep |= r->keep;
	for (int last = shape.rank; value >= 0 && last > 0; last--) {
		struct attributes attr = {.keepdims = keep};
		int first = last, count = 0;

		while (first > 0 && r->axis[first - 1])
			first--;
		for (int i = first; i < last; i++)
			attr.axes[count++] = i + 1;
		if (count == 0)
			continue;
		if (op == OP_REDUCE_MEAN && shape.rank == 3 && first == 1 &&
		    last == 3)
			value = pool_globally(step, value, keep);
		else
			value = onnx_add(step, op, 1, &value, &attr);
		last = first + 1;
	}
	return value;
}

/* Each element becomes `before` of it, the result `after` of that. */
static int
reduce(
    const struct onnx_step *step, enum operator_kind op, int before, int after)
{
	const struct onnx_result *x = onnx_image(step, 0);
	const struct attributes none = {0};
	struct reduction r;
	struct shape one;
	int value;

	if (x == NULL || read_reduction(step, x, &r) < 0)
		return -1;
	value = r.value;
	if (before == OP_MUL)
		value = onnx_add(
		    step, OP_MUL, 2, (const int[]){value, value}, &none);
	else if (before >= 0)
		value = onnx_add(step, before, 1, &value, &none);
	if (r.none && op == OP_REDUCE_L2) /* of each for itself */
		value = onnx_add(step, OP_ABS, 1, &value, &none);
	value = add_reduction(step, op, value, &r);
	one = onnx_one(&r.to);
	value = onnx_add_reshape(step, value, one.rank, one.dim);
	if (value >= 0 && after >= 0)
		value = onnx_add(step, after, 1, &value, &none);
	return onnx_give(step, value, &r.to);
}

#define REDUCE(name, op, before, after)                 \
	static int name(const struct onnx_step *step)   \
	{                                               \
		return reduce(step, op, before, after); \
	}

REDUCE(convert_l1, OP_REDUCE_SUM, OP_ABS, -1)
REDUCE(convert_l2, OP_REDUCE_L2, -1, -1)
REDUCE(convert_log_sum, OP_REDUCE_SUM, -1, OP_LOG)
REDUCE(convert_log_sum_exp, OP_REDUCE_LOG_SUM_EXP, -1, -1)
REDUCE(convert_max, OP_REDUCE_MAX, -1, -1)
REDUCE(convert_mean, OP_REDUCE_MEAN, -1, -1)
REDUCE(convert_min, OP_REDUCE_MAX, OP_NEG, OP_NEG)
REDUCE(convert_prod, OP_REDUCE_PROD, -1, -1)
REDUCE(convert_sum, OP_REDUCE_SUM, -1, -1)
REDUCE(convert_sum_square, OP_REDUCE_SUM, OP_MUL, -1)

const struct onnx_row onnx_reductions[] = {
    {"ReduceL1", convert_l1},
    {"ReduceL2", convert_l2},
    {"ReduceLogSum", convert_log_sum},
    {"ReduceLogSumExp", convert_log_sum_exp},
    {"ReduceMax", convert_max},
    {"ReduceMean", convert_mean},
    {"ReduceMin", convert_min},
    {"ReduceProd", convert_prod},
    {"ReduceSum", convert_sum},
    {"ReduceSumSquare", convert_sum_square},
    {NULL, NULL},
};
