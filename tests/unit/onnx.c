/* ONNX files: logits, names and roles of what torch.onnx.export makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/checkpoint.h"
#include "model/names.h"
#include "onnx/onnx.h"

#include "../logits.h"

#define DATA "tests/data/onnx/"

/* Of the logits' spread; float32 differs by 1e-7 to 2e-7. */
static const double limit = 2e-6;

static struct onnx_notes
read_graph(const char *file, struct graph *graph)
{
	struct content content;
	struct onnx_notes notes = {0};
	struct error err;
	char path[256];

	snprintf(path, sizeof(path), DATA "%s", file);
	if (content_open(&content, path, NULL, &err) < 0 ||
	    onnx_read(graph, &content, path, NULL, &notes, &err) < 0)
		fail_msg("%s", err.text);
	content_close(&content);
	return notes;
}

static void
compare(const char *name, const char *file)
{
	struct tensor images, logits;
	struct graph graph;
	char path[256];

	logits_read(DATA "input.npy", &images);
	snprintf(path, sizeof(path), DATA "%s.npy", name);
	logits_read(path, &logits);
	read_graph(file, &graph);
	logits_compare(&graph, &images, &logits, limit, file);
	graph_free(&graph);
	tensor_free(&images);
	tensor_free(&logits);
}

static void
transformer(void **state)
{
	(void)state;
	compare("transformer", "transformer.onnx");
	compare("transformer", "transformer.fixed.onnx");
}

static void
encoder(void **state)
{
	(void)state;
	compare("encoder", "encoder.onnx");
	compare("encoder", "encoder.fixed.onnx");
}

static void
mixed(void **state)
{
	(void)state;
	compare("mixed", "mixed.onnx");
	compare("mixed", "mixed.fixed.onnx");
}

static void
blocks(void **state)
{
	(void)state;
	compare("blocks", "blocks.onnx");
	compare("blocks", "blocks.fixed.onnx");
	compare("same", "same.onnx");
}

/* Attention written as sums; a network of one image, whose axis comes and goes.
 */
static void
sums(void **state)
{
	(void)state;
	compare("einsum", "einsum.onnx");
	compare("alone", "alone.fixed.onnx");
}

static const struct tensor *
find(const struct graph *graph, const char *name)
{
	int i = graph_find_tensor(graph, name);

	if (i < 0)
		fail_msg("no tensor '%s'", name);
	return &graph->tensors[i];
}

static void
roles(void **state)
{
	struct onnx_notes notes;
	struct graph graph;

	(void)state;
	notes = read_graph("transformer.fixed.onnx", &graph);
	assert_int_equal(notes.opset, 17);
	assert_int_equal(find(&graph, "position")->role, ROLE_WEIGHT);
	assert_int_equal(find(&graph, "norm1.weight")->role, ROLE_NORM_WEIGHT);
	assert_int_equal(find(&graph, "norm1.bias")->role, ROLE_NORM_BIAS);
	assert_int_equal(
	    find(&graph, "attention.qkv.weight")->role, ROLE_WEIGHT);
	assert_int_equal(find(&graph, "attention.qkv.weight")->out_axis, 1);
	assert_int_equal(find(&graph, "attention.qkv.bias")->role, ROLE_BIAS);
	assert_int_equal(find(&graph, "head.weight")->out_axis, 0);
	graph_free(&graph);
	notes = read_graph("transformer.onnx", &graph);
	assert_int_equal(find(&graph, "norm1.weight")->role, ROLE_NORM_WEIGHT);
	assert_int_equal(find(&graph, "norm1.bias")->role, ROLE_NORM_BIAS);
	assert_int_equal(find(&graph, "attention.qkv.weight")->out_axis, 0);
	graph_free(&graph);
}

/* The squared norm of filter k. */
static double
filter_norm(const struct tensor *t, int64_t k)
{
	int64_t inner = 1, n = t->dim[t->out_axis];
	double sum = 0.0;

	for (int i = t->out_axis + 1; i < t->rank; i++)
		inner *= t->dim[i];
	for (int64_t e = 0; e < t->n; e++)
		if (e / inner % n == k)
			sum += (double)t->f32[e] * (double)t->f32[e];
	return sum;
}

/* Every trainable tensor of the .pt file is there, with the same filters. */
static void
same_filters(const char *pt, const char *onnx)
{
	struct checkpoint checkpoint;
	struct content content;
	struct graph graph;
	struct error err;
	size_t weights = 0;

	read_graph(onnx, &graph);
	if (content_open(&content, pt, NULL, &err) < 0 ||
	    checkpoint_read(&checkpoint, &content, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < graph.n_tensors; i++)
		weights += tensor_is_weight(&graph.tensors[i]);
	for (size_t i = 0; i < checkpoint.n_tensors; i++) {
		const struct tensor *a = &checkpoint.tensors[i], *b;

		if (a->rank == 0 || a->type != TENSOR_FLOAT32 ||
		    strstr(a->name, "running") != NULL)
			continue;
		b = find(&graph, a->name);
		assert_true(tensor_is_weight(b));
		assert_int_equal(a->n, b->n);
		assert_int_equal(a->dim[0], b->dim[b->out_axis]);
		weights--;
		for (int64_t k = 0; k < a->dim[0]; k++)
			assert_true(
			    fabs(filter_norm(a, k) - filter_norm(b, k)) <=
			    1e-12 * filter_norm(a, k));
	}
	assert_int_equal(weights, 0);
	checkpoint_free(&checkpoint);
	content_close(&content);
	graph_free(&graph);
}

static void
filters(void **state)
{
	(void)state;
	same_filters(DATA "transformer.pt", "transformer.onnx");
	same_filters(DATA "transformer.pt", "transformer.fixed.onnx");
	same_filters(DATA "mixed.pt", "mixed.onnx");
	same_filters(DATA "blocks.pt", "blocks.onnx");
}

/* Names that were lost come back, those of transposed matrices too. */
static void
names(void **state)
{
	struct names_report report;
	struct checkpoint checkpoint;
	struct content content;
	struct graph graph;
	struct error err;

	(void)state;
	read_graph("transformer.fixed.onnx", &graph);
	for (size_t i = 0; i < graph.n_values; i++) {
		char *name = graph.values[i].name;

		memset(name, 'x', strlen(name));
	}
	for (size_t i = 0; i < graph.n_tensors; i++) {
		char *name = graph.tensors[i].name;

		memset(name, 'x', strlen(name));
	}
	if (content_open(&content, DATA "transformer.pt", NULL, &err) < 0 ||
	    checkpoint_read(&checkpoint, &content, &err) < 0 ||
	    names_restore(&graph, &checkpoint, &report, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(report.weights, checkpoint.n_tensors);
	assert_int_equal(report.found, checkpoint.n_tensors);
	assert_int_equal(report.ambiguous, 0);
	for (size_t i = 0; i < checkpoint.n_tensors; i++)
		assert_string_equal(
		    graph.tensors[i].name, checkpoint.tensors[i].name);
	checkpoint.tensors[0].f32[0] += 1.0F;
	assert_int_equal(names_restore(&graph, &checkpoint, &report, &err), 0);
	assert_int_equal(report.found, checkpoint.n_tensors - 1);
	assert_string_equal(report.missing, checkpoint.tensors[0].name);
	checkpoint_free(&checkpoint);
	content_close(&content);
	graph_free(&graph);
}

static void
folded(void **state)
{
	struct onnx_notes notes;
	struct graph graph;

	(void)state;
	notes = read_graph("mixed.fixed.onnx", &graph);
	assert_true(notes.folded);
	assert_true(graph_find_tensor(&graph, "conv1.weight") >= 0);
	assert_true(graph_find_tensor(&graph, "conv1.bias") >= 0);
	graph_free(&graph);
	notes = read_graph("mixed.onnx", &graph);
	assert_false(notes.folded);
	assert_int_equal(
	    find(&graph, "bn1.running_var")->role, ROLE_RUNNING_VAR);
	assert_int_equal(
	    find(&graph, "bn1.num_batches_tracked")->role, ROLE_BATCHES);
	assert_string_equal(graph.tensors[0].name, "conv1.weight");
	assert_string_equal(graph.tensors[5].name, "bn1.num_batches_tracked");
	graph_free(&graph);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(transformer),
	    cmocka_unit_test(encoder),
	    cmocka_unit_test(mixed),
	    cmocka_unit_test(blocks),
	    cmocka_unit_test(sums),
	    cmocka_unit_test(roles),
	    cmocka_unit_test(filters),
	    cmocka_unit_test(names),
	    cmocka_unit_test(folded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
