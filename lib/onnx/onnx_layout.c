/* Operators that take parts and put them together: Slice, Split, Concat. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "onnx/onnx_import.h"

/* Output i is what is left of all when a range is cut out. */
static int
cut(const struct onnx_step *step, size_t i, const struct onnx_part *all,
    int axis, const struct onnx_range *range)
{
	struct onnx_part part = *all;

	return onnx_narrow(step, &part, axis, range) < 0
		   ? -1
		   : onnx_give_part(step, i, &part);
}

/* A slice that counts down. */
static int
take_back(const struct onnx_step *step, struct onnx_part *part, int axis,
    const struct onnx_range *range)
{
	const int64_t n = part->shape.dim[axis];
	struct onnx_shape index = {.rank = 1};
	int64_t *count = &index.dim[0];
	double *at;
	int status;

	if (n % BATCH == 0)
		return error_set(step->import->err,
		    "a part of the batch is taken, expected all of it");
	at = memory_new((size_t)n, sizeof(*at), step->import->err);
	if (at == NULL)
		return -1;
	for (int64_t i = range->start; i > range->end; i += range->step)
		at[(*count)++] = (double)i;
	if (*count > 0)
		status = onnx_take(step, part, axis, &index, at);
	else
		status = error_set(step->import->err,
		    "elements %lld to %lld of %lld are taken in steps of %lld",
		    (long long)range->start, (long long)range->end,
		    (long long)n, (long long)range->step);
	free(at);
	return status;
}

/* starts, ends, axes and steps, the last two empty or as many as the others. */
static int
read_cuts(
    const struct onnx_step *step, int64_t v[4][TENSOR_RANK_MAX], size_t n[4])
{
	static const char *const names[] = {"starts", "ends", "axes", "steps"};

	for (size_t i = 0; i < 4; i++)
		if (onnx_ints_or_input(step, names[i], i + 1, v[i],
			TENSOR_RANK_MAX, &n[i]) < 0)
			return -1;
	if (n[0] != n[1] || (n[2] > 0 && n[2] != n[0]) ||
	    (n[3] > 0 && n[3] != n[0]))
		return error_set(step->import->err,
		    "%zu starts, %zu ends, expected as many", n[0], n[1]);
	return 0;
}

static int
convert_slice(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_image(step, 0);
	int64_t v[4][TENSOR_RANK_MAX];
	bool cut[TENSOR_RANK_MAX] = {false};
	struct onnx_part part;
	size_t n[4];
	int axis;

	if (in == NULL || read_cuts(step, v, n) < 0)
		return -1;
	part = onnx_part_of(step, in);
	for (size_t i = 0; i < n[0]; i++) {
		struct onnx_range range = {.step = n[3] > 0 ? v[3][i] : 1};

		if (onnx_axis(step, n[2] > 0 ? v[2][i] : (int64_t)i,
			in->shape.rank, &axis) < 0)
			return -1;
		axis += part.hidden;
		if (cut[axis])
			return error_set(
			    step->import->err, "axis %d is given twice", axis);
		cut[axis] = true;
		range.start =
		    onnx_bound(v[0][i], part.shape.dim[axis], range.step);
		range.end =
		    onnx_bound(v[1][i], part.shape.dim[axis], range.step);
		if (range.step < 0 && range.step > -(1 << 30)) {
			if (take_back(step, &part, axis, &range) < 0)
				return -1;
			continue;
		}
		if (range.start == 0 && range.end == part.shape.dim[axis] &&
		    range.step == 1)
			continue;
		if (onnx_narrow(step, &part, axis, &range) < 0)
			return -1;
	}
	return onnx_give_part(step, 0, &part);
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
		    "%lld size%s for %lld output%s",
		    (long long)(told != n ? told : (int64_t)n_sizes),
		    plural_s((told != n ? told : (int64_t)n_sizes)),
		    (long long)n, plural_s(n));
	part = (all + n - 1) / n;
	for (int64_t i = 0; i < n; i++) {
		if (n_sizes == 0)
			size[i] = i < n - 1 || !uneven ? part : all - sum;
		if (size[i] < 0 || size[i] > all - sum)
			return error_set(step->import->err,
			    "part %lld has %lld element%s, %lld of %lld are "
			    "left",
			    (long long)i, (long long)size[i], plural_s(size[i]),
			    (long long)(all - sum), (long long)all);
		sum += size[i];
	}
	if (sum != all)
		return error_set(step->import->err,
		    "parts of %lld element%s in all, the axis has %lld",
		    (long long)sum, plural_s(sum), (long long)all);
	return 0;
}

static int
convert_split(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_image(step, 0);
	int64_t size[NODE_INPUTS_MAX], axis, n = (int64_t)step->node->n_out;
	struct onnx_range range = {.step = 1};
	struct onnx_part all;
	int place;

	if (in == NULL || onnx_int(step, "axis", &axis) < 0 ||
	    onnx_axis(step, axis, in->shape.rank, &place) < 0)
		return -1;
	if (n < 1 || n > NODE_INPUTS_MAX)
		return error_set(step->import->err,
		    "%lld output%s, expected 1 to %d", (long long)n,
		    plural_s(n), NODE_INPUTS_MAX);
	all = onnx_part_of(step, in);
	place += all.hidden;
	if (read_sizes(step, all.shape.dim[place], size) < 0)
		return -1;
	for (int64_t i = 0; i < n; i++) {
		range.end = range.start + size[i];
		if (cut(step, (size_t)i, &all, place, &range) < 0)
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
tensor_shape(const struct onnx_step *step, const struct onnx_part *image,
    const struct onnx_result *first, struct onnx_result *r)
{
	struct onnx_shape shape, wide = {.dim = {BATCH}};

	onnx_share(step, first, r);
	shape = r->shape;
	if (image->hidden && shape.rank < TENSOR_RANK_MAX) {
		wide.rank = shape.rank + 1;
		memcpy(wide.dim + 1, shape.dim,
		    (size_t)shape.rank * sizeof(*shape.dim));
		return wide;
	}
	if (step->import->static_batch > 0 && shape.dim[0] == 1 &&
	    image->shape.dim[0] == BATCH)
		shape.dim[0] = BATCH;
	return shape;
}

/* Operands beside an image, and how much there is of them along an axis. */
struct concat {
	const struct onnx_result *first;
	struct onnx_part image; /* the same */
	int axis;
	int64_t sum;
};

/* Input i: its value; its extent is added. */
static int
concat_operand(const struct onnx_step *step, struct concat *c, size_t i)
{
	struct onnx_result *r = onnx_in(step, i);
	const struct onnx_shape *to = &c->image.shape;
	struct onnx_part part = {.value = -1};

	if (r == NULL)
		return -1;
	if (r->kind == ONNX_ACTIVATION)
		part = onnx_part_of(step, r);
	else
		part.shape = tensor_shape(step, &c->image, c->first, r);
	if (part.shape.rank == to->rank) {
		c->sum += part.shape.dim[c->axis];
		part.shape.dim[c->axis] = to->dim[c->axis];
	}
	if (part.shape.rank != to->rank || part.shape.outer > 1 ||
	    to->outer > 1 ||
	    memcmp(part.shape.dim, to->dim,
		(size_t)to->rank * sizeof(*to->dim)) != 0)
		return error_set(step->import->err,
		    "input %zu differs from the others in more than axis %d", i,
		    c->axis - c->image.hidden);
	if (r->kind == ONNX_ACTIVATION)
		return part.value;
	return onnx_use_tensor(
	    step, r, r->tensor.rank > 1 ? ROLE_WEIGHT : ROLE_BIAS, "weight", 0);
}

/* All inputs as one node's, behind which the axis is as long as they all are.
 */
static int
concat(const struct onnx_step *step, struct concat *c)
{
	struct attributes attr = {
	    .axis = onnx_one_axis(&c->image.shape, c->axis) + 1};
	int in[NODE_INPUTS_MAX], n = (int)step->node->n_in;

	if (attr.axis == 0 || c->image.shape.dim[c->axis] % BATCH == 0)
		return error_set(step->import->err, "batches are concatenated");
	for (int i = 0; i < n; i++) {
		in[i] = concat_operand(step, c, (size_t)i);
		if (in[i] < 0)
			return -1;
	}
	c->image.value = onnx_add(step, OP_CONCAT, n, in, &attr);
	c->image.shape.dim[c->axis] = c->sum;
	return c->image.value < 0 ? -1 : onnx_give_part(step, 0, &c->image);
}

static int
convert_concat(const struct onnx_step *step)
{
	struct concat c = {.first = first_image(step)};
	int64_t axis;

	if (c.first == NULL)
		return -1;
	if (step->node->n_in > NODE_INPUTS_MAX)
		return error_set(step->import->err,
		    "%zu input%s, expected at most %d", step->node->n_in,
		    plural_s((int64_t)step->node->n_in), NODE_INPUTS_MAX);
	if (onnx_int(step, "axis", &axis) < 0 ||
	    onnx_axis(step, axis, c.first->shape.rank, &c.axis) < 0)
		return -1;
	if (step->node->n_in == 1)
		return onnx_alias(step, c.first, &c.first->shape);
	c.image = onnx_part_of(step, c.first);
	c.axis += c.image.hidden;
	return concat(step, &c);
}

const struct onnx_row onnx_layouts[] = {
    {"Slice", convert_slice},
    {"Split", convert_split},
    {"Concat", convert_concat},
    {NULL, NULL},
};
