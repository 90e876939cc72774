/*
 * Gemm: a fully connected layer over flat features.  MatMul: the same for every
 * row, or matrices times matrices.
 */
#include "net/blas.h"
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

/* Y (n k) = X (n c) W, W as the attribute says. */
void
op_gemm_batch(const struct operator_batch *batch)
{
	const int c = (int)batch->in_shape[0].dim[0];
	const int k = (int)batch->out_shape->dim[0];
	const int trans = batch->attr->trans_b;

	blas_sgemm(CblasNoTrans, trans ? CblasTrans : CblasNoTrans, batch->n, k,
	    c, 1.0F, batch->in[0], c, batch->in[1], trans ? c : k, 0.0F,
	    batch->out, k);
	for (int i = 0; batch->n_in == 3 && i < batch->n; i++)
		for (int j = 0; j < k; j++)
			batch->out[(int64_t)i * k + j] += batch->in[2][j];
}

/* dX = dY W', dW = dY' X (as W lies), db = the sum of dY's rows. */
void
op_gemm_backward(const struct operator_batch *batch)
{
	const int c = (int)batch->in_shape[0].dim[0];
	const int k = (int)batch->out_shape->dim[0];
	const int n = batch->n, trans = batch->attr->trans_b;
	const float *x = batch->in[0], *dy = batch->d_out;

	if (batch->d_in[0] != NULL)
		blas_sgemm(CblasNoTrans, trans ? CblasNoTrans : CblasTrans, n,
		    c, k, 1.0F, dy, k, batch->in[1], trans ? c : k, 1.0F,
		    batch->d_in[0], c);
	if (batch->d_in[1] != NULL && trans)
		blas_sgemm(CblasTrans, CblasNoTrans, k, c, n, 1.0F, dy, k, x, c,
		    1.0F, batch->d_in[1], c);
	else if (batch->d_in[1] != NULL)
		blas_sgemm(CblasTrans, CblasNoTrans, c, k, n, 1.0F, x, c, dy, k,
		    1.0F, batch->d_in[1], k);
	if (batch->n_in == 3 && batch->d_in[2] != NULL)
		for (int64_t i = 0; i < (int64_t)n * k; i++)
			batch->d_in[2][i % k] += dy[i];
}

/*
 * The same in float32.  Every image is one product of its own (or one for each
 * matrix of a stack), so that it does not depend on those beside it.
 */
/* Rows of a that belong to one matrix of b, and their sizes. */
struct matrices {
	int each, c, k, trans;
	int64_t rows;
	bool stacked;
};

static struct matrices
matrices_of(const struct operator_batch *batch)
{
	const struct shape *a = &batch->in_shape[0], *b = &batch->in_shape[1];
	struct matrices m = {.c = (int)a->dim[a->rank - 1],
	    .k = (int)batch->out_shape->dim[a->rank - 1],
	    .trans = batch->attr->trans_b,
	    .stacked = b->rank > 2};

	m.rows = shape_size(a) / m.c;
	m.each = (int)(m.stacked ? a->dim[a->rank - 2] : m.rows);
	return m;
}

/* out = beta out + a b */
static void
mat_mul(const struct operator_batch *batch, const float *a, const float *b,
    float beta, float *out)
{
	const struct matrices m = matrices_of(batch);

	for (int64_t r = 0; r < m.rows * batch->n; r += m.each) {
		const int64_t matrix = m.stacked ? r / m.each : 0;

		blas_sgemm(CblasNoTrans, m.trans ? CblasTrans : CblasNoTrans,
		    m.each, m.k, m.c, 1.0F, a + r * m.c, m.c,
		    b + matrix * m.c * m.k, m.trans ? m.c : m.k, beta,
		    out + r * m.k, m.k);
	}
}

void
op_mat_mul_batch(const struct operator_batch *batch)
{
	mat_mul(batch, batch->in[0], batch->in[1], 0.0F, batch->out);
}

/* d[0] += dy b', d[1] += a' dy (as b lies) */
static void
mat_mul_back(const struct operator_batch *batch, const float *a, const float *b,
    const float *dy, float *const *d)
{
	const struct matrices m = matrices_of(batch);
	const int ldb = m.trans ? m.c : m.k;

	for (int64_t r = 0; r < m.rows; r += m.each) {
		const int64_t at = m.stacked ? r / m.each * m.c * m.k : 0;
		const float *x = a + r * m.c, *dr = dy + r * m.k;

		if (d[0] != NULL)
			blas_sgemm(CblasNoTrans,
			    m.trans ? CblasNoTrans : CblasTrans, m.each, m.c,
			    m.k, 1.0F, dr, m.k, b + at, ldb, 1.0F,
			    d[0] + r * m.c, m.c);
		if (d[1] != NULL && m.trans)
			blas_sgemm(CblasTrans, CblasNoTrans, m.k, m.c, m.each,
			    1.0F, dr, m.k, x, m.c, 1.0F, d[1] + at, ldb);
		else if (d[1] != NULL)
			blas_sgemm(CblasTrans, CblasNoTrans, m.c, m.k, m.each,
			    1.0F, x, m.c, dr, m.k, 1.0F, d[1] + at, ldb);
	}
}

void
op_mat_mul_backward(const struct operator_batch *batch)
{
	mat_mul_back(
	    batch, batch->in[0], batch->in[1], batch->d_out, batch->d_in);
}

void
op_mat_mul_tangent(const struct operator_batch *batch)
{
	mat_mul(batch, batch->t_in[0], batch->in[1], 0.0F, batch->t_out);
	mat_mul(batch, batch->in[0], batch->t_in[1], 1.0F, batch->t_out);
}

void
op_mat_mul_back_tangent(const struct operator_batch *batch)
{
	mat_mul_back(
	    batch, batch->in[0], batch->in[1], batch->t_d_out, batch->t_d_in);
	mat_mul_back(
	    batch, batch->t_in[0], batch->t_in[1], batch->d_out, batch->t_d_in);
}

/*
 * The last two axes are matrices.  A second operand of two axes serves all; one
 * of more has as many axes before them as the first, and of the same length.
 */
int
op_mat_mul_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	const struct shape *a = &in[0], *b = &in[1];
	const int k_axis = b->rank - (attr->trans_b ? 2 : 1);
	const int c_axis = b->rank - (attr->trans_b ? 1 : 2);
	char text[2][TENSOR_SHAPE_TEXT_BYTES];
	bool fits = a->rank >= 1 && b->rank >= 2 &&
		    (b->rank == 2 || b->rank == a->rank);

	(void)n_in;
	fits = fits && a->dim[a->rank - 1] == b->dim[c_axis];
	for (int i = 0; fits && i < b->rank - 2; i++)
		fits = a->dim[i] == b->dim[i];
	if (!fits)
		return error_set(err,
		    "the operands are %s and %s%s, expected matrices that can "
		    "be multiplied",
		    shape_text(a, text[0]), shape_text(b, text[1]),
		    attr->trans_b ? " transposed" : "");
	*out = *a;
	out->dim[a->rank - 1] = b->dim[k_axis];
	return 0;
}

void
op_mat_mul_forward(const struct operator_call *call)
{
	const struct shape *a = &call->in_shape[0], *b = &call->in_shape[1];
	const int64_t c = a->dim[a->rank - 1];
	const int64_t k = call->out_shape->dim[a->rank - 1];
	const int64_t k_step = call->attr->trans_b ? c : 1;
	const int64_t c_step = call->attr->trans_b ? 1 : k;
	const int64_t rows = shape_size(a) / c;
	const int64_t rows_each = b->rank > 2 ? a->dim[a->rank - 2] : rows;

	for (int64_t r = 0; r < rows; r++) {
		const float *x = call->in[0] + r * c;
		const float *w = call->in[1] + r / rows_each * c * k;

		for (int64_t i = 0; i < k; i++) {
			double sum = 0.0;

			for (int64_t j = 0; j < c; j++)
				sum += (double)x[j] *
				       (double)w[i * k_step + j * c_step];
			call->out[r * k + i] = (float)sum;
		}
	}
}
