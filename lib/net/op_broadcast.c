/* Add, Sub, Mul, Div, Pow: two operands, stretched to each other's shape. */
#include <math.h>

#include "net/op_family.h"

/* numpy's rule: axes from the last one on, 1 stretches. */
static int
broadcast_shape(const struct shape *in, struct shape *out, struct error *err)
{
	const struct shape *a = &in[in[0].rank < in[1].rank];
	const struct shape *b = &in[in[0].rank >= in[1].rank];
	char text[2][TENSOR_SHAPE_TEXT_BYTES];
	const int shift = a->rank - b->rank;

	*out = *a;
	for (int i = 0; i < b->rank; i++) {
		int64_t *dim = &out->dim[shift + i];

		if (*dim == 1)
			*dim = b->dim[i];
		else if (b->dim[i] != 1 && b->dim[i] != *dim)
			return error_set(err,
			    "the operands are %s and %s, expected shapes that "
			    "are equal or stretch",
			    shape_text(&in[0], text[0]),
			    shape_text(&in[1], text[1]));
	}
	return 0;
}

/* How far in moves when an axis of out moves by one: 0 where it is stretched.
 */
static void
find_strides(const struct shape *in, const struct shape *out,
    int64_t stride[TENSOR_RANK_MAX])
{
	int64_t step = 1;

	for (int i = out->rank - 1, j = in->rank - 1; i >= 0; i--, j--) {
		stride[i] = j >= 0 && in->dim[j] > 1 ? step : 0;
		if (j >= 0)
			step *= in->dim[j];
	}
}

typedef double binary_fn(double a, double b);

static void
broadcast(const struct operator_call *call, binary_fn *value)
{
	const struct shape *shape = call->out_shape;
	const int last = shape->rank - 1;
	const int64_t n = shape_size(shape);
	int64_t stride[2][TENSOR_RANK_MAX] = {{0}}, at[TENSOR_RANK_MAX] = {0};
	const float *a = call->in[0], *b = call->in[1];

	find_strides(&call->in_shape[0], shape, stride[0]);
	find_strides(&call->in_shape[1], shape, stride[1]);
	for (int64_t done = 0; done < n;) {
		for (int64_t i = 0; i < shape->dim[last]; i++)
			call->out[done++] =
			    (float)value((double)a[i * stride[0][last]],
				(double)b[i * stride[1][last]]);
		for (int i = last - 1; i >= 0; i--) {
			a += stride[0][i];
			b += stride[1][i];
			if (++at[i] < shape->dim[i])
				break;
			a -= at[i] * stride[0][i];
			b -= at[i] * stride[1][i];
			at[i] = 0;
		}
	}
}

/*
 * In double and rounded once: for the first four exactly what float32
 * arithmetic gives.
 */
#define BROADCAST(family, name, value)                                    \
	static double name(double a, double b)                            \
	{                                                                 \
		return value;                                             \
	}                                                                 \
                                                                          \
	int family##_shape(const struct attributes *attr, int n_in,       \
	    const struct shape *in, struct shape *out, struct error *err) \
	{                                                                 \
		(void)attr;                                               \
		(void)n_in;                                               \
		return broadcast_shape(in, out, err);                     \
	}                                                                 \
                                                                          \
	void family##_forward(const struct operator_call *call)           \
	{                                                                 \
		broadcast(call, name);                                    \
	}

BROADCAST(op_add, sum, a + b)
BROADCAST(op_sub, difference, a - b)
BROADCAST(op_mul, product, a *b)
BROADCAST(op_div, quotient, a / b)
BROADCAST(op_pow, power, pow(a, b))

/* Of two activations of one shape (operator_trains). */
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
