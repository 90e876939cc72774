/* Softmax, LogSoftmax, Hardmax: along one axis. */
#include <math.h>
#include <string.h>

#include "net/op_axis.h"
#include "net/op_family.h"

int
op_softmax_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	(void)n_in;
	if (attr->axis < 1 || attr->axis > in[0].rank)
		return error_set(err, "axis is %d, expected 1 to %d",
		    attr->axis, in[0].rank);
	*out = in[0];
	return 0;
}

static void
softmax(const struct operator_call *call, bool logarithm)
{
	const int axis = call->attr->axis - 1;
	const struct extent e = extent_of(call->out_shape, axis, axis);

	for (int64_t o = 0; o < e.outer * e.inner; o++) {
		const int64_t at = o / e.inner * e.n * e.inner + o % e.inner;
		const float *x = call->in[0] + at;
		float *out = call->out + at;
		double most = (double)x[0], sum = 0.0;

		for (int64_t j = 1; j < e.n; j++)
			most = fmax(most, (double)x[j * e.inner]);
		for (int64_t j = 0; j < e.n; j++)
			sum += exp((double)x[j * e.inner] - most);
		for (int64_t j = 0; j < e.n; j++) {
			double d = (double)x[j * e.inner] - most;

			out[j * e.inner] =
			    (float)(logarithm ? d - log(sum) : exp(d) / sum);
		}
	}
}

void
op_softmax_forward(const struct operator_call *call)
{
	softmax(call, false);
}

int
op_log_softmax_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	return op_softmax_shape(attr, n_in, in, out, err);
}

void
op_log_softmax_forward(const struct operator_call *call)
{
	softmax(call, true);
}

int
op_hardmax_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	return op_softmax_shape(attr, n_in, in, out, err);
}

/* 1 at the first largest. */
void
op_hardmax_forward(const struct operator_call *call)
{
	const int axis = call->attr->axis - 1;
	const struct extent e = extent_of(call->out_shape, axis, axis);

	for (int64_t o = 0; o < e.outer * e.inner; o++) {
		const int64_t at = o / e.inner * e.n * e.inner + o % e.inner;
		const float *x = call->in[0] + at;
		int64_t most = 0;

		for (int64_t j = 0; j < e.n; j++) {
			call->out[at + j * e.inner] = 0.0F;
			if (x[j * e.inner] > x[most * e.inner])
				most = j;
		}
		call->out[at + most * e.inner] = 1.0F;
	}
}

/* It jumps, and between the jumps nothing changes. */
void
op_hardmax_backward(const struct operator_batch *batch)
{
	(void)batch;
}

void
op_hardmax_tangent(const struct operator_batch *batch)
{
	memset(batch->t_out, 0,
	    (size_t)shape_size(batch->out_shape) * sizeof(float));
}

/* ---- derivatives, each row by its own ---- */

/* The n elements of a row, from at on, inner apart. */
struct row {
	int64_t at, n, inner;
};

static struct row
row_of(const struct operator_batch *batch, int64_t row)
{
	const int axis = batch->attr->axis - 1;
	const struct extent e = extent_of(batch->out_shape, axis, axis);

	return (struct row){
	    row / e.inner * e.n * e.inner + row % e.inner, e.n, e.inner};
}

static int64_t
count_rows(const struct operator_batch *batch)
{
	return shape_size(batch->out_shape) / row_of(batch, 0).n;
}

static double
at(const float *x, const struct row *r, int64_t j)
{
	return (double)x[r->at + j * r->inner];
}

/* The sum over a row of x (times y). */
static double
sum(const float *x, const float *y, const struct row *r)
{
	double s = 0.0;

	for (int64_t j = 0; j < r->n; j++)
		s += at(x, r, j) * (y != NULL ? at(y, r, j) : 1.0);
	return s;
}

typedef double row_fn(const struct operator_batch *batch, const struct row *r,
    int64_t j, const double sums[3]);

/* to[j] += value, or = value, for all elements of row r. */
static void
fill_row(const struct operator_batch *batch, const struct row *r,
    const double sums[3], row_fn *value, bool add, float *to)
{
	for (int64_t j = 0; j < r->n; j++) {
		float *x = &to[r->at + j * r->inner];

		*x = (float)(value(batch, r, j, sums) +
			     (add ? (double)*x : 0.0));
	}
}

/* dx = y (dy - <y, dy>) */
static double
softmax_slope(const struct operator_batch *b, const struct row *r, int64_t j,
    const double s[3])
{
	return at(b->out, r, j) * (at(b->d_out, r, j) - s[0]);
}

static double
softmax_move(const struct operator_batch *b, const struct row *r, int64_t j,
    const double s[3])
{
	return at(b->out, r, j) * (at(b->t_in[0], r, j) - s[0]);
}

static double
softmax_bend(const struct operator_batch *b, const struct row *r, int64_t j,
    const double s[3])
{
	return at(b->t_out, r, j) * (at(b->d_out, r, j) - s[0]) +
	       at(b->out, r, j) * (at(b->t_d_out, r, j) - s[1]);
}

void
op_softmax_backward(const struct operator_batch *batch)
{
	for (int64_t i = 0; batch->d_in[0] != NULL && i < count_rows(batch);
	     i++) {
		const struct row r = row_of(batch, i);
		const double s[3] = {sum(batch->out, batch->d_out, &r)};

		fill_row(batch, &r, s, softmax_slope, true, batch->d_in[0]);
	}
}

void
op_softmax_tangent(const struct operator_batch *batch)
{
	for (int64_t i = 0; i < count_rows(batch); i++) {
		const struct row r = row_of(batch, i);
		const double s[3] = {sum(batch->out, batch->t_in[0], &r)};

		fill_row(batch, &r, s, softmax_move, false, batch->t_out);
	}
}

void
op_softmax_back_tangent(const struct operator_batch *batch)
{
	for (int64_t i = 0; batch->t_d_in[0] != NULL && i < count_rows(batch);
	     i++) {
		const struct row r = row_of(batch, i);
		const double s[3] = {sum(batch->out, batch->d_out, &r),
		    sum(batch->out, batch->t_d_out, &r) +
			sum(batch->t_out, batch->d_out, &r)};

		fill_row(batch, &r, s, softmax_bend, true, batch->t_d_in[0]);
	}
}

/* dx = dy - p <1, dy> with p = exp(y) */
static double
log_softmax_slope(const struct operator_batch *b, const struct row *r,
    int64_t j, const double s[3])
{
	return at(b->d_out, r, j) - exp(at(b->out, r, j)) * s[0];
}

static double
log_softmax_move(const struct operator_batch *b, const struct row *r, int64_t j,
    const double s[3])
{
	return at(b->t_in[0], r, j) - s[0];
}

static double
log_softmax_bend(const struct operator_batch *b, const struct row *r, int64_t j,
    const double s[3])
{
	const double p = exp(at(b->out, r, j));

	return at(b->t_d_out, r, j) - p * s[1] - p * at(b->t_out, r, j) * s[0];
}

void
op_log_softmax_backward(const struct operator_batch *batch)
{
	for (int64_t i = 0; batch->d_in[0] != NULL && i < count_rows(batch);
	     i++) {
		const struct row r = row_of(batch, i);
		const double s[3] = {sum(batch->d_out, NULL, &r)};

		fill_row(batch, &r, s, log_softmax_slope, true, batch->d_in[0]);
	}
}

void
op_log_softmax_tangent(const struct operator_batch *batch)
{
	for (int64_t i = 0; i < count_rows(batch); i++) {
		const struct row r = row_of(batch, i);
		double s[3] = {0.0};

		for (int64_t j = 0; j < r.n; j++)
			s[0] += exp(at(batch->out, &r, j)) *
				at(batch->t_in[0], &r, j);
		fill_row(batch, &r, s, log_softmax_move, false, batch->t_out);
	}
}

void
op_log_softmax_back_tangent(const struct operator_batch *batch)
{
	for (int64_t i = 0; batch->t_d_in[0] != NULL && i < count_rows(batch);
	     i++) {
		const struct row r = row_of(batch, i);
		const double s[3] = {
		    sum(batch->d_out, NULL, &r), sum(batch->t_d_out, NULL, &r)};

		fill_row(
		    batch, &r, s, log_softmax_bend, true, batch->t_d_in[0]);
	}
}
