/*
 * The zoo's golden logits: architecture, checkpoint reader and every plan
 * together, against the reference's own PyTorch (../shared/golden/zoo).
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "file/npy.h"
#include "model/checkpoint.h"
#include "net/architecture.h"
#include "net/plan.h"

#define ZOO "../shared/golden/zoo/"

/*
 * Of the logits' spread.  Measured: 2e-7 to 9e-7, and 1.1e-5 for
 * resnet56_noshort, whose golden logits lie 1.06e-5 from a float64 run of
 * PyTorch (the reference plan 1.7e-6, gemm 1.0e-5); fast: up to 2.3e-5.
 */
static const double limit = 5e-5;

static void
read_npy(const char *path, struct tensor *tensor)
{
	struct content content;
	struct npy npy;
	struct error err;

	if (content_open(&content, path, NULL, &err) < 0 ||
	    npy_open(&npy, &content, &err) < 0 ||
	    npy_read_tensor(&npy, "array", tensor, &err) < 0)
		fail_msg("%s", err.text);
	npy_close(&npy);
	content_close(&content);
}

/* The checkpoint's tensors into the graph's, by name. */
static void
read_weights(const char *path, struct graph *graph)
{
	struct content content;
	struct checkpoint checkpoint;
	struct error err;

	if (content_open(&content, path, NULL, &err) < 0 ||
	    checkpoint_read(&checkpoint, &content, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(checkpoint.n_tensors, graph->n_tensors);
	for (size_t i = 0; i < checkpoint.n_tensors; i++) {
		const struct tensor *from = &checkpoint.tensors[i];
		struct tensor *to = &graph->tensors[i];

		assert_string_equal(from->name, to->name);
		assert_true(tensor_same_shape(from, to));
		assert_int_equal(tensor_allocate(to, &err), 0);
		memcpy(to->data, from->data, tensor_bytes(to));
	}
	checkpoint_free(&checkpoint);
	content_close(&content);
}

static double
relative_error(const struct tensor *want, const float *got)
{
	float lo = INFINITY, hi = -INFINITY;
	double worst = 0.0;

	for (int64_t i = 0; i < want->n; i++) {
		lo = fminf(lo, want->f32[i]);
		hi = fmaxf(hi, want->f32[i]);
		worst =
		    fmax(worst, fabs((double)got[i] - (double)want->f32[i]));
	}
	return worst / ((double)hi - (double)lo);
}

static void
compare(const struct graph *graph, const struct plan_kind *kind,
    const struct tensor *images, const struct tensor *logits, const char *name)
{
	const int n = (int)images->dim[0];
	struct error err;
	struct plan *plan = plan_new(graph, kind, n, &err);
	struct plan_weights *weights = plan_weights_new(plan, &err);
	struct plan_scratch *scratch = plan_scratch_new(plan, &err);
	float *got = calloc((size_t)logits->n, sizeof(*got));
	double off;

	assert_int_equal(plan_bind(plan, graph->tensors, weights, &err), 0);
	plan_run(plan, weights, scratch, images->f32, n, got);
	off = relative_error(logits, got);
	print_message(
	    "# %s, %s: %.2g of the spread\n", name, plan_name(plan), off);
	if (!(off <= limit))
		fail_msg("%s, %s: logits are off by %g of their spread, "
			 "expected at most %g",
		    name, plan_name(plan), off, limit);
	free(got);
	plan_scratch_free(scratch);
	plan_weights_free(weights);
	plan_free(plan);
}

static void
logits_of(void **state)
{
	const char *name = *state;
	struct tensor images, logits;
	struct graph graph;
	struct shape input;
	struct error err;
	char path[256];

	read_npy(ZOO "input.npy", &images);
	snprintf(path, sizeof(path), ZOO "%s.logits.npy", name);
	read_npy(path, &logits);
	input = (struct shape){
	    .rank = 3, .dim = {images.dim[1], images.dim[2], images.dim[3]}};
	if (architecture_build(&graph, name, &input, (int)logits.dim[1], &err) <
	    0)
		fail_msg("%s", err.text);
	snprintf(path, sizeof(path), ZOO "%s.t7", name);
	read_weights(path, &graph);
	compare(&graph, &plan_reference, &images, &logits, name);
	compare(&graph, &plan_gemm, &images, &logits, name);
	compare(&graph, &plan_fast, &images, &logits, name);
	graph_free(&graph);
	tensor_free(&images);
	tensor_free(&logits);
}

int
main(void)
{
	static char names[][20] = {
	    "resnet20", "resnet56_noshort", "vgg9", "densenet_cifar"};
	struct CMUnitTest tests[4];

	if (access(ZOO "input.npy", R_OK) != 0) {
		puts("1..0 # SKIP no " ZOO);
		return 0;
	}
	for (int i = 0; i < 4; i++)
		tests[i] = (struct CMUnitTest){.name = names[i],
		    .test_func = logits_of,
		    .initial_state = names[i]};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
