/* Data sets: every kind of file. */
#include <math.h>
#include <sys/stat.h>

#include "../sets.h"
#include "data/dataset.h"

static void
cifar_files(void **state)
{
	struct dataset d;
	struct error err;

	(void)state;
	put_cifar("ten.bin", 7, 0, 1, 10);
	d = open_good(in_folder("ten.bin"), (struct dataset_choice){0});
	assert_string_equal(d.name, "cifar10");
	assert_int_equal(d.n, 7);
	assert_int_equal(d.classes, 10);
	assert_int_equal(d.channels, 3);
	assert_int_equal(d.height, 32);
	assert_int_equal(d.labels[6], 6);
	assert_int_equal(d.bytes[6 * CIFAR_PIXELS + 5], 11);
	assert_int_equal(dataset_classes_present(&d, &err), 7);
	dataset_free(&d);

	put_cifar("hundred.bin", 3, 97, 2, 100);
	d = open_good(in_folder("hundred.bin"), (struct dataset_choice){0});
	assert_string_equal(d.name, "cifar100");
	assert_int_equal(d.classes, 100);
	assert_int_equal(d.labels[2], 99);
	dataset_free(&d);
}

/* The pickles of make_pickles.py hold what is in the binary file. */
static void
cifar_pickles(void **state)
{
	const struct dataset_choice all = {0}, test = {.split = SPLIT_TEST};
	struct dataset d, binary;

	(void)state;
	binary = open_good("tests/data/sets/cifar10-40.bin", all);
	d = open_good("tests/data/sets/cifar-10-batches-py", all);
	assert_string_equal(d.name, "cifar10");
	assert_int_equal(d.n, 5);
	assert_memory_equal(d.bytes, binary.bytes, 5 * CIFAR_PIXELS);
	assert_memory_equal(d.labels, binary.labels, 5 * sizeof(int));
	dataset_free(&d);
	d = open_good("tests/data/sets/cifar-10-batches-py", test);
	assert_int_equal(d.n, 2);
	assert_memory_equal(
	    d.bytes, binary.bytes + 5 * CIFAR_PIXELS, 2 * CIFAR_PIXELS);
	dataset_free(&d);
	d = open_good("tests/data/sets/cifar-100-python/train", all);
	assert_string_equal(d.name, "cifar100");
	assert_int_equal(d.classes, 100);
	assert_int_equal(d.labels[0], 3);
	assert_int_equal(d.labels[1], 99);
	dataset_free(&d);
	dataset_free(&binary);
	open_bad("tests/data/pickle/values2.pkl", all, "expected a batch");
}

/* A torn or damaged pickle is an error or holds other images, never a crash. */
static void
damaged_pickles(void **state)
{
	static char bytes[1 << 14];
	FILE *f =
	    fopen("tests/data/sets/cifar-10-batches-py/data_batch_1", "rb");
	struct dataset d;
	struct error err;
	size_t n;

	(void)state;
	assert_non_null(f);
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	for (size_t i = 0; i < n; i += i < 250 ? 1 : 97) {
		const struct dataset_choice all = {0};

		put("torn", bytes, i);
		assert_int_equal(
		    dataset_open(&d, in_folder("torn"), &all, &err), -1);
		bytes[i] ^= 1 << i % 8;
		put("torn", bytes, n);
		if (dataset_open(&d, in_folder("torn"), &all, &err) == 0)
			dataset_free(&d);
		bytes[i] ^= 1 << i % 8;
	}
}

static void
cifar_directory(void **state)
{
	char directory[128];
	struct dataset d;

	(void)state;
	snprintf(directory, sizeof(directory), "%s", in_folder("batches"));
	assert_int_equal(mkdir(directory, 0700), 0);
	for (int i = 1; i <= 5; i++) {
		char name[64];

		snprintf(name, sizeof(name), "batches/data_batch_%d.bin", i);
		put_cifar(name, 2, i, 1, 10);
	}
	put_cifar("batches/test_batch.bin", 3, 7, 1, 10);
	d = open_good(directory, (struct dataset_choice){0});
	assert_int_equal(d.n, 10);
	for (int i = 0; i < 10; i++)
		assert_int_equal(d.labels[i], i / 2 + 1 + i % 2);
	dataset_free(&d);
	d = open_good(directory, (struct dataset_choice){.split = SPLIT_TEST});
	assert_int_equal(d.n, 3);
	assert_int_equal(d.labels[0], 7);
	dataset_free(&d);
	open_bad(folder, (struct dataset_choice){0}, "a directory without");
}

static const uint8_t idx_labels[] = {0, 0, 8, 1, 0, 0, 0, 3, 2, 0, 4};

static size_t
make_idx(uint8_t *bytes)
{
	static const uint8_t head[] = {
	    0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, SIDE, 0, 0, 0, SIDE};

	memcpy(bytes, head, sizeof(head));
	for (int i = 0; i < 3 * SIDE * SIDE; i++)
		bytes[sizeof(head) + (size_t)i] = (uint8_t)(5 * i);
	return sizeof(head) + 3 * SIDE * SIDE;
}

static void
check_idx(const char *path)
{
	struct dataset d = open_good(path, (struct dataset_choice){0});

	assert_string_equal(d.name, "idx");
	assert_int_equal(d.n, 3);
	assert_int_equal(d.channels, 1);
	assert_int_equal(d.height, SIDE);
	assert_int_equal(d.classes, 5);
	assert_int_equal(d.labels[2], 4);
	assert_int_equal(d.bytes[17], 85);
	dataset_free(&d);
}

static void
idx_files(void **state)
{
	uint8_t bytes[256];
	size_t n = make_idx(bytes);

	(void)state;
	put("a-images-idx3-ubyte", bytes, n);
	put("a-labels-idx1-ubyte", idx_labels, sizeof(idx_labels));
	check_idx(in_folder("a-images-idx3-ubyte"));
	put_gz("b-images-idx3-ubyte.gz", bytes, (unsigned)n);
	put_gz("b-labels-idx1-ubyte.gz", idx_labels, sizeof(idx_labels));
	check_idx(in_folder("b-images-idx3-ubyte.gz"));
	/* either of the two may be packed */
	put_gz("c-images-idx3-ubyte.gz", bytes, (unsigned)n);
	put("c-labels-idx1-ubyte", idx_labels, sizeof(idx_labels));
	check_idx(in_folder("c-images-idx3-ubyte.gz"));
	put("d-images-idx3-ubyte", bytes, n);
	put_gz("d-labels-idx1-ubyte.gz", idx_labels, sizeof(idx_labels));
	check_idx(in_folder("d-images-idx3-ubyte"));
}

static void
broken_idx(void **state)
{
	uint8_t bytes[256];
	size_t n = make_idx(bytes);
	const struct dataset_choice all = {0};

	(void)state;
	put("e-labels-idx1-ubyte", idx_labels, sizeof(idx_labels));
	put("e-images-idx3-ubyte", bytes, n - 1);
	open_bad(in_folder("e-images-idx3-ubyte"), all, "too early");
	bytes[n] = 0;
	put("e-images-idx3-ubyte", bytes, n + 1);
	open_bad(in_folder("e-images-idx3-ubyte"), all, "behind its end");
	bytes[4] = 0xff; /* 4 billion images */
	put("e-images-idx3-ubyte", bytes, n);
	open_bad(in_folder("e-images-idx3-ubyte"), all, "can hold");
	make_idx(bytes);
	bytes[7] = 2;
	put("e-images-idx3-ubyte", bytes, n);
	open_bad(
	    in_folder("e-images-idx3-ubyte"), all, "3 labels for 2 images");
	put("f-images-idx3-ubyte", bytes, n);
	open_bad(in_folder("f-images-idx3-ubyte"), all,
	    "its labels are missing, expected");
	put("images", bytes, n);
	make_idx(bytes);
	put_gz("g-images-idx3-ubyte.gz", bytes, (unsigned)n);
	put("g-labels-idx1-ubyte", idx_labels, sizeof(idx_labels));
	assert_int_equal(truncate(in_folder("g-images-idx3-ubyte.gz"), 40), 0);
	open_bad(in_folder("g-images-idx3-ubyte.gz"), all, "truncated");
}

static void
npz_files(void **state)
{
	static const char *const paths[] = {"tests/data/sets/first.npz",
	    "tests/data/sets/last.npz", "tests/data/sets/reals.npz"};

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct dataset d =
		    open_good(paths[k], (struct dataset_choice){0});

		assert_int_equal(d.n, 5);
		assert_int_equal(d.channels, 3);
		assert_int_equal(d.height, 6);
		assert_int_equal(d.width, 5);
		assert_int_equal(d.classes, 7);
		assert_int_equal(d.labels[4], 6);
		for (size_t i = 0; i < 5 * 90; i++)
			if (d.bytes != NULL)
				assert_int_equal(d.bytes[i], pixel(i));
			else
				assert_true(
				    d.reals[i] == (float)(pixel(i) / 200.0));
		dataset_free(&d);
	}
}

static void
other_npz(void **state)
{
	struct dataset d =
	    open_good("tests/data/sets/grey.npz", (struct dataset_choice){0});

	(void)state;
	assert_int_equal(d.channels, 1);
	assert_int_equal(d.bytes[30], 40);
	dataset_free(&d);
	open_bad("tests/data/sets/negative.npz", (struct dataset_choice){0},
	    "y[1] is -1");
	open_bad("tests/data/sets/short.npz", (struct dataset_choice){0},
	    "y has 4 labels, x has 5 images");
	put("text", "hello", 5);
	open_bad(in_folder("text"), (struct dataset_choice){0},
	    "a text file, expected CIFAR");
	put("empty", "", 0);
	open_bad(in_folder("empty"), (struct dataset_choice){0},
	    "empty: empty, expected");
}

/* Two images of one channel and two pixels as a .npy file; their labels. */
static const char *
put_reals(float a, float b, float c, float d)
{
	static const char shape[] = "'fortran_order': False, 'shape': ";
	const float pixels[] = {a, b, c, d};
	const int64_t labels[] = {0, 1};
	char bytes[256];
	int n;

	memcpy(bytes, "\x93NUMPY\1\0\x76\0", 10);
	n = snprintf(
	    bytes + 10, 119, "{'descr': '<f4', %s(2, 1, 1, 2)}", shape);
	memset(bytes + 10 + n, ' ', (size_t)(118 - n));
	memcpy(bytes + 128, pixels, sizeof(pixels));
	put("r-images.npy", bytes, 128 + sizeof(pixels));
	n = snprintf(bytes + 10, 119, "{'descr': '<i8', %s(2,)}", shape);
	memset(bytes + 10 + n, ' ', (size_t)(118 - n));
	memcpy(bytes + 128, labels, sizeof(labels));
	put("r-labels.npy", bytes, 128 + sizeof(labels));
	return in_folder("r-images.npy");
}

/* Input constants are for pixels in 0 ... 1. */
static void
reals_out_of_range(void **state)
{
	const struct dataset_choice all = {0}, raw = {.raw = 1};
	struct dataset d;

	(void)state;
	d = open_good(put_reals(-9e-7F, 0, 1, 1 + 9e-7F), all);
	dataset_free(&d);
	open_bad(put_reals(0, 0.5F, 1, 1 + 3e-6F), all,
	    "pixels reach 1, expected 0 to 1: --raw");
	open_bad(put_reals(0, 0.5F, 1.25F, 1), all,
	    "pixels reach 1.25, expected 0 to 1: --raw");
	open_bad(put_reals(0, -2.5F, 3, 1), all,
	    "pixels reach -2.5, expected 0 to 1: --raw");
	open_bad(put_reals(0, 17, 254, 1), all, "divide them by 255");
	open_bad(put_reals(0, 17, 300, 1), all,
	    "pixels reach 300, expected 0 to 1: --raw");
	open_bad(put_reals(0, 0, 1, (float)NAN), all,
	    "image 1 has a pixel that is NaN");
	open_bad(put_reals(0, -(float)INFINITY, 1, 0), raw,
	    "image 0 has a pixel that is an infinity");
	d = open_good(put_reals(0, 17, 254, -3), raw);
	assert_true(d.raw && d.reals[3] == -3);
	dataset_free(&d);
	/* only what is chosen counts */
	d = open_good(put_reals(0, 1, 254, (float)NAN),
	    (struct dataset_choice){.first = 1});
	dataset_free(&d);
}
int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cifar_files),
	    cmocka_unit_test(cifar_pickles),
	    cmocka_unit_test(damaged_pickles),
	    cmocka_unit_test(cifar_directory),
	    cmocka_unit_test(idx_files),
	    cmocka_unit_test(broken_idx),
	    cmocka_unit_test(npz_files),
	    cmocka_unit_test(other_npz),
	    cmocka_unit_test(reals_out_of_range),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
