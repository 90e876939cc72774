/* Operators that move elements: Reshape and its kin, Transpose, Slice, Concat.
 */
#include <string.h>

#include "base/plural.h"
#include "onnx/onnx_import.h"

static int
alias(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_in(step, 0);

	return in != NULL ? onnx_alias(step, in, &in->shape) : -1;
}

static int
convert_cast(const struct onnx_step *step)
{
	int64_t to;

	if (onnx_int(step, "to", &to) < 0)
		return -1;
	if (to != 1 && to != 10 && to != 11 && to != 16)
		return error_set(step->import->err,
		    "a cast to element type %lld, expected floats",
		    (long long)to);
	if (alias(step) < 0)
		return -1;
	step->import->results[step->import->n_results - 1].cast = true;
	return 0;
}

/*
 * As it is: a trained network drops nothing.  One that trains, or may, is read
 * as that, which is noted.
 */
static int
convert_dropout(const struct onnx_step *step)
{
	const double *number[2] = {NULL, NULL}; /* ratio, training_mode */
	bool zero[2] = {false, false};

	for (size_t i = 0; i < 2; i++) {
		struct onnx_result *in;

		if (!onnx_has(step, i + 1))
			continue;
		in = onnx_in(step, i + 1);
		if (in == NULL)
			return -1;
		if (onnx_numbers(step->import, in, &number[i]) < 0)
			return -1;
		zero[i] = number[i] != NULL && in->n == 1 && *number[i] == 0.0;
	}
	if (onnx_has(step, 2) && !zero[1] && !zero[0])
		onnx_note_training(step);
	return alias(step);
}

/* The product of dimensions [0, n), or -1 when it is no sensible size. */
static int64_t
product(const struct onnx_shape *shape, int n)
{
	int64_t p = 1;

	for (int i = 0; i < n; i++)
		if (__builtin_mul_overflow(p, shape->dim[i], &p) || p <= 0)
			return -1;
	return p;
}

/* A -1 becomes what is left of total; false when nothing fits. */
static bool
fill_in(struct onnx_shape *shape, int64_t total)
{
	int open = -1;

	for (int i = 0; i < shape->rank; i++) {
		if (shape->dim[i] == -1 && open < 0)
			open = i;
		else if (shape->dim[i] < 1)
			return false;
	}
	if (open >= 0) {
		int64_t rest;

		shape->dim[open] = 1;
		rest = product(shape, shape->rank);
		if (rest <= 0 || total % rest != 0)
			return false;
		shape->dim[open] = total / rest;
	}
	return product(shape, shape->rank) == total;
}

/* What lies before the batch; both shapes have as much of it. */
static int64_t
before_batch(const struct onnx_shape *shape, int batch)
{
	return product(shape, batch) * (shape->outer > 1 ? shape->outer : 1);
}

/*
 * Images stay apart when as much lies before the batch as did: to->outer says
 * how much of that is in the batch's own dimension.
 */
static bool
keeps_images(const struct onnx_step *step, const struct onnx_shape *from,
    struct onnx_shape *to)
{
	const struct onnx_import quiet = {.err = NULL};
	const struct onnx_step silent = {
	    .import = (struct onnx_import *)&quiet, .node = step->node};
	const int a = onnx_batch(&silent, from), b = onnx_batch(&silent, to);
	int64_t have, want;

	if (a < 0 || b < 0)
		return false;
	have = before_batch(from, a);
	want = product(to, b);
	if (want <= 0 || have % want != 0)
		return false;
	to->outer = have / want;
	return to->dim[b] / BATCH % to->outer == 0;
}

/*
 * The shape with its dimension i taken for the one that the (fixed) batch is
 * in; a -1 is when no other one is.
 */
static bool
try_batch(const struct onnx_step *step, const struct onnx_shape *from,
    struct onnx_shape *to, int i)
{
	const int64_t batch = step->import->static_batch;
	struct onnx_shape as = *to;

	if (as.dim[i] != -1) {
		if (as.dim[i] <= 0 || as.dim[i] % batch != 0 ||
		    as.dim[i] / batch >= BATCH)
			return false;
		as.dim[i] = as.dim[i] / batch * BATCH;
	}
	if (!fill_in(&as, product(from, from->rank)) ||
	    as.dim[i] % BATCH != 0 || !keeps_images(step, from, &as))
		return false;
	*to = as;
	return true;
}

/*
 * The shape that a node asks for.  Where its file has fixed the batch, each
 * dimension that it may hide in is tried: rows of a matrix first (a linear
 * layer takes tokens of all images together), otherwise one that needs no
 * part of it to run slower than the batch.
 */
static bool
resolve(const struct onnx_step *step, const struct onnx_shape *from,
    struct onnx_shape *to)
{
	const bool fixed = step->import->static_batch > 0;
	struct onnx_shape as;

	if (fixed && to->rank == 2 && try_batch(step, from, to, 0))
		return true;
	for (int i = 0; fixed && i < to->rank; i++) {
		as = *to;
		if (try_batch(step, from, &as, i) && as.outer == 1) {
			*to = as;
			return true;
		}
	}
	for (int i = 0; fixed && i < to->rank; i++)
		if (try_batch(step, from, to, i))
			return true;
	return fill_in(to, product(from, from->rank)) &&
	       keeps_images(step, from, to);
}

int
onnx_reshape(const struct onnx_step *step, struct onnx_shape to)
{
	const struct onnx_result *in = onnx_image(step, 0);
	struct attributes attr = {0};
	struct shape have, one;

	if (in == NULL)
		return -1;
	if (onnx_is_fixed(&in->shape)
		? !fill_in(&to, product(&in->shape, in->shape.rank))
		: !resolve(step, &in->shape, &to))
		return error_set(step->import->err,
		    "the new shape does not keep the images of a batch apart");
	have = onnx_one(&in->shape);
	one = onnx_one(&to);
	if (shape_same(&have, &one))
		return onnx_alias(step, in, &to);
	if (one.rank == 1) {
		attr.axis = 1;
		return onnx_emit(step, OP_FLATTEN, 1, &in->value, &attr, &to);
	}
	if (one.rank > IMAGE_RANK_MAX || shape_check(&one, step->import->err))
		return error_set(step->import->err,
		    "an image would get %d dimension%s, expected 1 to %d",
		    one.rank, plural_s(one.rank), IMAGE_RANK_MAX);
	for (int i = 0; i < one.rank; i++)
		attr.shape[i] = (int)one.dim[i];
	return onnx_emit(step, OP_RESHAPE, 1, &in->value, &attr, &to);
}

/* An initialiser in another shape: that is how the graph will hold it. */
static int
reshape_tensor(const struct onnx_step *step, const struct onnx_result *in,
    struct onnx_shape to)
{
	if (in->kind != ONNX_TENSOR || in->transposed ||
	    !fill_in(&to, product(&in->shape, in->shape.rank)))
		return error_set(step->import->err,
		    "'%.*s' does not depend on the image and cannot have that "
		    "shape",
		    ONNX_TEXT(in->name));
	if (onnx_alias(step, in, &to) < 0)
		return -1;
	step->import->results[step->import->n_results - 1].reshaped = true;
	return 0;
}

int
onnx_read_shape(
    const struct onnx_step *step, int64_t dim[TENSOR_RANK_MAX], size_t *n)
{
	int64_t zero = 0;

	if (onnx_ints_or_input(step, "shape", 1, dim, TENSOR_RANK_MAX, n) < 0 ||
	    (onnx_is_attribute(step, "allowzero") &&
		onnx_int(step, "allowzero", &zero) < 0))
		return -1;
	for (size_t i = 0; zero != 0 && i < *n; i++)
		if (dim[i] == 0)
			return error_set(step->import->err,
			    "allowzero is %lld and dimension %zu is 0: nothing "
			    "would be left",
			    (long long)zero, i);
	return 0;
}

static int
convert_reshape(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_in(step, 0);
	struct onnx_shape to = {0};
	int64_t dim[TENSOR_RANK_MAX];
	size_t n;

	if (in == NULL || onnx_read_shape(step, dim, &n) < 0)
		return -1;
	to.rank = (int)n;
	for (int i = 0; i < to.rank; i++)
		to.dim[i] = i < in->shape.rank && dim[i] == 0 ? in->shape.dim[i]
							      : dim[i];
	if (in->kind != ONNX_ACTIVATION)
		return reshape_tensor(step, in, to);
	return onnx_reshape(step, to);
}

static int
convert_flatten(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_image(step, 0);
	struct onnx_shape to = {.rank = 2};
	int64_t axis;
	int at;

	if (in == NULL || onnx_int(step, "axis", &axis) < 0 ||
	    onnx_axis(step, axis, in->shape.rank, &at) < 0)
		return -1;
	to.dim[0] = product(&in->shape, at);
	to.dim[1] = -1;
	return onnx_reshape(step, to);
}

/* The batch of a file of one image is one, too. */
static bool
is_one(int64_t dim, int64_t images)
{
	return dim == 1 || (dim == BATCH && images == 1);
}

int
onnx_read_squeeze(const struct onnx_step *step, const struct onnx_shape *from,
    struct onnx_shape *to)
{
	const int64_t images = step->import->static_batch;
	bool gone[TENSOR_RANK_MAX] = {false};
	int64_t axes[TENSOR_RANK_MAX];
	size_t n;
	int at;

	if (onnx_ints_or_input(step, "axes", 1, axes, TENSOR_RANK_MAX, &n) < 0)
		return -1;
	for (int i = 0; n == 0 && i < from->rank; i++)
		gone[i] = is_one(from->dim[i], images);
	for (size_t i = 0; i < n; i++) {
		if (onnx_axis(step, axes[i], from->rank, &at) < 0)
			return -1;
		gone[at] = is_one(from->dim[at], images);
		if (!gone[at])
			return error_set(step->import->err,
			    "axis %d has %lld element%s, expected 1", at,
			    (long long)from->dim[at], plural_s(from->dim[at]));
	}
	*to = (struct onnx_shape){0};
	for (int i = 0; i < from->rank; i++)
		if (!gone[i])
			to->dim[to->rank++] = from->dim[i];
	return 0;
}

int
onnx_read_unsqueeze(const struct onnx_step *step, const struct onnx_shape *from,
    struct onnx_shape *to)
{
	bool new[TENSOR_RANK_MAX] = {false};
	int64_t axes[TENSOR_RANK_MAX];
	size_t n;
	int at;

	if (onnx_ints_or_input(step, "axes", 1, axes, TENSOR_RANK_MAX, &n) < 0)
		return -1;
	*to = (struct onnx_shape){.rank = from->rank + (int)n};
	if (to->rank > TENSOR_RANK_MAX)
		return error_set(step->import->err,
		    "%d dimension%s, expected at most %d", to->rank,
		    plural_s(to->rank), TENSOR_RANK_MAX);
	for (size_t i = 0; i < n; i++) {
		if (onnx_axis(step, axes[i], to->rank, &at) < 0)
			return -1;
		if (new[at])
			return error_set(
			    step->import->err, "axis %d is given twice", at);
		new[at] = true;
	}
	for (int i = 0, j = 0; i < to->rank; i++)
		to->dim[i] = new[i] ? 1 : from->dim[j++];
	return 0;
}

static int
convert_squeeze(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_image(step, 0);
	struct onnx_shape to;

	if (in == NULL || onnx_read_squeeze(step, &in->shape, &to) < 0)
		return -1;
	return onnx_reshape(step, to);
}

static int
convert_unsqueeze(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_in(step, 0);
	struct onnx_shape as, to;

	if (in == NULL)
		return -1;
	/* Where the batch has no axis, it may be this one. */
	as = in->shape;
	if (in->kind == ONNX_ACTIVATION && onnx_unhide(step->import, &as)) {
		onnx_hide(&as);
		as.dim[0] /= BATCH;
	}
	if (onnx_read_unsqueeze(step, &as, &to) < 0)
		return -1;
	if (in->kind != ONNX_ACTIVATION)
		return reshape_tensor(step, in, to);
	return onnx_reshape(step, to);
}

int
onnx_read_perm(
    const struct onnx_step *step, int rank, int perm[TENSOR_RANK_MAX])
{
	bool taken[TENSOR_RANK_MAX] = {false};
	int64_t axes[TENSOR_RANK_MAX];
	size_t n;

	if (onnx_ints(step, "perm", axes, TENSOR_RANK_MAX, &n) < 0)
		return -1;
	if (n != 0 && (int)n != rank)
		return error_set(step->import->err,
		    "perm has %zu %s, the input has %d", n,
		    plural((int64_t)n, "axis", "axes"), rank);
	for (int i = 0; i < rank; i++) {
		perm[i] = rank - 1 - i;
		if (n > 0 && onnx_axis(step, axes[i], rank, &perm[i]) < 0)
			return -1;
		if (taken[perm[i]])
			return error_set(
			    step->import->err, "perm has an axis twice");
		taken[perm[i]] = true;
	}
	return 0;
}

/* A matrix of weights that MatMul wants the other way round. */
static int
transpose_tensor(const struct onnx_step *step, struct onnx_result *in,
    const int perm[TENSOR_RANK_MAX])
{
	const struct onnx_shape turned = {
	    .rank = 2, .dim = {in->shape.dim[1], in->shape.dim[0]}};
	struct onnx_result *out;

	if (in->shape.rank != 2 || in->kind != ONNX_TENSOR)
		return error_set(step->import->err,
		    "a tensor that is no matrix is transposed");
	if (onnx_alias(step, in, perm[0] == 0 ? &in->shape : &turned) < 0)
		return -1;
	out = &step->import->results[step->import->n_results - 1];
	out->transposed ^= perm[0] != 0;
	return 0;
}

static int
convert_transpose(const struct onnx_step *step)
{
	struct onnx_result *in = onnx_in(step, 0);
	struct attributes attr = {0};
	int perm[TENSOR_RANK_MAX] = {0}, n = 0;
	struct onnx_shape to;
	bool moved = false;

	if (in == NULL || onnx_read_perm(step, in->shape.rank, perm) < 0)
		return -1;
	if (in->kind != ONNX_ACTIVATION)
		return transpose_tensor(step, in, perm);
	to = in->shape;
	if (to.outer > 1)
		return error_set(step->import->err,
		    "a batch within a dimension is transposed");
	for (int i = 0; i < to.rank; i++) {
		const int axis = onnx_one_axis(&in->shape, perm[i]);

		to.dim[i] = in->shape.dim[perm[i]];
		if (axis < 0)
			continue;
		moved |= axis != n;
		attr.perm[n++] = axis + 1;
	}
	if (!moved)
		return onnx_alias(step, in, &to);
	return onnx_emit(step, OP_TRANSPOSE, 1, &in->value, &attr, &to);
}

const struct onnx_row onnx_shapes[] = {
    {"Identity", alias},
    {"Dropout", convert_dropout},
    {"Cast", convert_cast},
    {"Reshape", convert_reshape},
    {"Flatten", convert_flatten},
    {"Squeeze", convert_squeeze},
    {"Unsqueeze", convert_unsqueeze},
    {"Transpose", convert_transpose},
    {NULL, NULL},
};
