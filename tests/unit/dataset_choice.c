/* Data sets: the choice of images, input values, the model they are for. */
#include "../sets.h"
#include "data/dataset.h"
#include "data/dataset_fit.h"
#include "data/pixels.h"

static void
first_images(void **state)
{
	char path[128];
	struct dataset all, some;
	struct error err;

	(void)state;
	put_cifar("many.bin", 50, 0, 1, 10);
	snprintf(path, sizeof(path), "%s", in_folder("many.bin"));
	all = open_good(path, (struct dataset_choice){0});
	some = open_good(path, (struct dataset_choice){.first = 4});
	assert_int_equal(some.n, 4);
	assert_int_equal(some.total, 50);
	assert_int_equal(dataset_classes_present(&some, &err), 4);
	assert_memory_equal(some.bytes, all.bytes, 4 * CIFAR_PIXELS);
	assert_string_not_equal(some.digest, all.digest);
	dataset_free(&some);
	some = open_good(path, (struct dataset_choice){.first = 50});
	assert_string_equal(some.digest, all.digest);
	dataset_free(&some);
	dataset_free(&all);
	open_bad(path, (struct dataset_choice){.first = 51},
	    "51 images asked for, there are 50");
	open_bad(path, (struct dataset_choice){.first = 5, .sample = 5},
	    "exclude each other");
}

/* Image i of many.bin starts with the byte i. */
static void
random_sample(void **state)
{
	int hits[50] = {0};

	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct dataset d = open_good(in_folder("many.bin"),
		    (struct dataset_choice){.sample = 10, .sample_seed = seed});

		assert_int_equal(d.n, 10);
		for (int i = 0; i < 10; i++) {
			hits[d.bytes[i * CIFAR_PIXELS]]++;
			if (i > 0) /* ascending, hence without replacement */
				assert_true(d.bytes[i * CIFAR_PIXELS] >
					    d.bytes[(i - 1) * CIFAR_PIXELS]);
		}
		dataset_free(&d);
	}
	/* 40 expected; 5 standard deviations of the binomial are 28 */
	for (int i = 0; i < 50; i++)
		assert_in_range(hits[i], 12, 68);
}

/* The same steps as torchvision, each rounded to float32. */
static void
input_values(void **state)
{
	double mean[3], std[3];
	struct dataset d;
	float out[2 * 90];
	struct error err;

	(void)state;
	assert_int_equal(pixels_get(0, 3, mean, std, &err), 0);
	d = open_good("tests/data/sets/first.npz", (struct dataset_choice){0});
	dataset_block(&d, 3, 2, mean, std, out);
	for (size_t i = 0; i < 180; i++) {
		size_t c = i / 30 % 3;
		volatile float p = (float)pixel(270 + i) / 255.0f;
		volatile float q = p - (float)mean[c];

		assert_true(out[i] == q / (float)std[c]);
	}
	dataset_free(&d);
	d = open_good("tests/data/sets/reals.npz", (struct dataset_choice){0});
	assert_int_equal(pixels_get(6, 3, mean, std, &err), 0);
	dataset_block(&d, 1, 1, mean, std, out);
	assert_memory_equal(out, d.reals + 90, 90 * sizeof(float));
	dataset_free(&d);
}

/* What takes images of this shape, or a row of numbers, to outputs k. */
static struct graph
network(const struct shape *input, int64_t k)
{
	const int64_t dim[] = {k, shape_size(input)};
	const struct attributes flat = {.axis = 1}, turned = {.trans_b = 1};
	struct graph g = {0};
	struct error err;
	int in[2];

	in[0] = graph_add_input(&g, "x", input, &err);
	in[0] = graph_add_node(&g, OP_FLATTEN, "flat", 1, in, &flat, &err);
	in[1] = graph_add_tensor(
	    &g, "w", TENSOR_FLOAT32, ROLE_WEIGHT, 2, dim, &err);
	g.output = graph_add_node(&g, OP_GEMM, "y", 2, in, &turned, &err);
	assert_true(g.output >= 0);
	return g;
}

static void
fit(const struct dataset *d, const struct shape *input, int64_t k,
    const char *wanted)
{
	struct graph g = network(input, k);
	struct error err = {.text = ""};

	assert_int_equal(
	    dataset_fit(d, &g, false, &err), wanted[0] != '\0' ? -1 : 0);
	assert_string_equal(err.text, wanted);
	graph_free(&g);
}

static void
against_a_model(void **state)
{
	static const struct shape image = {.rank = 3, .dim = {3, 6, 5}},
				  other = {.rank = 3, .dim = {1, 28, 28}},
				  row = {.rank = 1, .dim = {90}},
				  short_row = {.rank = 1, .dim = {89}};
	struct dataset d =
	    open_good("tests/data/sets/first.npz", (struct dataset_choice){0});

	(void)state;
	fit(&d, &image, 7, "");
	fit(&d, &image, 6, "image 4 has label 6, the model has 6 classes");
	fit(&d, &other, 7, "the images are 3x6x5, the model takes 1x28x28");
	fit(&d, &row, 7, "");
	fit(&d, &short_row, 7, "the images are 3x6x5, the model takes 89");
	assert_int_equal(dataset_rows(&d), 1);
	dataset_free(&d);
}

static void
named_constants(void **state)
{
	double mean[3], std[3];
	struct error err;

	(void)state;
	assert_int_equal(pixels_get(0, 3, mean, std, &err), 0);
	assert_true(mean[0] == 125.3 / 255 && std[2] == 66.7 / 255);
	assert_int_equal(pixels_get(5, 1, mean, std, &err), 0);
	assert_true(mean[0] == 0.2860 && std[0] == 0.3530);
	assert_int_equal(pixels_get(4, 3, mean, std, &err), -1);
	assert_string_equal(
	    err.text, "--pixels mnist has 1 channel, the input has 3");
	for (int i = 0; pixels_words[i] != NULL; i++)
		if (pixels_get(i, 3, mean, std, &err) == 0)
			assert_true(std[2] > 0);
}
int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(first_images),
	    cmocka_unit_test(random_sample),
	    cmocka_unit_test(input_values),
	    cmocka_unit_test(against_a_model),
	    cmocka_unit_test(named_constants),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
