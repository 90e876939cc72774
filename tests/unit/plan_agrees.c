/* Execution plans: gemm and the kernels agree with the reference on every
 * network. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../plans.h"
#include "execute/fuse.h"
#include "net/architecture.h"
#include "net/build.h"

enum { IMAGES = 3 };

/* Larger networks repeat the blocks of smaller ones; they only take longer. */
static const int64_t weights_max = 24000000;

/*
 * Each node may be off by eps sqrt(K) of its size, K terms; the errors of the
 * nodes add up.
 */
static double
tolerance(const struct graph *graph)
{
	double k = 1.0;

	for (size_t i = 0; i < graph->n_tensors; i++)
		if (graph->tensors[i].rank > 1)
			k = fmax(k, (double)graph->tensors[i].n /
					(double)graph->tensors[i].dim[0]);
	return FLT_EPSILON * sqrt(k) * (double)graph->n_nodes;
}

static void
compare(const struct graph *graph, const char *name)
{
	float *x = random_images(graph, IMAGES);
	float want[IMAGES * CLASSES], got[IMAGES * CLASSES];
	double size = 0.0;

	run(graph, kinds[0], x, IMAGES, want);
	for (int i = 0; i < IMAGES * CLASSES; i++)
		size = fmax(size, fabs((double)want[i]));
	for (int k = 1; k < KINDS; k++) {
		run(graph, kinds[k], x, IMAGES, got);
		for (int i = 0; i < IMAGES * CLASSES; i++)
			if (!(fabs((double)got[i] - (double)want[i]) <=
				tolerance(graph) * size))
				fail_msg("%s, %s: logit %d is %.9g, expected "
					 "%.9g",
				    name, kinds[k]->name, i, (double)got[i],
				    (double)want[i]);
	}
	free(x);
}

static void
every_architecture(void **state)
{
	struct graph graph;
	struct error err;

	(void)state;
	for (size_t i = 0; architecture_name(i) != NULL; i++) {
		const char *name = architecture_name(i);
		/* small images: the layers are the same */
		struct shape input = {.rank = 3, .dim = {3, 8, 8}};

		if (strcmp(name, "lenet") == 0)
			input.dim[1] = input.dim[2] = 20;
		if (architecture_build(&graph, name, &input, CLASSES, &err) < 0)
			fail_msg("%s", err.text);
		if (graph_count_weights(&graph) <= weights_max) {
			fill_graph(&graph);
			compare(&graph, name);
		}
		graph_free(&graph);
	}
}

/* Values that are read twice, additions of equals, ReLU after pools, ... */
static void
odd_graph(struct graph *graph)
{
	const struct shape input = {.rank = 3, .dim = {2, 7, 5}};
	struct builder b;
	struct error err;
	int x, y, z;

	build_start(&b, graph, &input, CLASSES, &x, &err);
	y = build_conv(&b, x, "c1", 3, 3, 1);
	z = build_batch_norm(&b, y, "n1"); /* y is also read by the sum */
	z = build_add(&b, z, y, "s1");
	z = build_add(&b, z, z, "s2"); /* one value twice */
	z = build_relu(&b, z);
	z = build_batch_norm(&b, z, "n2");
	z = build_batch_norm(&b, z, "n3"); /* an affine after an affine */
	y = build_max_pool(&b, z, 2, true);
	y = build_relu(&b, y); /* nothing to fuse with */
	y = build_conv(&b, y, "c2", 4, 3, 1);
	y = build_relu(&b, y);
	y = build_batch_norm(&b, y, "n4"); /* not foldable: behind the ReLU */
	z = build_conv(&b, y, "c3", 4, 1, 1);
	z = build_add(&b, y, z, "s3");
	z = build_add(&b, z, y, "s4"); /* a second addend */
	z = build_flatten(&b, z);
	z = build_batch_norm(&b, z, "n5"); /* over flat features */
	z = build_linear(&b, z, "l1", CLASSES);
	z = build_batch_norm(&b, z, "n6");
	build_flatten(&b, z); /* the output itself */
	if (build_finish(&b) < 0)
		fail_msg("%s", err.text);
}

static void
odd_fusions(void **state)
{
	struct graph graph;

	(void)state;
	odd_graph(&graph);
	fill_graph(&graph);
	compare(&graph, "odd");
	graph_free(&graph);
}

static int
add_clip(struct builder *b, const char *name, int x, float low, float high)
{
	const struct attributes a = {.min = low, .max = high};

	return graph_add_node(b->graph, OP_CLIP, name, 1, &x, &a, b->err);
}

/* ReLU6 and others behind all that takes them, alone, and one after another. */
static void
clips(void **state)
{
	const struct shape input = {.rank = 3, .dim = {3, 8, 7}};
	struct graph graph;
	struct fusion fusion;
	struct builder b;
	struct error err;
	int x, y;

	(void)state;
	build_start(&b, &graph, &input, CLASSES, &x, &err);
	x = build_batch_norm(&b, build_conv(&b, x, "c1", 18, 3, 1), "n1");
	x = add_clip(&b, "a", x, 0.0F, 0.6F);
	y = build_conv(&b, x, "c2", 18, 1, 1);
	y = add_clip(&b, "b", build_add(&b, x, y, "s"), -0.3F, 0.4F);
	x = add_clip(&b, "c", y, 0.1F, -0.1F); /* all of it -0.1 */
	x = build_add(&b, x, build_max_pool(&b, y, 1, false), "t");
	x = build_relu(&b, add_clip(&b, "d", x, -1.0F, 0.2F));
	build_linear(&b, build_flatten(&b, x), "l", CLASSES);
	assert_int_equal(build_finish(&b), 0);
	fill_graph(&graph);
	compare(&graph, "clips");
	/* derivatives need each of the four by itself */
	assert_int_equal(fuse_make(&graph, FUSE_FORWARD, &fusion, &err), 0);
	assert_int_equal(fusion.n_steps, 7);
	fuse_free(&fusion);
	assert_int_equal(fuse_make(&graph, FUSE_FIXED, &fusion, &err), 0);
	assert_int_equal(fusion.n_steps, 10);
	fuse_free(&fusion);
	graph_free(&graph);
}

static int
add_function(struct builder *b, enum operator_kind op, const char *name, int x)
{
	const struct attributes a = {
	    .alpha = op == OP_HARD_SIGMOID ? 1.0F / 6.0F : 0.7F,
	    .beta = op == OP_HARD_SIGMOID ? 0.5F : 1.1F,
	    .approximate = op == OP_GELU && name[0] == 't'};

	return graph_add_node(b->graph, op, name, 1, &x, &a, b->err);
}

static int
add_product(struct builder *b, const char *name, int x, int y)
{
	const int in[] = {x, y};

	return graph_add_node(
	    b->graph, OP_MUL, name, 2, in, &(struct attributes){0}, b->err);
}

/* Functions of one number, and products with them: SiLU, HardSwish, channels
 * times a number each. */
static void
functions(void **state)
{
	static const enum operator_kind ops[] = {OP_LEAKY_RELU, OP_ELU, OP_SELU,
	    OP_SIGMOID, OP_HARD_SIGMOID, OP_HARD_SWISH, OP_TANH, OP_SOFTPLUS,
	    OP_MISH, OP_SOFTSIGN, OP_ERF, OP_GELU, OP_EXP, OP_ABS, OP_NEG};
	const struct shape input = {.rank = 3, .dim = {3, 8, 7}};
	struct graph graph;
	struct builder b;
	struct error err;
	char name[16];
	int x, y, sum;

	(void)state;
	build_start(&b, &graph, &input, CLASSES, &x, &err);
	x = sum = build_conv(&b, x, "c1", 18, 3, 1);
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		snprintf(name, sizeof(name), "f%zu", i);
		y = add_function(&b, ops[i], name, x);
		snprintf(name, sizeof(name), "s%zu", i);
		sum = build_add(&b, sum, y, name);
	}
	y = add_function(&b, OP_GELU, "tanh", x);
	y = add_function(&b, OP_EXP, "above", y);
	y = add_function(&b, OP_SQRT, "root", y);
	y = add_function(&b, OP_RECIPROCAL, "one", y);
	y = add_product(&b, "silu", y, add_function(&b, OP_SIGMOID, "g", y));
	y = add_product(
	    &b, "swish", add_function(&b, OP_HARD_SIGMOID, "h", y), y);
	sum = build_add(&b, sum, y, "all");
	y = build_conv(&b, build_global_average_pool(&b, sum), "c2", 18, 1, 1);
	y = add_product(&b, "each", add_function(&b, OP_SIGMOID, "k", y), sum);
	y = add_product(&b, "both", y, x);
	build_linear(&b, build_flatten(&b, y), "l", CLASSES);
	assert_int_equal(build_finish(&b), 0);
	fill_graph(&graph);
	compare(&graph, "functions");
	graph_free(&graph);
}

/* x times a sigmoid of x. */
static int
add_silu(struct builder *b, const char *name, int x)
{
	char gate[32];

	snprintf(gate, sizeof(gate), "g%s", name);
	return add_product(b, name, x, add_function(b, OP_SIGMOID, gate, x));
}

static int
add_filters(struct builder *b, const char *name, int x, int c, int stride)
{
	const struct attributes attr = {.kernel_shape = {3, 3},
	    .strides = {stride, stride},
	    .dilations = {1, 1},
	    .pads = {1, 1, 1, 1},
	    .group = c};

	return build_conv_attr(b, x, name, c, true, &attr);
}

/* Expanded, filtered channel by channel, each channel times a number that
 * depends on all of them, and projected. */
static int
add_inverted(
    struct builder *b, const char *name, int x, int c, int wide, int stride)
{
	char names[8][16];
	int y, s;

	for (int i = 0; i < 8; i++)
		snprintf(names[i], sizeof(names[i]), "%s%d", name, i);
	y = build_conv(b, x, names[0], wide, 1, 1);
	y = add_silu(b, names[1], build_batch_norm(b, y, names[2]));
	y = add_filters(b, names[3], y, wide, stride);
	y = add_silu(b, names[4], y);
	s = build_conv(
	    b, build_global_average_pool(b, y), names[5], wide, 1, 1);
	y = add_product(b, names[6], y, s);
	y = build_conv(b, y, names[7], c, 1, 1);
	snprintf(names[0], sizeof(names[0]), "%ss", name);
	return stride == 1 ? build_add(b, x, y, names[0]) : y;
}

/*
 * Steps that take an image together, by rows, around shortcuts and pools.  What
 * lies between large steps but is small itself, squeeze and excitation, does
 * not make their groups larger.
 */
static void
inverted_residuals(void **state)
{
	const struct shape input = {.rank = 3, .dim = {3, 31, 33}};
	float alone[CLASSES], together[IMAGES * CLASSES];
	struct graph graph;
	struct builder b;
	struct error err;
	void *one, *many;
	float *images;
	int x, y;

	(void)state;
	build_start(&b, &graph, &input, CLASSES, &x, &err);
	x = add_silu(&b, "f", build_conv(&b, x, "c", 24, 3, 1));
	/* rows of the shortcut are still read where the sum would lie */
	y = build_conv(&b, add_filters(&b, "e", x, 24, 1), "p", 24, 1, 1);
	x = build_add(&b, x, y, "s");
	x = add_silu(&b, "h", build_conv(&b, x, "q", 24, 3, 1));
	x = add_filters(&b, "k", x, 24, 1);
	x = add_inverted(&b, "a", x, 24, 72, 1);
	x = add_inverted(&b, "b", x, 40, 88, 2);
	x = add_inverted(&b, "d", x, 40, 120, 1);
	x = build_global_average_pool(&b, x);
	build_linear(&b, build_flatten(&b, x), "l", CLASSES);
	assert_int_equal(build_finish(&b), 0);
	fill_graph(&graph);
	compare(&graph, "inverted");
	images = random_images(&graph, IMAGES);
	run(&graph, &plan_fast, images, IMAGES, together);
	for (int i = 0; i < IMAGES; i++) {
		run(&graph, &plan_fast,
		    images + (ptrdiff_t)i * shape_size(&input), 1, alone);
		assert_memory_equal(
		    alone, together + i * CLASSES, sizeof(alone));
	}
	assert_int_equal(plan_fast.create(&graph, 1, &one, &err), 0);
	assert_int_equal(plan_fast.create(&graph, 32, &many, &err), 0);
	assert_true(
	    plan_fast.scratch_bytes(many) < 4 * plan_fast.scratch_bytes(one));
	plan_fast.destroy(one);
	plan_fast.destroy(many);
	free(images);
	graph_free(&graph);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {

	    cmocka_unit_test(every_architecture),
	    cmocka_unit_test(odd_fusions),
	    cmocka_unit_test(clips),
	    cmocka_unit_test(functions),
	    cmocka_unit_test(inverted_residuals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
