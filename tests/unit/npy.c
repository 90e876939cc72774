/* numpy arrays, alone and in archives: types, orders, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "file/npy.h"

/* The archive `types` holds 0, 1/8, ... 23/8 as 2x3x4 in every real type. */
static struct archive *
open_archive(struct content *content, const char *path)
{
	struct archive *archive;
	struct error err;

	assert_int_equal(content_open(content, path, NULL, &err), 0);
	archive = archive_open(content, &err);
	assert_non_null(archive);
	return archive;
}

static void
check_eighths(const struct tensor *tensor)
{
	assert_int_equal(tensor->rank, 3);
	assert_int_equal(tensor->dim[0], 2);
	assert_int_equal(tensor->dim[1], 3);
	assert_int_equal(tensor->dim[2], 4);
	for (int i = 0; i < 24; i++)
		assert_true(tensor->f32[i] == (float)i / 8);
}

static void
real_types_and_orders(void **state)
{
	static const char *const names[] = {"f2", "f8", "be", "fortran"};
	struct content content;
	struct archive *archive =
	    open_archive(&content, "tests/data/npy/types.npz");
	struct tensor tensor;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(
		    npz_read_tensor(archive, names[i], &tensor, &err), 0);
		check_eighths(&tensor);
		tensor_free(&tensor);
	}
	archive_close(archive);
	content_close(&content);
}

static void
check_integers(
    struct archive *archive, const char *name, const int64_t *want, int64_t n)
{
	struct tensor tensor;
	struct error err;

	assert_int_equal(npz_read_tensor(archive, name, &tensor, &err), 0);
	assert_int_equal(tensor.type, TENSOR_INT64);
	assert_int_equal(tensor.n, n);
	assert_memory_equal(tensor.i64, want, (size_t)n * sizeof(*want));
	tensor_free(&tensor);
}

static void
integer_types(void **state)
{
	struct content content;
	struct archive *archive =
	    open_archive(&content, "tests/data/npy/types.npz");

	(void)state;
	check_integers(
	    archive, "bei", (const int64_t[]){-3, -2, -1, 0, 1, 2}, 6);
	check_integers(
	    archive, "u1", (const int64_t[]){250, 251, 252, 253, 254, 255}, 6);
	check_integers(archive, "i2", (const int64_t[]){-300, 300}, 2);
	check_integers(archive, "b1", (const int64_t[]){1, 0}, 2);
	archive_close(archive);
	content_close(&content);
}

static void
scalars_and_empty_arrays(void **state)
{
	struct content content;
	struct archive *archive =
	    open_archive(&content, "tests/data/npy/types.npz");
	struct tensor tensor;
	struct error err;

	(void)state;
	assert_int_equal(npz_read_tensor(archive, "scalar", &tensor, &err), 0);
	assert_int_equal(tensor.rank, 0);
	assert_true(tensor.f32[0] == 2.5f);
	tensor_free(&tensor);
	assert_int_equal(npz_read_tensor(archive, "empty", &tensor, &err), 0);
	assert_int_equal(tensor.n, 0);
	assert_int_equal(tensor.dim[1], 3);
	tensor_free(&tensor);
	archive_close(archive);
	content_close(&content);
}

static void
compressed_archives(void **state)
{
	struct content content;
	struct archive *archive =
	    open_archive(&content, "tests/data/npy/packed.npz");
	struct tensor tensor;
	struct error err;

	(void)state;
	assert_int_equal(archive_count(archive), 2);
	assert_string_equal(archive_name(archive, 1), "xdirection/1.npy");
	assert_int_equal(
	    npz_read_tensor(archive, "xdirection/0", &tensor, &err), 0);
	check_eighths(&tensor);
	tensor_free(&tensor);
	archive_close(archive);
	content_close(&content);
}

static void
elements_come_in_pieces(void **state)
{
	struct content content;
	struct npy npy;
	struct error err;
	float real[10];
	uint8_t raw[4];

	(void)state;
	assert_int_equal(
	    content_open(&content, "tests/data/npy/f4.npy", NULL, &err), 0);
	assert_true(npy_is(&content));
	assert_int_equal(npy_open(&npy, &content, &err), 0);
	assert_int_equal(npy.header.n, 24);
	assert_int_equal(npy_read(&npy, 10, TENSOR_FLOAT32, real, &err), 0);
	assert_true(real[9] == 9.0f / 8);
	assert_int_equal(npy_read_raw(&npy, 1, raw, &err), 0);
	assert_memory_equal(raw, &(float){10.0f / 8}, 4);
	assert_int_equal(npy_read(&npy, 10, TENSOR_FLOAT32, real, &err), 0);
	assert_int_equal(npy_read(&npy, 4, TENSOR_FLOAT32, real, &err), -1);
	npy_close(&npy);
	content_close(&content);
}

static void
expect_refusal(const char *path, const char *name, const char *words)
{
	struct content content;
	struct archive *archive = open_archive(&content, path);
	struct tensor tensor;
	struct error err;

	assert_int_equal(npz_read_tensor(archive, name, &tensor, &err), -1);
	assert_non_null(strstr(err.text, words));
	archive_close(archive);
	content_close(&content);
}

static void
other_types_are_refused(void **state)
{
	(void)state;
	expect_refusal("tests/data/npy/object.npz", "o",
	    "elements are Python objects ('|O')");
	expect_refusal("tests/data/npy/types.npz", "c8",
	    "elements are complex numbers ('<c8')");
	expect_refusal("tests/data/npy/types.npz", "u8", "2^63 - 1");
	expect_refusal("tests/data/npy/types.npz", "none", "no array 'none'");
}

/* Every flipped bit and every cut of an archive gives an error or good data. */
static void
damage_is_noticed(void **state)
{
	struct content whole, content;
	struct archive *archive;
	struct tensor tensor;
	struct error err;
	uint8_t *bytes;

	(void)state;
	assert_int_equal(
	    content_open(&whole, "tests/data/npy/packed.npz", NULL, &err), 0);
	bytes = malloc(whole.n);
	assert_non_null(bytes);
	for (size_t i = 0; i < 9 * whole.n; i++) {
		memcpy(bytes, whole.bytes, whole.n);
		content = (struct content){.bytes = bytes, .n = whole.n};
		if (i < 8 * whole.n)
			bytes[i / 8] ^= (uint8_t)(1 << i % 8);
		else
			content.n = i - 8 * whole.n;
		archive = archive_open(&content, &err);
		if (archive == NULL)
			continue;
		if (npz_read_tensor(archive, "xdirection/0", &tensor, &err) ==
		    0) {
			check_eighths(&tensor);
			tensor_free(&tensor);
		}
		archive_close(archive);
	}
	free(bytes);
	content_close(&whole);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(real_types_and_orders),
	    cmocka_unit_test(integer_types),
	    cmocka_unit_test(scalars_and_empty_arrays),
	    cmocka_unit_test(compressed_archives),
	    cmocka_unit_test(elements_come_in_pieces),
	    cmocka_unit_test(other_types_are_refused),
	    cmocka_unit_test(damage_is_noticed),
	};

	return cmocka_run_group_tests_name("npy", tests, NULL, NULL);
}
