/* Transpose, Reshape: the same elements in another order or form. */
#include <string.h>

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
			    "perm has no order of the %d axes of an image",
			    out->rank);
		taken[axis] = true;
		out->dim[i] = in[0].dim[axis];
	}
	return 0;
}

void
op_transpose_forward(const struct operator_call *call)
{
	const struct shape *in = &call->in_shape[0], *shape = call->out_shape;
	const int last = shape->rank - 1;
	const int64_t n = shape_size(shape);
	int64_t stride[IMAGE_RANK_MAX] = {0}, at[IMAGE_RANK_MAX] = {0};
	const float *x = call->in[0];

	for (int i = 0; i <= last; i++) {
		stride[i] = 1;
		for (int j = call->attr->perm[i]; j < in->rank; j++)
			stride[i] *= in->dim[j];
	}
	for (int64_t done = 0; done < n;) {
		for (int64_t i = 0; i < shape->dim[last]; i++)
			call->out[done++] = x[i * stride[last]];
		for (int i = last - 1; i >= 0; i--) {
			x += stride[i];
			if (++at[i] < shape->dim[i])
				break;
			x -= at[i] * stride[i];
			at[i] = 0;
		}
	}
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
