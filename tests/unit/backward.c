/*
 * The backward pass against directional differences: the interpreter in double
 * gives (L(w + h v) - L(w - h v)) / 2h, the pass the same as gradient . v.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../grow.h"
#include "execute/pass.h"
#include "net/architecture.h"
#include "net/build.h"

/* ---- the comparison ---- */

/* L = sum r * logits */
static double
loss(struct world *w, const float *r)
{
	const struct shape *out = &w->g->values[w->g->output].shape;
	double sum = 0.0;

	interpret(w);
	for (int64_t i = 0; i < w->n * shape_size(out); i++)
		sum += (double)r[i] * w->value[w->g->output][i];
	return sum;
}

/* Forward and backward; the gradients, by tensor. */
static float **
gradients(const struct graph *g, const struct pass_kind *kind, int n,
    int threads, const float *x, const float *r)
{
	struct error err;
	struct workers *workers = workers_new(threads, &err);
	struct pass *pass = pass_new_kind(g, kind, n + 1, workers, &err);
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
	const double h = 1e-7;
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
check_kind(const struct graph *g, const struct pass_kind *kind, int n,
    const float *x, const float *r)
{
	float **one = gradients(g, kind, n, 1, x, r);
	float **three = gradients(g, kind, n, 3, x, r);
	struct world w = world_new(g, n, x);

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
}

static void
check(struct graph *g, int n)
{
	float *x, *r;

	fill_tensors(g);
	x = draws(n * shape_size(&g->values[g->input].shape));
	r = draws(n * shape_size(&g->values[g->output].shape));
	check_kind(g, &pass_reference, n, x, r);
	check_kind(g, &pass_fast, n, x, r);
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
		a.dilations[0] = roll(1, a.kernel_shape[0] < 4 ? 2 : 1);
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
		if (roll(0, 1)) {
			grow_imported(b, op, x);
			break;
		}
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
	default:
		grow_imported(b, op, x);
	}
}

static void
test_operators(void **state)
{
	(void)state;
	for (int op = 0; op < OP_COUNT; op++)
		for (int round = 0; round < 6; round++) {
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

	dice = random_open(5, RANDOM_SAMPLE, "backward");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
