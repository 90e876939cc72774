/*
 * Networks against PyTorch definitions written from their published
 * descriptions: tests/golden/zoo/make.py, which says how images and weights are
 * filled.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/architecture.h"

#include "../logits.h"

/* Of the logits' spread, as in tests/golden/logits.c. */
static const double limit = 5e-5;

/* A network and how many weights PyTorch counts. */
struct known {
	const char *name;
	int64_t weights;
};

static const struct known networks[] = {
#include "../golden/zoo/counts.h"
};
enum { NETWORKS = sizeof(networks) / sizeof(networks[0]) };

/* Number i of tensor t, in [0, 1). */
static double
number(uint32_t t, uint32_t i)
{
	uint32_t x = i * 2654435761U + t * 40503U;

	x = (x ^ x >> 16) * 73244475U;
	x ^= x >> 16;
	return x / 4294967296.0;
}

static double
value(const struct tensor *tensor, double u)
{
	int64_t fan_in = 1;

	if (tensor->rank == 1)
		return tensor->role == ROLE_RUNNING_VAR ||
			       tensor->role == ROLE_NORM_WEIGHT
			   ? 0.5 + u
			   : u - 0.5;
	for (int i = 1; i < tensor->rank; i++)
		fan_in *= tensor->dim[i];
	return (u - 0.5) * sqrt(24.0 / (double)fan_in);
}

static void
fill(struct graph *graph)
{
	struct error err;

	for (size_t t = 0; t < graph->n_tensors; t++) {
		struct tensor *tensor = &graph->tensors[t];

		assert_int_equal(tensor_allocate(tensor, &err), 0);
		for (int64_t i = 0; i < tensor->n && tensor->rank > 0; i++)
			tensor->f32[i] = (float)value(
			    tensor, number((uint32_t)t + 1, (uint32_t)i));
	}
}

static void
as_published(void **state)
{
	const struct known *net = *state;
	const struct shape cifar = {.rank = 3, .dim = {3, 32, 32}};
	struct tensor images = {.rank = 4, .dim = {2, 3, 32, 32}}, logits;
	struct graph graph;
	struct error err;
	char path[128];

	if (architecture_build(&graph, net->name, &cifar, 10, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(graph_count_weights(&graph), net->weights);
	fill(&graph);
	images.n = 2 * 3 * 32 * 32;
	images.type = TENSOR_FLOAT32;
	assert_int_equal(tensor_allocate(&images, &err), 0);
	for (int64_t i = 0; i < images.n; i++)
		images.f32[i] = (float)number(0, (uint32_t)i);
	snprintf(path, sizeof(path), "tests/golden/zoo/%s.npy", net->name);
	logits_read(path, &logits);
	logits_compare(&graph, &images, &logits, limit, net->name);
	graph_free(&graph);
	tensor_free(&images);
	tensor_free(&logits);
}

int
main(void)
{
	struct CMUnitTest tests[NETWORKS];

	for (int i = 0; i < NETWORKS; i++)
		tests[i] = (struct CMUnitTest){.name = networks[i].name,
		    .test_func = as_published,
		    .initial_state = (void *)&networks[i]};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
