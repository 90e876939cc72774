/* PyTorch checkpoints of both forms: layouts, types, notes, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/checkpoint.h"

static int
load(struct checkpoint *checkpoint, const char *name, struct error *err)
{
	struct content content;
	char path[128];
	int status;

	snprintf(path, sizeof(path), "tests/data/%s", name);
	assert_int_equal(
	    content_open(&content, path, checkpoint_known, err), 0);
	status = checkpoint_read(checkpoint, &content, err);
	content_close(&content);
	return status;
}

struct expected {
	const char *name;
	enum tensor_type type;
	int rank;
	int64_t dim[3];
	double first, step; /* elements are first, first + step, ... */
};

/* The order and the values of make.py; transposed is checked on its own. */
static const struct expected expected[] = {
    {"plain", TENSOR_FLOAT32, 3, {2, 3, 4}, 0, 1},
    {"view", TENSOR_FLOAT32, 2, {2, 3}, 4, 1},
    {"other_view", TENSOR_FLOAT32, 1, {2}, 10, 1},
    {"transposed", TENSOR_FLOAT32, 2, {6, 4}, 0, 0},
    {"expanded", TENSOR_FLOAT32, 1, {5}, 7, 0},
    {"scalar", TENSOR_FLOAT32, 0, {0}, 2.5, 0},
    {"empty", TENSOR_FLOAT32, 2, {0, 3}, 0, 0},
    {"tied_a", TENSOR_FLOAT32, 1, {4}, 0, 1},
    {"tied_b", TENSOR_FLOAT32, 1, {4}, 0, 1},
    {"f64", TENSOR_FLOAT32, 1, {3}, 0, 0.25},
    {"f16", TENSOR_FLOAT32, 1, {3}, 0, 0.25},
    {"bf16", TENSOR_FLOAT32, 1, {3}, 0, 0.25},
    {"i64", TENSOR_INT64, 0, {0}, -12, 0},
    {"i32", TENSOR_INT64, 1, {3}, -1, 1},
    {"i16", TENSOR_INT64, 1, {3}, -1, 1},
    {"i8", TENSOR_INT64, 1, {3}, -1, 1},
    {"u8", TENSOR_INT64, 1, {2}, 0, 255},
    {"bool", TENSOR_INT64, 1, {2}, 1, -1},
    {"parameter", TENSOR_FLOAT32, 1, {2}, 0, 1},
};

static double
element(const struct tensor *tensor, int64_t i)
{
	return tensor->type == TENSOR_INT64 ? (double)tensor->i64[i]
					    : (double)tensor->f32[i];
}

static void
check_tensor(const struct tensor *tensor, const struct expected *want)
{
	assert_string_equal(tensor->name, want->name);
	assert_int_equal(tensor->type, want->type);
	assert_int_equal(tensor->rank, want->rank);
	for (int i = 0; i < want->rank; i++)
		assert_int_equal(tensor->dim[i], want->dim[i]);
	for (int64_t i = 0; i < tensor->n; i++) {
		double value = want->first + want->step * (double)i;

		if (strcmp(want->name, "transposed") == 0)
			value = (double)(i % 4 * 6 + i / 4);
		assert_true(element(tensor, i) == value);
	}
}

/* safetensors have an order of their own. */
static const struct tensor *
find(const struct checkpoint *checkpoint, const char *name)
{
	for (size_t i = 0; i < checkpoint->n_tensors; i++)
		if (strcmp(checkpoint->tensors[i].name, name) == 0)
			return &checkpoint->tensors[i];
	fail_msg("no tensor %s", name);
	return NULL;
}

static void
check_tensors(const struct checkpoint *checkpoint)
{
	size_t n = sizeof(expected) / sizeof(expected[0]);

	assert_int_equal(checkpoint->n_tensors, n);
	for (size_t i = 0; i < n; i++)
		check_tensor(find(checkpoint, expected[i].name), &expected[i]);
}

static void
every_form_and_layout(void **state)
{
	static const char *const files[] = {"torch/zip.pt", "torch/zip4.pt",
	    "torch/legacy.pt", "torch/legacy4.pt", "weights/types.safetensors",
	    "weights/types.npz"};
	struct checkpoint c;
	struct error err = {.text = ""};
	bool text;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (load(&c, files[i], &err) < 0)
			fail_msg("%s: %s", files[i], err.text);
		check_tensors(&c);
		/* arrays of numpy are no texts */
		text = strstr(files[i], "npz") == NULL;
		assert_int_equal(c.n_notes, text ? 4 : 3);
		assert_int_equal(checkpoint_find_note(&c, "epoch")->integer, 7);
		assert_true(checkpoint_find_note(&c, "acc")->real == 93.66);
		assert_true(
		    checkpoint_find_note(&c, "best_prec1")->real == 91.5);
		if (text)
			assert_string_equal(
			    checkpoint_find_note(&c, "arch")->text, "resnet20");
		assert_null(checkpoint_find_note(&c, "optimizer"));
		checkpoint_free(&c);
	}
}

static void
a_dict_of_tensors_alone(void **state)
{
	struct checkpoint c;
	struct error err = {.text = ""};

	(void)state;
	assert_int_equal(load(&c, "torch/plain.pt", &err), 0);
	check_tensors(&c);
	assert_int_equal(c.n_notes, 0);
	checkpoint_free(&c);
}

static void
others_are_refused_with_advice(void **state)
{
	static const char *const cases[][2] = {
	    {"torch/module.pt",
		"holds the object torch.nn.modules.linear.Linear"},
	    {"torch/module_legacy.pt", "whole module"},
	    {"torch/script.pt", "an archive of TorchScript"},
	    {"torch/plain.pkl", "a plain pickle"},
	};
	struct checkpoint c;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(load(&c, cases[i][0], &err), -1);
		if (strstr(err.text, cases[i][1]) == NULL)
			fail_msg("%s: %s", cases[i][0], err.text);
		assert_non_null(strstr(err.text, "torch.save"));
		assert_null(c.tensors);
	}
	assert_int_equal(
	    checkpoint_known((const uint8_t *)"\x89HDF", 4, &err), -1);
	assert_non_null(strstr(err.text, "HDF5"));
	assert_int_equal(checkpoint_known((const uint8_t *)"", 0, &err), -1);
}

/* A damaged file is refused or, where the damage is to a value, still whole. */
static void
damage_never_crashes(void **state)
{
	static const char *const files[] = {"torch/zip.pt", "torch/legacy.pt",
	    "weights/types.safetensors", "weights/types.npz"};
	struct content whole;
	struct checkpoint c;
	struct error err;

	(void)state;
	for (size_t f = 0; f < 4; f++) {
		char path[64];
		uint8_t *bytes;

		snprintf(path, sizeof(path), "tests/data/%s", files[f]);
		assert_int_equal(content_open(&whole, path, NULL, &err), 0);
		bytes = malloc(whole.n);
		assert_non_null(bytes);
		/* Every eighth bit, a cut at every byte. */
		for (size_t i = 0; i < 2 * whole.n; i++) {
			struct content content = {.bytes = bytes,
			    .n = i < whole.n ? whole.n : i - whole.n};

			memcpy(bytes, whole.bytes, whole.n);
			if (i < whole.n)
				bytes[i] ^= (uint8_t)(1 << i % 8);
			if (checkpoint_read(&c, &content, &err) == 0) {
				assert_true(i < whole.n);
				checkpoint_free(&c);
			}
		}
		free(bytes);
		content_close(&whole);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_form_and_layout),
	    cmocka_unit_test(a_dict_of_tensors_alone),
	    cmocka_unit_test(others_are_refused_with_advice),
	    cmocka_unit_test(damage_never_crashes),
	};

	return cmocka_run_group_tests_name("checkpoint", tests, NULL, NULL);
}
