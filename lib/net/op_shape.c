/* Concat, Flatten, Slice, Pad: elements move, values do not change. */
#include <string.h>

#include "base/plural.h"
#include "net/op_family.h"

int
op_concat_shape(const struct attributes *attr, int n_in, const struct shape *in,
    struct shape *out, struct error *err)
{
	const int axis = attr->axis - 1;

	if (axis < 0 || axis >= in[0].rank)
		return error_set(err, "axis is %d, expected 1 to %d",
		    attr->axis, in[0].rank);
	*out = in[0];
	for (int i = 1; i < n_in; i++) {
		struct shape other = in[i];

		if (other.rank == out->rank)
			other.dim[axis] = in[0].dim[axis];
		if (!shape_same(&other, &in[0]))
			return error_set(err,
			    "input %d differs from input 0 in more than axis "
			    "%d",
			    i, attr->axis);
		out->dim[axis] += in[i].dim[axis];
	}
	return 0;
}

void
op_concat_forward(const struct operator_call *call)
{
	const int axis = call->attr->axis - 1;
	int64_t outer = 1, inner = 1;
	float *out = call->out;

	for (int i = 0; i < axis; i++)
		outer *= call->out_shape->dim[i];
	for (int i = axis + 1; i < call->out_shape->rank; i++)
		inner *= call->out_shape->dim[i];
	for (int64_t o = 0; o < outer; o++)
		for (int i = 0; i < call->n_in; i++) {
			int64_t n = call->in_shape[i].dim[axis] * inner;

			memcpy(
			    out, call->in[i] + o * n, (size_t)n * sizeof(*out));
			out += n;
		}
}

/* to += from */
static void
add(const float *from, int64_t n, float *to)
{
	for (int64_t i = 0; i < n; i++)
		to[i] += from[i];
}

/* Images count as an outer dimension. */
void
op_concat_backward(const struct operator_batch *batch)
{
	const int axis = batch->attr->axis - 1;
	int64_t outer = batch->n, inner = 1;
	const float *dy = batch->d_out;

	for (int i = 0; i < axis; i++)
		outer *= batch->out_shape->dim[i];
	for (int i = axis + 1; i < batch->out_shape->rank; i++)
		inner *= batch->out_shape->dim[i];
	for (int64_t o = 0; o < outer; o++)
		for (int i = 0; i < batch->n_in; i++) {
			int64_t n = batch->in_shape[i].dim[axis] * inner;

			if (batch->d_in[i] != NULL)
				add(dy, n, batch->d_in[i] + o * n);
			dy += n;
		}
}

int
op_flatten_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	(void)n_in;
	if (attr->axis != 1)
		return error_set(err,
		    "axis is %d, expected 1 (one row per image)", attr->axis);
	*out = (struct shape){.rank = 1, .dim = {shape_size(&in[0])}};
	return 0;
}

void
op_flatten_forward(const struct operator_call *call)
{
	memcpy(call->out, call->in[0],
	    (size_t)shape_size(call->out_shape) * sizeof(float));
}

void
op_flatten_backward(const struct operator_batch *batch)
{
	if (batch->d_in[0] != NULL)
		add(batch->d_out, batch->n * shape_size(batch->out_shape),
		    batch->d_in[0]);
}

static int
check_image(const struct shape *in, struct error *err)
{
	if (in->rank != 3)
		return error_set(err,
		    "the input has %d dimension%s, expected c h w", in->rank,
		    plural_s(in->rank));
	return 0;
}

int
op_slice_shape(const struct attributes *attr, int n_in, const struct shape *in,
    struct shape *out, struct error *err)
{
	(void)n_in;
	if (in[0].rank > 3)
		return error_set(err,
		    "the input has %d dimension%s, expected at most c h w",
		    in[0].rank, plural_s(in[0].rank));
	out->rank = in[0].rank;
	for (int i = 0; i < out->rank; i++) {
		int64_t start = attr->start[i], step = attr->step[i];
		int64_t end = attr->end[i] != 0 ? attr->end[i] : in[0].dim[i];

		if (start < 0 || start >= end || end > in[0].dim[i] || step < 1)
			return error_set(err,
			    "a slice of %lld element%s runs from %lld to %lld "
			    "in step%s of %lld",
			    (long long)in[0].dim[i], plural_s(in[0].dim[i]),
			    (long long)start, (long long)end, plural_s(end),
			    (long long)step);
		out->dim[i] = (end - start + step - 1) / step;
	}
	return 0;
}

/* A slice of at most three axes as one of three. */
struct slice {
	int64_t in[3], n[3], start[3], step[3];
};

static struct slice
slice_of(
    const struct attributes *a, const struct shape *in, const struct shape *out)
{
	struct slice s = {{1, 1, 1}, {1, 1, 1}, {0}, {0}};

	for (int i = 0, j = 3 - out->rank; i < out->rank; i++, j++) {
		s.in[j] = in->dim[i];
		s.n[j] = out->dim[i];
		s.start[j] = a->start[i];
		s.step[j] = a->step[i];
	}
	return s;
}

/* Where row y of plane c begins in the whole. */
static int64_t
slice_row(const struct slice *s, int64_t c, int64_t y)
{
	return ((s->start[0] + c * s->step[0]) * s->in[1] + s->start[1] +
		   y * s->step[1]) *
		   s->in[2] +
	       s->start[2];
}

void
op_slice_forward(const struct operator_call *call)
{
	const struct slice s =
	    slice_of(call->attr, &call->in_shape[0], call->out_shape);
	float *out = call->out;

	for (int64_t c = 0; c < s.n[0]; c++)
		for (int64_t y = 0; y < s.n[1]; y++) {
			const float *row = call->in[0] + slice_row(&s, c, y);

			for (int64_t x = 0; x < s.n[2]; x++)
				*out++ = row[x * s.step[2]];
		}
}

void
op_slice_backward(const struct operator_batch *batch)
{
	const struct slice s =
	    slice_of(batch->attr, &batch->in_shape[0], batch->out_shape);
	const float *dy = batch->d_out;

	if (batch->d_in[0] == NULL)
		return;
	for (int64_t c = 0; c < s.n[0]; c++)
		for (int64_t y = 0; y < s.n[1]; y++) {
			float *row = batch->d_in[0] + slice_row(&s, c, y);

			for (int64_t x = 0; x < s.n[2]; x++)
				row[x * s.step[2]] += *dy++;
		}
}

int
op_pad_shape(const struct attributes *attr, int n_in, const struct shape *in,
    struct shape *out, struct error *err)
{
	(void)n_in;
	if (check_image(&in[0], err) < 0)
		return -1;
	out->rank = in[0].rank;
	for (int i = 0; i < out->rank; i++) {
		if (attr->pad_before[i] < 0 || attr->pad_after[i] < 0)
			return error_set(err,
			    "dimension %d is padded by %d and %d, expected 0 "
			    "or more",
			    i, attr->pad_before[i], attr->pad_after[i]);
		out->dim[i] =
		    in[0].dim[i] + attr->pad_before[i] + attr->pad_after[i];
	}
	return 0;
}

void
op_pad_forward(const struct operator_call *call)
{
	const int *before = call->attr->pad_before;
	const struct shape *in = &call->in_shape[0], *shape = call->out_shape;
	const float *x = call->in[0];

	memset(call->out, 0, (size_t)shape_size(shape) * sizeof(float));
	for (int64_t c = 0; c < in->dim[0]; c++)
		for (int64_t y = 0; y < in->dim[1]; y++, x += in->dim[2]) {
			int64_t row =
			    (before[0] + c) * shape->dim[1] + before[1] + y;

			memcpy(call->out + row * shape->dim[2] + before[2], x,
			    (size_t)in->dim[2] * sizeof(float));
		}
}

void
op_pad_backward(const struct operator_batch *batch)
{
	const int *before = batch->attr->pad_before;
	const struct shape *in = &batch->in_shape[0], *shape = batch->out_shape;
	const int64_t rows = in->dim[0] * in->dim[1];
	float *dx = batch->d_in[0];

	for (int64_t i = 0; dx != NULL && i < batch->n * rows;
	     i++, dx += in->dim[2]) {
		int64_t c = i % rows / in->dim[1], y = i % in->dim[1];
		int64_t row = (before[0] + c) * shape->dim[1] + before[1] + y;

		add(batch->d_out + i / rows * shape_size(shape) +
			row * shape->dim[2] + before[2],
		    in->dim[2], dx);
	}
}
