/* Elements by their numbers along an axis: Gather, Pad. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "onnx/onnx_import.h"

/* Takes an axis of one element out. */
static int
drop_axis(const struct onnx_step *step, struct onnx_part *part, int axis)
{
	const struct attributes flat = {.axis = 1};
	struct onnx_shape *shape = &part->shape;
	struct shape one;

	for (int i = axis; i + 1 < shape->rank; i++)
		shape->dim[i] = shape->dim[i + 1];
	shape->rank--;
	one = onnx_one(shape);
	if (one.rank == 0 || shape_check(&one, step->import->err) < 0)
		return error_set(
		    step->import->err, "one number of an image is left");
	part->value =
	    one.rank == 1
		? onnx_add(step, OP_FLATTEN, 1, &part->value, &flat)
		: onnx_add_reshape(step, part->value, one.rank, one.dim);
	return part->value < 0 ? -1 : 0;
}

/* n numbers from 0 on; do they follow one another? */
static bool
is_run(const double *at, int64_t n)
{
	for (int64_t i = 1; i < n; i++)
		if (at[i] != at[0] + (double)i)
			return false;
	return true;
}

/* Counts indices from 0; all are in range. */
static int
check_indices(const struct onnx_step *step, double *at, int64_t n, int64_t all)
{
	for (int64_t i = 0; i < n; i++) {
		if (at[i] < -(double)all || at[i] >= (double)all)
			return error_set(step->import->err,
			    "index is %.0f, expected %lld to %lld", at[i],
			    (long long)-all, (long long)all - 1);
		at[i] += at[i] < 0.0 ? (double)all : 0.0;
	}
	return 0;
}

/* Of neighbours a slice, which has a kernel of its own. */
static int
gather(const struct onnx_step *step, const struct onnx_result *in, int axis,
    const struct onnx_result *index, const double *at)
{
	const struct onnx_range range = {
	    (int64_t)at[0], (int64_t)at[0] + index->n, 1};
	struct onnx_part part = onnx_part_of(step, in);
	struct onnx_shape as = part.shape;

	axis += part.hidden;
	if (as.dim[axis] == BATCH && step->import->static_batch == 1 &&
	    index->n == 1) /* the image of a file of one */
		return onnx_splice(step, &as, axis, &index->shape) < 0
			   ? -1
			   : onnx_reshape(step, as);
	if (index->shape.rank > 1 || !is_run(at, index->n)) {
		if (onnx_take(step, &part, axis, &index->shape, at) < 0)
			return -1;
	} else if (onnx_narrow(step, &part, axis, &range) < 0 ||
		   (index->shape.rank == 0 &&
		       drop_axis(step, &part, axis) < 0)) {
		return -1;
	}
	return onnx_give_part(step, 0, &part);
}

/* The numbers of the indices, owned by the caller; NULL with an error. */
static double *
read_indices(const struct onnx_step *step, struct onnx_result *index)
{
	struct onnx_import *import = step->import;
	const double *known = NULL;
	double *at;

	if (onnx_numbers(import, index, &known) < 0)
		return NULL;
	if (known == NULL && index->kind == ONNX_TENSOR)
		index->n = index->tensor.n;
	if ((known == NULL && index->kind != ONNX_TENSOR) || index->n < 1) {
		error_set(import->err, "the indices depend on the image, "
				       "expected numbers that are known");
		return NULL;
	}
	at = memory_new((size_t)index->n, sizeof(*at), import->err);
	if (at == NULL)
		return NULL;
	if (known != NULL)
		memcpy(at, known, (size_t)index->n * sizeof(*at));
	else if (onnx_tensor_doubles(
		     &index->tensor, &import->folder, at, import->err) < 0) {
		free(at);
		return NULL;
	}
	return at;
}

static int
convert_gather(const struct onnx_step *step)
{
	struct onnx_result *in = onnx_in(step, 0), *index = onnx_in(step, 1);
	int64_t axis;
	double *at;
	int64_t all;
	int place, status;

	if (in == NULL || index == NULL || onnx_int(step, "axis", &axis) < 0 ||
	    onnx_axis(step, axis, in->shape.rank, &place) < 0)
		return -1;
	if (onnx_is_embedding(in, index))
		return onnx_embed(step, in, index, place);
	at = read_indices(step, index);
	if (at == NULL)
		return -1;
	all = in->shape.dim[place];
	if (all % BATCH == 0 && step->import->static_batch == 1)
		all /= BATCH;
	status = check_indices(step, at, index->n, all);
	if (status == 0)
		status =
		    in->kind == ONNX_ACTIVATION
			? gather(step, in, place, index, at)
			: onnx_embed_known(step, in, place, &index->shape, at);
	free(at);
	return status;
}

/* ---- Pad ---- */

enum pad_mode { PAD_CONSTANT, PAD_EDGE, PAD_REFLECT, PAD_WRAP, PAD_MODES };

struct padding {
	enum pad_mode mode;
	double value;
	/* Of each axis; less than 0: so many elements go. */
	int64_t before[TENSOR_RANK_MAX], after[TENSOR_RANK_MAX];
};

static int
read_mode(const struct onnx_step *step, enum pad_mode *mode)
{
	static const char *const words[PAD_MODES] = {
	    "constant", "edge", "reflect", "wrap"};
	struct onnx_text text;
	int i = 0;

	if (onnx_text(step, "mode", &text) < 0)
		return -1;
	while (i < PAD_MODES && !onnx_text_is(text, words[i]))
		i++;
	*mode = (enum pad_mode)i;
	return i < PAD_MODES
		   ? 0
		   : error_set(step->import->err,
			 "mode is '%.*s', expected constant, edge, reflect or "
			 "wrap",
			 ONNX_TEXT(text));
}

static int
read_value(const struct onnx_step *step, double *value)
{
	struct onnx_result *in;
	const double *number;
	float real;

	*value = 0.0;
	if (onnx_is_attribute(step, "value")) {
		if (onnx_real(step, "value", &real) < 0)
			return -1;
		*value = (double)real;
	}
	if (!onnx_has(step, 2))
		return 0;
	in = onnx_in(step, 2);
	if (in == NULL || onnx_numbers(step->import, in, &number) < 0)
		return -1;
	if (number == NULL || in->n != 1)
		return error_set(step->import->err,
		    "what is put around images is no number that is known "
		    "before the network runs");
	*value = number[0];
	return 0;
}

/* Of all axes, or (as later opsets can say) of some. */
static int
read_pads(const struct onnx_step *step, int rank, struct padding *p)
{
	int64_t pads[2 * TENSOR_RANK_MAX], axes[TENSOR_RANK_MAX];
	bool seen[TENSOR_RANK_MAX] = {false};
	size_t n, n_axes = 0;
	int axis;

	if (onnx_ints_or_input(step, "pads", 1, pads, 2 * TENSOR_RANK_MAX, &n) <
		0 ||
	    (onnx_has(step, 3) && onnx_ints_or_input(step, "axes", 3, axes,
				      TENSOR_RANK_MAX, &n_axes) < 0))
		return -1;
	for (; !onnx_has(step, 3) && (int)n_axes < rank; n_axes++)
		axes[n_axes] = (int64_t)n_axes;
	if (n != 2 * n_axes)
		return error_set(step->import->err, "%zu pad%s, expected %zu",
		    n, plural_s((int64_t)n), 2 * n_axes);
	for (size_t i = 0; i < n_axes; i++) {
		if (onnx_axis(step, axes[i], rank, &axis) < 0)
			return -1;
		if (seen[axis])
			return error_set(
			    step->import->err, "axis %d is given twice", axis);
		seen[axis] = true;
		p->before[axis] = pads[i];
		p->after[axis] = pads[n_axes + i];
	}
	return 0;
}

/* What lies at place i of n elements that go on to both sides. */
static int64_t
pad_index(enum pad_mode mode, int64_t i, int64_t n)
{
	const int64_t period = mode == PAD_WRAP ? n : 2 * n - 2;

	if (mode == PAD_EDGE || n == 1)
		return i < 0 ? 0 : i < n ? i : n - 1;
	i = (i % period + period) % period;
	return i < n ? i : period - i;
}

static int
pad_by_index(const struct onnx_step *step, struct onnx_part *part, int axis,
    const struct padding *p)
{
	const int64_t n = part->shape.dim[axis];
	const struct onnx_shape index = {
	    .rank = 1, .dim = {n + p->before[axis] + p->after[axis]}};
	double *at =
	    memory_new((size_t)index.dim[0], sizeof(*at), step->import->err);
	int status;

	if (at == NULL)
		return -1;
	for (int64_t i = 0; i < index.dim[0]; i++)
		at[i] = (double)pad_index(p->mode, i - p->before[axis], n);
	status = onnx_take(step, part, axis, &index, at);
	free(at);
	return status;
}

/* The value, n times along the axis; -1, or *out -1 where n is none. */
static int
add_block(const struct onnx_step *step, const struct onnx_part *part, int place,
    int64_t n, double value, int *out)
{
	struct shape one = onnx_one(&part->shape);
	struct onnx_shape shape;
	double *number;

	*out = -1;
	if (n == 0)
		return 0;
	one.dim[place] = n;
	if (shape_check(&one, step->import->err) < 0)
		return -1;
	shape = onnx_many(&one);
	memmove(shape.dim, shape.dim + 1,
	    (size_t)--shape.rank * sizeof(shape.dim[0]));
	number = memory_new(
	    (size_t)shape_size(&one), sizeof(*number), step->import->err);
	if (number == NULL)
		return -1;
	for (int64_t i = 0; i < shape_size(&one); i++)
		number[i] = value;
	*out = onnx_add_numbers(step, &shape, number);
	free(number);
	return *out < 0 ? -1 : 0;
}

static int
pad_by_value(const struct onnx_step *step, struct onnx_part *part, int axis,
    const struct padding *p)
{
	const int place = onnx_one_axis(&part->shape, axis);
	const struct attributes attr = {.axis = place + 1};
	int in[3], n = 0, block[2];

	if (add_block(step, part, place, p->before[axis], p->value, &block[0]) <
		0 ||
	    add_block(step, part, place, p->after[axis], p->value, &block[1]) <
		0)
		return -1;
	if (block[0] >= 0)
		in[n++] = block[0];
	in[n++] = part->value;
	if (block[1] >= 0)
		in[n++] = block[1];
	part->shape.dim[axis] += p->before[axis] + p->after[axis];
	part->value = onnx_add(step, OP_CONCAT, n, in, &attr);
	return part->value < 0 ? -1 : 0;
}

/* Zeros around c h w have a kernel of their own: 1 when done, 0, -1. */
static int
pad_image(
    const struct onnx_step *step, struct onnx_part *part, struct padding *p)
{
	struct attributes attr = {0};
	bool small = true, any = false;

	for (int i = 1; i < part->shape.rank; i++) {
		small &= p->before[i] >= 0 && p->after[i] >= 0;
		any |= p->before[i] > 0 || p->after[i] > 0;
	}
	if (!small || !any || p->mode != PAD_CONSTANT || p->value != 0.0 ||
	    part->shape.rank != 4 || part->shape.dim[0] != BATCH)
		return 0;
	for (int i = 0; i < 3; i++) {
		attr.pad_before[i] = (int)p->before[i + 1];
		attr.pad_after[i] = (int)p->after[i + 1];
		part->shape.dim[i + 1] += p->before[i + 1] + p->after[i + 1];
	}
	part->value = onnx_add(step, OP_PAD, 1, &part->value, &attr);
	return part->value < 0 ? -1 : 1;
}

/* Along one axis: what goes goes first. */
static int
pad_axis(const struct onnx_step *step, struct onnx_part *part, int axis,
    struct padding *p)
{
	struct onnx_range left = {0, part->shape.dim[axis], 1};

	if (p->before[axis] < 0)
		left.start = -p->before[axis];
	if (p->after[axis] < 0)
		left.end += p->after[axis];
	if (onnx_narrow(step, part, axis, &left) < 0)
		return -1;
	if (p->before[axis] < 0)
		p->before[axis] = 0;
	if (p->after[axis] < 0)
		p->after[axis] = 0;
	if (p->before[axis] == 0 && p->after[axis] == 0)
		return 0;
	return p->mode == PAD_CONSTANT ? pad_by_value(step, part, axis, p)
				       : pad_by_index(step, part, axis, p);
}

static int
check_pads(const struct onnx_step *step, const struct onnx_shape *shape,
    const struct padding *p)
{
	for (int i = 0; i < shape->rank; i++) {
		if (p->before[i] < -(1 << 20) || p->before[i] > 1 << 20 ||
		    p->after[i] < -(1 << 20) || p->after[i] > 1 << 20)
			return error_set(step->import->err,
			    "axis %d is padded by %lld and %lld", i,
			    (long long)p->before[i], (long long)p->after[i]);
		if ((p->before[i] != 0 || p->after[i] != 0) &&
		    shape->dim[i] % BATCH == 0)
			return error_set(step->import->err,
			    "pads the batch, expected axes of an image");
	}
	return 0;
}

static int
convert_pad(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_image(step, 0);
	struct padding p = {0};
	struct onnx_part part;
	int done;

	if (in == NULL || read_mode(step, &p.mode) < 0 ||
	    read_value(step, &p.value) < 0 ||
	    read_pads(step, in->shape.rank, &p) < 0 ||
	    check_pads(step, &in->shape, &p) < 0)
		return -1;
	part = (struct onnx_part){.value = in->value, .shape = in->shape};
	done = pad_image(step, &part, &p);
	for (int i = 0; done == 0 && i < part.shape.rank; i++)
		if (p.before[i] != 0 || p.after[i] != 0)
			done = pad_axis(step, &part, i, &p);
	return done < 0 ? -1 : onnx_give(step, part.value, &part.shape);
}

const struct onnx_row onnx_takes[] = {
    {"Gather", convert_gather},
    {"Pad", convert_pad},
    {NULL, NULL},
};
