#include "net/window.h"

/* Keeps every position inside an int, with room to spare. */
enum { WINDOW_MAX = 1 << 20 };

static int
check_attributes(const struct attributes *attr, struct error *err)
{
	for (int i = 0; i < SPATIAL; i++) {
		if (attr->kernel_shape[i] < 1 ||
		    attr->kernel_shape[i] > WINDOW_MAX)
			return error_set(err,
			    "kernel_shape is %d, expected 1 to %d",
			    attr->kernel_shape[i], WINDOW_MAX);
		if (attr->strides[i] < 1 || attr->strides[i] > WINDOW_MAX)
			return error_set(err, "stride is %d, expected 1 to %d",
			    attr->strides[i], WINDOW_MAX);
		if (attr->dilations[i] < 1 || attr->dilations[i] > WINDOW_MAX)
			return error_set(err,
			    "dilation is %d, expected 1 to %d",
			    attr->dilations[i], WINDOW_MAX);
	}
	for (int i = 0; i < 2 * SPATIAL; i++)
		if (attr->pads[i] < 0 || attr->pads[i] > WINDOW_MAX)
			return error_set(err, "pad is %d, expected 0 to %d",
			    attr->pads[i], WINDOW_MAX);
	return 0;
}

int
window_shape(const struct attributes *attr, const struct shape *in,
    struct shape *out, struct error *err)
{
	if (in->rank != 1 + SPATIAL)
		return error_set(err,
		    "the input has %d dimensions, expected c h w", in->rank);
	if (check_attributes(attr, err) < 0)
		return -1;
	for (int i = 0; i < SPATIAL; i++) {
		int64_t size = in->dim[1 + i], before = attr->pads[i];
		int64_t extent =
		    (int64_t)attr->dilations[i] * (attr->kernel_shape[i] - 1) +
		    1;
		int64_t room = size + before + attr->pads[SPATIAL + i] - extent;
		int64_t stride = attr->strides[i];
		int64_t n;

		if (room < 0)
			return error_set(err,
			    "a window of %lld does not fit into %lld padded "
			    "pixels",
			    (long long)extent, (long long)(room + extent));
		n = room / stride + 1;
		if (attr->ceil_mode && room % stride != 0 &&
		    n * stride < size + before)
			n++;
		out->dim[1 + i] = n;
	}
	out->rank = 1 + SPATIAL;
	return 0;
}

void
window_clip(
    int start, int dilation, int kernel, int size, int *first, int *last)
{
	*first = start < 0 ? (-start + dilation - 1) / dilation : 0;
	*last = size <= start ? 0 : (size - start + dilation - 1) / dilation;
	if (*last > kernel)
		*last = kernel;
	if (*first > *last)
		*first = *last;
}
