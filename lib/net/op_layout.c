/* Transpose, Reshape: the same elements in another order or form. */
#include <string.h>

#include "base/plural.h"
#include "net/op_family.h"

/* perm counts the batch as axis 0, which stays where it is. */
int
op_transpose_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	bool taken[IMAGE_RANK_MAX] = {false};

	(void)n_in;
	out->rank = in[0].rank;
	for (int i = 0; i < out->rank; i++) {
		const int axis = attr->perm[i] - 1;

		if (axis < 0 || axis >= out->rank || taken[axis])
			return error_set(err,
			    "perm has no order of the %d %s of an image",
			    out->rank, plural(out->rank, "axis", "axes"));
		taken[axis] = true;
		out->dim[i] = in[0].dim[axis];
	}
	return 0;
}

/* to[i] of out's order is the element of in's order, or that one gets it. */
static void
transpose(const struct attributes *attr, const struct shape *in,
    const struct shape *shape, const float *from, float *to, bool back)
{
	const int last = shape->rank - 1;
	const int64_t n = shape_size(shape);
	int64_t stride[IMAGE_RANK_MAX] = {0}, at[IMAGE_RANK_MAX] = {0};
	int64_t x = 0;

	for (int i = 0; i <= last; i++) {
		stride[i] = 1;
		for (int j = attr->perm[i]; j < in->rank; j++)
			stride[i] *= in->dim[j];
	}
	for (int64_t done = 0; done < n;) {
		for (int64_t i = 0; i < shape->dim[last]; i++, done++)
			if (back)
				to[x + i * stride[last]] += from[done];
			else
				to[done] = from[x + i * stride[last]];
		for (int i = last - 1; i >= 0; i--) {
			x += stride[i];
			if (++at[i] < shape->dim[i])
				break;
			x -= at[i] * stride[i];
			at[i] = 0;
		}
	}
}

void
op_transpose_forward(const struct operator_call *call)
{
	transpose(call->attr, &call->in_shape[0], call->out_shape, call->in[0],
	    call->out, false);
}

void
op_transpose_backward(const struct operator_batch *batch)
{
	if (batch->d_in[0] != NULL)
		transpose(batch->attr, &batch->in_shape[0], batch->out_shape,
		    batch->d_out, batch->d_in[0], true);
}

int
op_reshape_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	char text[2][TENSOR_SHAPE_TEXT_BYTES];

	(void)n_in;
	while (out->rank < IMAGE_RANK_MAX && attr->shape[out->rank] != 0) {
		out->dim[out->rank] = attr->shape[out->rank];
		out->rank++;
	}
	if (shape_check(out, err) < 0)
		return -1;
	if (shape_size(out) != shape_size(&in[0]))
		return error_set(err,
		    "%s is to become %s, which has another number of elements",
		    shape_text(&in[0], text[0]), shape_text(out, text[1]));
	return 0;
}

void
op_reshape_forward(const struct operator_call *call)
{
	memcpy(call->out, call->in[0],
	    (size_t)shape_size(call->out_shape) * sizeof(float));
}

void
op_reshape_backward(const struct operator_batch *batch)
{
	const int64_t n = shape_size(batch->out_shape);

	for (int64_t i = 0; batch->d_in[0] != NULL && i < n; i++)
		batch->d_in[0][i] += batch->d_out[i];
}
