/* Parts of an activation: ranges of an axis, and elements by their numbers. */
#include "base/plural.h"
#include "onnx/onnx_import.h"

struct onnx_part
onnx_part_of(const struct onnx_step *step, const struct onnx_result *in)
{
	struct onnx_part part = {.value = in->value, .shape = in->shape};
	struct shape one;

	if (step->import->static_batch == 1)
		part.shape.outer = 1; /* there is nothing to run slower than */
	part.hidden = onnx_unhide(step->import, &part.shape);
	if (!part.hidden) {
		part.shape = in->shape;
		return part;
	}
	one = onnx_one(&part.shape);
	part.value = onnx_add_reshape(step, part.value, one.rank, one.dim);
	return part;
}

int
onnx_give_part(
    const struct onnx_step *step, size_t i, const struct onnx_part *part)
{
	struct onnx_result *out = onnx_out(step, i);

	if (out == NULL)
		return -1;
	out->kind = ONNX_ACTIVATION;
	out->value = part->value;
	out->shape = part->shape;
	if (part->hidden)
		onnx_hide(&out->shape);
	return 0;
}

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
    int place, const struct onnx_range *range)
{
	int64_t dim[3] = {1, in->dim[place], 1};
	struct attributes attr, slice = {.step = {1, 1, 1}};
	struct shape out = *in;
	int axis = place;

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
	out.dim[place] =
	    (range->end - range->start + range->step - 1) / range->step;
	attr = shape_attributes(out.dim, out.rank);
	return onnx_add(step, OP_RESHAPE, 1, &value, &attr);
}

int
onnx_narrow(const struct onnx_step *step, struct onnx_part *part, int axis,
    const struct onnx_range *range)
{
	const struct shape one = onnx_one(&part->shape);
	const int64_t n = part->shape.dim[axis];
	const int place = onnx_one_axis(&part->shape, axis);

	if (place < 0 || n % BATCH == 0)
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
	part->value = add_slice(step, part->value, &one, place, range);
	part->shape.dim[axis] =
	    (range->end - range->start + range->step - 1) / range->step;
	return part->value < 0 ? -1 : 0;
}

int
onnx_splice(const struct onnx_step *step, struct onnx_shape *shape, int axis,
    const struct onnx_shape *index)
{
	struct onnx_shape to = {.outer = shape->outer};

	if (shape->rank - 1 + index->rank > TENSOR_RANK_MAX)
		return error_set(step->import->err,
		    "%d dimension%s, expected at most %d",
		    shape->rank - 1 + index->rank,
		    plural_s((shape->rank - 1 + index->rank)), TENSOR_RANK_MAX);
	for (int i = 0; i < axis; i++)
		to.dim[to.rank++] = shape->dim[i];
	for (int i = 0; i < index->rank; i++)
		to.dim[to.rank++] = index->dim[i];
	for (int i = axis + 1; i < shape->rank; i++)
		to.dim[to.rank++] = shape->dim[i];
	*shape = to;
	return 0;
}

int
onnx_take(const struct onnx_step *step, struct onnx_part *part, int axis,
    const struct onnx_shape *index, const double *at)
{
	const int64_t n = part->shape.dim[axis];
	struct attributes attr = {
	    .axis = onnx_one_axis(&part->shape, axis) + 1};
	int in[2] = {part->value};

	if (attr.axis == 0 || n % BATCH == 0)
		return error_set(step->import->err,
		    "a part of the batch is taken, expected all of it");
	if (n > 1 << 24)
		return error_set(step->import->err,
		    "%lld element%s %s taken by numbers, expected at most %d",
		    (long long)n, plural_s(n), plural(n, "is", "are"), 1 << 24);
	in[1] = onnx_add_numbers(step, index, at);
	if (in[1] < 0 || onnx_splice(step, &part->shape, axis, index) < 0)
		return -1;
	part->value = onnx_add(step, OP_GATHER, 2, in, &attr);
	return part->value < 0 ? -1 : 0;
}
