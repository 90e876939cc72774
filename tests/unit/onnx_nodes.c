/*
 * Single nodes with attributes that are not their defaults: the files of
 * tests/data/onnx/nodes hold the image and what comes out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

#include "onnx/onnx_given.h"
#include "onnx/onnx_import.h"

#include "../logits.h"

#define FOLDER "tests/data/onnx/nodes"

/* Of the outputs' spread, in float32. */
static const double limit = 5e-6;

/* A tensor of the file that no node reads. */
static void
read_tensor(
    const struct onnx_file *file, const char *name, struct tensor *tensor)
{
	struct onnx_folder nowhere = {0};
	struct error err;

	for (size_t i = 0; i < file->n_tensors; i++) {
		const struct onnx_tensor *t = &file->tensors[i];

		if (!onnx_text_is(t->name, name))
			continue;
		if (tensor_init(tensor, name, TENSOR_FLOAT32, t->rank, t->dim,
			&err) < 0 ||
		    onnx_tensor_floats(t, &nowhere, tensor, &err) < 0)
			fail_msg("%s", err.text);
		return;
	}
	fail_msg("no tensor '%s'", name);
}

/* Attributes that files here have at another value than their default. */
static uint64_t covered[200];

/* Those of which there is none: what is another network's (training). */
static const char *const uncovered[] = {"BatchNormalization training_mode"};

static bool
is_default(const struct onnx_known *known, const struct onnx_given *given)
{
	if (known->none || known->use == ATTRIBUTE_REQUIRED)
		return false;
	if (known->holds == HOLDS_REAL)
		return given->f == (float)known->number;
	if (known->holds == HOLDS_INT)
		return given->i == (int64_t)known->number;
	return known->holds == HOLDS_TEXT &&
	       onnx_text_is(given->s, known->text);
}

static void
cover(const struct onnx_file *file, const struct onnx_node *node)
{
	const struct onnx_operator *listed = onnx_find_operator(node->op);
	struct wire wire = node->message;
	struct onnx_given given;

	while (onnx_next_given(&wire, &given, NULL) > 0)
		for (int i = 0; listed->known[i].name != NULL; i++) {
			const struct onnx_known *k = &listed->known[i];

			if (onnx_text_is(given.name, k->name) &&
			    file->opset >= k->first &&
			    (k->last == 0 || file->opset <= k->last) &&
			    !is_default(k, &given))
				covered[listed - onnx_operators] |= 1U << i;
		}
}

static void
compare(const char *name)
{
	struct tensor image, expected;
	struct content content;
	struct onnx_notes notes;
	struct onnx_file file;
	struct graph graph;
	struct error err;
	char path[512];

	snprintf(path, sizeof(path), FOLDER "/%s", name);
	if (content_open(&content, path, NULL, &err) < 0 ||
	    onnx_file_read(&file, &content, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	for (size_t i = 0; i < file.n_nodes; i++)
		cover(&file, &file.nodes[i]);
	read_tensor(&file, "image", &image);
	read_tensor(&file, "expected", &expected);
	if (onnx_read(&graph, &content, path, NULL, &notes, &err) < 0)
		fail_msg("%s: %s", name, err.text);
	assert_true(graph.n_nodes > 0);
	assert_int_equal(shape_size(&graph.values[graph.output].shape),
	    expected.n / expected.dim[0]);
	logits_compare(&graph, &image, &expected, limit, name);
	graph_free(&graph);
	tensor_free(&image);
	tensor_free(&expected);
	onnx_file_free(&file);
	content_close(&content);
}

static void
nodes(void **state)
{
	struct dirent **entries;
	int n = scandir(FOLDER, &entries, NULL, alphasort), compared = 0;

	(void)state;
	for (int i = 0; i < n; i++) {
		if (entries[i]->d_name[0] != '.') {
			compare(entries[i]->d_name);
			compared++;
		}
		free(entries[i]);
	}
	free(entries);
	assert_true(compared >= 100);
}

/* Every attribute that a converter reads is among them. */
static void
coverage(void **state)
{
	const size_t n = sizeof(uncovered) / sizeof(uncovered[0]);

	(void)state;
	for (int o = 0; onnx_operators[o].name != NULL; o++) {
		const struct onnx_known *known = onnx_operators[o].known;

		for (int i = 0; known != NULL && known[i].name != NULL; i++) {
			char name[80];
			size_t k = 0;

			snprintf(name, sizeof(name), "%s %s",
			    onnx_operators[o].name, known[i].name);
			while (k < n && strcmp(uncovered[k], name) != 0)
				k++;
			if (known[i].use <= ATTRIBUTE_REQUIRED && k == n &&
			    (covered[o] & 1U << i) == 0)
				fail_msg("no file has a %s of opsets %d to %d",
				    name, known[i].first, known[i].last);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nodes),
	    cmocka_unit_test(coverage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
