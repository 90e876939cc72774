/*
 * The fast pass against the reference: logits, gradients and statistics of
 * networks and of single convolutions, on odd shapes.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "execute/pass.h"
#include "net/architecture.h"
#include "net/build.h"
#include "net/init.h"

static struct random_stream dice;
static uint64_t thrown;

static int
roll(int lo, int hi)
{
	return lo + (int)random_below(&dice, thrown++, (uint32_t)(hi - lo + 1));
}

static float *
draws(int64_t n)
{
	float *x = calloc((size_t)n, sizeof(*x));

	for (int64_t i = 0; i < n; i++)
		x[i] = (float)roll(-100000, 100000) / 65536.0F;
	return x;
}

/* Everything that one forward and backward makes. */
struct made {
	float *logits, **gradient, **theta;
};

static struct made
made_by(const struct pass_kind *kind, const struct graph *g, int n, int threads,
    const float *x, const float *r)
{
	const int64_t classes = shape_size(&g->values[g->output].shape);
	const size_t bytes = (size_t)(n * classes) * sizeof(float);
	struct error err;
	struct workers *workers = workers_new(threads, &err);
	struct pass *pass = pass_new_kind(g, kind, n + 3, workers, &err);
	struct tensor *theta = calloc(g->n_tensors, sizeof(*theta));
	struct made m = {.logits = malloc(bytes),
	    .gradient = calloc(g->n_tensors, sizeof(float *)),
	    .theta = calloc(g->n_tensors, sizeof(float *))};

	assert_non_null(pass);
	for (size_t i = 0; i < g->n_tensors; i++) {
		const struct tensor *t = &g->tensors[i];

		m.theta[i] = malloc(tensor_bytes(t));
		memcpy(m.theta[i], t->data, tensor_bytes(t));
		theta[i] = *t;
		theta[i].data = m.theta[i];
		if (tensor_is_weight(t))
			m.gradient[i] = calloc((size_t)t->n, sizeof(float));
	}
	/* twice: what the first leaves behind must not matter */
	for (int i = 0; i < 2; i++) {
		memcpy(m.logits, pass_forward(pass, theta, x, i ? n : 1),
		    i ? bytes : sizeof(float));
		memcpy(pass_d_logits(pass), r, i ? bytes : sizeof(float));
		for (size_t t = 0; t < g->n_tensors; t++)
			if (m.gradient[t] != NULL)
				memset(m.gradient[t], 0,
				    tensor_bytes(&g->tensors[t]));
		pass_backward(pass, theta, m.gradient);
	}
	pass_track(pass, 0.1, theta);
	pass_free(pass);
	workers_free(workers);
	free(theta);
	return m;
}

static void
made_free(struct made *m, const struct graph *g)
{
	for (size_t i = 0; i < g->n_tensors; i++) {
		free(m->gradient[i]);
		free(m->theta[i]);
	}
	free(m->logits);
	free(m->gradient);
	free(m->theta);
}

/* || a - b || relative to || b || and to what scale the whole has */
static void
assert_near(const char *what, const float *a, const float *b, int64_t n,
    double scale, double limit)
{
	double difference = 0.0, size = 0.0;

	for (int64_t i = 0; i < n; i++) {
		difference += pow((double)a[i] - (double)b[i], 2.0);
		size += pow((double)b[i], 2.0);
	}
	if (!(sqrt(difference) <= limit * (sqrt(size) + scale)))
		fail_msg("%s: error %.3g of %.3g", what, sqrt(difference),
		    sqrt(size));
}

/*
 * Rounding: eps grows about 10 times in Winograd's transforms.  A network has
 * millions of ReLUs, and where an operand rounds to the other side of 0 all
 * gradients before it differ by what that pixel says: 1e-3 has been seen.
 */
static void
compare(const struct graph *g, int n, double limit)
{
	float *x = draws(n * shape_size(&g->values[g->input].shape));
	const int64_t logits = n * shape_size(&g->values[g->output].shape);
	float *r = draws(logits);
	struct made want = made_by(&pass_reference, g, n, 1, x, r);
	struct made one = made_by(&pass_fast, g, n, 1, x, r);
	struct made three = made_by(&pass_fast, g, n, 3, x, r);

	assert_near("logits", one.logits, want.logits, logits, 0.0, limit);
	assert_memory_equal(
	    one.logits, three.logits, (size_t)logits * sizeof(float));
	for (size_t i = 0; i < g->n_tensors; i++) {
		const struct tensor *t = &g->tensors[i];

		if (want.gradient[i] != NULL) {
			assert_near(t->name, one.gradient[i], want.gradient[i],
			    t->n, sqrt((double)logits), limit);
			assert_memory_equal(one.gradient[i], three.gradient[i],
			    tensor_bytes(t));
		}
		if (t->type == TENSOR_FLOAT32)
			assert_near(t->name, one.theta[i], want.theta[i], t->n,
			    1e-3, limit);
		assert_memory_equal(
		    one.theta[i], three.theta[i], tensor_bytes(t));
	}
	made_free(&want, g);
	made_free(&one, g);
	made_free(&three, g);
	free(x);
	free(r);
}

static void
test_networks(void **state)
{
	static const struct {
		const char *name;
		int h, w, n;
	} nets[] = {{"small", 20, 17, 19}, {"lenet", 28, 28, 5},
	    {"mlp", 9, 7, 33}, {"resnet20", 13, 18, 19},
	    {"resnet20", 28, 28, 17}, {"resnet20_a", 16, 16, 3},
	    {"resnet20_noshort", 8, 8, 9}, {"densenet_cifar", 16, 16, 2}};

	(void)state;
	for (size_t i = 0; i < sizeof(nets) / sizeof(nets[0]); i++) {
		const struct shape input = {
		    .rank = 3, .dim = {3, nets[i].h, nets[i].w}};
		struct graph g;
		struct error err;

		if (architecture_build(&g, nets[i].name, &input, 5, &err) < 0)
			fail_msg("%s", err.text);
		if (init_graph(&g, 3, &err) < 0)
			fail_msg("%s", err.text);
		print_message("# %s\n", nets[i].name);
		compare(&g, nets[i].n, 1e-2);
		graph_free(&g);
	}
}

/* Any kernel, stride and padding, between layers of their own. */
static void
test_convolutions(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		const struct shape input = {
		    .rank = 3, .dim = {roll(1, 20), roll(4, 19), roll(4, 19)}};
		const int size = round % 3 == 0 ? 3 : roll(1, 4);
		struct attributes a = {.group = 1, .dilations = {1, 1}};
		struct graph g;
		struct builder b;
		struct error err;
		int x, y;

		for (int i = 0; i < SPATIAL; i++) {
			a.kernel_shape[i] = size;
			a.strides[i] = round % 2 == 0 ? 1 : roll(1, 3);
			a.pads[i] = roll(0, size - 1);
			a.pads[2 + i] = roll(0, size - 1);
		}
		build_start(&b, &g, &input, 3, &x, &err);
		x = build_conv(&b, x, "stem", roll(1, 33), 3, 1);
		if (round % 4 < 2)
			x = build_relu(&b, build_batch_norm(&b, x, "bn"));
		y = build_conv_attr(
		    &b, x, "tested", roll(1, 33), roll(0, 1), &a);
		y = build_relu(&b, y);
		y = build_add(&b, y,
		    build_conv_attr(
			&b, x, "other", build_size(&b, y, 0), true, &a),
		    "add");
		x = build_global_average_pool(&b, y);
		x = build_flatten(&b, x);
		build_linear(&b, x, "last", 3);
		if (build_finish(&b) < 0)
			fail_msg("%s", err.text);
		if (init_graph(&g, (uint64_t)round, &err) < 0)
			fail_msg("%s", err.text);
		compare(&g, roll(1, 21), 2e-5);
		graph_free(&g);
	}
}

/* ---- tokens ---- */

static int
node(struct builder *b, enum operator_kind op, int x, int y,
    const struct attributes *attr)
{
	const int in[2] = {x, y};
	char name[32];
	struct error err;
	int out;

	snprintf(name, sizeof(name), "node%zu", b->graph->n_nodes);
	out = graph_add_node(b->graph, op, name, 1 + (y >= 0), in,
	    attr != NULL ? attr : &(struct attributes){0}, &err);
	if (out < 0)
		fail_msg("%s", err.text);
	b->graph->output = out;
	return out;
}

/* A tensor that learns, or with none a number that fill_numbers sets. */
static int
tensor(struct builder *b, const char *number, int d0, int d1)
{
	const int64_t dim[2] = {d0, d1};
	char name[32];
	struct error err;

	snprintf(name, sizeof(name), "%s of %zu", number, b->graph->n_tensors);
	return graph_add_tensor(b->graph, name, TENSOR_FLOAT32,
	    d0 > 0 ? ROLE_WEIGHT : ROLE_CONSTANT, (d0 > 0) + (d1 > 0), dim,
	    &err);
}

/* Their names begin with them. */
static void
fill_numbers(struct graph *g)
{
	for (size_t i = 0; i < g->n_tensors; i++)
		if (g->tensors[i].role == ROLE_CONSTANT)
			g->tensors[i].f32[0] = strtof(g->tensors[i].name, NULL);
}

static int
rows(struct builder *b, int x, int c, int k, bool trans)
{
	const struct attributes a = {.trans_b = trans};
	const int w = trans ? tensor(b, "w", k, c) : tensor(b, "w", c, k);

	x = node(b, OP_MAT_MUL, x, w, &a);
	return roll(0, 2) == 0 ? x
			       : node(b, OP_ADD, x, tensor(b, "b", k, 0), NULL);
}

/* One of the ways that exporters write it. */
static int
gelu(struct builder *b, int x)
{
	const bool first = roll(0, 1);
	int u = roll(0, 1)
		    ? node(b, OP_MUL, x, tensor(b, "0.70710678", 0, 0), NULL)
		    : node(b, OP_DIV, x, tensor(b, "1.41421356", 0, 0), NULL);

	if (first)
		x = node(b, OP_MUL, x, tensor(b, "0.5", 0, 0), NULL);
	u = node(b, OP_ERF, u, -1, NULL);
	u = node(b, OP_ADD, u, tensor(b, "1", 0, 0), NULL);
	x = roll(0, 1) ? node(b, OP_MUL, x, u, NULL)
		       : node(b, OP_MUL, u, x, NULL);
	return first ? x : node(b, OP_MUL, x, tensor(b, "0.5", 0, 0), NULL);
}

static int
gate(struct builder *b, int x)
{
	const struct attributes a = {.alpha = 1.0F / 6.0F, .beta = 0.5F};
	const int y =
	    node(b, roll(0, 1) ? OP_SIGMOID : OP_HARD_SIGMOID, x, -1, &a);

	return roll(0, 1) ? node(b, OP_MUL, x, y, NULL)
			  : node(b, OP_MUL, y, x, NULL);
}

/* Products of rows with and without a kernel, functions between them, rows. */
static int
layer(struct builder *b, int x, int c)
{
	const struct attributes last = {.axis = 2, .epsilon = 1e-3F};
	const int k = roll(0, 3) ? 16 * roll(1, 4) : roll(1, 40);
	int y = node(b, OP_LAYER_NORMALIZATION, x, tensor(b, "l", c, 0), &last);

	y = rows(b, y, c, k, roll(0, 1));
	y = roll(0, 1) ? gelu(b, y) : gate(b, y);
	if (roll(0, 2) == 0)
		y = node(b, OP_SOFTMAX, y, -1, &last);
	y = rows(b, y, k, c, roll(0, 1));
	return node(b, OP_ADD, x, y, NULL);
}

static void
test_tokens(void **state)
{
	(void)state;
	for (int round = 0; round < 40; round++) {
		const int h = roll(1, 4), w = roll(1, 4);
		const int c = roll(0, 3) ? 16 * roll(1, 3) : roll(5, 40);
		const struct shape input = {
		    .rank = 3, .dim = {3, 2 * h, 2 * w}};
		const struct attributes patch = {.group = 1,
		    .dilations = {1, 1},
		    .kernel_shape = {2, 2},
		    .strides = {2, 2}};
		const struct attributes form = {.shape = {c, h * w}};
		const struct attributes turn = {.perm = {2, 1}};
		struct graph g;
		struct builder b;
		struct error err;
		int x;

		build_start(&b, &g, &input, 3, &x, &err);
		x = build_conv_attr(&b, x, "patch", c, true, &patch);
		x = roll(0, 1) ? gate(&b, x) : x;
		x = node(&b, OP_RESHAPE, x, -1, &form);
		x = node(&b, OP_TRANSPOSE, x, -1, &turn);
		for (int i = roll(1, 3); i > 0; i--)
			x = layer(&b, x, c);
		build_linear(&b, build_flatten(&b, x), "last", 3);
		if (build_finish(&b) < 0 ||
		    init_graph(&g, (uint64_t)round, &err) < 0)
			fail_msg("%s", err.text);
		fill_numbers(&g);
		compare(&g, roll(1, 21), 1e-4);
		graph_free(&g);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_networks),
	    cmocka_unit_test(test_convolutions),
	    cmocka_unit_test(test_tokens),
	};

	dice = random_open(5, RANDOM_SAMPLE, "pass");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
