/*
 * Execution plans: what they are made of, that an image's logits depend on
 * nothing else, and that bad variances are refused.
 */
#include <math.h>
#include <pthread.h>
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
	    cmocka_unit_test(steps),
	    cmocka_unit_test(block_sizes),
	    cmocka_unit_test(threads),
	    cmocka_unit_test(groups),
	    cmocka_unit_test(variances),
	    cmocka_unit_test(not_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
