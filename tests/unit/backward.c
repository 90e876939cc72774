/*
 * The backward pass against directional differences: an interpreter of graphs
 * in double, written here from the operators' definitions, gives
 * (L(w + h v) - L(w - h v)) / 2h, the pass must give the same as gradient . v.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "net/architecture.h"
#include "net/build.h"
#include "net/operator.h"
#include "net/pass.h"

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

/* With the statistics of the batch. */
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

/* L = sum r * logits */
static double
loss(struct world *w, const float *r)
{
	const struct shape *out = &w->g->values[w->g->output].shape;
	double sum = 0.0;

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
	for (int64_t i = 0; i < w->n * shape_size(out); i++)
		sum += (double)r[i] * w->value[w->g->output][i];
	return sum;
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

/* ---- the comparison ---- */

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

/* Forward and backward; the gradients, by tensor. */
static float **
gradients(
    const struct graph *g, int n, int threads, const float *x, const float *r)
{
	struct error err;
	struct workers *workers = workers_new(threads, &err);
	struct pass *pass = pass_new(g, n + 1, workers, &err);
	float **d = calloc(g->n_tensors, sizeof(*d));

	assert_non_null(pass);
	for (size_t i = 0; i < g->n_tensors; i++)
		if (tensor_is_weight(&g->tensors[i]))
			d[i] = calloc((size_t)g->tensors[i].n, sizeof(**d));
	pass_forward(pass, g->tensors, x, n);
	memcpy(pass_d_logits(pass), r,
	    (size_t)(n * shape_size(&g->values[g->output].shape)) * sizeof(*r));
	pass_backward(pass, g->tensors, d);
	pass_free(pass);
	workers_free(workers);
	return d;
}

static void
gradients_free(float **d, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(d[i]);
	free(d);
}

/*
 * One direction within one tensor.  float32 keeps about 1e-7 of each of the
 * terms that a gradient is added up from, also where they cancel (a bias before
 * a normalisation).
 */
static void
check_tensor(struct world *w, int tensor, const float *d, const float *r)
{
	const struct tensor *t = &w->g->tensors[tensor];
	float *v = draws(t->n);
	const double h = 1e-6;
	const double terms =
	    (double)(w->n * shape_size(&w->g->values[w->g->output].shape));
	double got = 0.0, size = 0.0, side[2], want;

	for (int sign = 0; sign < 2; sign++) {
		for (int64_t i = 0; i < t->n; i++)
			w->tensor[tensor][i] =
			    (double)t->f32[i] + (sign ? -h : h) * (double)v[i];
		side[sign] = loss(w, r);
	}
	for (int64_t i = 0; i < t->n; i++) {
		w->tensor[tensor][i] = (double)t->f32[i];
		got += (double)d[i] * (double)v[i];
		size += fabs((double)d[i] * (double)v[i]);
	}
	want = (side[0] - side[1]) / (2.0 * h);
	if (!(fabs(got - want) <= 2e-4 * (size + 0.01) + 1e-6 * terms))
		fail_msg("%s '%s' and '%s': %.9g, expected %.9g",
		    operator_name(w->g->nodes[w->g->n_nodes - 1].op),
		    w->g->nodes[w->g->n_nodes - 1].name, t->name, got, want);
	free(v);
}

static void
check(struct graph *g, int n)
{
	float *x, *r;
	float **one, **three;
	struct world w;

	fill_tensors(g);
	x = draws(n * shape_size(&g->values[g->input].shape));
	r = draws(n * shape_size(&g->values[g->output].shape));
	one = gradients(g, n, 1, x, r);
	three = gradients(g, n, 3, x, r);
	w = world_new(g, n, x);
	for (size_t i = 0; i < g->n_tensors; i++) {
		if (one[i] == NULL)
			continue;
		check_tensor(&w, (int)i, one[i], r);
		assert_memory_equal(
		    one[i], three[i], (size_t)g->tensors[i].n * sizeof(float));
	}
	world_free(&w);
	gradients_free(one, g->n_tensors);
	gradients_free(three, g->n_tensors);
	free(x);
	free(r);
	graph_free(g);
}

/* ---- each operator behind a convolution, so that its input learns ---- */

static struct attributes
random_window(int kernel_max)
{
	struct attributes a = {.group = 1, .dilations = {1, 1}};

	for (int i = 0; i < SPATIAL; i++) {
		a.kernel_shape[i] = roll(1, kernel_max);
		a.strides[i] = roll(1, 3);
		a.pads[i] = roll(0, a.kernel_shape[i] - 1);
		a.pads[2 + i] = roll(0, a.kernel_shape[i] - 1);
	}
	return a;
}

static const struct attributes pointwise = {
    .kernel_shape = {1, 1}, .strides = {1, 1}, .dilations = {1, 1}, .group = 1};

static int
node(struct builder *b, enum operator_kind op, int n_in, const int *in,
    const struct attributes *attr)
{
	struct error err;
	int out = graph_add_node(b->graph, op, "tested", n_in, in, attr, &err);

	if (out < 0)
		fail_msg("%s", err.text);
	b->graph->output = out;
	return out;
}

static void
grow(struct builder *b, enum operator_kind op, int x)
{
	struct attributes a = random_window(4);
	int in[3] = {x, x, x};

	switch (op) {
	case OP_CONV:
		a.group = build_size(b, x, 0) % 2 == 0 ? 2 : 1;
		a.dilations[0] = roll(1, 2);
		build_conv_attr(b, x, "tested", 2 * roll(1, 3), roll(0, 1), &a);
		break;
	case OP_BATCH_NORMALIZATION:
		build_batch_norm(b, x, "tested");
		break;
	case OP_MAX_POOL:
	case OP_AVERAGE_POOL:
		a.ceil_mode = roll(0, 1);
		a.count_include_pad = roll(0, 1);
		node(b, op, 1, in, &a);
		break;
	case OP_ADD:
		in[1] = build_conv_attr(
		    b, x, "other", build_size(b, x, 0), true, &pointwise);
		node(b, op, 2, in, &a);
		break;
	case OP_CONCAT:
		in[1] = build_relu(b, x);
		a.axis = 1;
		node(b, op, 3, in, &a);
		break;
	case OP_GEMM:
		x = build_flatten(b, x);
		x = build_linear(b, x, "tested", roll(1, 5));
		x = build_batch_norm(b, x, "bn");
		build_linear(b, x, "last", roll(1, 5));
		break;
	case OP_SLICE:
		for (int d = 0; d < 3; d++) {
			a.start[d] = roll(0, build_size(b, x, d) - 1);
			a.step[d] = roll(1, 3);
		}
		node(b, op, 1, in, &a);
		break;
	case OP_PAD:
		for (int d = 0; d < 3; d++) {
			a.pad_before[d] = roll(0, 2);
			a.pad_after[d] = roll(0, 2);
		}
		node(b, op, 1, in, &a);
		break;
	default: /* ReLU, Flatten, GlobalAveragePool */
		a.axis = 1;
		node(b, op, 1, in, &a);
	}
}

/* Operators of imported graphs may have no backward. */
static bool
can_train(int op)
{
	return op == OP_BATCH_NORMALIZATION ||
	       operator_of((enum operator_kind)op)->backward != NULL;
}

static void
test_operators(void **state)
{
	(void)state;
	for (int op = 0; op < OP_COUNT; op++)
		for (int round = 0; round < 6 && can_train(op); round++) {
			const struct shape input = {.rank = 3,
			    .dim = {roll(1, 3), roll(5, 9), roll(5, 9)}};
			struct graph g;
			struct builder b;
			struct error err;
			int x;

			build_start(&b, &g, &input, 3, &x, &err);
			x = build_conv_attr(
			    &b, x, "stem", roll(1, 4), true, &pointwise);
			grow(&b, (enum operator_kind)op, x);
			if (build_finish(&b) < 0)
				fail_msg("%s", err.text);
			check(&g, round == 0 ? 1 : roll(2, 19));
		}
}

static void
test_networks(void **state)
{
	static const char *const names[] = {"small", "lenet", "mlp"};
	const struct shape input = {.rank = 3, .dim = {1, 20, 17}};

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct graph g;
		struct error err;

		if (architecture_build(&g, names[i], &input, 3, &err) < 0)
			fail_msg("%s", err.text);
		check(&g, 3);
	}
}

/* The running statistics, against their definition. */
static void
test_track(void **state)
{
	const struct shape input = {.rank = 3, .dim = {2, 3, 5}};
	struct graph g;
	struct builder b;
	struct error err;
	struct workers *workers = workers_new(1, &err);
	struct pass *pass;
	float *images = draws(4 * 30);
	int x;

	(void)state;
	build_start(&b, &g, &input, 3, &x, &err);
	build_batch_norm(&b, x, "bn");
	assert_int_equal(build_finish(&b), 0);
	fill_tensors(&g);
	pass = pass_new(&g, 4, workers, &err);
	assert_non_null(pass);
	for (int c = 0; c < 2; c++) {
		float *mean = g.tensors[2].f32, *var = g.tensors[3].f32;
		double m = 0.0, v = 0.0, m0 = (double)mean[c];
		double v0 = (double)var[c], other_m = (double)mean[1 - c];

		for (int i = 0; i < 60; i++)
			m += (double)images[i / 15 * 30 + c * 15 + i % 15] / 60;
		for (int i = 0; i < 60; i++)
			v += pow((double)images[i / 15 * 30 + c * 15 + i % 15] -
				     m,
				 2.0) /
			     59;
		pass_forward(pass, g.tensors, images, 4);
		pass_track(pass, 0.1, g.tensors);
		assert_true(
		    fabs((double)mean[c] - (0.9 * m0 + 0.1 * m)) < 1e-6);
		assert_true(fabs((double)var[c] - (0.9 * v0 + 0.1 * v)) < 1e-6);
		assert_true((double)mean[1 - c] != other_m);
		assert_int_equal(g.tensors[4].i64[0], c + 1);
	}
	pass_free(pass);
	workers_free(workers);
	free(images);
	graph_free(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_operators),
	    cmocka_unit_test(test_networks),
	    cmocka_unit_test(test_track),
	};

	dice = random_open(4, RANDOM_SAMPLE, "backward");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
