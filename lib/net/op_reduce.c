/* ReduceMean, ReduceSum and others: along one axis, or several in a row. */
#include <math.h>

#include "net/op_axis.h"
#include "net/op_family.h"

static int
count_axes(const struct attributes *attr)
{
	int n = 0;

	while (n < IMAGE_RANK_MAX && attr->axes[n] != 0)
		n++;
	return n;
}

static struct extent
reduced(const struct attributes *attr, const struct shape *in)
{
	const int first = attr->axes[0] - 1;

	return extent_of(in, first, first + count_axes(attr) - 1);
}

int
op_reduce_mean_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	const int n = count_axes(attr);

	(void)n_in;
	for (int i = 0; i < n; i++)
		if (attr->axes[i] < 1 || attr->axes[i] > in[0].rank ||
		    attr->axes[i] != attr->axes[0] + i)
			return error_set(err,
			    "axis %d is reduced, expected neighbours among 1 "
			    "to %d",
			    attr->axes[i], in[0].rank);
	if (n == 0)
		return error_set(err, "no axes, expected 1 to %d", in[0].rank);
	for (int i = 0; i < in[0].rank; i++) {
		const bool reduced =
		    i + 1 >= attr->axes[0] && i + 1 < attr->axes[0] + n;

		if (!reduced || attr->keepdims)
			out->dim[out->rank++] = reduced ? 1 : in[0].dim[i];
	}
	return 0;
}

/* ---- those that are linear: the sum, divided by 1 or by the number ---- */

static void
sum_up(const struct operator_call *call, bool mean)
{
	const struct extent e = reduced(call->attr, &call->in_shape[0]);
	float *out = call->out;

	for (int64_t o = 0; o < e.outer; o++)
		for (int64_t i = 0; i < e.inner; i++) {
			const float *x = call->in[0] + o * e.n * e.inner + i;
			double sum = 0.0;

			for (int64_t j = 0; j < e.n; j++)
				sum += (double)x[j * e.inner];
			*out++ = (float)(mean ? sum / (double)e.n : sum);
		}
}

static void
spread(const struct operator_batch *batch, bool mean)
{
	const struct extent e = reduced(batch->attr, &batch->in_shape[0]);
	float *d_in = batch->d_in[0];

	for (int64_t o = 0; d_in != NULL && o < e.outer * e.inner; o++) {
		const float share =
		    batch->d_out[o] / (mean ? (float)e.n : 1.0F);
		float *d = d_in + o / e.inner * e.n * e.inner + o % e.inner;

		for (int64_t j = 0; j < e.n; j++)
			d[j * e.inner] += share;
	}
}

void
op_reduce_mean_forward(const struct operator_call *call)
{
	sum_up(call, true);
}

void
op_reduce_mean_backward(const struct operator_batch *batch)
{
	spread(batch, true);
}

int
op_reduce_sum_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	return op_reduce_mean_shape(attr, n_in, in, out, err);
}

void
op_reduce_sum_forward(const struct operator_call *call)
{
	sum_up(call, false);
}

void
op_reduce_sum_backward(const struct operator_batch *batch)
{
	spread(batch, false);
}

/*
 * ---- the others ----
 *
 * Each says of a fiber (the elements that become one) what it becomes, and how
 * that changes with element j.  Both are numbers with the way they move along
 * a direction: that gives all four functions.
 */

struct moving {
	double v, t;
};

struct fiber {
	const float *x, *t; /* t: NULL where nothing moves */
	int64_t n, inner;
	struct moving y; /* what it becomes */
	int64_t at;      /* ReduceMax: of the largest */
	/* ReduceProd: the product of what is not 0, how many are, and what
	 * their tangents add up to. */
	struct moving others;
	int64_t zeros;
	double t_zeros;
};

static struct moving
element(const struct fiber *f, int64_t j)
{
	return (struct moving){(double)f->x[j * f->inner],
	    f->t != NULL ? (double)f->t[j * f->inner] : 0.0};
}

/* The first largest, or the last NaN, as MaxPool's. */
static void
max_of(struct fiber *f)
{
	for (int64_t j = 1; j < f->n; j++) {
		const double x = element(f, j).v;

		if (x > element(f, f->at).v || isnan(x))
			f->at = j;
	}
	f->y = element(f, f->at);
}

static struct moving
max_slope(const struct fiber *f, int64_t j)
{
	return (struct moving){j == f->at ? 1.0 : 0.0, 0.0};
}

/* The length of the vector; its slope is 0 at 0, as in PyTorch. */
static void
l2_of(struct fiber *f)
{
	double squares = 0.0, t = 0.0;

	for (int64_t j = 0; j < f->n; j++) {
		const struct moving x = element(f, j);

		squares += x.v * x.v;
		t += x.v * x.t;
	}
	f->y.v = sqrt(squares);
	f->y.t = f->y.v != 0.0 ? t / f->y.v : 0.0;
}

static struct moving
l2_slope(const struct fiber *f, int64_t j)
{
	const struct moving x = element(f, j);
	const double slope = x.v / f->y.v;

	if (f->y.v == 0.0)
		return (struct moving){0.0, 0.0};
	return (struct moving){slope, (x.t - slope * f->y.t) / f->y.v};
}

static void
log_sum_exp_of(struct fiber *f)
{
	double most, sum, t;
	struct moving x;

	max_of(f);
	most = isinf(f->y.v) ? 0.0 : f->y.v;
	x = element(f, 0);
	sum = exp(x.v - most);
	t = sum * x.t;
	for (int64_t j = 1; j < f->n; j++) {
		x = element(f, j);
		sum += exp(x.v - most);
		t += exp(x.v - most) * x.t;
	}
	f->y = (struct moving){most + log(sum), t / sum};
}

static struct moving
log_sum_exp_slope(const struct fiber *f, int64_t j)
{
	const struct moving x = element(f, j);
	const double p = exp(x.v - f->y.v);

	return (struct moving){p, p * (x.t - f->y.t)};
}

static struct moving
times(struct moving a, struct moving b)
{
	return (struct moving){a.v * b.v, a.v * b.t + a.t * b.v};
}

static void
prod_of(struct fiber *f)
{
	f->others = (struct moving){1.0, 0.0};
	for (int64_t j = 0; j < f->n; j++) {
		const struct moving x = element(f, j);

		if (x.v == 0.0) {
			f->zeros++;
			f->t_zeros += x.t;
		} else {
			f->others = times(f->others, x);
		}
	}
	f->y = f->others;
	if (f->zeros > 0)
		f->y = (struct moving){
		    0.0, f->zeros == 1 ? f->others.v * f->t_zeros : 0.0};
}

/* The product of all but element j. */
static struct moving
prod_slope(const struct fiber *f, int64_t j)
{
	const struct moving x = element(f, j);
	const int64_t zeros = f->zeros - (x.v == 0.0);
	const double v = x.v == 0.0 ? f->others.v : f->others.v / x.v;
	const double t_zeros = f->t_zeros - (x.v == 0.0 ? x.t : 0.0);

	if (zeros > 1)
		return (struct moving){0.0, 0.0};
	if (zeros == 1)
		return (struct moving){0.0, v * t_zeros};
	return (struct moving){
	    v, x.v == 0.0 ? f->others.t : (f->others.t - v * x.t) / x.v};
}

typedef void fiber_fn(struct fiber *f);
typedef struct moving slope_fn(const struct fiber *f, int64_t j);

/* Where fiber i of an array begins. */
static int64_t
fiber_at(const struct extent *e, int64_t i)
{
	return i / e->inner * e->n * e->inner + i % e->inner;
}

static struct fiber
fiber_of(const struct operator_batch *b, const struct extent *e, int64_t i,
    fiber_fn *reduce)
{
	const int64_t at = fiber_at(e, i);
	struct fiber f = {.x = b->in[0] + at,
	    .t = b->t_in != NULL && b->t_in[0] != NULL ? b->t_in[0] + at : NULL,
	    .n = e->n,
	    .inner = e->inner};

	reduce(&f);
	return f;
}

static void
reduce_forward(const struct operator_call *call, fiber_fn *reduce)
{
	const struct extent e = reduced(call->attr, &call->in_shape[0]);
	const struct operator_batch batch = {.in = call->in};

	for (int64_t i = 0; i < e.outer * e.inner; i++)
		call->out[i] = (float)fiber_of(&batch, &e, i, reduce).y.v;
}

static void
reduce_backward(
    const struct operator_batch *batch, fiber_fn *reduce, slope_fn *slope)
{
	const struct extent e = reduced(batch->attr, &batch->in_shape[0]);

	for (int64_t i = 0; batch->d_in[0] != NULL && i < e.outer * e.inner;
	     i++) {
		const struct fiber f = fiber_of(batch, &e, i, reduce);
		float *d = batch->d_in[0] + fiber_at(&e, i);

		for (int64_t j = 0; j < e.n; j++)
			d[j * e.inner] +=
			    (float)(slope(&f, j).v * (double)batch->d_out[i]);
	}
}

static void
reduce_tangent(const struct operator_batch *batch, fiber_fn *reduce)
{
	const struct extent e = reduced(batch->attr, &batch->in_shape[0]);

	for (int64_t i = 0; i < e.outer * e.inner; i++)
		batch->t_out[i] = (float)fiber_of(batch, &e, i, reduce).y.t;
}

static void
reduce_back_tangent(
    const struct operator_batch *batch, fiber_fn *reduce, slope_fn *slope)
{
	const struct extent e = reduced(batch->attr, &batch->in_shape[0]);

	for (int64_t i = 0; batch->t_d_in[0] != NULL && i < e.outer * e.inner;
	     i++) {
		const struct fiber f = fiber_of(batch, &e, i, reduce);
		float *d = batch->t_d_in[0] + fiber_at(&e, i);

		for (int64_t j = 0; j < e.n; j++) {
			const struct moving s = slope(&f, j);

			d[j * e.inner] +=
			    (float)(s.v * (double)batch->t_d_out[i] +
				    s.t * (double)batch->d_out[i]);
		}
	}
}

#define REDUCTION(family, reduce, slope)                                  \
	int family##_shape(const struct attributes *attr, int n_in,       \
	    const struct shape *in, struct shape *out, struct error *err) \
	{                                                                 \
		return op_reduce_mean_shape(attr, n_in, in, out, err);    \
	}                                                                 \
                                                                          \
	void family##_forward(const struct operator_call *call)           \
	{                                                                 \
		reduce_forward(call, reduce);                             \
	}                                                                 \
                                                                          \
	void family##_backward(const struct operator_batch *batch)        \
	{                                                                 \
		reduce_backward(batch, reduce, slope);                    \
	}                                                                 \
                                                                          \
	void family##_tangent(const struct operator_batch *batch)         \
	{                                                                 \
		reduce_tangent(batch, reduce);                            \
	}                                                                 \
                                                                          \
	void family##_back_tangent(const struct operator_batch *batch)    \
	{                                                                 \
		reduce_back_tangent(batch, reduce, slope);                \
	}

REDUCTION(op_reduce_max, max_of, max_slope)
REDUCTION(op_reduce_l2, l2_of, l2_slope)
REDUCTION(op_reduce_log_sum_exp, log_sum_exp_of, log_sum_exp_slope)
REDUCTION(op_reduce_prod, prod_of, prod_slope)
