/*
 * Execution plans: gemm agrees with the reference on every architecture, an
 * image's logits depend on nothing else, and bad variances are refused.
 */
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "execute/fuse.h"
#include "execute/plan.h"
#include "net/architecture.h"
#include "net/build.h"

enum { IMAGES = 3, CLASSES = 7, KINDS = 3 };

/* The definition comes first. */
static const struct plan_kind *const kinds[KINDS] = {
    &plan_reference, &plan_gemm, &plan_fast};

/* Larger networks repeat the blocks of smaller ones; they only take longer. */
static const int64_t weights_max = 24000000;

/* Cheap uniform numbers in [-1, 1): there are millions to draw. */
static float
uniform(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return (float)(int32_t)*state * 0x1p-31F;
}

/*
 * Weights that keep the activations' size through the layers, and batch norms
 * that are not the identity.
 */
static void
fill_tensor(struct tensor *t, uint32_t *random)
{
	const float fan_in = t->rank > 1 ? (float)(t->n / t->dim[0]) : 1.0F;

	for (int64_t i = 0; i < t->n && t->type == TENSOR_FLOAT32; i++) {
		float u = uniform(random);

		switch (t->role) {
		case ROLE_WEIGHT:
			t->f32[i] = u * sqrtf(6.0F / fan_in);
			break;
		case ROLE_NORM_WEIGHT:
		case ROLE_RUNNING_VAR:
			t->f32[i] = 1.0F + 0.3F * u;
			break;
		default:
			t->f32[i] = 0.2F * u;
		}
	}
}

static void
fill_graph(struct graph *graph)
{
	uint32_t random = 1;

	for (size_t i = 0; i < graph->n_tensors; i++) {
		assert_int_equal(tensor_allocate(&graph->tensors[i], NULL), 0);
		fill_tensor(&graph->tensors[i], &random);
	}
}

static float *
random_images(const struct graph *graph, int n)
{
	const size_t size =
	    (size_t)n * (size_t)shape_size(&graph->values[graph->input].shape);
	float *x = malloc(size * sizeof(*x));
	uint32_t random = 2;

	assert_non_null(x);
	for (size_t i = 0; i < size; i++)
		x[i] = 2.0F * uniform(&random);
	return x;
}

/* Everything that running a plan takes. */
struct runner {
	struct plan *plan;
	struct plan_weights *weights;
	struct plan_scratch *scratch;
};

static struct runner
open_runner(const struct graph *graph, const struct plan_kind *kind, int block)
{
	struct runner r;
	struct error err;

	r.plan = plan_new(graph, kind, block, &err);
	assert_non_null(r.plan);
	r.weights = plan_weights_new(r.plan, &err);
	r.scratch = plan_scratch_new(r.plan, &err);
	assert_non_null(r.weights);
	assert_non_null(r.scratch);
	if (plan_bind(r.plan, graph->tensors, r.weights, &err) < 0)
		fail_msg("%s", err.text);
	return r;
}

static void
close_runner(struct runner *r)
{
	plan_scratch_free(r->scratch);
	plan_weights_free(r->weights);
	plan_free(r->plan);
}

static void
run(const struct graph *graph, const struct plan_kind *kind, const float *x,
    int n, float *logits)
{
	struct runner r = open_runner(graph, kind, n);

	plan_run(r.plan, r.weights, r.scratch, x, n, logits);
	close_runner(&r);
}

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

/* What the lists are expected to look like. */
static void
steps(void **state)
{
	static const struct {
		const char *name;
		size_t steps, addends, affines;
	} want[] = {
	    {"resnet20", 23, 9, 0},
	    {"resnet20_a", 25, 9, 0}, /* two shortcuts of Slice and Pad */
	    {"resnet20_noshort", 21, 0, 0},
	    {"vgg9", 12, 0, 0},
	    {"mlp", 3, 0, 0},
	    {"small", 6, 1, 0},
	    /* per layer 1 of 3 norms stands before a convolution */
	    {"densenet_cifar", 245, 0, 62},
	};
	const struct shape input = {.rank = 3, .dim = {3, 32, 32}};
	struct graph graph;
	struct fusion fusion;

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		size_t addends = 0, affines = 0;

		assert_int_equal(
		    architecture_build(&graph, want[i].name, &input, 10, NULL),
		    0);
		assert_int_equal(
		    fuse_make(&graph, FUSE_FIXED, &fusion, NULL), 0);
		for (size_t j = 0; j < fusion.n_steps; j++) {
			addends += fusion.steps[j].addend >= 0;
			affines += fusion.steps[j].kind == FUSED_AFFINE;
		}
		if (fusion.n_steps != want[i].steps ||
		    addends != want[i].addends || affines != want[i].affines)
			fail_msg("%s: %zu steps, %zu additions, %zu affine",
			    want[i].name, fusion.n_steps, addends, affines);
		fuse_free(&fusion);
		graph_free(&graph);
	}
}

static void
small_graph(struct graph *graph, const char *name)
{
	const struct shape input = {.rank = 3, .dim = {3, 16, 16}};

	assert_int_equal(
	    architecture_build(graph, name, &input, CLASSES, NULL), 0);
	fill_graph(graph);
}

/* One by one, in blocks of two, all at once: the same bytes. */
static void
block_sizes(void **state)
{
	enum { N = 5 };
	struct graph graph;
	float all[N * CLASSES], part[N * CLASSES];
	float *x;
	size_t size;

	(void)state;
	small_graph(&graph, "resnet20");
	size = (size_t)shape_size(&graph.values[graph.input].shape);
	x = random_images(&graph, N);
	for (int k = 0; k < KINDS; k++) {
		run(&graph, kinds[k], x, N, all);
		for (int block = 1; block < N; block++) {
			struct runner r = open_runner(&graph, kinds[k], block);

			for (int i = 0; i < N; i += block)
				plan_run(r.plan, r.weights, r.scratch,
				    x + (size_t)i * size,
				    i + block < N ? block : N - i,
				    part + i * CLASSES);
			assert_memory_equal(all, part, sizeof(all));
			close_runner(&r);
		}
	}
	free(x);
	graph_free(&graph);
}

struct thread_job {
	const struct runner *runner;
	const float *x;
	float logits[2 * CLASSES];
};

static void *
run_often(void *arg)
{
	struct thread_job *job = arg;
	struct plan_scratch *scratch =
	    plan_scratch_new(job->runner->plan, NULL);

	for (int i = 0; i < 20; i++)
		plan_run(job->runner->plan, job->runner->weights, scratch,
		    job->x, 2, job->logits);
	plan_scratch_free(scratch);
	return NULL;
}

/* Threads share plan and weights, and do not disturb each other. */
static void
check_threads(const struct plan_kind *kind)
{
	enum { THREADS = 3 };
	struct thread_job jobs[THREADS];
	pthread_t ids[THREADS];
	struct graph graph;
	struct runner r;
	float want[2 * CLASSES];
	float *x;

	small_graph(&graph, "small");
	x = random_images(&graph, 2);
	r = open_runner(&graph, kind, 2);
	plan_run(r.plan, r.weights, r.scratch, x, 2, want);
	for (int i = 0; i < THREADS; i++) {
		jobs[i] = (struct thread_job){.runner = &r, .x = x};
		assert_int_equal(
		    pthread_create(&ids[i], NULL, run_often, &jobs[i]), 0);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(ids[i], NULL);
		assert_memory_equal(jobs[i].logits, want, sizeof(want));
	}
	close_runner(&r);
	free(x);
	graph_free(&graph);
}

static void
threads(void **state)
{
	(void)state;
	for (int k = 1; k < KINDS; k++)
		check_threads(kinds[k]);
}

/*
 * The fast plan runs groups of 4 and 16 images at some stages: whatever groups
 * a block makes, whole or not, the bytes are the same.
 */
static void
groups(void **state)
{
	static const char *const names[] = {
	    "resnet20_a", "densenet_cifar", "vgg9", "lenet", "mlp"};
	static const int blocks[] = {1, 3, 16, 23};
	enum { N = 37 };
	const struct shape input = {.rank = 3, .dim = {3, 32, 32}};
	float all[N * CLASSES], part[N * CLASSES];
	const size_t size = (size_t)shape_size(&input);
	struct graph graph;

	(void)state;
	for (int i = 0; i < 5; i++) {
		float *x;

		assert_int_equal(
		    architecture_build(&graph, names[i], &input, CLASSES, NULL),
		    0);
		fill_graph(&graph);
		x = random_images(&graph, N);
		run(&graph, &plan_fast, x, N, all);
		for (int b = 0; b < 4; b++) {
			struct runner r =
			    open_runner(&graph, &plan_fast, blocks[b]);

			for (int n = 0; n < N; n += blocks[b])
				plan_run(r.plan, r.weights, r.scratch,
				    x + (size_t)n * size,
				    n + blocks[b] < N ? blocks[b] : N - n,
				    part + n * CLASSES);
			assert_memory_equal(all, part, sizeof(all));
			close_runner(&r);
		}
		free(x);
		graph_free(&graph);
	}
}

/* var + eps < 0 names the tensor; NaN and 0 are values like others. */
static void
variances(void **state)
{
	struct graph graph;
	struct error err;
	int var;

	(void)state;
	small_graph(&graph, "small");
	var = graph_find_tensor(&graph, "bn2.running_var");
	for (int k = 0; k < KINDS; k++) {
		struct runner r = open_runner(&graph, kinds[k], 1);

		graph.tensors[var].f32[3] = -0.5F;
		assert_int_equal(
		    plan_bind(r.plan, graph.tensors, r.weights, &err), -1);
		assert_non_null(strstr(err.text, "'bn2.running_var'"));
		graph.tensors[var].f32[3] = NAN;
		assert_int_equal(
		    plan_bind(r.plan, graph.tensors, r.weights, &err), 0);
		graph.tensors[var].f32[3] = 0.0F;
		assert_int_equal(
		    plan_bind(r.plan, graph.tensors, r.weights, &err), 0);
		close_runner(&r);
	}
	graph_free(&graph);
}

/* A NaN pixel reaches the logits through ReLU and pools. */
static void
not_a_number(void **state)
{
	struct graph graph;
	float logits[CLASSES];
	float *x;

	(void)state;
	small_graph(&graph, "small");
	x = random_images(&graph, 1);
	x[77] = NAN;
	for (int k = 0; k < KINDS; k++) {
		run(&graph, kinds[k], x, 1, logits);
		for (int i = 0; i < CLASSES; i++)
			assert_true(isnan(logits[i]));
	}
	free(x);
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
	    cmocka_unit_test(steps),
	    cmocka_unit_test(block_sizes),
	    cmocka_unit_test(threads),
	    cmocka_unit_test(groups),
	    cmocka_unit_test(variances),
	    cmocka_unit_test(not_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
