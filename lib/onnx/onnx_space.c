/* ConvTranspose, and channels that become pixels or are made of them. */
#include "base/plural.h"
#include "onnx/onnx_import.h"

/* ---- ConvTranspose ---- */

/*
 * What of each axis' full output goes at its start and its end: as pads says,
 * or as the output's shape (that is given, or the input's times the stride)
 * asks for.
 */
static int
find_pads(const struct onnx_step *step, const struct onnx_result *x,
    const int shape[SPATIAL], const int extra[SPATIAL], struct attributes *attr)
{
	struct onnx_text pad;
	bool upper, lower;

	if (onnx_text(step, "auto_pad", &pad) < 0)
		return -1;
	upper = onnx_text_is(pad, "SAME_UPPER");
	lower = onnx_text_is(pad, "SAME_LOWER");
	if (!upper && !lower && !onnx_text_is(pad, "VALID") &&
	    !onnx_text_is(pad, "NOTSET"))
		return error_set(step->import->err,
		    "auto_pad is '%.*s', expected NOTSET, SAME_UPPER, "
		    "SAME_LOWER or VALID",
		    ONNX_TEXT(pad));
	for (int i = 0; i < SPATIAL; i++) {
		const int64_t in = x->shape.dim[2 + i];
		const int64_t full =
		    (in - 1) * attr->strides[i] + extra[i] +
		    (int64_t)attr->dilations[i] * (attr->kernel_shape[i] - 1) +
		    1;
		const int64_t want = shape[0] != 0    ? shape[i]
				     : upper || lower ? in * attr->strides[i]
						      : 0;
		/* more than there is: pixels beyond the last window */
		int64_t half = full < want ? 0 : (full - want) / 2;

		if (want > 1 << 20 || full > 1 << 20)
			return error_set(step->import->err,
			    "an output of %lld pixel%s of %lld",
			    (long long)want, plural_s(want), (long long)full);
		if (want != 0 && full > want && !upper)
			half = full - want - half;
		if (want != 0) {
			attr->pads[i] = (int)half;
			attr->pads[SPATIAL + i] = (int)(full - want - half);
		}
		attr->pads[SPATIAL + i] -= extra[i];
	}
	return 0;
}

static int
read_transposed(const struct onnx_step *step, const struct onnx_result *x,
    const struct onnx_result *w, struct attributes *attr)
{
	int extra[SPATIAL], shape[SPATIAL];
	int64_t group;

	if (w->shape.rank != 2 + SPATIAL || w->shape.dim[2] > 1 << 15 ||
	    w->shape.dim[3] > 1 << 15)
		return error_set(
		    step->import->err, "the weight has not the shape c k h w");
	if (onnx_read_spatial(
		step, "kernel_shape", SPATIAL, 1, 0, attr->kernel_shape) < 0 ||
	    onnx_read_spatial(step, "strides", SPATIAL, 1, 1, attr->strides) <
		0 ||
	    onnx_read_spatial(step, "pads", 2 * SPATIAL, 0, 0, attr->pads) <
		0 ||
	    onnx_read_spatial(
		step, "dilations", SPATIAL, 1, 1, attr->dilations) < 0 ||
	    onnx_read_spatial(step, "output_padding", SPATIAL, 0, 0, extra) <
		0 ||
	    onnx_read_spatial(step, "output_shape", SPATIAL, 1, 0, shape) < 0 ||
	    onnx_int(step, "group", &group) < 0)
		return -1;
	if (group < 1 || group > w->shape.dim[0])
		return error_set(step->import->err,
		    "group is %lld, expected 1 to %lld", (long long)group,
		    (long long)w->shape.dim[0]);
	attr->group = (int)group;
	for (int i = 0; i < SPATIAL && attr->kernel_shape[i] == 0; i++)
		attr->kernel_shape[i] = (int)w->shape.dim[2 + i];
	return find_pads(step, x, shape, extra, attr);
}

/*
 * A filter makes a channel of the output: it lies along axis 1 of the weight,
 * along axis 0 where each group makes one.
 */
static int
convert_conv_transpose(const struct onnx_step *step)
{
	const struct onnx_result *x = onnx_plain(step, 0, 1 + SPATIAL);
	struct onnx_result *w = onnx_in(step, 1);
	struct attributes attr = {0};
	int in[3], n_in = onnx_has(step, 2) ? 3 : 2;

	if (x == NULL || w == NULL || read_transposed(step, x, w, &attr) < 0)
		return -1;
	in[0] = x->value;
	in[1] = onnx_use_tensor(step, w, ROLE_WEIGHT, "weight",
	    attr.group > 1 && w->shape.dim[1] == 1 ? 0 : 1);
	if (in[1] < 0)
		return -1;
	if (n_in == 3) {
		in[2] = onnx_use_tensor(
		    step, onnx_in(step, 2), ROLE_BIAS, "bias", 0);
		if (in[2] < 0)
			return -1;
	}
	return onnx_emit(step, OP_CONV_TRANSPOSE, n_in, in, &attr, NULL);
}

/* ---- DepthToSpace, SpaceToDepth ---- */

/* Five axes in another order, then three. */
static int
rearrange(const struct onnx_step *step, int value, const int64_t five[5],
    const int perm[5], const int64_t three[3])
{
	struct attributes attr = {0};

	for (int i = 0; i < 5; i++)
		attr.perm[i] = perm[i];
	value = onnx_add_reshape(step, value, 5, five);
	if (value >= 0)
		value = onnx_add(step, OP_TRANSPOSE, 1, &value, &attr);
	return onnx_add_reshape(step, value, 3, three);
}

static int
read_block(const struct onnx_step *step, int64_t *b)
{
	if (onnx_int(step, "blocksize", b) < 0)
		return -1;
	return *b >= 1 && *b <= 1 << 15
		   ? 0
		   : error_set(step->import->err,
			 "blocksize is %lld, expected 1 to 32768",
			 (long long)*b);
}

static int
convert_depth_to_space(const struct onnx_step *step)
{
	static const int first[5] = {3, 4, 1, 5, 2}, last[5] = {1, 4, 2, 5, 3};
	const struct onnx_result *x = onnx_plain(step, 0, 3);
	struct onnx_text mode = {"DCR", 3};
	struct onnx_shape to;
	int64_t b, c, h, w, square;
	bool columns;

	if (x == NULL || read_block(step, &b) < 0 ||
	    (onnx_is_attribute(step, "mode") &&
		onnx_text(step, "mode", &mode) < 0))
		return -1;
	columns = onnx_text_is(mode, "CRD");
	if (!columns && !onnx_text_is(mode, "DCR"))
		return error_set(step->import->err,
		    "mode is '%.*s', expected DCR or CRD", ONNX_TEXT(mode));
	to = x->shape;
	square = b * b;
	if (to.dim[1] % square != 0)
		return error_set(step->import->err,
		    "%lld channel%s, expected a multiple of %lld",
		    (long long)to.dim[1], plural_s(to.dim[1]),
		    (long long)square);
	c = to.dim[1] /= square;
	h = to.dim[2];
	w = to.dim[3];
	to.dim[2] *= b;
	to.dim[3] *= b;
	return onnx_give(step,
	    rearrange(step, x->value,
		columns ? (const int64_t[]){c, b, b, h, w}
			: (const int64_t[]){b, b, c, h, w},
		columns ? last : first, to.dim + 1),
	    &to);
}

static int
convert_space_to_depth(const struct onnx_step *step)
{
	static const int perm[5] = {3, 5, 1, 2, 4};
	const struct onnx_result *x = onnx_plain(step, 0, 3);
	struct onnx_shape to;
	int64_t b, c;

	if (x == NULL || read_block(step, &b) < 0)
		return -1;
	to = x->shape;
	if (to.dim[2] % b != 0 || to.dim[3] % b != 0)
		return error_set(step->import->err,
		    "%lld x %lld pixel%s, expected multiples of %lld",
		    (long long)to.dim[2], (long long)to.dim[3],
		    plural_s(to.dim[3]), (long long)b);
	c = to.dim[1];
	to.dim[1] *= b * b;
	to.dim[2] /= b;
	to.dim[3] /= b;
	return onnx_give(step,
	    rearrange(step, x->value,
		(const int64_t[]){c, to.dim[2], b, to.dim[3], b}, perm,
		to.dim + 1),
	    &to);
}

const struct onnx_row onnx_spaces[] = {
    {"ConvTranspose", convert_conv_transpose},
    {"DepthToSpace", convert_depth_to_space},
    {"SpaceToDepth", convert_space_to_depth},
    {NULL, NULL},
};
