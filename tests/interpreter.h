/*
 * For tests of derivatives: an interpreter of graphs in double, written here
 * from the operators' definitions, over a batch of images.
 */
#ifndef TESTS_INTERPRETER_H
#define TESTS_INTERPRETER_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

/* Every pixel of the input, by every tap, to where it goes. */
static double
conv_transpose_at(const struct world *w, const struct node *node, int image,
    int k, int y, int x)
{
	const struct attributes *a = &node->attr;
	const struct shape in = shape_of(w, node, 0), ws = shape_of(w, node, 1);
	const double *px = input_of(w, node, 0, image);
	const double *pw = input_of(w, node, 1, 0);
	const int64_t each = ws.dim[0] / a->group, taps = ws.dim[2] * ws.dim[3];
	double sum = node->n_in == 3 ? input_of(w, node, 2, 0)[k] : 0.0;

	for (int64_t i = 0; i < each * in.dim[1] * in.dim[2] * taps; i++) {
		const int64_t t = i % taps;
		const int64_t at =
		    i / taps + k / ws.dim[1] * each * in.dim[1] * in.dim[2];
		const int64_t column = at % in.dim[2],
			      row = at / in.dim[2] % in.dim[1],
			      c = at / in.dim[2] / in.dim[1];

		if (row * a->strides[0] + t / ws.dim[3] * a->dilations[0] -
			    a->pads[0] ==
			y &&
		    column * a->strides[1] + t % ws.dim[3] * a->dilations[1] -
			    a->pads[1] ==
			x)
			sum += px[at] *
			       pw[(c * ws.dim[1] + k % ws.dim[1]) * taps + t];
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

/* Where operand j has what element i of the output is made of, stretched. */
static double
operand_at(
    const struct world *w, const struct node *node, int j, int image, int64_t i)
{
	const struct shape *out = &w->g->values[node->out].shape;
	const struct shape s = shape_of(w, node, j);
	int64_t at = 0, step = 1;

	for (int a = out->rank - 1, q = s.rank - 1; a >= 0 && q >= 0;
	     a--, q--) {
		at += s.dim[q] > 1 ? i % out->dim[a] * step : 0;
		i /= out->dim[a];
		step *= s.dim[q];
	}
	return input_of(w, node, j, image)[at];
}

/* Where matrix number `stack` of an output's lies in operand b. */
static int64_t
matrix_at(const struct shape *b, const struct shape *out, int64_t stack)
{
	int64_t at = 0, step = b->dim[b->rank - 2] * b->dim[b->rank - 1];

	for (int i = 3; i <= b->rank; i++) {
		const int64_t n = out->dim[out->rank - i];

		if (b->dim[b->rank - i] > 1)
			at += stack % n * step;
		step *= b->dim[b->rank - i];
		stack /= n;
	}
	return at;
}

static double
product_at(const struct world *w, const struct node *node, int image, int64_t i)
{
	const struct shape a = shape_of(w, node, 0), b = shape_of(w, node, 1);
	const struct shape *out = &w->g->values[node->out].shape;
	const int64_t c = a.dim[a.rank - 1], k = out->dim[out->rank - 1];
	const int64_t rows = out->dim[out->rank - 2], column = i % k;
	const double *x = input_of(w, node, 0, image) +
			  matrix_at(&a, out, i / k / rows) + i / k % rows * c;
	const double *m =
	    input_of(w, node, 1, image) + matrix_at(&b, out, i / k / rows);
	double sum = 0.0;

	for (int64_t q = 0; q < c; q++)
		sum += x[q] *
		       m[node->attr.trans_b ? column * c + q : q * k + column];
	return sum;
}

/* n elements, inner apart, as one. */
static double
reduced(enum operator_kind op, const double *x, int64_t n, int64_t inner)
{
	double sum = 0.0, most = x[0], product = 1.0;

	for (int64_t j = 0; j < n; j++) {
		const double v = x[j * inner];

		most = fmax(most, v);
		product *= v;
		sum += op == OP_REDUCE_L2 ? v * v
		       : op == OP_REDUCE_LOG_SUM_EXP
			   ? exp(v)
			   : v / (op == OP_REDUCE_MEAN ? (double)n : 1.0);
	}
	return op == OP_REDUCE_MAX           ? most
	       : op == OP_REDUCE_PROD        ? product
	       : op == OP_REDUCE_L2          ? sqrt(sum)
	       : op == OP_REDUCE_LOG_SUM_EXP ? log(sum)
					     : sum;
}

/* Softmax and its logarithm at element i, reductions: along n, inner apart. */
static double
along_at(const struct world *w, const struct node *node, int image, int64_t i)
{
	const bool softmax = node->op == OP_SOFTMAX ||
			     node->op == OP_LOG_SOFTMAX ||
			     node->op == OP_HARDMAX;
	const struct shape in = shape_of(w, node, 0);
	const int first = (softmax ? node->attr.axis : node->attr.axes[0]) - 1;
	const int last =
	    !softmax && node->attr.axes[1] != 0 ? first + 1 : first;
	const double *x = input_of(w, node, 0, image);
	int64_t n = 1, inner = 1;
	double sum = 0.0, at;

	for (int a = first; a <= last; a++)
		n *= in.dim[a];
	for (int a = last + 1; a < in.rank; a++)
		inner *= in.dim[a];
	if (!softmax)
		return reduced(
		    node->op, x + i / inner * n * inner + i % inner, n, inner);
	at = x[i];
	if (node->op == OP_HARDMAX) { /* the first one of the largest */
		x += i - i / inner % n * inner;
		for (int64_t j = 0; j < n; j++)
			at = fmax(at, x[j * inner]);
		for (int64_t j = 0; j < n; j++)
			if (x[j * inner] >= at)
				return j == i / inner % n ? 1.0 : 0.0;
	}
	x += i - i / inner % n * inner;
	for (int64_t j = 0; j < n; j++)
		sum += exp(x[j * inner] - at);
	return node->op == OP_SOFTMAX ? 1.0 / sum : -log(sum);
}

static double
layer_norm_at(
    const struct world *w, const struct node *node, int image, int64_t i)
{
	const struct shape in = shape_of(w, node, 0);
	double mean = 0.0, var = 0.0, y;
	const double *x;
	int64_t n = 1;

	for (int a = node->attr.axis - 1; a < in.rank; a++)
		n *= in.dim[a];
	x = input_of(w, node, 0, image) + i / n * n;
	for (int64_t j = 0; j < n; j++)
		mean += x[j] / (double)n;
	for (int64_t j = 0; j < n; j++)
		var += (x[j] - mean) * (x[j] - mean) / (double)n;
	y = (x[i % n] - mean) / sqrt(var + (double)node->attr.epsilon);
	if (node->n_in > 1)
		y *= input_of(w, node, 1, 0)[i % n];
	if (node->n_in > 2)
		y += input_of(w, node, 2, 0)[i % n];
	return y;
}

static double
gathered_at(
    const struct world *w, const struct node *node, int image, int64_t i)
{
	const struct shape in = shape_of(w, node, 0), k = shape_of(w, node, 1);
	const int axis = node->attr.axis - 1;
	int64_t inner = 1, at;

	for (int a = axis + 1; a < in.rank; a++)
		inner *= in.dim[a];
	at = (int64_t)input_of(w, node, 1, image)[i / inner % shape_size(&k)];
	at += at < 0 ? in.dim[axis] : 0;
	return input_of(w, node, 0,
	    image)[(i / inner / shape_size(&k) * in.dim[axis] + at) * inner +
		   i % inner];
}

static double
transposed_at(
    const struct world *w, const struct node *node, int image, int64_t i)
{
	const struct shape *out = &w->g->values[node->out].shape;
	const struct shape in = shape_of(w, node, 0);
	int64_t at = 0;

	for (int a = out->rank - 1; a >= 0; a--) {
		int64_t step = 1;

		for (int q = node->attr.perm[a]; q < in.rank; q++)
			step *= in.dim[q];
		at += i % out->dim[a] * step;
		i /= out->dim[a];
	}
	return input_of(w, node, 0, image)[at];
}

/* Of one element: what later opsets brought. */
static double
activation_at(const struct node *node, double x)
{
	const double alpha = (double)node->attr.alpha;
	const double beta = (double)node->attr.beta;

	switch (node->op) {
	case OP_SELU:
		return beta * (x > 0.0 ? x : alpha * (exp(x) - 1.0));
	case OP_CELU:
		return fmax(x, 0.0) + fmin(alpha * (exp(x / alpha) - 1.0), 0.0);
	case OP_GELU:
		if (node->attr.approximate)
			return 0.5 * x *
			       (1.0 + tanh(sqrt(2.0 / acos(-1.0)) *
					   (x + 0.044715 * pow(x, 3.0))));
		return 0.5 * x * (1.0 + erf(x / sqrt(2.0)));
	case OP_MISH:
		return x * tanh(log(1.0 + exp(x)));
	case OP_SOFTSIGN:
		return x / (1.0 + fabs(x));
	case OP_THRESHOLDED_RELU:
		return x > alpha ? x : 0.0;
	case OP_SHRINK:
		return x < -alpha ? x + beta : x > alpha ? x - beta : 0.0;
	default:
		fail_msg("operator %d is not known here", (int)node->op);
		return 0.0;
	}
}

/* Of one element. */
static double
function_at(const struct node *node, double x)
{
	const struct attributes *a = &node->attr;
	const double alpha = (double)a->alpha,
		     line = alpha * x + (double)a->beta;

	switch (node->op) {
	case OP_LEAKY_RELU:
		return x > 0.0 ? x : alpha * x;
	case OP_ELU:
		return x > 0.0 ? x : alpha * (exp(x) - 1.0);
	case OP_CLIP:
		return fmin(fmax(x, (double)a->min), (double)a->max);
	case OP_SIGMOID:
		return 1.0 / (1.0 + exp(-x));
	case OP_HARD_SIGMOID:
		return fmin(fmax(line, 0.0), 1.0);
	case OP_HARD_SWISH:
		return x * fmin(fmax(x / 6.0 + 0.5, 0.0), 1.0);
	case OP_TANH:
		return tanh(x);
	case OP_ERF:
		return erf(x);
	case OP_EXP:
		return exp(x);
	case OP_SQRT:
		return sqrt(x);
	case OP_SOFTPLUS:
		return log(1.0 + exp(x));
	case OP_ABS:
		return fabs(x);
	case OP_NEG:
		return -x;
	case OP_LOG:
		return log(x);
	case OP_RECIPROCAL:
		return 1.0 / x;
	case OP_SIN:
		return sin(x);
	case OP_FLOOR:
		return floor(x);
	case OP_CEIL:
		return ceil(x);
	case OP_ROUND:
		return floor(x + 0.5);
	case OP_SIGN:
		return (x > 0.0) - (x < 0.0);
	default:
		return activation_at(node, x);
	}
}

/* Of two elements. */
static double
arithmetic(const struct node *node, double a, double b)
{
	switch (node->op) {
	case OP_ADD:
		return a + b;
	case OP_SUB:
		return a - b;
	case OP_MUL:
		return a * b;
	case OP_DIV:
		return a / b;
	case OP_LESS:
		return a < b;
	case OP_LESS_OR_EQUAL:
		return a <= b;
	case OP_EQUAL:
		return a == b;
	case OP_MAX:
		return fmax(a, b);
	case OP_MIN:
		return fmin(a, b);
	default:
		return pow(a, b);
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
	case OP_CONV_TRANSPOSE:
		return conv_transpose_at(w, node, image, at[0], at[1], at[2]);
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
	case OP_SUB:
	case OP_MUL:
	case OP_DIV:
	case OP_POW:
	case OP_MAX:
	case OP_MIN:
	case OP_LESS:
	case OP_LESS_OR_EQUAL:
	case OP_EQUAL:
		return arithmetic(node, operand_at(w, node, 0, image, i),
		    operand_at(w, node, 1, image, i));
	case OP_MAT_MUL:
		return product_at(w, node, image, i);
	case OP_REDUCE_MEAN:
	case OP_REDUCE_SUM:
	case OP_REDUCE_MAX:
	case OP_REDUCE_PROD:
	case OP_REDUCE_L2:
	case OP_REDUCE_LOG_SUM_EXP:
	case OP_SOFTMAX:
	case OP_LOG_SOFTMAX:
	case OP_HARDMAX:
		return along_at(w, node, image, i);
	case OP_LAYER_NORMALIZATION:
		return layer_norm_at(w, node, image, i);
	case OP_WHERE:
		return operand_at(w, node,
		    operand_at(w, node, 0, image, i) != 0.0 ? 1 : 2, image, i);
	case OP_GATHER:
		return gathered_at(w, node, image, i);
	case OP_TRANSPOSE:
		return transposed_at(w, node, image, i);
	case OP_PRELU:
		return x[i] * (x[i] > 0.0
				      ? 1.0
				      : input_of(w, node, 1,
					    0)[shape_of(w, node, 1).dim[0] == 1
						   ? 0
						   : i / plane]);
	case OP_RESHAPE:
		return x[i];
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
		return function_at(node, x[i]);
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

/* An element of a tensor; some names say which ones. */
static float
drawn(const char *name)
{
	if (strcmp(name, "fifth") == 0)
		return 0.2F;
	if (strcmp(name, "levels") == 0)
		return (float)roll(-2, 2) + 0.25F;
	if (strcmp(name, "halves") == 0)
		return (float)roll(-2, 2) + 0.5F;
	if (strcmp(name, "indices") == 0)
		return (float)roll(-3, 3);
	if (strcmp(name, "gates") == 0)
		return roll(0, 3) > 0 ? 1.0F : 0.0F;
	return uniform();
}

static void
fill_tensors(struct graph *g)
{
	for (size_t i = 0; i < g->n_tensors; i++) {
		struct tensor *t = &g->tensors[i];

		assert_int_equal(tensor_allocate(t, NULL), 0);
		for (int64_t j = 0; t->type == TENSOR_FLOAT32 && j < t->n; j++)
			t->f32[j] = drawn(t->name);
	}
}

#endif
