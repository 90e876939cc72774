/*
 * For tests of derivatives: an interpreter of graphs in double, written here
 * from the operators' definitions, over a batch of images.
 */
#ifndef TESTS_INTERPRETER_H
#define TESTS_INTERPRETER_H

#include <math.h>
#include <stdlib.h>

#include "base/random.h"
#include "net/operator.h"

static struct random_stream dice;
static uint64_t thrown;

static int
roll(int lo, int hi)
{
	return lo + (int)random_below(&dice, thrown++, (uint32_t)(hi - lo + 1));
}

static float
uniform(void)
{
	return (float)roll(-100000, 100000) / 65536.0F;
}

/* ---- the interpreter: values of a batch of n images, in double ---- */

struct world {
	const struct graph *g;
	int n;
	bool evaluates;  /* batch norm with the running statistics */
	double **tensor; /* by tensor */
	double **value;  /* by value */
};

static const double *
input_of(const struct world *w, const struct node *node, int j, int image)
{
	const struct graph_value *v = &w->g->values[node->in[j]];

	if (v->kind == VALUE_TENSOR)
		return w->tensor[v->tensor];
	return w->value[node->in[j]] + image * shape_size(&v->shape);
}

static struct shape
shape_of(const struct world *w, const struct node *node, int j)
{
	const struct graph_value *v = &w->g->values[node->in[j]];

	return v->kind == VALUE_TENSOR
		   ? shape_of_tensor(&w->g->tensors[v->tensor])
		   : v->shape;
}

static double
conv_at(const struct world *w, const struct node *node, int image, int k, int y,
    int x)
{
	const struct attributes *a = &node->attr;
	const struct shape in = shape_of(w, node, 0), ws = shape_of(w, node, 1);
	const double *px = input_of(w, node, 0, image);
	const double *pw = input_of(w, node, 1, 0);
	const int c0 = k / (int)(ws.dim[0] / a->group) * (int)ws.dim[1];
	double sum = node->n_in == 3 ? input_of(w, node, 2, 0)[k] : 0.0;

	for (int c = 0; c < ws.dim[1]; c++)
		for (int i = 0; i < ws.dim[2]; i++)
			for (int j = 0; j < ws.dim[3]; j++) {
				int64_t yy = y * a->strides[0] - a->pads[0] +
					     i * a->dilations[0];
				int64_t xx = x * a->strides[1] - a->pads[1] +
					     j * a->dilations[1];

				if (yy < 0 || yy >= in.dim[1] || xx < 0 ||
				    xx >= in.dim[2])
					continue;
				sum +=
				    px[((c0 + c) * in.dim[1] + yy) * in.dim[2] +
					xx] *
				    pw[((k * ws.dim[1] + c) * ws.dim[2] + i) *
					    ws.dim[3] +
					j];
			}
	return sum;
}

static double
pool_at(const struct world *w, const struct node *node, int image, int c, int y,
    int x)
{
	const struct attributes *a = &node->attr;
	const struct shape in = shape_of(w, node, 0);
	const double *p = input_of(w, node, 0, image);
	double max = -INFINITY, sum = 0.0;
	int n = 0, padded = 0;

	for (int i = 0; i < a->kernel_shape[0]; i++)
		for (int j = 0; j < a->kernel_shape[1]; j++) {
			int64_t yy = y * a->strides[0] - a->pads[0] +
				     i * a->dilations[0];
			int64_t xx = x * a->strides[1] - a->pads[1] +
				     j * a->dilations[1];
			double v;

			padded += yy < in.dim[1] + a->pads[2] &&
				  xx < in.dim[2] + a->pads[3];
			if (yy < 0 || yy >= in.dim[1] || xx < 0 ||
			    xx >= in.dim[2])
				continue;
			v = p[(c * in.dim[1] + yy) * in.dim[2] + xx];
			max = v > max ? v : max;
			sum += v;
			n++;
		}
	if (node->op == OP_MAX_POOL)
		return max;
	return sum / (a->count_include_pad ? padded : n);
}

/* Slice and Pad: output (c, y, x) is input start + step * (c, y, x) - before */
static double
moved_at(
    const struct world *w, const struct node *node, int image, const int at[3])
{
	const struct shape in = shape_of(w, node, 0);
	int64_t from[3];

	for (int d = 0; d < 3; d++) {
		from[d] = node->op == OP_SLICE
			      ? node->attr.start[d] + at[d] * node->attr.step[d]
			      : at[d] - node->attr.pad_before[d];
		if (from[d] < 0 || from[d] >= in.dim[d])
			return 0.0;
	}
	return input_of(w, node, 0,
	    image)[(from[0] * in.dim[1] + from[1]) * in.dim[2] + from[2]];
}

static double
concat_at(const struct world *w, const struct node *node, int image, int64_t i)
{
	for (int j = 0;; j++) {
		const struct shape s = shape_of(w, node, j);

		if (i < shape_size(&s)) /* along axis 1 */
			return input_of(w, node, j, image)[i];
		i -= shape_size(&s);
	}
}

static double
gemm_at(const struct world *w, const struct node *node, int image, int k)
{
	const struct shape in = shape_of(w, node, 0);
	const int64_t c = in.dim[0], n_k = w->g->values[node->out].shape.dim[0];
	const double *x = input_of(w, node, 0, image);
	const double *m = input_of(w, node, 1, 0);
	double sum = node->n_in == 3 ? input_of(w, node, 2, 0)[k] : 0.0;

	for (int64_t j = 0; j < c; j++)
		sum += x[j] * m[node->attr.trans_b ? k * c + j : j * n_k + k];
	return sum;
}

/* With the statistics of the batch, or those of the tensors. */
static void
norm_node(const struct world *w, const struct node *node)
{
	const struct shape s = shape_of(w, node, 0);
	const int64_t c = s.dim[0], pixels = shape_size(&s) / c;
	double *out = w->value[node->out];

	for (int64_t k = 0; k < c; k++) {
		double mean = 0.0, var = 0.0, scale;

		for (int i = 0; i < w->n; i++)
			for (int64_t j = 0; j < pixels; j++)
				mean += input_of(w, node, 0, i)[k * pixels + j];
		mean /= (double)(w->n * pixels);
		for (int i = 0; i < w->n; i++)
			for (int64_t j = 0; j < pixels; j++)
				var += pow(
				    input_of(w, node, 0, i)[k * pixels + j] -
					mean,
				    2.0);
		var /= (double)(w->n * pixels);
		if (w->evaluates) {
			mean = input_of(w, node, 3, 0)[k];
			var = input_of(w, node, 4, 0)[k];
		}
		scale = input_of(w, node, 1, 0)[k] /
			sqrt(var + (double)node->attr.epsilon);
		for (int i = 0; i < w->n; i++)
			for (int64_t j = 0; j < pixels; j++)
				out[(i * c + k) * pixels + j] =
				    (input_of(w, node, 0, i)[k * pixels + j] -
					mean) *
					scale +
				    input_of(w, node, 2, 0)[k];
	}
}

static double
element(const struct world *w, const struct node *node, int image, int64_t i)
{
	const struct shape *out = &w->g->values[node->out].shape;
	const int64_t plane = out->rank == 3 ? out->dim[1] * out->dim[2] : 1;
	const int64_t width = out->rank == 3 ? out->dim[2] : 1;
	const int at[3] = {
	    (int)(i / plane), (int)(i % plane / width), (int)(i % width)};
	const double *x = input_of(w, node, 0, image);
	const struct shape in = shape_of(w, node, 0);
	double sum = 0.0;

	switch (node->op) {
	case OP_CONV:
		return conv_at(w, node, image, at[0], at[1], at[2]);
	case OP_MAX_POOL:
	case OP_AVERAGE_POOL:
		return pool_at(w, node, image, at[0], at[1], at[2]);
	case OP_GLOBAL_AVERAGE_POOL:
		for (int64_t j = 0; j < in.dim[1] * in.dim[2]; j++)
			sum += x[i * in.dim[1] * in.dim[2] + j];
		return sum / (double)(in.dim[1] * in.dim[2]);
	case OP_RELU:
		return x[i] > 0.0 ? x[i] : 0.0;
	case OP_ADD:
		return x[i] + input_of(w, node, 1, image)[i];
	case OP_CONCAT:
		return concat_at(w, node, image, i);
	case OP_FLATTEN:
		return x[i];
	case OP_GEMM:
		return gemm_at(w, node, image, (int)i);
	case OP_SLICE:
	case OP_PAD:
		return moved_at(w, node, image, at);
	default:
		fail_msg("operator %d is not known here", (int)node->op);
		return 0.0;
	}
}

/* All values. */
static void
interpret(struct world *w)
{
	for (size_t i = 0; i < w->g->n_nodes; i++) {
		const struct node *node = &w->g->nodes[i];
		int64_t size = shape_size(&w->g->values[node->out].shape);

		if (node->op == OP_BATCH_NORMALIZATION) {
			norm_node(w, node);
			continue;
		}
		for (int64_t j = 0; j < w->n * size; j++)
			w->value[node->out][j] =
			    element(w, node, (int)(j / size), j % size);
	}
}

static struct world
world_new(const struct graph *g, int n, const float *images)
{
	struct world w = {.g = g,
	    .n = n,
	    .tensor = calloc(g->n_tensors, sizeof(double *)),
	    .value = calloc(g->n_values, sizeof(double *))};

	for (size_t i = 0; i < g->n_tensors; i++) {
		const struct tensor *t = &g->tensors[i];

		w.tensor[i] = calloc((size_t)t->n, sizeof(double));
		for (int64_t j = 0; t->type == TENSOR_FLOAT32 && j < t->n; j++)
			w.tensor[i][j] = (double)t->f32[j];
	}
	for (size_t i = 0; i < g->n_values; i++)
		if (g->values[i].kind != VALUE_TENSOR)
			w.value[i] = calloc(
			    (size_t)n * (size_t)shape_size(&g->values[i].shape),
			    sizeof(double));
	for (int64_t i = 0; i < n * shape_size(&g->values[g->input].shape); i++)
		w.value[g->input][i] = (double)images[i];
	return w;
}

static void
world_free(struct world *w)
{
	for (size_t i = 0; i < w->g->n_tensors; i++)
		free(w->tensor[i]);
	for (size_t i = 0; i < w->g->n_values; i++)
		free(w->value[i]);
	free(w->tensor);
	free(w->value);
}

static float *
draws(int64_t n)
{
	float *x = calloc((size_t)n, sizeof(*x));

	for (int64_t i = 0; i < n; i++)
		x[i] = uniform();
	return x;
}

static void
fill_tensors(struct graph *g)
{
	for (size_t i = 0; i < g->n_tensors; i++) {
		struct tensor *t = &g->tensors[i];

		assert_int_equal(tensor_allocate(t, NULL), 0);
		for (int64_t j = 0; t->type == TENSOR_FLOAT32 && j < t->n; j++)
			t->f32[j] = uniform();
	}
}

#endif
