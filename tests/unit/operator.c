/*
 * Operators against naive loops, at random odd shapes: the reference forward,
 * and what the other plans make of the same single node.
 */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "execute/plan.h"

enum { ROUNDS = 200 };

/* Draws in the order of the calls. */
struct dice {
	struct random_stream random;
	uint64_t next;
};

static int throw(struct dice * dice, int lo, int hi)
{
	return lo + (int)random_below(
			&dice->random, dice->next++, (uint32_t)(hi - lo + 1));
}

static void
fill(struct dice *dice, float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = (float) throw(dice, -1000, 1000) / 512.0F;
}

static struct attributes
random_window(struct dice *dice, int kernel_max)
{
	struct attributes a = {.group = 1, .dilations = {1, 1}};

	for (int i = 0; i < SPATIAL; i++) {
		a.kernel_shape[i] = throw(dice, 1, kernel_max);
		a.strides[i] = throw(dice, 1, 3);
		a.pads[i] = throw(dice, 0, a.kernel_shape[i] - 1);
		a.pads[2 + i] = throw(dice, 0, a.kernel_shape[i] - 1);
	}
	return a;
}

static struct shape
random_image(struct dice *dice)
{
	return (struct shape){.rank = 3,
	    .dim = {throw(dice, 1, 9), throw(dice, 6, 80), throw(dice, 6, 80)}};
}

/* The graph's tensors with random elements (variances positive). */
static void
fill_tensors(struct dice *dice, struct graph *graph)
{
	for (size_t i = 0; i < graph->n_tensors; i++) {
		struct tensor *t = &graph->tensors[i];

		assert_int_equal(tensor_allocate(t, NULL), 0);
		fill(dice, t->f32, (size_t)t->n);
		for (int64_t j = 0; t->role == ROLE_RUNNING_VAR && j < t->n;
		     j++)
			t->f32[j] = fabsf(t->f32[j]) + 0.25F;
	}
}

static void
run(const struct graph *graph, const struct plan_kind *kind, const float *x,
    float *out)
{
	struct error err;
	struct plan *plan = plan_new(graph, kind, 1, &err);
	struct plan_weights *weights = plan_weights_new(plan, &err);
	struct plan_scratch *scratch = plan_scratch_new(plan, &err);

	if (plan_bind(plan, graph->tensors, weights, &err) < 0)
		fail_msg("%s", err.text);
	plan_run(plan, weights, scratch, x, 1, out);
	plan_scratch_free(scratch);
	plan_weights_free(weights);
	plan_free(plan);
}

/* A naive operator: element (k, y, x) of the output. */
typedef double naive_fn(const struct graph *graph, const float *in, int k,
    int y, int x, int *terms);

/* Every plan against naive; the error of a sum grows with its terms. */
static void
compare(struct dice *dice, struct graph *graph, naive_fn *naive)
{
	static const struct plan_kind *const kinds[] = {
	    &plan_reference, &plan_gemm, &plan_fast};
	const struct shape *in = &graph->values[graph->input].shape;
	const struct shape *out = &graph->values[graph->output].shape;
	const int height = out->rank > 1 ? (int)out->dim[1] : 1;
	const int width = out->rank > 2 ? (int)out->dim[2] : 1;
	float *x = calloc((size_t)shape_size(in), sizeof(*x));
	float *got = calloc((size_t)shape_size(out), sizeof(*got));

	fill(dice, x, (size_t)shape_size(in));
	fill_tensors(dice, graph);
	for (int p = 0; p < 3; p++) {
		run(graph, kinds[p], x, got);
		for (int64_t i = 0; i < shape_size(out); i++) {
			int terms = 1;
			double want =
			    naive(graph, x, (int)(i / (height * width)),
				(int)(i / width % height), (int)(i % width),
				&terms);
			/* terms are at most 4 or so each */
			double limit =
			    FLT_EPSILON * (fabs(want) + 16.0 * sqrt(terms));

			if (isnan(want) ? !isnan(got[i])
					: !(fabs(got[i] - want) <= limit))
				fail_msg("%s, %s, element %lld: %.9g, "
					 "expected %.9g",
				    kinds[p]->name,
				    operator_name(graph->nodes[0].op),
				    (long long)i, (double)got[i], want);
		}
	}
	free(x);
	free(got);
	graph_free(graph);
}

static double
at(const struct graph *graph, const float *in, int c, int y, int x,
    bool *inside)
{
	const struct shape *s = &graph->values[graph->input].shape;

	*inside = y >= 0 && x >= 0 && y < s->dim[1] && x < s->dim[2];
	return *inside ? (double)in[(c * s->dim[1] + y) * s->dim[2] + x] : 0.0;
}

static double
naive_conv(
    const struct graph *graph, const float *in, int k, int y, int x, int *terms)
{
	const struct attributes *a = &graph->nodes[0].attr;
	const struct tensor *w = &graph->tensors[0];
	const int c_group = (int)w->dim[1];
	const int group = k / ((int)w->dim[0] / a->group);
	double sum =
	    graph->n_tensors > 1 ? (double)graph->tensors[1].f32[k] : 0;
	bool inside;

	*terms = c_group * a->kernel_shape[0] * a->kernel_shape[1];
	for (int i = 0; i < *terms; i++) {
		int kx = i % a->kernel_shape[1];
		int ky = i / a->kernel_shape[1] % a->kernel_shape[0];
		int c = i / (a->kernel_shape[1] * a->kernel_shape[0]);

		sum +=
		    (double)w->f32[k * *terms + i] *
		    at(graph, in, group * c_group + c,
			y * a->strides[0] + ky * a->dilations[0] - a->pads[0],
			x * a->strides[1] + kx * a->dilations[1] - a->pads[1],
			&inside);
	}
	return sum;
}

static void
conv(void **state)
{
	struct dice dice = {random_open(1, RANDOM_SAMPLE, "conv"), 0};

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct attributes a = random_window(&dice, 5);
		struct shape image = random_image(&dice);
		struct graph graph = {0};
		struct error err;
		int in[3];
		int64_t w[4] = {0, 0, a.kernel_shape[0], a.kernel_shape[1]};

		a.group = throw(&dice, 0, 2) == 0 ? (int)image.dim[0] : 1;
		for (int i = 0; i < SPATIAL && a.kernel_shape[i] <= 3; i++)
			a.dilations[i] = throw(&dice, 1, 2);
		w[0] = a.group * throw(&dice, 1, 5);
		w[1] = image.dim[0] / a.group;
		in[0] = graph_add_input(&graph, "x", &image, &err);
		in[1] = graph_add_tensor(
		    &graph, "w", TENSOR_FLOAT32, ROLE_WEIGHT, 4, w, &err);
		in[2] = round % 2 ? graph_add_tensor(&graph, "b",
					TENSOR_FLOAT32, ROLE_BIAS, 1, w, &err)
				  : -1;
		if (graph_add_node(
			&graph, OP_CONV, "y", 2 + round % 2, in, &a, &err) < 0)
			fail_msg("%s", err.text);
		compare(&dice, &graph, naive_conv);
	}
}

static double
naive_max(
    const struct graph *graph, const float *in, int k, int y, int x, int *terms)
{
	const struct attributes *a = &graph->nodes[0].attr;
	double max = -INFINITY;
	bool inside;

	(void)terms;
	for (int i = 0; i < a->kernel_shape[0]; i++)
		for (int j = 0; j < a->kernel_shape[1]; j++) {
			double v =
			    at(graph, in, k, y * a->strides[0] + i - a->pads[0],
				x * a->strides[1] + j - a->pads[1], &inside);

			if (inside && v > max)
				max = v;
		}
	return max;
}

static double
naive_average(
    const struct graph *graph, const float *in, int k, int y, int x, int *terms)
{
	const struct attributes *a = &graph->nodes[0].attr;
	const struct shape *s = &graph->values[graph->input].shape;
	double sum = 0.0;
	int n = 0;

	for (int i = 0; i < a->kernel_shape[0]; i++)
		for (int j = 0; j < a->kernel_shape[1]; j++) {
			int row = y * a->strides[0] + i - a->pads[0];
			int column = x * a->strides[1] + j - a->pads[1];
			bool inside;

			sum += at(graph, in, k, row, column, &inside);
			n += inside || (a->count_include_pad &&
					   row < s->dim[1] + a->pads[2] &&
					   column < s->dim[2] + a->pads[3]);
		}
	*terms = n;
	return sum / n;
}

static void
pools(void **state)
{
	struct dice dice = {random_open(1, RANDOM_SAMPLE, "pool"), 0};

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct attributes a = random_window(&dice, 4);
		struct shape image = random_image(&dice);
		struct graph graph = {0};
		struct error err;
		bool max = round % 2;
		int in = graph_add_input(&graph, "x", &image, &err);

		a.ceil_mode = throw(&dice, 0, 1);
		a.count_include_pad = throw(&dice, 0, 1);
		if (graph_add_node(&graph, max ? OP_MAX_POOL : OP_AVERAGE_POOL,
			"y", 1, &in, &a, &err) < 0)
			fail_msg("%s", err.text);
		compare(&dice, &graph, max ? naive_max : naive_average);
	}
}

/* PyTorch: MaxPool2d(2, ceil_mode=True) of 5 gives 3; a window that would start
 * in the trailing padding is dropped. */
static void
ceil_mode(void **state)
{
	struct attributes a = {.kernel_shape = {2, 2},
	    .strides = {2, 2},
	    .dilations = {1, 1},
	    .ceil_mode = 1};
	const struct shape five = {.rank = 3, .dim = {1, 5, 5}};
	struct graph graph = {0};
	int in = graph_add_input(&graph, "x", &five, NULL), out;

	(void)state;
	out = graph_add_node(&graph, OP_MAX_POOL, "y", 1, &in, &a, NULL);
	assert_int_equal(graph.values[out].shape.dim[1], 3);
	out = graph_add_node(&graph, OP_MAX_POOL, "one", 1, &out, &a, NULL);
	out = graph_add_node(&graph, OP_MAX_POOL, "two", 1, &out, &a, NULL);
	assert_int_equal(graph.values[out].shape.dim[1], 1);
	a.strides[0] = a.strides[1] = 3;
	a.pads[2] = a.pads[3] = 1;
	a.kernel_shape[0] = a.kernel_shape[1] = 2;
	out = graph_add_node(&graph, OP_MAX_POOL, "z", 1, &in, &a, NULL);
	assert_int_equal(graph.values[out].shape.dim[1], 2);
	graph_free(&graph);
}

static double
naive_norm(
    const struct graph *graph, const float *in, int k, int y, int x, int *terms)
{
	const struct shape *s = &graph->values[graph->input].shape;
	const struct tensor *t = graph->tensors;
	const int64_t w = s->rank > 2 ? s->dim[2] : 1;
	const int64_t h = s->rank > 1 ? s->dim[1] : 1;
	double z = (double)in[(k * h + y) * w + x];

	*terms = 100; /* a small variance makes large terms that cancel */
	return (z - (double)t[2].f32[k]) /
		   sqrt((double)t[3].f32[k] + (double)1e-3F) *
		   (double)t[0].f32[k] +
	       (double)t[1].f32[k];
}

static void
norm(void **state)
{
	static const enum tensor_role roles[] = {ROLE_NORM_WEIGHT,
	    ROLE_NORM_BIAS, ROLE_RUNNING_MEAN, ROLE_RUNNING_VAR};
	static const char *const names[] = {"w", "b", "m", "v"};
	struct dice dice = {random_open(1, RANDOM_SAMPLE, "norm"), 0};

	(void)state;
	for (int round = 0; round < 40; round++) {
		struct attributes a = {.epsilon = 1e-3F};
		struct shape image = random_image(&dice);
		struct graph graph = {0};
		struct error err;
		int in[5];

		image.rank = round % 2 ? 1 : 3; /* also flat features */
		in[0] = graph_add_input(&graph, "x", &image, &err);
		for (int i = 0; i < 4; i++)
			in[1 + i] = graph_add_tensor(&graph, names[i],
			    TENSOR_FLOAT32, roles[i], 1, image.dim, &err);
		if (graph_add_node(&graph, OP_BATCH_NORMALIZATION, "y", 5, in,
			&a, &err) < 0)
			fail_msg("%s", err.text);
		compare(&dice, &graph, naive_norm);
	}
}

static double
naive_gemm(
    const struct graph *graph, const float *in, int k, int y, int x, int *terms)
{
	const struct tensor *w = &graph->tensors[0];
	const bool rows = graph->nodes[0].attr.trans_b;
	double sum = (double)graph->tensors[1].f32[k];

	(void)y;
	(void)x;
	*terms = (int)graph->values[graph->input].shape.dim[0];
	for (int c = 0; c < *terms; c++)
		sum += (double)in[c] *
		       (double)
			   w->f32[rows ? k * w->dim[1] + c : c * w->dim[1] + k];
	return sum;
}

static void
gemm(void **state)
{
	struct dice dice = {random_open(1, RANDOM_SAMPLE, "gemm"), 0};

	(void)state;
	for (int round = 0; round < 60; round++) {
		struct attributes a = {.trans_b = round % 2};
		struct graph graph = {0};
		struct error err;
		int64_t k = throw(&dice, 1, 70), c = throw(&dice, 1, 300);
		struct shape features = {.rank = 1, .dim = {c}};
		int64_t w[2] = {round % 2 ? k : c, round % 2 ? c : k};
		int in[3];

		in[0] = graph_add_input(&graph, "x", &features, &err);
		in[1] = graph_add_tensor(
		    &graph, "w", TENSOR_FLOAT32, ROLE_WEIGHT, 2, w, &err);
		in[2] = graph_add_tensor(
		    &graph, "b", TENSOR_FLOAT32, ROLE_BIAS, 1, &k, &err);
		if (graph_add_node(&graph, OP_GEMM, "y", 3, in, &a, &err) < 0)
			fail_msg("%s", err.text);
		compare(&dice, &graph, naive_gemm);
	}
}

/* Slice then Pad is option A's shortcut; Concat puts [new, old]. */
static void
moves(void **state)
{
	const struct shape image = {.rank = 3, .dim = {2, 3, 5}};
	const struct attributes every_second = {.step = {1, 2, 2}};
	const struct attributes pad = {.pad_before = {1}, .pad_after = {2}};
	const struct attributes channels = {.axis = 1};
	static const float want[] = {0, 0, 0, 0, 0, 0, /* a channel of zeros */
	    0, 2, 4, 10, 12, 14, 15, 17, 19, 25, 27, 29, /* every second */
	    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,          /* two of zeros */
	    0, 2, 4, 10, 12, 14, 15, 17, 19, 25, 27, 29};
	struct graph graph = {0};
	struct error err;
	float x[30], got[42];
	int in[2], sliced;

	(void)state;
	for (int i = 0; i < 30; i++)
		x[i] = (float)i;
	in[0] = graph_add_input(&graph, "x", &image, &err);
	sliced =
	    graph_add_node(&graph, OP_SLICE, "s", 1, in, &every_second, &err);
	in[0] = graph_add_node(&graph, OP_PAD, "p", 1, &sliced, &pad, &err);
	in[1] = sliced;
	graph_add_node(&graph, OP_CONCAT, "c", 2, in, &channels, &err);
	assert_int_equal(graph_check(&graph, &err), 0);
	run(&graph, &plan_reference, x, got);
	assert_memory_equal(got, want, sizeof(want));
	run(&graph, &plan_gemm, x, got);
	assert_memory_equal(got, want, sizeof(want));
	run(&graph, &plan_fast, x, got);
	assert_memory_equal(got, want, sizeof(want));
	graph_free(&graph);
}

/* Attributes and shapes of a hostile graph end in a message. */
static void
refusals(void **state)
{
	const struct shape image = {.rank = 3, .dim = {4, 8, 8}};
	const int64_t w[4] = {6, 4, 3, 3};
	const struct attributes good = {.kernel_shape = {3, 3},
	    .strides = {1, 1},
	    .dilations = {1, 1},
	    .group = 1};
	struct attributes bad[8];
	struct graph graph = {0};
	struct error err;
	int in[2];

	(void)state;
	for (int i = 0; i < 8; i++)
		bad[i] = good;
	bad[0].strides[1] = 0;
	bad[1].dilations[0] = 2000000000;
	bad[2].pads[3] = -1;
	bad[3].group = 0;
	bad[4].group = 3;
	bad[5].kernel_shape[0] = 2;
	bad[6].dilations[0] = 5;
	bad[7].group = 2; /* then the weight wants 2 channels */
	in[0] = graph_add_input(&graph, "x", &image, &err);
	in[1] = graph_add_tensor(
	    &graph, "w", TENSOR_FLOAT32, ROLE_WEIGHT, 4, w, &err);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(
		    graph_add_node(&graph, OP_CONV, "y", 2, in, &bad[i], &err),
		    -1);
		assert_non_null(strstr(err.text, "Conv 'y': "));
	}
	assert_int_equal(
	    graph_add_node(&graph, OP_CONV, "y", 1, in, &good, &err), -1);
	assert_int_equal(
	    graph_add_node(&graph, OP_ADD, "y", 2, in, &good, &err), -1);
	in[1] = 7;
	assert_int_equal(
	    graph_add_node(&graph, OP_CONV, "y", 2, in, &good, &err), -1);
	assert_int_equal(graph.n_nodes, 0);
	graph_free(&graph);
}

/* graph_check finds what was changed behind the builders' back. */
static void
checks(void **state)
{
	const struct shape image = {.rank = 3, .dim = {4, 8, 8}};
	const struct attributes none = {0};
	struct graph graph = {0};
	struct error err;
	int in, a, b;

	(void)state;
	in = graph_add_input(&graph, "x", &image, &err);
	a = graph_add_node(&graph, OP_RELU, "a", 1, &in, &none, &err);
	b = graph_add_node(&graph, OP_RELU, "b", 1, &a, &none, &err);
	assert_int_equal(graph_check(&graph, &err), 0);
	graph.nodes[0].in[0] = b;
	assert_int_equal(graph_check(&graph, &err), -1);
	assert_string_equal(err.text, "node 'a' reads 'b' before it is made");
	graph.nodes[0].in[0] = in;
	graph.values[b].shape.dim[0] = 5;
	assert_int_equal(graph_check(&graph, &err), -1);
	graph.values[b].shape.dim[0] = 4;
	graph.nodes[1].out = a;
	assert_int_equal(graph_check(&graph, &err), -1);
	graph.nodes[1].out = b;
	graph.output = 99;
	assert_int_equal(graph_check(&graph, &err), -1);
	graph_free(&graph);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(conv),
	    cmocka_unit_test(pools),
	    cmocka_unit_test(ceil_mode),
	    cmocka_unit_test(norm),
	    cmocka_unit_test(gemm),
	    cmocka_unit_test(moves),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
