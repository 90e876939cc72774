#include "net/im2col.h"

#include <string.h>

/* The output pixels [*first, *last) of a line of n that tap `shift` sees. */
static void
visible(int n, int stride, int shift, int size, int *first, int *last)
{
	int end = size - shift; /* the pixel's position stays below this */

	*first = shift < 0 ? (-shift + stride - 1) / stride : 0;
	*last = end <= 0 ? 0 : (end + stride - 1) / stride;
	if (*last > n)
		*last = n;
	if (*first > *last)
		*first = *last;
}

/* out[i] = row[i * stride + shift] where that is visible, else 0. */
static void
copy_line(const float *row, int shift, int first, int last, int n, int stride,
    float *out)
{
	memset(out, 0, (size_t)first * sizeof(*out));
	memset(out + last, 0, (size_t)(n - last) * sizeof(*out));
	if (stride == 1)
		memcpy(out + first, row + first + shift,
		    (size_t)(last - first) * sizeof(*out));
	else
		for (int i = first; i < last; i++)
			out[i] = row[i * stride + shift];
}

/* One row of the matrix: a tap of a channel, and the pixels that see it. */
struct row {
	int64_t plane; /* start of the channel's plane */
	int dx, dy;    /* the tap's shift */
	int top, bottom, left, right;
};

static struct row
row_of(const struct attributes *attr, int row, int in_h, int in_w,
    const struct shape *out)
{
	const int kh = attr->kernel_shape[0], kw = attr->kernel_shape[1];
	struct row r = {.plane = (int64_t)(row / (kw * kh)) * in_h * in_w,
	    .dy = row / kw % kh * attr->dilations[0] - attr->pads[0],
	    .dx = row % kw * attr->dilations[1] - attr->pads[1]};

	visible(
	    (int)out->dim[1], attr->strides[0], r.dy, in_h, &r.top, &r.bottom);
	visible(
	    (int)out->dim[2], attr->strides[1], r.dx, in_w, &r.left, &r.right);
	return r;
}

void
im2col(const struct attributes *attr, const float *x, int c, int in_h, int in_w,
    const struct shape *out, float *columns)
{
	const int h = (int)out->dim[1], w = (int)out->dim[2];
	const int taps = attr->kernel_shape[0] * attr->kernel_shape[1];
	const int sy = attr->strides[0], sx = attr->strides[1];

	for (int row = 0; row < c * taps; row++) {
		const struct row r = row_of(attr, row, in_h, in_w, out);

		for (int y = 0; y < h; y++, columns += w)
			if (y < r.top || y >= r.bottom || r.left == r.right)
				memset(
				    columns, 0, (size_t)w * sizeof(*columns));
			else
				copy_line(x + r.plane + (y * sy + r.dy) * in_w,
				    r.dx, r.left, r.right, w, sx, columns);
	}
}

void
col2im(const struct attributes *attr, const float *columns, int c, int in_h,
    int in_w, const struct shape *out, float *x)
{
	const int h = (int)out->dim[1], w = (int)out->dim[2];
	const int taps = attr->kernel_shape[0] * attr->kernel_shape[1];
	const int sy = attr->strides[0], sx = attr->strides[1];

	for (int row = 0; row < c * taps; row++, columns += (int64_t)h * w) {
		const struct row r = row_of(attr, row, in_h, in_w, out);

		for (int y = r.top; y < r.bottom; y++) {
			const float *from = columns + (int64_t)y * w;
			float *to = x + r.plane + (y * sy + r.dy) * in_w + r.dx;

			if (sx == 1)
				for (int i = r.left; i < r.right; i++)
					to[i] += from[i];
			else
				for (int i = r.left; i < r.right; i++)
					to[i * sx] += from[i];
		}
	}
}

bool
im2col_is_identity(const struct attributes *attr)
{
	for (int i = 0; i < SPATIAL; i++)
		if (attr->kernel_shape[i] != 1 || attr->strides[i] != 1 ||
		    attr->pads[i] != 0 || attr->pads[SPATIAL + i] != 0)
			return false;
	return true;
}
