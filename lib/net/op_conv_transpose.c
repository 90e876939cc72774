/*
 * ConvTranspose over c h w: a pixel of the input goes to the window of the
 * output that a convolution would make it from.  The weight is c k/group h w.
 * What pads leave of the output's end may be negative: pixels beyond the last
 * window, which get the bias alone (ONNX's output_padding).
 */
#include "base/plural.h"
#include "net/op_family.h"

static int
check_window(const struct attributes *a, const struct shape *in,
    struct shape *out, struct error *err)
{
	for (int i = 0; i < SPATIAL; i++) {
		const int64_t reach =
		    (int64_t)a->dilations[i] * (a->kernel_shape[i] - 1) + 1;
		int64_t *dim = &out->dim[1 + i];

		if (a->kernel_shape[i] < 1 || a->strides[i] < 1 ||
		    a->dilations[i] < 1 || a->pads[i] < 0)
			return error_set(err,
			    "kernel %d, stride %d, dilation %d, pad %d, "
			    "expected 1 or more, pads 0 or more",
			    a->kernel_shape[i], a->strides[i], a->dilations[i],
			    a->pads[i]);
		*dim = (in->dim[1 + i] - 1) * a->strides[i] + reach -
		       a->pads[i] - a->pads[SPATIAL + i];
		if (*dim < 1)
			return error_set(err,
			    "%lld pixel%s would be left of axis %d",
			    (long long)*dim, plural_s(*dim), 1 + i);
	}
	return 0;
}

int
op_conv_transpose_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	const struct shape *x = &in[0], *w = &in[1];

	if (x->rank != 3 || w->rank != 4)
		return error_set(err,
		    "an input of %d dimension%s and a weight of %d, expected "
		    "c h w and c k h w",
		    x->rank, plural_s(x->rank), w->rank);
	if (attr->group < 1 || x->dim[0] % attr->group != 0 ||
	    w->dim[0] != x->dim[0] || w->dim[1] < 1 ||
	    w->dim[2] != attr->kernel_shape[0] ||
	    w->dim[3] != attr->kernel_shape[1])
		return error_set(err,
		    "the weight is %lld x %lld x %lld x %lld, expected %lld "
		    "(in %d group%s) x k x %d x %d",
		    (long long)w->dim[0], (long long)w->dim[1],
		    (long long)w->dim[2], (long long)w->dim[3],
		    (long long)x->dim[0], attr->group, plural_s(attr->group),
		    attr->kernel_shape[0], attr->kernel_shape[1]);
	*out = (struct shape){.rank = 3, .dim = {w->dim[1] * attr->group}};
	if (n_in == 3 && (in[2].rank != 1 || in[2].dim[0] != out->dim[0]))
		return error_set(err, "the bias has not %lld element%s",
		    (long long)out->dim[0], plural_s(out->dim[0]));
	return check_window(attr, x, out, err);
}

/* The sizes; channels c and k of one group. */
struct sizes {
	const struct attributes *a;
	int64_t c, k, h, w, kh, kw, out_h, out_w;
};

static struct sizes
sizes_of(
    const struct attributes *a, const struct shape *in, const struct shape *out)
{
	return (struct sizes){.a = a,
	    .c = in[0].dim[0] / a->group,
	    .k = in[1].dim[1],
	    .h = in[0].dim[1],
	    .w = in[0].dim[2],
	    .kh = in[1].dim[2],
	    .kw = in[1].dim[3],
	    .out_h = out->dim[1],
	    .out_w = out->dim[2]};
}

/* Where tap t of input pixel i goes to, or -1 when that is no output. */
static int64_t
goes_to(const struct attributes *a, int axis, int64_t i, int64_t t, int64_t n)
{
	const int64_t to =
	    i * a->strides[axis] + t * a->dilations[axis] - a->pads[axis];

	return to >= 0 && to < n ? to : -1;
}

/* Which input pixel goes to output o by tap t, or -1. */
static int64_t
comes_from(
    const struct attributes *a, int axis, int64_t o, int64_t t, int64_t n)
{
	const int64_t from = o + a->pads[axis] - t * a->dilations[axis];

	return from >= 0 && from % a->strides[axis] == 0 &&
		       from / a->strides[axis] < n
		   ? from / a->strides[axis]
		   : -1;
}

/* The weights of channel c (of all) to channel k of its group. */
static const float *
taps_of(const struct sizes *p, const float *weight, int64_t c, int64_t k)
{
	return weight + (c * p->k + k) * p->kh * p->kw;
}

/* Output pixel (y, x) of channel k of group g, without bias. */
static double
pixel(const struct sizes *p, const float *in, const float *weight, int64_t g,
    int64_t k, int64_t y, int64_t x)
{
	double sum = 0.0;

	for (int64_t c = g * p->c; c < (g + 1) * p->c; c++)
		for (int64_t i = 0; i < p->kh; i++) {
			const int64_t row = comes_from(p->a, 0, y, i, p->h);

			for (int64_t j = 0; row >= 0 && j < p->kw; j++) {
				const int64_t column =
				    comes_from(p->a, 1, x, j, p->w);

				if (column >= 0)
					sum +=
					    (double)in[(c * p->h + row) * p->w +
						       column] *
					    (double)taps_of(
						p, weight, c, k)[i * p->kw + j];
			}
		}
	return sum;
}

/* out = in * weight (+ bias), or added to that. */
static void
transpose_conv(const struct sizes *p, const float *in, const float *weight,
    const float *bias, bool add, float *out)
{
	const int64_t k_all = p->k * p->a->group;

	for (int64_t k = 0; k < k_all; k++)
		for (int64_t y = 0; y < p->out_h; y++)
			for (int64_t x = 0; x < p->out_w; x++, out++) {
				double sum = pixel(
				    p, in, weight, k / p->k, k % p->k, y, x);

				if (bias != NULL)
					sum += (double)bias[k];
				*out =
				    (float)(sum + (add ? (double)*out : 0.0));
			}
}

void
op_conv_transpose_forward(const struct operator_call *call)
{
	const struct sizes p =
	    sizes_of(call->attr, call->in_shape, call->out_shape);

	transpose_conv(&p, call->in[0], call->in[1],
	    call->n_in == 3 ? call->in[2] : NULL, false, call->out);
}

/* What input pixel (row, column) of channel c gets back. */
static double
pixel_back(const struct sizes *p, const float *d_out, const float *weight,
    int64_t c, int64_t row, int64_t column)
{
	double sum = 0.0;

	for (int64_t k = 0; k < p->k; k++)
		for (int64_t i = 0; i < p->kh; i++) {
			const int64_t y = goes_to(p->a, 0, row, i, p->out_h);
			const float *line =
			    d_out +
			    ((c / p->c * p->k + k) * p->out_h + y) * p->out_w;

			for (int64_t j = 0; y >= 0 && j < p->kw; j++) {
				const int64_t x =
				    goes_to(p->a, 1, column, j, p->out_w);

				if (x >= 0)
					sum += (double)line[x] *
					       (double)taps_of(p, weight, c,
						   k)[i * p->kw + j];
			}
		}
	return sum;
}

static void
data_back(
    const struct sizes *p, const float *d_out, const float *weight, float *d_in)
{
	if (d_in == NULL)
		return;
	for (int64_t c = 0; c < p->c * p->a->group; c++)
		for (int64_t y = 0; y < p->h; y++)
			for (int64_t x = 0; x < p->w; x++)
				*d_in++ += (float)pixel_back(
				    p, d_out, weight, c, y, x);
}

/* The sum over all pixels that tap (i, j) of channels c, k takes somewhere. */
static double
tap_back(const struct sizes *p, const float *in, const float *d_out, int64_t i,
    int64_t j)
{
	double sum = 0.0;

	for (int64_t row = 0; row < p->h; row++) {
		const int64_t y = goes_to(p->a, 0, row, i, p->out_h);

		for (int64_t column = 0; y >= 0 && column < p->w; column++) {
			const int64_t x = goes_to(p->a, 1, column, j, p->out_w);

			if (x >= 0)
				sum += (double)in[row * p->w + column] *
				       (double)d_out[y * p->out_w + x];
		}
	}
	return sum;
}

static void
weight_back(
    const struct sizes *p, const float *in, const float *d_out, float *d_weight)
{
	if (d_weight == NULL)
		return;
	for (int64_t c = 0; c < p->c * p->a->group; c++)
		for (int64_t k = 0; k < p->k; k++)
			for (int64_t t = 0; t < p->kh * p->kw; t++)
				*d_weight++ +=
				    (float)tap_back(p, in + c * p->h * p->w,
					d_out + (c / p->c * p->k + k) *
						    p->out_h * p->out_w,
					t / p->kw, t % p->kw);
}

static void
bias_back(const struct operator_batch *b, const float *d_out, float *d_bias)
{
	const int64_t size = b->out_shape->dim[1] * b->out_shape->dim[2];

	for (int64_t k = 0; d_bias != NULL && k < b->out_shape->dim[0]; k++) {
		double sum = 0.0;

		for (int64_t i = 0; i < size; i++)
			sum += (double)d_out[k * size + i];
		d_bias[k] += (float)sum;
	}
}

void
op_conv_transpose_backward(const struct operator_batch *batch)
{
	const struct sizes p =
	    sizes_of(batch->attr, batch->in_shape, batch->out_shape);

	data_back(&p, batch->d_out, batch->in[1], batch->d_in[0]);
	weight_back(&p, batch->in[0], batch->d_out, batch->d_in[1]);
	if (batch->n_in == 3)
		bias_back(batch, batch->d_out, batch->d_in[2]);
}

/* By the rule for products. */
void
op_conv_transpose_tangent(const struct operator_batch *batch)
{
	const struct sizes p =
	    sizes_of(batch->attr, batch->in_shape, batch->out_shape);

	transpose_conv(&p, batch->t_in[0], batch->in[1],
	    batch->n_in == 3 ? batch->t_in[2] : NULL, false, batch->t_out);
	transpose_conv(
	    &p, batch->in[0], batch->t_in[1], NULL, true, batch->t_out);
}

void
op_conv_transpose_back_tangent(const struct operator_batch *batch)
{
	const struct sizes p =
	    sizes_of(batch->attr, batch->in_shape, batch->out_shape);

	data_back(&p, batch->t_d_out, batch->in[1], batch->t_d_in[0]);
	data_back(&p, batch->d_out, batch->t_in[1], batch->t_d_in[0]);
	weight_back(&p, batch->in[0], batch->t_d_out, batch->t_d_in[1]);
	weight_back(&p, batch->t_in[0], batch->d_out, batch->t_d_in[1]);
	if (batch->n_in == 3)
		bias_back(batch, batch->t_d_out, batch->t_d_in[2]);
}
