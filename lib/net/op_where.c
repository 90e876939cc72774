/* Where: an element of one operand or of another, as a third one says. */
#include "net/op_family.h"

enum { CONDITION, IF_TRUE, IF_FALSE };

/* Three operands, stretched to each other's shape. */
int
op_where_shape(const struct attributes *attr, int n_in, const struct shape *in,
    struct shape *out, struct error *err)
{
	struct shape pair[2] = {in[CONDITION], in[IF_TRUE]};

	if (op_add_shape(attr, 2, pair, out, err) < 0)
		return -1;
	pair[0] = *out;
	pair[1] = in[IF_FALSE];
	return op_add_shape(attr, n_in - 1, pair, out, err);
}

/* Where operand j has what element i of the output may be made of. */
static int64_t
place_of(const struct shape *in, const struct shape *out, int64_t i)
{
	int64_t at = 0, step = 1;

	for (int a = out->rank - 1, j = in->rank - 1; a >= 0 && j >= 0;
	     a--, j--) {
		at += in->dim[j] > 1 ? i % out->dim[a] * step : 0;
		i /= out->dim[a];
		step *= in->dim[j];
	}
	return at;
}

/* Which operand element i comes from. */
static int
chosen(const struct shape *in, const struct shape *out, const float *condition,
    int64_t i)
{
	return condition[place_of(&in[CONDITION], out, i)] != 0.0F ? IF_TRUE
								   : IF_FALSE;
}

static void
choose(const struct shape *in, const struct shape *shape,
    const float *condition, const float *const *from, float *out)
{
	for (int64_t i = 0; i < shape_size(shape); i++) {
		const int j = chosen(in, shape, condition, i);

		out[i] = from[j][place_of(&in[j], shape, i)];
	}
}

void
op_where_forward(const struct operator_call *call)
{
	choose(call->in_shape, call->out_shape, call->in[CONDITION], call->in,
	    call->out);
}

void
op_where_backward(const struct operator_batch *batch)
{
	const struct shape *in = batch->in_shape, *out = batch->out_shape;

	for (int64_t i = 0; i < shape_size(out); i++) {
		const int j = chosen(in, out, batch->in[CONDITION], i);

		if (batch->d_in[j] != NULL)
			batch->d_in[j][place_of(&in[j], out, i)] +=
			    batch->d_out[i];
	}
}

void
op_where_tangent(const struct operator_batch *batch)
{
	choose(batch->in_shape, batch->out_shape, batch->in[CONDITION],
	    batch->t_in, batch->t_out);
}
