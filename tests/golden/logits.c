/*
 * Golden logits of PyTorch (../shared/golden/zoo, onnx): architecture or ONNX
 * graph, the readers and every plan together.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/checkpoint.h"
#include "onnx/onnx.h"
#include "net/architecture.h"

#include "../logits.h"

#define GOLDEN "../shared/golden/"

/*
 * Of the logits' spread.  Measured: 2e-7 to 9e-7, and 1.1e-5 for
 * resnet56_noshort, whose golden logits lie 1.06e-5 from a float64 run of
 * PyTorch (the reference plan 1.7e-6, gemm 1.0e-5); fast: up to 2.3e-5.  Where
 * an exporter folded the batch norms in float32, it lost some digits, too.
 */
static const double limit = 5e-5;

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

static void
read_architecture(const char *dir, const char *name,
    const struct tensor *images, int classes, struct graph *graph)
{
	const struct shape input = {
	    .rank = 3, .dim = {images->dim[1], images->dim[2], images->dim[3]}};
	struct error err;
	char path[256];

	if (architecture_build(graph, name, &input, classes, &err) < 0)
		fail_msg("%s", err.text);
	snprintf(path, sizeof(path), GOLDEN "%s/%s.t7", dir, name);
	read_weights(path, graph);
}

static void
read_onnx(const char *dir, const char *file, struct graph *graph)
{
	struct content content;
	struct onnx_notes notes;
	struct error err;
	char path[256];

	snprintf(path, sizeof(path), GOLDEN "%s/%s", dir, file);
	if (content_open(&content, path, NULL, &err) < 0 ||
	    onnx_read(graph, &content, path, NULL, &notes, &err) < 0)
		fail_msg("%s", err.text);
	content_close(&content);
}

/* Folder, network, and its ONNX file; without one, its checkpoint. */
static const char *const cases[][3] = {
    {"zoo", "resnet20", NULL},
    {"zoo", "resnet56_noshort", NULL},
    {"zoo", "vgg9", NULL},
    {"zoo", "densenet_cifar", NULL},
    {"zoo", "resnet20", "resnet20.onnx"},
    {"zoo", "resnet56_noshort", "resnet56_noshort.onnx"},
    {"zoo", "vgg9", "vgg9.onnx"},
    {"zoo", "densenet_cifar", "densenet_cifar.onnx"},
    {"onnx", "lenet", "lenet.onnx"},
    {"onnx", "lenet", "lenet.bn.onnx"},
    {"onnx", "mlp", "mlp.onnx"},
    {"onnx", "mlp", "mlp.bn.onnx"},
    {"onnx", "mobile", "mobile.onnx"},
    {"onnx", "mobile", "mobile.bn.onnx"},
};
enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static void
logits_of(void **state)
{
	const char *const *one = *state;
	const char *shown = one[2] != NULL ? one[2] : one[1];
	struct tensor images, logits;
	struct graph graph;
	char path[256];

	snprintf(path, sizeof(path), GOLDEN "%s/input.npy", one[0]);
	logits_read(path, &images);
	snprintf(path, sizeof(path), GOLDEN "%s/%s.logits.npy", one[0], one[1]);
	logits_read(path, &logits);
	if (one[2] != NULL)
		read_onnx(one[0], one[2], &graph);
	else
		read_architecture(
		    one[0], one[1], &images, (int)logits.dim[1], &graph);
	logits_compare(&graph, &images, &logits, limit, shown);
	graph_free(&graph);
	tensor_free(&images);
	tensor_free(&logits);
}

int
main(void)
{
	struct CMUnitTest tests[CASES];

	if (access(GOLDEN "zoo/input.npy", R_OK) != 0) {
		puts("1..0 # SKIP no " GOLDEN);
		return 0;
	}
	for (int i = 0; i < CASES; i++)
		tests[i] = (struct CMUnitTest){
		    .name = cases[i][2] != NULL ? cases[i][2] : cases[i][1],
		    .test_func = logits_of,
		    .initial_state = (void *)cases[i]};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
