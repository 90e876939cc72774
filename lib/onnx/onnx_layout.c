/* Operators that take parts and put them together: Gather, Slice, Split,
 * Concat.
 */
#include <string.h>

#include "onnx/onnx_import.h"

/* Elements [start, end) in steps of an axis of the image (not the batch). */
struct range {
	int axis;
	int64_t start, end, step;
};

static struct attributes
shape_attributes(const int64_t *dim, int rank)
{
	struct attributes attr = {0};

	for (int i = 0; i < rank; i++)
		attr.shape[i] = (int)dim[i];
	return attr;
}

/*
 * A slice of the slice that value is, in one node: what x[:, :, ::2, ::2] is
 * made of.  The node in between may be left without readers.
 */
static int
merge_slice(const struct onnx_step *step, int value, struct attributes *slice)
{
	const struct graph *graph = step->import->graph;
	const struct node *last = NULL;

	if (graph->n_nodes > 0)
		last = &graph->nodes[graph->n_nodes - 1];
	if (last == NULL || last->op != OP_SLICE || last->out != value)
		return value;
	for (int i = 0; i < 3; i++) {
		const struct attributes *a = &last->attr;
		const bool whole =
		    a->start[i] == 0 && a->end[i] == 0 && a->step[i] == 1;

		if (!whole && (slice->start[i] != 0 || slice->end[i] != 0 ||
				  slice->step[i] != 1))
			return value;
	}
	for (int i = 0; i < 3; i++) {
		slice->start[i] += last->attr.start[i];
		slice->end[i] += last->attr.end[i];
		slice->step[i] *= last->attr.step[i];
	}
	return last->in[0];
}

/*
 * The value of a range of `value` (image shape in); -1.  Slice takes three
 * dimensions: those on either side of the axis are taken together.
 */
static int
add_slice(const struct onnx_step *step, int value, const struct shape *in,
    const struct range *range)
{
	int64_t dim[3] = {1, in->dim[range->axis], 1};
	struct attributes attr, slice = {.step = {1, 1, 1}};
	struct shape out = *in;
	int axis = range->axis;

	if (in->rank > 3) {
		for (int i = 0; i < in->rank; i++)
			if (i != axis)
				dim[i < axis ? 0 : 2] *= in->dim[i];
		attr = shape_attributes(dim, 3);
		value = onnx_add(step, OP_RESHAPE, 1, &value, &attr);
		axis = 1;
	}
	slice.start[axis] = (int)range->start;
	slice.end[axis] = range->end == dim[1] ? 0 : (int)range->end;
	slice.step[axis] = (int)range->step;
	if (value >= 0 && in->rank == 3)
		value = merge_slice(step, value, &slice);
	if (value >= 0)
		value = onnx_add(step, OP_SLICE, 1, &value, &slice);
	if (value < 0 || in->rank <= 3)
		return value;
	out.dim[range->axis] =
	    (range->end - range->start + range->step - 1) / range->step;
	attr = shape_attributes(out.dim, out.rank);
	return onnx_add(step, OP_RESHAPE, 1, &value, &attr);
}

/* An activation on its way: what a slice leaves of another. */
struct part {
	int value;
	struct onnx_shape shape;
};

/* Leaves of part a range of axis `axis` (of the file's shape). */
static int
narrow(const struct onnx_step *step, struct part *part, int axis,
    const struct range *range)
{
	const struct shape one = onnx_one(&part->shape);
	const int64_t n = part->shape.dim[axis];
	struct range of_one = *range;

	of_one.axis = onnx_one_axis(&part->shape, axis);
	if (of_one.axis < 0 || n % BATCH == 0)
		return error_set(step->import->err,
		    "a part of the batch is taken, expected all of it");
	if (range->start < 0 || range->end > n || range->start >= range->end ||
	    range->step < 1 || range->step > (1 << 30))
		return error_set(step->import->err,
		    "elements %lld to %lld of %lld are taken in steps of %lld",
		    (long long)range->start, (long long)range->end,
		    (long long)n, (long long)range->step);
	if (range->end - range->start == n && range->step == 1)
		return 0;
	part->value = add_slice(step, part->value, &one, &of_one);
	part->shape.dim[axis] =
	    (range->end - range->start + range->step - 1) / range->step;
	return part->value < 0 ? -1 : 0;
}

/* Output i is the part. */
static int
give(const struct onnx_step *step, size_t i, const struct part *part)
{
	struct onnx_result *out = onnx_out(step, i);

	if (out == NULL)
		return -1;
	out->kind = ONNX_ACTIVATION;
	out->value = part->value;
	out->shape = part->shape;
	return 0;
}

/* Output i is what is left of in when a range is cut out. */
static int
cut(const struct onnx_step *step, size_t i, const struct onnx_result *in,
    int axis, const struct range *range)
{
	struct part part = {in->value, in->shape};

	return narrow(step, &part, axis, range) < 0 ? -1 : give(step, i, &part);
}

/* Takes the axis of one element out of output 0. */
static int
drop_axis(const struct onnx_step *step, int axis)
{
	struct onnx_import *import = step->import;
	struct onnx_result *out = &import->results[import->n_results - 1];
	struct attributes attr;
	struct shape one;

	for (int i = axis; i + 1 < out->shape.rank; i++)
		out->shape.dim[i] = out->shape.dim[i + 1];
	out->shape.rank--;
	one = onnx_one(&out->shape);
	if (one.rank == 0 || shape_check(&one, import->err) < 0)
		return error_set(import->err, "one number of an image is left");
	attr = shape_attributes(one.dim, one.rank);
	attr.axis = 1;
	out->value = onnx_add(step, one.rank == 1 ? OP_FLATTEN : OP_RESHAPE, 1,
	    &out->value, &attr);
	return out->value < 0 ? -1 : 0;
}

/*
 * Indices in any order: runs of neighbours, one behind the other.  n of them,
 * from 0 on.
 */
static int
gather_runs(const struct onnx_step *step, const struct onnx_result *in,
    int axis, const double *at, int64_t n)
{
	struct attributes attr = {.axis = onnx_one_axis(&in->shape, axis) + 1};
	struct part whole = {in->value, in->shape};
	int runs[NODE_INPUTS_MAX] = {0}, n_runs = 0;

	for (int64_t i = 0; i < n;) {
		struct range range = {.start = onnx_whole(at[i]), .step = 1};
		struct part run = whole;

		range.start += range.start < 0 ? in->shape.dim[axis] : 0;
		range.end = range.start + 1;
		for (i++; i < n && onnx_whole(at[i]) == range.end; i++)
			range.end++;
		if (n_runs == NODE_INPUTS_MAX)
			return error_set(step->import->err,
			    "the indices are more than %d runs of neighbours",
			    NODE_INPUTS_MAX);
		if (narrow(step, &run, axis, &range) < 0)
			return -1;
		runs[n_runs++] = run.value;
	}
	if (n_runs > 1)
		whole.value = onnx_add(step, OP_CONCAT, n_runs, runs, &attr);
	else
		whole.value = runs[0];
	whole.shape.dim[axis] = n;
	return whole.value < 0 ? -1 : give(step, 0, &whole);
}

static int
convert_gather(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_image(step, 0);
	struct onnx_result *index = onnx_in(step, 1);
	const double *at = NULL;
	int64_t axis;
	int place;

	if (in == NULL || index == NULL || onnx_int(step, "axis", &axis) < 0 ||
	    onnx_axis(step, axis, in->shape.rank, &place) < 0)
		return -1;
	if (onnx_numbers(step->import, index, &at) < 0)
		return -1;
	if (at == NULL || index->n < 1 || index->shape.rank > 1)
		return error_set(step->import->err,
		    "the indices are not known before the network runs");
	if (gather_runs(step, in, place, at, index->n) < 0)
		return -1;
	return index->shape.rank == 0 ? drop_axis(step, place) : 0;
}

static int
convert_slice(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_image(step, 0);
	int64_t v[4][TENSOR_RANK_MAX];
	bool cut[TENSOR_RANK_MAX] = {false};
	struct part part;
	size_t n[4];
	int axis;

	if (in == NULL ||
	    onnx_ints_or_input(
		step, "starts", 1, v[0], TENSOR_RANK_MAX, &n[0]) < 0 ||
	    onnx_ints_or_input(step, "ends", 2, v[1], TENSOR_RANK_MAX, &n[1]) <
		0 ||
	    onnx_ints_or_input(step, "axes", 3, v[2], TENSOR_RANK_MAX, &n[2]) <
		0 ||
	    onnx_ints_or_input(step, "steps", 4, v[3], TENSOR_RANK_MAX, &n[3]) <
		0)
		return -1;
	if (n[0] != n[1] || (n[2] > 0 && n[2] != n[0]) ||
	    (n[3] > 0 && n[3] != n[0]))
		return error_set(step->import->err,
		    "%zu starts, %zu ends, expected as many", n[0], n[1]);
	part = (struct part){in->value, in->shape};
	for (size_t i = 0; i < n[0]; i++) {
		struct range range = {.step = n[3] > 0 ? v[3][i] : 1};

		if (onnx_axis(step, n[2] > 0 ? v[2][i] : (int64_t)i,
			in->shape.rank, &axis) < 0)
			return -1;
		if (cut[axis])
			return error_set(
			    step->import->err, "axis %d is given twice", axis);
		cut[axis] = true;
		range.start = onnx_clamp(v[0][i], part.shape.dim[axis]);
		range.end = onnx_clamp(v[1][i], part.shape.dim[axis]);
		if (range.start == 0 && range.end == part.shape.dim[axis] &&
		    range.step == 1)
			continue;
		if (narrow(step, &part, axis, &range) < 0)
			return -1;
	}
	return give(step, 0, &part);
}

/*
 * The sizes of the node's outputs along an axis of `all` elements: as they are
 * given, or equal ones, of which the last may be smaller where the opset has
 * num_outputs.
 */
static int
read_sizes(const struct onnx_step *step, int64_t all, int64_t *size)
{
	const int64_t n = (int64_t)step->node->n_out;
	int64_t told = n, sum = 0, part;
	bool uneven = onnx_is_attribute(step, "num_outputs");
	size_t n_sizes;

	if (onnx_ints_or_input(
		step, "split", 1, size, 2 * TENSOR_RANK_MAX, &n_sizes) < 0 ||
	    (uneven && onnx_int_given(step, "num_outputs", &told) < 0))
		return -1;
	if (told != n || (n_sizes != 0 && (int64_t)n_sizes != n))
		return error_set(step->import->err,
		    "%lld sizes for %lld outputs",
		    (long long)(told != n ? told : (int64_t)n_sizes),
		    (long long)n);
	part = (all + n - 1) / n;
	for (int64_t i = 0; i < n; i++) {
		if (n_sizes == 0)
			size[i] = i < n - 1 || !uneven ? part : all - sum;
		if (size[i] < 0 || size[i] > all - sum)
			return error_set(step->import->err,
			    "part %lld has %lld elements, %lld of %lld are "
			    "left",
			    (long long)i, (long long)size[i],
			    (long long)(all - sum), (long long)all);
		sum += size[i];
	}
	if (sum != all)
		return error_set(step->import->err,
		    "parts of %lld elements in all, the axis has %lld",
		    (long long)sum, (long long)all);
	return 0;
}

static int
convert_split(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_image(step, 0);
	int64_t size[NODE_INPUTS_MAX], axis, n = (int64_t)step->node->n_out;
	struct range range = {.step = 1};
	int place;

	if (in == NULL || onnx_int(step, "axis", &axis) < 0 ||
	    onnx_axis(step, axis, in->shape.rank, &place) < 0)
		return -1;
	if (n < 1 || n > NODE_INPUTS_MAX)
		return error_set(step->import->err,
		    "%lld outputs, expected 1 to %d", (long long)n,
		    NODE_INPUTS_MAX);
	if (read_sizes(step, in->shape.dim[place], size) < 0)
		return -1;
	for (int64_t i = 0; i < n; i++) {
		range.end = range.start + size[i];
		if (cut(step, (size_t)i, in, place, &range) < 0)
			return -1;
		range.start = range.end;
	}
	return 0;
}

/* The operand that the others are held against: it depends on the image. */
static const struct onnx_result *
first_image(const struct onnx_step *step)
{
	for (size_t i = 0; i < step->node->n_in; i++) {
		const struct onnx_result *r = onnx_in(step, i);

		if (r == NULL || r->kind == ONNX_ACTIVATION)
			return r;
	}
	error_set(step->import->err, "no input depends on the image");
	return NULL;
}

/* A tensor that a file with a fixed batch has for each of its images. */
static struct onnx_shape
operand_shape(const struct onnx_step *step, const struct onnx_result *image,
    struct onnx_result *r)
{
	struct onnx_shape shape;

	if (r->kind != ONNX_ACTIVATION)
		onnx_share(step, image, r);
	shape = r->shape;
	if (r->kind != ONNX_ACTIVATION && step->import->static_batch > 0 &&
	    shape.dim[0] == 1 && image->shape.dim[0] == BATCH)
		shape.dim[0] = BATCH;
	return shape;
}

/* Input i beside image: its value; its extent along place is added to *sum. */
static int
concat_operand(const struct onnx_step *step, const struct onnx_result *image,
    size_t i, int place, int64_t *sum)
{
	struct onnx_result *r = onnx_in(step, i);
	const struct onnx_shape *to = &image->shape;
	struct onnx_shape other;

	if (r == NULL)
		return -1;
	other = operand_shape(step, image, r);
	if (other.rank == to->rank) {
		*sum += other.dim[place];
		other.dim[place] = to->dim[place];
	}
	if (other.rank != to->rank || other.outer > 1 || to->outer > 1 ||
	    memcmp(other.dim, to->dim, (size_t)to->rank * sizeof(*to->dim)) !=
		0)
		return error_set(step->import->err,
		    "input %zu differs from the others in more than axis %d", i,
		    place);
	if (r->kind == ONNX_ACTIVATION)
		return r->value;
	return onnx_use_tensor(
	    step, r, r->tensor.rank > 1 ? ROLE_WEIGHT : ROLE_BIAS, "weight", 0);
}

static int
convert_concat(const struct onnx_step *step)
{
	struct onnx_import *import = step->import;
	const struct onnx_result *first = first_image(step);
	int in[NODE_INPUTS_MAX], n = (int)step->node->n_in, place = 0;
	struct attributes attr = {0};
	struct onnx_shape to;
	int64_t axis, sum = 0;

	if (first == NULL)
		return -1;
	if (n > NODE_INPUTS_MAX)
		return error_set(import->err, "%d inputs, expected at most %d",
		    n, NODE_INPUTS_MAX);
	to = first->shape;
	if (onnx_int(step, "axis", &axis) < 0 ||
	    onnx_axis(step, axis, to.rank, &place) < 0)
		return -1;
	attr.axis = onnx_one_axis(&to, place) + 1;
	if (attr.axis == 0 || to.dim[place] % BATCH == 0)
		return error_set(import->err, "batches are concatenated");
	for (int i = 0; i < n; i++) {
		in[i] = concat_operand(step, first, (size_t)i, place, &sum);
		if (in[i] < 0)
			return -1;
	}
	to.dim[place] = sum;
	return onnx_emit(step, OP_CONCAT, n, in, &attr, &to);
}

const struct onnx_row onnx_layouts[] = {
    {"Gather", convert_gather},
    {"Slice", convert_slice},
    {"Split", convert_split},
    {"Concat", convert_concat},
    {NULL, NULL},
};
