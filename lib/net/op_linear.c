/*
 * Gemm: a fully connected layer over flat features.  MatMul: the same for every
 * row, or matrices times matrices.
 */
#include "base/plural.h"
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
		    "the input has %d dimension%s, expected flat features",
		    x->rank, plural_s(x->rank));
	if (w->rank != 2 || w->dim[1 - k_axis] != x->dim[0])
		return error_set(err,
		    "the weight takes %lld feature%s, the input has %lld",
		    (long long)(w->rank == 2 ? w->dim[1 - k_axis] : 0),
		    plural_s((w->rank == 2 ? w->dim[1 - k_axis] : 0)),
		    (long long)x->dim[0]);
	if (n_in == 3 && (in[2].rank != 1 || in[2].dim[0] != w->dim[k_axis]))
		return error_set(err, "the bias has not %lld element%s",
		    (long long)w->dim[k_axis], plural_s(w->dim[k_axis]));
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

/* ---- MatMul ---- */

/*
 * The products of two stacks of matrices, whose leading axes stretch to each
 * other's.  A second operand of two axes serves all rows of the first in one.
 */
struct products {
	int rows, c, k, trans;
	int64_t n; /* of them */
	int rank;  /* leading axes */
	int64_t dim[TENSOR_RANK_MAX];
	int64_t stride[2][TENSOR_RANK_MAX]; /* matrices of each operand */
};

static struct products
products_of(const struct attributes *attr, const struct shape *in,
    const struct shape *out)
{
	const struct shape *a = &in[0], *b = &in[1];
	struct products p = {.c = (int)a->dim[a->rank - 1],
	    .k = (int)out->dim[out->rank - 1],
	    .trans = attr->trans_b,
	    .n = 1};

	if (b->rank == 2) {
		p.rows = (int)(shape_size(a) / p.c);
		return p;
	}
	p.rows = (int)a->dim[a->rank - 2];
	p.rank = out->rank - 2;
	for (int j = 0; j < 2; j++) {
		int64_t step = 1;

		for (int i = p.rank - 1, at = in[j].rank - 3; at >= 0;
		     i--, at--) {
			p.stride[j][i] = in[j].dim[at] > 1 ? step : 0;
			step *= in[j].dim[at];
		}
	}
	for (int i = 0; i < p.rank; i++) {
		p.dim[i] = out->dim[i];
		p.n *= out->dim[i];
	}
	return p;
}

/* Where the operands of product i begin; that of the output is i's. */
struct offsets {
	int64_t a, b, out;
};

static struct offsets
offsets_of(const struct products *p, int64_t i)
{
	struct offsets o = {.out = i * p->rows * p->k};

	for (int axis = p->rank - 1; axis >= 0; axis--) {
		if (p->dim[axis] <= 1)
			continue;
		o.a += i % p->dim[axis] * p->stride[0][axis];
		o.b += i % p->dim[axis] * p->stride[1][axis];
		i /= p->dim[axis];
	}
	o.a *= (int64_t)p->rows * p->c;
	o.b *= (int64_t)p->c * p->k;
	return o;
}

/* out = beta out + a b, of one image */
static void
mat_mul(const struct operator_batch *batch, const float *a, const float *b,
    float beta, float *out)
{
	const struct products p =
	    products_of(batch->attr, batch->in_shape, batch->out_shape);

	for (int64_t i = 0; i < p.n; i++) {
		const struct offsets o = offsets_of(&p, i);

		blas_sgemm(CblasNoTrans, p.trans ? CblasTrans : CblasNoTrans,
		    p.rows, p.k, p.c, 1.0F, a + o.a, p.c, b + o.b,
		    p.trans ? p.c : p.k, beta, out + o.out, p.k);
	}
}

/*
 * In float32.  Every image is one product of its own (or one for each matrix of
 * a stack), so that it does not depend on those beside it.
 */
void
op_mat_mul_batch(const struct operator_batch *batch)
{
	mat_mul(batch, batch->in[0], batch->in[1], 0.0F, batch->out);
}

/* d[0] += dy b', d[1] += a' dy (as b lies); what serves several gets the sum */
static void
mat_mul_back(const struct operator_batch *batch, const float *a, const float *b,
    const float *dy, float *const *d)
{
	const struct products p =
	    products_of(batch->attr, batch->in_shape, batch->out_shape);
	const int ldb = p.trans ? p.c : p.k;

	for (int64_t i = 0; i < p.n; i++) {
		const struct offsets o = offsets_of(&p, i);
		const float *x = a + o.a, *dr = dy + o.out;

		if (d[0] != NULL)
			blas_sgemm(CblasNoTrans,
			    p.trans ? CblasNoTrans : CblasTrans, p.rows, p.c,
			    p.k, 1.0F, dr, p.k, b + o.b, ldb, 1.0F, d[0] + o.a,
			    p.c);
		if (d[1] != NULL && p.trans)
			blas_sgemm(CblasTrans, CblasNoTrans, p.k, p.c, p.rows,
			    1.0F, dr, p.k, x, p.c, 1.0F, d[1] + o.b, ldb);
		else if (d[1] != NULL)
			blas_sgemm(CblasTrans, CblasNoTrans, p.c, p.k, p.rows,
			    1.0F, x, p.c, dr, p.k, 1.0F, d[1] + o.b, ldb);
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

/* Leading axes, counted from the matrices: equal, or 1. */
static bool
stack_axes(const struct shape *a, const struct shape *b, struct shape *out)
{
	const int most = a->rank > b->rank ? a->rank : b->rank;

	out->rank = most;
	for (int i = 0; i < most - 2; i++) {
		const int at = i - (most - a->rank), bt = i - (most - b->rank);
		const int64_t m = at >= 0 ? a->dim[at] : 1;
		const int64_t n = bt >= 0 ? b->dim[bt] : 1;

		out->dim[i] = m > 1 ? m : n;
		if (m != n && m > 1 && n > 1)
			return false;
	}
	out->dim[most - 2] = a->dim[a->rank - 2];
	return true;
}

/*
 * The last two axes are matrices.  A second operand of two axes serves all; of
 * others the axes before them stretch to each other's.
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
		    (b->rank == 2 || a->rank >= 2) &&
		    a->dim[a->rank - 1] == b->dim[c_axis];

	(void)n_in;
	*out = *a;
	if (fits && b->rank > 2)
		fits = stack_axes(a, b, out);
	if (!fits)
		return error_set(err,
		    "the operands are %s and %s%s, expected matrices that can "
		    "be multiplied",
		    shape_text(a, text[0]), shape_text(b, text[1]),
		    attr->trans_b ? " transposed" : "");
	out->dim[out->rank - 1] = b->dim[k_axis];
	return 0;
}

void
op_mat_mul_forward(const struct operator_call *call)
{
	const struct products p =
	    products_of(call->attr, call->in_shape, call->out_shape);
	const int64_t k_step = p.trans ? p.c : 1, c_step = p.trans ? 1 : p.k;

	for (int64_t r = 0; r < p.n * p.rows; r++) {
		const struct offsets o = offsets_of(&p, r / p.rows);
		const float *x = call->in[0] + o.a + r % p.rows * p.c;
		const float *w = call->in[1] + o.b;

		for (int64_t i = 0; i < p.k; i++) {
			double sum = 0.0;

			for (int64_t j = 0; j < p.c; j++)
				sum += (double)x[j] *
				       (double)w[i * k_step + j * c_step];
			call->out[r * p.k + i] = (float)sum;
		}
	}
}
