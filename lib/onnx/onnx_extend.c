/* Operators about the size of a value: Shape, Expand. */
#include "base/plural.h"
#include "onnx/onnx_import.h"

static int
convert_shape(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_in(step, 0);
	double number[TENSOR_RANK_MAX];
	int64_t start = 0, end = 0;

	if (in == NULL)
		return -1;
	end = in->shape.rank;
	if (onnx_is_attribute(step, "start") &&
	    (onnx_int(step, "start", &start) < 0 ||
		onnx_int_given(step, "end", &end) < 0))
		return -1;
	start = onnx_clamp(start, in->shape.rank);
	end = onnx_clamp(end, in->shape.rank);
	if (end < start)
		end = start;
	for (int64_t i = start; i < end; i++)
		number[i - start] = (double)in->shape.dim[i];
	return onnx_set_numbers(step, number, end - start, 1, true);
}

int
onnx_expand_tensor(const struct onnx_step *step, const struct onnx_result *in,
    const int64_t *dim, size_t n)
{
	const int64_t batch = step->import->static_batch;
	struct onnx_shape to = in->shape;

	if ((int)n != to.rank)
		return error_set(step->import->err,
		    "%zu dimension%s, the input has %d", n,
		    plural_s((int64_t)n), to.rank);
	for (size_t i = 0; i < n; i++) {
		if (dim[i] == to.dim[i] || dim[i] == 1 || dim[i] == -1)
			continue;
		if (to.dim[i] != 1 || i > 0 ||
		    (dim[i] != BATCH && dim[i] != batch))
			return error_set(step->import->err,
			    "axis %zu is stretched, expected the batch alone",
			    i);
		to.dim[i] = BATCH;
	}
	if (batch > 0 && to.rank > 0 && to.dim[0] == 1)
		to.dim[0] = BATCH;
	return onnx_alias(step, in, &to);
}

/*
 * The shape that in is stretched to, and in `ones` that of what stretches it:
 * 1 where nothing happens, without the axis of the batch.
 */
static int
find_stretch(const struct onnx_step *step, const struct onnx_result *in,
    const int64_t *dim, size_t n, struct onnx_shape *to,
    struct onnx_shape *ones)
{
	const int rank = (int)n > in->shape.rank ? (int)n : in->shape.rank;
	const int ours = rank - in->shape.rank, theirs = rank - (int)n;

	*ones = (struct onnx_shape){0};
	*to = (struct onnx_shape){.rank = rank, .outer = in->shape.outer};
	for (int i = 0; i < rank; i++) {
		const int64_t have = i < ours ? 1 : in->shape.dim[i - ours];
		int64_t want = i < theirs ? 1 : dim[i - theirs];

		if (have % BATCH == 0 && want != 1 &&
		    want == have / BATCH * step->import->static_batch)
			want = have;
		if (want < 1 || (have != 1 && want != 1 && want != have) ||
		    (have == 1 && want % BATCH == 0))
			return error_set(step->import->err,
			    "axis %d of %lld element%s is stretched to %lld", i,
			    (long long)have, plural_s(have), (long long)want);
		to->dim[i] = have == 1 ? want : have;
		if (have % BATCH != 0)
			ones->dim[ones->rank++] = have == 1 ? want : 1;
		else if (have != BATCH)
			ones->dim[ones->rank++] = 1; /* its part of an image */
	}
	return 0;
}

/* n ones in front of an image's axes. */
static int
add_axes(
    const struct onnx_step *step, int value, const struct shape *one, int n)
{
	int64_t dim[TENSOR_RANK_MAX];

	if (n + one->rank > IMAGE_RANK_MAX)
		return error_set(step->import->err,
		    "an image would get %d dimension%s, expected 1 to %d",
		    n + one->rank, plural_s((n + one->rank)), IMAGE_RANK_MAX);
	for (int i = 0; i < n + one->rank; i++)
		dim[i] = i < n ? 1 : one->dim[i - n];
	return onnx_add_reshape(step, value, n + one->rank, dim);
}

/* Zeros of the new shape are added: that stretches. */
static int
expand_image(const struct onnx_step *step, const struct onnx_result *in,
    const int64_t *dim, size_t n)
{
	const struct attributes none = {0};
	const struct shape one = onnx_one(&in->shape);
	double zeros[CONSTANT_MAX] = {0.0};
	struct onnx_shape to, ones;
	int operands[2] = {in->value};
	int64_t size = 1;

	if (find_stretch(step, in, dim, n, &to, &ones) < 0)
		return -1;
	for (int i = 0; i < ones.rank; i++)
		if (__builtin_mul_overflow(size, ones.dim[i], &size) ||
		    size > CONSTANT_MAX)
			return error_set(step->import->err,
			    "the input is stretched more than %d times",
			    CONSTANT_MAX);
	if (size == 1 && to.rank == in->shape.rank)
		return onnx_alias(step, in, &to);
	if (in->shape.outer > 1)
		return error_set(step->import->err,
		    "a batch within a dimension is stretched");
	if (ones.rank > one.rank) /* the image has as many axes, then */
		operands[0] =
		    add_axes(step, in->value, &one, ones.rank - one.rank);
	operands[1] = onnx_add_numbers(step, &ones, zeros);
	if (operands[0] < 0 || operands[1] < 0)
		return -1;
	return onnx_emit(step, OP_ADD, 2, operands, &none, &to);
}

static int
convert_expand(const struct onnx_step *step)
{
	const struct onnx_result *in = onnx_in(step, 0);
	int64_t dim[TENSOR_RANK_MAX];
	size_t n;

	if (in == NULL ||
	    onnx_ints_or_input(step, "shape", 1, dim, TENSOR_RANK_MAX, &n) < 0)
		return -1;
	return in->kind == ONNX_ACTIVATION
		   ? expand_image(step, in, dim, n)

		   : onnx_expand_tensor(step, in, dim, n);
}

const struct onnx_row onnx_extends[] = {
    {"Shape", convert_shape},
    {"Expand", convert_expand},
    {NULL, NULL},
};
