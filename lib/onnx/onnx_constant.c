/* Constants, and how they are taken apart and put together while reading. */
#include <math.h>
#include <string.h>

#include "base/plural.h"
#include "onnx/onnx_import.h"

/* The attribute that holds the numbers: the only one. */
static int
make_constant(const struct onnx_step *step)
{
	int64_t ints[2 * TENSOR_RANK_MAX];
	double number[2 * TENSOR_RANK_MAX];
	struct onnx_tensor tensor;
	struct onnx_result *out;
	int found = onnx_tensor_given(step, "value", &tensor);
	float real;
	size_t n;

	if (found > 0) {
		out = onnx_out(step, 0);
		if (out == NULL)
			return -1;
		out->kind = ONNX_TENSOR;
		out->tensor = tensor;
		out->shape.rank = tensor.rank;
		memcpy(out->shape.dim, tensor.dim, sizeof(tensor.dim));
		return 0;
	}
	if (found < 0 || !onnx_is_attribute(step, "value_int"))
		return found;
	found = onnx_int_given(step, "value_int", ints);
	if (found > 0) {
		number[0] = (double)ints[0];
		return onnx_set_numbers(step, number, 1, 0, true);
	}
	if (found == 0)
		found = onnx_real_given(step, "value_float", &real);
	if (found > 0) {
		number[0] = (double)real;
		return onnx_set_numbers(step, number, 1, 0, false);
	}
	if (found < 0 ||
	    onnx_ints(step, "value_ints", ints, 2 * TENSOR_RANK_MAX, &n) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		number[i] = (double)ints[i];
	return n > 0 ? onnx_set_numbers(step, number, (int64_t)n, 1, true)
		     : error_set(
			   step->import->err, "the constant has no numbers");
}

/* Runs of inner numbers, n of them in each of outer parts, taken by index. */
static int
fold_gather(const struct onnx_step *step)
{
	int64_t axis, outer = 1, inner = 1, rows;
	struct onnx_shape to = {0};
	struct onnx_numbers data, at;
	double *number;
	int place;

	if (onnx_get_numbers(step, 0, &data) < 0 ||
	    onnx_get_numbers(step, 1, &at) < 0 ||
	    onnx_int(step, "axis", &axis) < 0 ||
	    onnx_axis(step, axis, data.shape.rank, &place) < 0)
		return -1;
	if (data.shape.rank - 1 + at.shape.rank > TENSOR_RANK_MAX)
		return error_set(step->import->err,
		    "%d dimension%s, expected at most %d",
		    data.shape.rank - 1 + at.shape.rank,
		    plural_s((data.shape.rank - 1 + at.shape.rank)),
		    TENSOR_RANK_MAX);
	for (int i = 0; i < place; i++)
		outer *= to.dim[to.rank++] = data.shape.dim[i];
	for (int i = 0; i < at.shape.rank; i++)
		to.dim[to.rank++] = at.shape.dim[i];
	for (int i = place + 1; i < data.shape.rank; i++)
		inner *= to.dim[to.rank++] = data.shape.dim[i];
	rows = data.shape.dim[place];
	for (int64_t i = 0; i < at.n; i++)
		if (!(at.at[i] >= (double)-rows && at.at[i] < (double)rows))
			return error_set(step->import->err,
			    "index is %lld, expected less than %lld",
			    (long long)onnx_whole(at.at[i]), (long long)rows);
	number = onnx_new_numbers(step, &to, data.whole);
	for (int64_t i = 0; number != NULL && i < outer * at.n; i++) {
		const int64_t j = onnx_whole(at.at[i % at.n]);
		const int64_t row = i / at.n * rows + (j < 0 ? j + rows : j);

		memcpy(number + i * inner, data.at + row * inner,
		    (size_t)inner * sizeof(*number));
	}
	return number != NULL ? 0 : -1;
}

/* The same numbers in another shape. */
static int
fold_shape(const struct onnx_step *step, const struct onnx_numbers *in,
    const struct onnx_shape *to)
{
	double *number = onnx_new_numbers(step, to, in->whole);

	if (number == NULL)
		return -1;
	memcpy(number, in->at, (size_t)in->n * sizeof(*number));
	return 0;
}

static int
fold_unsqueeze(const struct onnx_step *step)
{
	struct onnx_numbers in;
	struct onnx_shape to;

	if (onnx_get_numbers(step, 0, &in) < 0 ||
	    onnx_read_unsqueeze(step, &in.shape, &to) < 0)
		return -1;
	return fold_shape(step, &in, &to);
}

static int
fold_squeeze(const struct onnx_step *step)
{
	struct onnx_numbers in;
	struct onnx_shape to;

	if (onnx_get_numbers(step, 0, &in) < 0 ||
	    onnx_read_squeeze(step, &in.shape, &to) < 0)
		return -1;
	return fold_shape(step, &in, &to);
}

static int
fold_reshape(const struct onnx_step *step)
{
	int64_t dim[TENSOR_RANK_MAX], rest = 1;
	struct onnx_shape to = {0};
	struct onnx_numbers in;
	int open = -1;
	size_t n;

	if (onnx_get_numbers(step, 0, &in) < 0 ||
	    onnx_read_shape(step, dim, &n) < 0)
		return -1;
	to.rank = (int)n;
	for (int i = 0; i < to.rank; i++) {
		if (i < in.shape.rank && dim[i] == 0)
			dim[i] = in.shape.dim[i];
		if (dim[i] == -1 && open < 0)
			open = i;
		else if (dim[i] < 1 || dim[i] > CONSTANT_MADE_MAX ||
			 __builtin_mul_overflow(rest, dim[i], &rest))
			rest = 0;
		to.dim[i] = dim[i];
	}
	if (open >= 0 && rest > 0) {
		to.dim[open] = in.n / rest;
		rest *= to.dim[open];
	}
	if (rest != in.n || in.n == 0)
		return error_set(step->import->err,
		    "%lld number%s %s not take this shape", (long long)in.n,
		    plural_s(in.n), plural(in.n, "does", "do"));
	return fold_shape(step, &in, &to);
}

static int
fold_transpose(const struct onnx_step *step)
{
	struct onnx_view view, turned = {0};
	int perm[TENSOR_RANK_MAX] = {0};
	struct onnx_shape to = {0};
	struct onnx_numbers in;
	double *number;

	if (onnx_get_numbers(step, 0, &in) < 0 ||
	    onnx_read_perm(step, in.shape.rank, perm) < 0)
		return -1;
	view = onnx_view_of(&in.shape);
	for (to.rank = 0; to.rank < in.shape.rank; to.rank++) {
		to.dim[to.rank] = in.shape.dim[perm[to.rank]];
		turned.step[to.rank] = view.step[perm[to.rank]];
	}
	number = onnx_new_numbers(step, &to, in.whole);
	if (number == NULL)
		return -1;
	onnx_copy_view(in.at, &turned, &to, number);
	return 0;
}

/* Input i beside the first one: its extent along the axis. */
static int
concat_input(const struct onnx_step *step, size_t i,
    const struct onnx_shape *first, int place, struct onnx_numbers *in)
{
	struct onnx_shape other;

	if (onnx_get_numbers(step, i, in) < 0)
		return -1;
	other = in->shape;
	if (other.rank == first->rank)
		other.dim[place] = first->dim[place];
	if (other.rank != first->rank ||
	    memcmp(other.dim, first->dim,
		(size_t)first->rank * sizeof(other.dim[0])) != 0)
		return error_set(step->import->err,
		    "input %zu differs from the others in more than axis %d", i,
		    place);
	return 0;
}

static int
fold_concat(const struct onnx_step *step)
{
	const size_t n_in = step->node->n_in;
	int64_t axis, all = 0, outer = 1, inner = 1, before = 0;
	struct onnx_numbers first, in;
	struct onnx_shape to;
	bool whole = true;
	double *number;
	int place;

	if (onnx_get_numbers(step, 0, &first) < 0 ||
	    onnx_int(step, "axis", &axis) < 0 ||
	    onnx_axis(step, axis, first.shape.rank, &place) < 0)
		return -1;
	for (size_t i = 0; i < n_in; i++) {
		if (concat_input(step, i, &first.shape, place, &in) < 0)
			return -1;
		all += in.shape.dim[place];
		whole &= in.whole;
	}
	to = first.shape;
	to.dim[place] = all;
	for (int i = 0; i < to.rank; i++)
		*(i < place ? &outer : &inner) *= i == place ? 1 : to.dim[i];
	number = onnx_new_numbers(step, &to, whole);
	for (size_t i = 0; number != NULL && i < n_in; i++) {
		int64_t run;

		if (concat_input(step, i, &first.shape, place, &in) < 0)
			return -1;
		run = in.shape.dim[place] * inner;
		for (int64_t o = 0; o < outer; o++)
			memcpy(number + o * all * inner + before,
			    in.at + o * run, (size_t)run * sizeof(*number));
		before += run;
	}
	return number != NULL ? 0 : -1;
}

/* Where a slice starts or ends, counted from 0 and kept in range. */
static int64_t
bound(int64_t at, int64_t n, int64_t low, int64_t high)
{
	at += at < 0 ? n : 0;
	return at < low ? low : at > high ? high : at;
}

/* Along an axis, in either direction: where the view starts and goes on. */
static int
slice_axis(const struct onnx_step *step, int64_t start, int64_t end, int64_t by,
    int64_t *dim, int64_t *axis_step, int64_t *view_start)
{
	const int64_t n = *dim, low = by < 0 ? -1 : 0,
		      high = by < 0 ? n - 1 : n;
	int64_t count;

	if (by == 0 || by < -CONSTANT_MADE_MAX || by > CONSTANT_MADE_MAX)
		return error_set(step->import->err,
		    "constants are sliced in steps of %lld", (long long)by);
	start = bound(start, n, low, high);
	end = bound(end, n, low, high);
	count =
	    by > 0 ? (end - start + by - 1) / by : (start - end - by - 1) / -by;
	if (count <= 0 || n == 0) {
		*dim = 0;
		return 0;
	}
	*dim = count;
	*view_start += start * *axis_step;
	*axis_step *= by;
	return 0;
}

static int
fold_slice(const struct onnx_step *step)
{
	static const char *const names[] = {"starts", "ends", "axes", "steps"};
	int64_t v[4][TENSOR_RANK_MAX];
	struct onnx_numbers in;
	struct onnx_shape to;
	struct onnx_view view;
	double *number;
	size_t n[4];
	int axis;

	if (onnx_get_numbers(step, 0, &in) < 0)
		return -1;
	for (size_t i = 0; i < 4; i++)
		if (onnx_ints_or_input(step, names[i], i + 1, v[i],
			TENSOR_RANK_MAX, &n[i]) < 0)
			return -1;
	if (n[0] != n[1] || (n[2] > 0 && n[2] != n[0]) ||
	    (n[3] > 0 && n[3] != n[0]))
		return error_set(step->import->err,
		    "%zu starts, %zu ends, expected as many", n[0], n[1]);
	to = in.shape;
	view = onnx_view_of(&in.shape);
	for (size_t i = 0; i < n[0]; i++)
		if (onnx_axis(step, n[2] > 0 ? v[2][i] : (int64_t)i,
			in.shape.rank, &axis) < 0 ||
		    slice_axis(step, v[0][i], v[1][i], n[3] > 0 ? v[3][i] : 1,
			&to.dim[axis], &view.step[axis], &view.start) < 0)
			return -1;
	number = onnx_new_numbers(step, &to, in.whole);
	if (number == NULL)
		return -1;
	onnx_copy_view(in.at, &view, &to, number);
	return 0;
}

/* One number over a shape that is known. */
static int
fold_constant_of_shape(const struct onnx_step *step)
{
	struct onnx_folder nowhere = {0};
	struct onnx_shape to = {0};
	struct onnx_tensor tensor;
	struct onnx_numbers shape;
	double *number, value = 0.0;
	int found;

	if (onnx_get_numbers(step, 0, &shape) < 0)
		return -1;
	found = onnx_tensor_given(step, "value", &tensor);
	if (found < 0)
		return -1;
	if (found > 0 &&
	    (tensor.n != 1 || onnx_tensor_doubles(&tensor, &nowhere, &value,
				  step->import->err) < 0))
		return error_set(step->import->err, "value is not one number");
	if (shape.shape.rank != 1 || shape.n > TENSOR_RANK_MAX)
		return error_set(step->import->err,
		    "a shape of %lld dimension%s, expected at most %d",
		    (long long)shape.n, plural_s(shape.n), TENSOR_RANK_MAX);
	for (int64_t i = 0; i < shape.n; i++)
		to.dim[to.rank++] = onnx_whole(shape.at[i]);
	number = onnx_new_numbers(
	    step, &to, found > 0 && !onnx_tensor_is_real(&tensor));
	if (number == NULL)
		return -1;
	for (int64_t i = 0;
	     i < step->import->results[step->import->n_results - 1].n; i++)
		number[i] = value;
	return 0;
}

/* Is the batch among what constants are stretched to?  They stay as they are.
 */
static bool
for_each_image(const struct onnx_step *step, const int64_t *dim, size_t n)
{
	const int64_t batch = step->import->static_batch;
	bool found = n > 0 && batch > 1 && dim[0] == batch;

	for (size_t i = 0; i < n; i++)
		found |= dim[i] != 0 && dim[i] % BATCH == 0;
	return found;
}

/* Numbers stretched as ONNX stretches them. */
static int
fold_expand(const struct onnx_step *step)
{
	int64_t dim[TENSOR_RANK_MAX];
	struct onnx_view view, wide = {0};
	struct onnx_shape to = {0};
	struct onnx_numbers in;
	double *number;
	size_t n;

	if (onnx_get_numbers(step, 0, &in) < 0 ||
	    onnx_ints_or_input(step, "shape", 1, dim, TENSOR_RANK_MAX, &n) < 0)
		return -1;
	if (for_each_image(step, dim, n))
		return onnx_expand_tensor(step, onnx_in(step, 0), dim, n);
	view = onnx_view_of(&in.shape);
	to.rank = in.shape.rank > (int)n ? in.shape.rank : (int)n;
	for (int i = 1; i <= to.rank; i++) {
		const int from = in.shape.rank - i;
		const int64_t have = from >= 0 ? in.shape.dim[from] : 1;
		const int64_t want = i <= (int)n ? dim[(int)n - i] : 1;

		if (want < 0 || (have != want && have != 1 && want != 1))
			return error_set(step->import->err,
			    "%lld number%s along an axis are stretched to %lld",
			    (long long)have, plural_s(have), (long long)want);
		to.dim[to.rank - i] = have == 1 ? want : have;
		wide.step[to.rank - i] = have > 1 ? view.step[from] : 0;
	}
	number = onnx_new_numbers(step, &to, in.whole);
	if (number == NULL)
		return -1;
	onnx_copy_view(in.at, &wide, &to, number);
	return 0;
}

const struct onnx_row onnx_constants[] = {
    {"Constant", make_constant},
    {"Gather", fold_gather},
    {"Unsqueeze", fold_unsqueeze},
    {"Squeeze", fold_squeeze},
    {"Reshape", fold_reshape},
    {"Transpose", fold_transpose},
    {"Concat", fold_concat},
    {"Slice", fold_slice},
    {"ConstantOfShape", fold_constant_of_shape},
    {"Expand", fold_expand},
    {"ScatterND", onnx_fold_scatter},
    {"Trilu", onnx_fold_trilu},
    {NULL, NULL},
};
