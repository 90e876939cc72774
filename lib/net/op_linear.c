/* Gemm: a fully connected layer over flat features. */
#include "net/op_family.h"

int
op_gemm_shape(const struct attributes *attr, int n_in, const struct shape *in,
    struct shape *out, struct error *err)
{
	const struct shape *x = &in[0], *w = &in[1];
	const int k_axis = attr->trans_b ? 0 : 1;

	if (x->rank != 1)
		return error_set(err,
		    "the input has %d dimensions, expected flat features",
		    x->rank);
	if (w->rank != 2 || w->dim[1 - k_axis] != x->dim[0])
		return error_set(err,
		    "the weight takes %lld features, the input has %lld",
		    (long long)(w->rank == 2 ? w->dim[1 - k_axis] : 0),
		    (long long)x->dim[0]);
	if (n_in == 3 && (in[2].rank != 1 || in[2].dim[0] != w->dim[k_axis]))
		return error_set(err, "the bias has not %lld elements",
		    (long long)w->dim[k_axis]);
	*out = (struct shape){.rank = 1, .dim = {w->dim[k_axis]}};
	return 0;
}

void
op_gemm_forward(const struct operator_call *call)
{
	const float *x = call->in[0], *w = call->in[1];
	const int64_t c = call->in_shape[0].dim[0], k = call->out_shape->dim[0];
	const int64_t k_step = call->attr->trans_b ? c : 1;
	const int64_t c_step = call->attr->trans_b ? 1 : k;

	for (int64_t i = 0; i < k; i++) {
		double sum = 0.0;

		for (int64_t j = 0; j < c; j++)
			sum +=
			    (double)w[i * k_step + j * c_step] * (double)x[j];
		if (call->n_in == 3)
			sum += (double)call->in[2][i];
		call->out[i] = (float)sum;
	}
}
