#include "net/window.h"

#include "base/plural.h"

/* Keep every position, and the area of a kernel, inside an int. */
enum { WINDOW_MAX = 1 << 20, KERNEL_MAX = 1 << 15 };

static int
check_attributes(const struct attributes *attr, struct error *err)
{
	for (int i = 0; i < SPATIAL; i++) {
		if (attr->kernel_shape[i] < 1 ||
		    attr->kernel_shape[i] > KERNEL_MAX)
			return error_set(err,
			    "kernel_shape is %d, expected 1 to %d",
			    attr->kernel_shape[i], KERNEL_MAX);
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

/* Windows along one axis, or 0 when none fits. */
static int64_t
count_windows(const struct attributes *attr, int i, int64_t size)
{
	const int64_t before = attr->pads[i], stride = attr->strides[i];
	const int64_t extent =
	    (int64_t)attr->dilations[i] * (attr->kernel_shape[i] - 1) + 1;
	const int64_t room = size + before + attr->pads[SPATIAL + i] - extent;
	int64_t n = room >= 0 ? room / stride + 1 : 0;

	/* one more, that hangs over the end but starts before it */
	if (attr->ceil_mode && (n - 1) * stride < room &&
	    n * stride < size + before)
		n++;
	return n;
}

int
window_shape(const struct attributes *attr, const struct shape *in,
    struct shape *out, struct error *err)
{
	if (in->rank != 1 + SPATIAL)
		return error_set(err,
		    "the input has %d dimension%s, expected c h w", in->rank,
		    plural_s(in->rank));
	if (check_attributes(attr, err) < 0)
		return -1;
	for (int i = 0; i < SPATIAL; i++) {
		out->dim[1 + i] = count_windows(attr, i, in->dim[1 + i]);
		if (out->dim[1 + i] == 0)
			return error_set(err,
			    "a window of %d (dilation %d) does not fit into "
			    "%lld pixel%s padded by %d and %d",
			    attr->kernel_shape[i], attr->dilations[i],
			    (long long)in->dim[1 + i],
			    plural_s((in->dim[1 + i])), attr->pads[i],
			    attr->pads[SPATIAL + i]);
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
