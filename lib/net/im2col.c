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

void
im2col(const struct attributes *attr, const float *x, int c, int in_h, int in_w,
    const struct shape *out, float *columns)
{
	const int h = (int)out->dim[1], w = (int)out->dim[2];
	const int kh = attr->kernel_shape[0], kw = attr->kernel_shape[1];
	const int sy = attr->strides[0], sx = attr->strides[1];

	for (int row = 0; row < c * kh * kw; row++) {
		const int i = row / kw % kh, j = row % kw;
		const int dy = i * attr->dilations[0] - attr->pads[0];
		const int dx = j * attr->dilations[1] - attr->pads[1];
		const float *plane =
		    x + (int64_t)(row / (kw * kh)) * in_h * in_w;
		int top, bottom, left, right;

		visible(h, sy, dy, in_h, &top, &bottom);
		visible(w, sx, dx, in_w, &left, &right);
		for (int y = 0; y < h; y++, columns += w)
			if (y < top || y >= bottom || left == right)
				memset(
				    columns, 0, (size_t)w * sizeof(*columns));
			else
				copy_line(plane + (y * sy + dy) * in_w, dx,
				    left, right, w, sx, columns);
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
