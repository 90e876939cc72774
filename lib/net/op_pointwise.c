/* Relu, Add: element by element. */
#include "net/op_family.h"

int
op_relu_shape(const struct attributes *attr, int n_in, const struct shape *in,
    struct shape *out, struct error *err)
{
	(void)attr;
	(void)n_in;
	(void)err;
	*out = in[0];
	return 0;
}

/* Written so that a NaN stays a NaN, as in PyTorch. */
void
op_relu_forward(const struct operator_call *call)
{
	const int64_t n = shape_size(call->out_shape);
	const float *x = call->in[0];

	for (int64_t i = 0; i < n; i++)
		call->out[i] = x[i] < 0.0F ? 0.0F : x[i];
}

/* Where it was cut off nothing comes back, at 0 neither, as in PyTorch. */
void
op_relu_backward(const struct operator_batch *batch)
{
	const int64_t n = batch->n * shape_size(batch->out_shape);
	const float *out = batch->out, *d_out = batch->d_out;
	float *d_in = batch->d_in[0];

	for (int64_t i = 0; d_in != NULL && i < n; i++)
		d_in[i] += out[i] > 0.0F ? d_out[i] : 0.0F;
}

int
op_add_shape(const struct attributes *attr, int n_in, const struct shape *in,
    struct shape *out, struct error *err)
{
	char a[TENSOR_SHAPE_TEXT_BYTES], b[TENSOR_SHAPE_TEXT_BYTES];

	(void)attr;
	(void)n_in;
	if (!shape_same(&in[0], &in[1]))
		return error_set(err,
		    "the operands are %s and %s, expected equal shapes",
		    shape_text(&in[0], a), shape_text(&in[1], b));
	*out = in[0];
	return 0;
}

void
op_add_forward(const struct operator_call *call)
{
	const int64_t n = shape_size(call->out_shape);
	const float *a = call->in[0], *b = call->in[1];

	for (int64_t i = 0; i < n; i++)
		call->out[i] = a[i] + b[i];
}

void
op_add_backward(const struct operator_batch *batch)
{
	const int64_t n = batch->n * shape_size(batch->out_shape);

	for (int j = 0; j < 2; j++) {
		float *d_in = batch->d_in[j];

		for (int64_t i = 0; d_in != NULL && i < n; i++)
			d_in[i] += batch->d_out[i];
	}
}
