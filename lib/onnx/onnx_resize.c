/* Resize and Upsample, an axis after the other. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/plural.h"
#include "onnx/onnx_import.h"

enum resize_mode { RESIZE_NEAREST, RESIZE_LINEAR, RESIZE_CUBIC };

enum place {
	PLACE_HALF,
	PLACE_HALF_PYTORCH,
	PLACE_HALF_SYMMETRIC,
	PLACE_HALF_NEAREST,
	PLACE_CORNERS,
	PLACE_ASYMMETRIC,
};

/* ROUND_OLD: of an image that shrinks up, else down, as before opset 11. */
enum rounding {
	ROUND_FLOOR,
	ROUND_CEIL,
	ROUND_HALF_DOWN,
	ROUND_HALF_UP,
	ROUND_OLD
};

struct resize {
	enum resize_mode mode;
	enum place place;
	enum rounding rounding;
	float a;     /* of cubic polynomials */
	bool smooth; /* fewer pixels are sums of all that they stand for */
	bool inside; /* weights of what lies outside are 0, else the edge's */
	bool not_larger, not_smaller; /* sizes, with one factor for all axes */
	float scale[TENSOR_RANK_MAX];
	int64_t size[TENSOR_RANK_MAX];
};

/* The index of an attribute's word, or -1 with an error. */
static int
read_word(const struct onnx_step *step, const char *name,
    const char *const *words, const char *expected)
{
	struct onnx_text text;
	int i = 0;

	if (onnx_text(step, name, &text) < 0)
		return -1;
	while (words[i] != NULL && !onnx_text_is(text, words[i]))
		i++;
	return words[i] != NULL
		   ? i
		   : error_set(step->import->err, "%s is '%.*s', expected %s",
			 name, ONNX_TEXT(text), expected);
}

static int
read_flag(const struct onnx_step *step, const char *name, bool *flag)
{
	int64_t v = 0;

	if (onnx_is_attribute(step, name) && onnx_int(step, name, &v) < 0)
		return -1;
	*flag = v != 0;
	return 0;
}

/* What later opsets have. */
static int
read_more(const struct onnx_step *step, struct resize *r)
{
	static const char *const policies[] = {
	    "stretch", "not_larger", "not_smaller", NULL};
	int policy = 0;

	if (read_flag(step, "antialias", &r->smooth) < 0 ||
	    read_flag(step, "exclude_outside", &r->inside) < 0)
		return -1;
	if (onnx_is_attribute(step, "keep_aspect_ratio_policy"))
		policy = read_word(step, "keep_aspect_ratio_policy", policies,
		    "stretch, not_larger or not_smaller");
	if (r->smooth && r->mode == RESIZE_NEAREST)
		return error_set(step->import->err,
		    "antialias is 1 for nearest pixels, expected 0");
	r->not_larger = policy == 1;
	r->not_smaller = policy == 2;
	return policy < 0 ? -1 : 0;
}

/* Before Resize had attributes for it, pixels were those at x / scale. */
static int
read_how(const struct onnx_step *step, struct resize *r)
{
	static const char *const modes[] = {"nearest", "linear", "cubic", NULL};
	static const char *const places[] = {"half_pixel", "pytorch_half_pixel",
	    "half_pixel_symmetric", "tf_half_pixel_for_nn", "align_corners",
	    "asymmetric", NULL};
	static const char *const roundings[] = {
	    "floor", "ceil", "round_prefer_floor", "round_prefer_ceil", NULL};
	int mode, place, rounding;

	mode = read_word(step, "mode", modes, "nearest, linear or cubic");
	if (mode < 0)
		return -1;
	*r = (struct resize){.mode = (enum resize_mode)mode,
	    .place = PLACE_ASYMMETRIC,
	    .rounding = ROUND_OLD};
	if (!onnx_is_attribute(step, "nearest_mode"))
		return 0;
	place = read_word(step, "coordinate_transformation_mode", places,
	    "half_pixel, pytorch_half_pixel, half_pixel_symmetric, "
	    "align_corners or asymmetric");
	rounding = place < 0 ? -1
			     : read_word(step, "nearest_mode", roundings,
				   "floor, ceil, round_prefer_floor or "
				   "round_prefer_ceil");
	if (rounding < 0 || onnx_real(step, "cubic_coeff_a", &r->a) < 0)
		return -1;
	r->place = (enum place)place;
	r->rounding = (enum rounding)rounding;
	return read_more(step, r);
}

/* Numbers of input i, at most one for each axis; none: *n is 0. */
static int
read_numbers(const struct onnx_step *step, size_t i, double *out, size_t *n)
{
	struct onnx_result *in;
	const double *number;

	*n = 0;
	if (!onnx_has(step, i))
		return 0;
	in = onnx_in(step, i);
	if (in == NULL || onnx_numbers(step->import, in, &number) < 0)
		return -1;
	if (number == NULL || in->n > TENSOR_RANK_MAX)
		return error_set(step->import->err,
		    "input %zu is not known before the network runs", i);
	for (; (int64_t)*n < in->n; (*n)++)
		out[*n] = number[*n];
	return 0;
}

/* Which axes the numbers are of: all, or those that an attribute names. */
static int
read_axes(const struct onnx_step *step, int rank, int axes[TENSOR_RANK_MAX],
    size_t *n)
{
	int64_t named[TENSOR_RANK_MAX];

	*n = 0;
	if (onnx_is_attribute(step, "axes") &&
	    onnx_ints(step, "axes", named, TENSOR_RANK_MAX, n) < 0)
		return -1;
	for (size_t i = 0; i < *n; i++)
		if (onnx_axis(step, named[i], rank, &axes[i]) < 0)
			return -1;
	if (*n > 0)
		return 0;
	for (; (int)*n < rank; (*n)++)
		axes[*n] = (int)*n;
	return 0;
}

/* A size, of one axis, by the new size or by the factor. */
static int
set_size(const struct onnx_step *step, const struct onnx_shape *from,
    struct resize *r, int axis, double number, bool is_size)
{
	const int64_t n = from->dim[axis], batch = step->import->static_batch;
	const double size = is_size ? number : floor((double)n * number);

	if (n % BATCH == 0) {
		if (is_size ? number == (double)n ||
				  (batch > 0 && number == (double)batch)
			    : number == 1.0)
			return 0;
		return error_set(
		    step->import->err, "resizes the batch, expected images");
	}
	if (!(size >= 1.0 && size <= 1 << 20) || !(number > 0.0))
		return error_set(step->import->err,
		    "axis %d of %lld becomes %g, expected 1 to %d", axis,
		    (long long)n, size, 1 << 20);
	r->size[axis] = (int64_t)size;
	r->scale[axis] = is_size ? (float)size / (float)n : (float)number;
	return 0;
}

/* All axes that are resized get the smallest factor, or the largest. */
static void
share_factor(
    const struct onnx_shape *from, struct resize *r, const int *axes, size_t n)
{
	float factor = r->scale[axes[0]];

	for (size_t i = 1; i < n; i++)
		factor = r->not_larger ? fminf(factor, r->scale[axes[i]])
				       : fmaxf(factor, r->scale[axes[i]]);
	for (size_t i = 0; i < n; i++) {
		const int64_t have = from->dim[axes[i]];

		if (have % BATCH == 0)
			continue;
		r->scale[axes[i]] = factor;
		r->size[axes[i]] =
		    (int64_t)floor((double)factor * (double)have + 0.5);
	}
}

static int
read_sizes(const struct onnx_step *step, const struct onnx_shape *from,
    struct resize *r)
{
	const bool old = !onnx_is_attribute(step, "nearest_mode");
	double scale[TENSOR_RANK_MAX], size[TENSOR_RANK_MAX];
	int axes[TENSOR_RANK_MAX] = {0};
	size_t n_scale, n_size = 0, n;

	if (onnx_is_attribute(step, "scales")) {
		if (onnx_reals(
			step, "scales", scale, TENSOR_RANK_MAX, &n_scale) < 0)
			return -1;
	} else if (read_numbers(step, old ? 1 : 2, scale, &n_scale) < 0 ||
		   (!old && read_numbers(step, 3, size, &n_size) < 0)) {
		return -1;
	}
	if (read_axes(step, from->rank, axes, &n) < 0)
		return -1;
	if ((n_scale != n || n_size != 0) && (n_size != n || n_scale != 0))
		return error_set(step->import->err,
		    "%zu factor%s and %zu size%s, expected %zu of one of them",
		    n_scale, plural_s((int64_t)n_scale), n_size,
		    plural_s((int64_t)n_size), n);
	for (int i = 0; i < from->rank; i++) {
		r->size[i] = from->dim[i];
		r->scale[i] = 1.0F;
	}
	for (size_t i = 0; i < n; i++)
		if (set_size(step, from, r, axes[i],
			n_size > 0 ? size[i] : scale[i], n_size > 0) < 0)
			return -1;
	if (n_size > 0 && (r->not_larger || r->not_smaller))
		share_factor(from, r, axes, n);
	return 0;
}

/* Where pixel i lies in the image as it was, in float32 as engines do. */
static float
place_in(const struct resize *r, int axis, int64_t n, int64_t i)
{
	const float scale = r->scale[axis], x = (float)i;
	const float size = (float)r->size[axis];

	switch (r->place) {
	case PLACE_HALF_PYTORCH:
		return size > 1.0F ? (x + 0.5F) / scale - 0.5F : 0.0F;
	case PLACE_HALF_SYMMETRIC:
		return (float)n / 2.0F * (1.0F - size / (scale * (float)n)) +
		       (x + 0.5F) / scale - 0.5F;
	case PLACE_HALF_NEAREST:
		return (x + 0.5F) / scale;
	case PLACE_CORNERS:
		return size > 1.0F ? x * (float)(n - 1) / (size - 1.0F) : 0.0F;
	case PLACE_ASYMMETRIC:
		return x / scale;
	case PLACE_HALF:
	default:
		return (x + 0.5F) / scale - 0.5F;
	}
}

static int64_t
within(double x, int64_t n)
{
	return !(x > 0.0) ? 0 : x < (double)(n - 1) ? (int64_t)x : n - 1;
}

static int64_t
nearest(const struct resize *r, int axis, int64_t n, int64_t i)
{
	const double x = (double)place_in(r, axis, n, i);

	switch (r->rounding) {
	case ROUND_CEIL:
		return within(ceil(x), n);
	case ROUND_HALF_DOWN:
		return within(ceil(x - 0.5), n);
	case ROUND_HALF_UP:
		return within(floor(x + 0.5), n);
	case ROUND_OLD:
		return within(r->scale[axis] < 1.0F ? ceil(x) : floor(x), n);
	case ROUND_FLOOR:
	default:
		return within(floor(x), n);
	}
}

static int
resize_nearest(const struct onnx_step *step, const struct resize *r,
    struct onnx_part *part, int axis)
{
	const struct onnx_shape index = {.rank = 1, .dim = {r->size[axis]}};
	const int64_t n = part->shape.dim[axis];
	double *at =
	    memory_new((size_t)index.dim[0], sizeof(*at), step->import->err);
	int status;

	if (at == NULL)
		return -1;
	for (int64_t i = 0; i < index.dim[0]; i++)
		at[i] = (double)nearest(r, axis, n, i);
	status = onnx_take(step, part, axis, &index, at);
	free(at);
	return status;
}

/* A cubic polynomial's weight of a pixel that is so far away. */
static double
cubic(double a, double far)
{
	if (far <= 1.0)
		return ((a + 2.0) * far - (a + 3.0)) * far * far + 1.0;
	if (far >= 2.0)
		return 0.0;
	return ((a * far - 5.0 * a) * far + 8.0 * a) * far - 4.0 * a;
}

static double
weight(const struct resize *r, double far)
{
	return r->mode == RESIZE_LINEAR ? fmax(0.0, 1.0 - far)
					: cubic((double)r->a, far);
}

/*
 * Column i of the matrix: what of each of n pixels pixel i is made of.  Where
 * the image shrinks, a smooth one's window is as much wider.
 */
static void
fill_column(const struct resize *r, int axis, int64_t n, int64_t i, double *to)
{
	const int64_t width = r->size[axis];
	const double reach = r->mode == RESIZE_LINEAR ? 1.0 : 2.0;
	const double scale =
	    r->smooth && r->scale[axis] < 1.0F ? (double)r->scale[axis] : 1.0;
	const double x = (double)place_in(r, axis, n, i);
	const int64_t first = onnx_whole(ceil(x - reach / scale));
	const int64_t last = onnx_whole(floor(x + reach / scale));
	double sum = 0.0;

	for (int64_t k = first; k <= last; k++) {
		const double w = weight(r, fabs(x - (double)k) * scale);

		if (r->inside && (k < 0 || k > n - 1))
			continue;
		to[within((double)k, n) * width] += w;
		sum += w;
	}
	if ((!r->smooth && !r->inside) || sum == 0.0)
		return;
	for (int64_t k = 0; k < n; k++)
		to[k * width] /= sum;
}

/* The image's axis becomes the last one, or goes back. */
static int
swap_last(const struct onnx_step *step, int value, int place, int rank)
{
	struct attributes attr = {0};

	if (value < 0 || place == rank - 1)
		return value;
	for (int i = 0; i < rank; i++)
		attr.perm[i] = i + 1;
	attr.perm[place] = rank;
	attr.perm[rank - 1] = place + 1;
	return onnx_add(step, OP_TRANSPOSE, 1, &value, &attr);
}

/* Sums of pixels along the axis: a product with a matrix that stays. */
static int
resize_sums(const struct onnx_step *step, const struct resize *r,
    struct onnx_part *part, int axis)
{
	const int64_t n = part->shape.dim[axis], width = r->size[axis];
	const struct onnx_shape shape = {.rank = 2, .dim = {n, width}};
	const struct attributes none = {0};
	const int place = onnx_one_axis(&part->shape, axis);
	const int rank = onnx_one(&part->shape).rank;
	double *matrix;
	int in[2];

	if (n * width > 1 << 26)
		return error_set(step->import->err,
		    "%lld pixel%s of an axis become %lld sum%s of them, more "
		    "than is supported",
		    (long long)n, plural_s(n), (long long)width,
		    plural_s(width));
	matrix =
	    memory_new((size_t)(n * width), sizeof(*matrix), step->import->err);
	if (matrix == NULL)
		return -1;
	for (int64_t i = 0; i < n * width; i++)
		matrix[i] = 0.0;
	for (int64_t i = 0; i < width; i++)
		fill_column(r, axis, n, i, matrix + i);
	in[1] = onnx_add_numbers(step, &shape, matrix);
	free(matrix);
	in[0] = swap_last(step, part->value, place, rank);
	if (in[0] < 0 || in[1] < 0)
		return -1;
	part->value = swap_last(
	    step, onnx_add(step, OP_MAT_MUL, 2, in, &none), place, rank);
	part->shape.dim[axis] = width;
	return part->value < 0 ? -1 : 0;
}

static int
convert_resize(const struct onnx_step *step)
{
	const struct onnx_result *x = onnx_image(step, 0);
	struct onnx_part part;
	struct resize r;
	int status = 0;

	if (x == NULL || read_how(step, &r) < 0 ||
	    read_sizes(step, &x->shape, &r) < 0 ||
	    (onnx_is_attribute(step, "nearest_mode") && onnx_has(step, 1) &&
		onnx_in(step, 1) == NULL)) /* roi, which no mode reads */
		return -1;
	part = (struct onnx_part){.value = x->value, .shape = x->shape};
	for (int i = 0; status == 0 && i < part.shape.rank; i++) {
		if (r.size[i] == part.shape.dim[i] && r.scale[i] == 1.0F)
			continue;
		status = r.mode == RESIZE_NEAREST
			     ? resize_nearest(step, &r, &part, i)
			     : resize_sums(step, &r, &part, i);
	}
	return status < 0 ? -1 : onnx_give(step, part.value, &part.shape);
}

const struct onnx_row onnx_resizes[] = {
    {"Resize", convert_resize},
    {"Upsample", convert_resize},
    {NULL, NULL},
};
