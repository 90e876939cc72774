/*
 * BatchNormalization in evaluation mode, over c h w or over flat features;
 * LayerNormalization.
 */
#include <math.h>

#include "base/plural.h"
#include "net/op_family.h"

int
op_batch_norm_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	if (!(attr->epsilon >= 0.0F))
		return error_set(err, "epsilon is %g, expected 0 or more",
		    (double)attr->epsilon);
	for (int i = 1; i < n_in; i++)
		if (in[i].rank != 1 || in[i].dim[0] != in[0].dim[0])
			return error_set(err,
			    "input %d has not the %lld element%s that the "
			    "channels ask for",
			    i, (long long)in[0].dim[0], plural_s(in[0].dim[0]));
	*out = in[0];
	return 0;
}

/* y = (x - mean) / sqrt(var + epsilon) * weight + bias */
void
op_batch_norm_forward(const struct operator_call *call)
{
	const float *x = call->in[0];
	const float *weight = call->in[1], *bias = call->in[2];
	const float *mean = call->in[3], *var = call->in[4];
	const double epsilon = (double)call->attr->epsilon;
	const int64_t c = call->in_shape[0].dim[0];
	const int64_t n = shape_size(&call->in_shape[0]) / c;
	float *out = call->out;

	for (int64_t k = 0; k < c; k++, x += n, out += n) {
		double scale =
		    (double)weight[k] / sqrt((double)var[k] + epsilon);

		for (int64_t i = 0; i < n; i++)
			out[i] =
			    (float)(((double)x[i] - (double)mean[k]) * scale +
				    (double)bias[k]);
	}
}

/* Over all axes from attr->axis on; weight and bias have their shape. */
int
op_layer_norm_shape(const struct attributes *attr, int n_in,
    const struct shape *in, struct shape *out, struct error *err)
{
	int64_t n = 1;

	if (attr->axis < 1 || attr->axis > in[0].rank)
		return error_set(err, "axis is %d, expected 1 to %d",
		    attr->axis, in[0].rank);
	if (!(attr->epsilon >= 0.0F))
		return error_set(err, "epsilon is %g, expected 0 or more",
		    (double)attr->epsilon);
	for (int i = attr->axis - 1; i < in[0].rank; i++)
		n *= in[0].dim[i];
	for (int i = 1; i < n_in; i++)
		if (shape_check(&in[i], err) < 0 || shape_size(&in[i]) != n)
			return error_set(err,
			    "input %d has not the %lld element%s that are "
			    "normalised together",
			    i, (long long)n, plural_s(n));
	*out = in[0];
	return 0;
}

/* Elements that are normalised together. */
static int64_t
row_of(const struct attributes *attr, const struct shape *shape)
{
	int64_t n = 1;

	for (int i = attr->axis - 1; i < shape->rank; i++)
		n *= shape->dim[i];
	return n;
}

void
op_layer_norm_forward(const struct operator_call *call)
{
	const int64_t n = row_of(call->attr, call->out_shape);
	const int64_t rows = shape_size(call->out_shape) / n;
	const float *weight = call->n_in > 1 ? call->in[1] : NULL;
	const float *bias = call->n_in == 3 ? call->in[2] : NULL;
	const float *x = call->in[0];
	float *out = call->out;

	for (int64_t r = 0; r < rows; r++, x += n, out += n) {
		double mean = 0.0, var = 0.0, scale;

		for (int64_t i = 0; i < n; i++)
			mean += (double)x[i];
		mean /= (double)n;
		for (int64_t i = 0; i < n; i++)
			var += ((double)x[i] - mean) * ((double)x[i] - mean);
		scale =
		    1.0 / sqrt(var / (double)n + (double)call->attr->epsilon);
		for (int64_t i = 0; i < n; i++)
			out[i] =
			    (float)(((double)x[i] - mean) * scale *
					(weight != NULL ? (double)weight[i]
							: 1.0) +
				    (bias != NULL ? (double)bias[i] : 0.0));
	}
}

/*
 * A row on its way back, and how all of it moves: h = (x - mean) scale,
 * g = dy weight, dx = scale (g - mean(g) - h mean(g h)).
 */
struct layer_row {
	int64_t n;
	double mean, scale;     /* of x; 1 / sqrt(var + epsilon) */
	double t_mean, t_scale; /* t_mean: of t_x */
	double mean_ht;         /* mean(h t_x) */
	const float *x, *t_x, *weight, *t_weight, *dy, *t_dy;
};

static double
normal(const struct layer_row *r, int64_t i)
{
	return ((double)r->x[i] - r->mean) * r->scale;
}

/* t_h = scale (t_x - mean(t_x) - h mean(h t_x)) */
static double
t_normal(const struct layer_row *r, int64_t i)
{
	return r->scale *
	       ((double)r->t_x[i] - r->t_mean - normal(r, i) * r->mean_ht);
}

static double
weighted(const struct layer_row *r, int64_t i)
{
	return (double)r->dy[i] *
	       (r->weight != NULL ? (double)r->weight[i] : 1.0);
}

static double
t_weighted(const struct layer_row *r, int64_t i)
{
	return (double)r->t_dy[i] *
		   (r->weight != NULL ? (double)r->weight[i] : 1.0) +
	       (r->weight != NULL ? (double)r->dy[i] * (double)r->t_weight[i]
				  : 0.0);
}

/* Row at of an array; x in place of one that is not there, and not read. */
static const float *
row_at(const float *array, const float *x, int64_t at)
{
	return (array != NULL ? array : x) + at;
}

/* Row i; tangents too if the batch has them. */
static struct layer_row
layer_row(const struct operator_batch *b, int64_t row)
{
	const int64_t n = row_of(b->attr, b->out_shape), at = row * n;
	const bool moves = b->t_in != NULL;
	const float *x = b->in[0];
	struct layer_row r = {.n = n,
	    .x = x + at,
	    .t_x = row_at(moves ? b->t_in[0] : NULL, x, at),
	    .weight = b->n_in > 1 ? b->in[1] : NULL,
	    .t_weight = moves && b->n_in > 1 ? b->t_in[1] : x,
	    .dy = row_at(b->d_out, x, at),
	    .t_dy = row_at(b->t_d_out, x, at)};
	double var = 0.0;

	for (int64_t i = 0; i < n; i++)
		r.mean += (double)r.x[i];
	r.mean /= (double)n;
	for (int64_t i = 0; i < n; i++)
		var += ((double)r.x[i] - r.mean) * ((double)r.x[i] - r.mean);
	r.scale = 1.0 / sqrt(var / (double)n + (double)b->attr->epsilon);
	for (int64_t i = 0; moves && i < n; i++) {
		r.t_mean += (double)r.t_x[i];
		r.mean_ht += normal(&r, i) * (double)r.t_x[i];
	}
	r.t_mean /= (double)n;
	r.mean_ht /= (double)n;
	r.t_scale = -r.scale * r.scale * r.mean_ht;
	return r;
}

static int64_t
count_rows(const struct operator_batch *b)
{
	return shape_size(b->out_shape) / row_of(b->attr, b->out_shape);
}

void
op_layer_norm_backward(const struct operator_batch *batch)
{
	for (int64_t k = 0; k < count_rows(batch); k++) {
		const struct layer_row r = layer_row(batch, k);
		double g = 0.0, gh = 0.0;

		for (int64_t i = 0; i < r.n; i++) {
			g += weighted(&r, i);
			gh += weighted(&r, i) * normal(&r, i);
		}
		g /= (double)r.n;
		gh /= (double)r.n;
		for (int64_t i = 0; i < r.n; i++) {
			const double h = normal(&r, i);

			if (batch->d_in[0] != NULL)
				batch->d_in[0][k * r.n + i] +=
				    (float)(r.scale *
					    (weighted(&r, i) - g - h * gh));
			if (batch->n_in > 1 && batch->d_in[1] != NULL)
				batch->d_in[1][i] +=
				    (float)((double)r.dy[i] * h);
			if (batch->n_in > 2 && batch->d_in[2] != NULL)
				batch->d_in[2][i] += r.dy[i];
		}
	}
}

void
op_layer_norm_tangent(const struct operator_batch *batch)
{
	for (int64_t k = 0; k < count_rows(batch); k++) {
		const struct layer_row r = layer_row(batch, k);

		for (int64_t i = 0; i < r.n; i++) {
			double t = t_normal(&r, i);

			if (r.weight != NULL)
				t = t * (double)r.weight[i] +
				    normal(&r, i) * (double)r.t_weight[i];
			if (batch->n_in > 2)
				t += (double)batch->t_in[2][i];
			batch->t_out[k * r.n + i] = (float)t;
		}
	}
}

void
op_layer_norm_back_tangent(const struct operator_batch *batch)
{
	for (int64_t k = 0; k < count_rows(batch); k++) {
		const struct layer_row r = layer_row(batch, k);
		const double n = (double)r.n;
		double g = 0.0, gh = 0.0, t_g = 0.0, t_gh = 0.0;

		for (int64_t i = 0; i < r.n; i++) {
			const double w = weighted(&r, i);
			const double t_w = t_weighted(&r, i);

			g += w;
			t_g += t_w;
			gh += w * normal(&r, i);
			t_gh += t_w * normal(&r, i) + w * t_normal(&r, i);
		}
		g /= n;
		t_g /= n;
		gh /= n;
		t_gh /= n;
		for (int64_t i = 0; i < r.n; i++) {
			const double h = normal(&r, i), t_h = t_normal(&r, i);
			const double inner = weighted(&r, i) - g - h * gh;
			const double t_inner =
			    t_weighted(&r, i) - t_g - t_h * gh - h * t_gh;

			if (batch->t_d_in[0] != NULL)
				batch->t_d_in[0][k * r.n + i] +=
				    (float)(r.t_scale * inner +
					    r.scale * t_inner);
			if (batch->n_in > 1 && batch->t_d_in[1] != NULL)
				batch->t_d_in[1][i] +=
				    (float)((double)r.t_dy[i] * h +
					    (double)r.dy[i] * t_h);
			if (batch->n_in > 2 && batch->t_d_in[2] != NULL)
				batch->t_d_in[2][i] += r.t_dy[i];
		}
	}
}
