/* The order in which a surface takes its images. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data/dataset.h"

enum { MOST = 60000, PIXELS = 3, LABELS = 2 };

/* A set whose image i has the pixels i, and the labels i and -i. */
static struct dataset
counted(int64_t n)
{
	struct dataset d = {.n = n,
	    .channels = 1,
	    .height = 1,
	    .width = PIXELS,
	    .n_labels = LABELS};

	d.reals = calloc((size_t)n * PIXELS, sizeof(*d.reals));
	d.labels = calloc((size_t)n * LABELS, sizeof(*d.labels));
	assert_non_null(d.reals);
	assert_non_null(d.labels);
	for (int i = 0; i < n; i++) {
		for (int p = 0; p < PIXELS; p++)
			d.reals[i * PIXELS + p] = (float)i;
		d.labels[i * LABELS] = i;
		d.labels[i * LABELS + 1] = -i;
	}
	return d;
}

/* Every image is there once, with what belongs to it. */
static void
check_whole(const struct dataset *d)
{
	bool *seen = calloc((size_t)d->n, sizeof(*seen));

	assert_non_null(seen);
	for (int64_t i = 0; i < d->n; i++) {
		const int64_t was = d->order[i];

		assert_in_range(was, 0, d->n - 1);
		assert_false(seen[was]);
		seen[was] = true;
		for (int p = 0; p < PIXELS; p++)
			assert_true(d->reals[i * PIXELS + p] == (float)was);
		assert_int_equal(d->labels[i * LABELS], was);
		assert_int_equal(d->labels[i * LABELS + 1], -was);
	}
	free(seen);
}

/* The vectors that losspipe(5) prints. */
static void
published_orders(void **state)
{
	FILE *file = fopen("tests/data/random/order.txt", "r");
	char line[256];
	int lines = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL) {
		char *at = line;
		const uint64_t seed = strtoull(at, &at, 10);
		const int64_t n = strtoll(at, &at, 10);
		struct dataset d = counted(n);
		struct error err;

		assert_in_range(n, 1, MOST);
		assert_int_equal(dataset_shuffle(&d, seed, &err), 0);
		check_whole(&d);
		for (int64_t i = 0; i < n && i < 8; i++)
			assert_int_equal(d.order[i], strtoll(at, &at, 10));
		dataset_free(&d);
		lines++;
	}
	fclose(file);
	assert_int_equal(lines, 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(published_orders),
	};

	return cmocka_run_group_tests_name("shuffle", tests, NULL, NULL);
}
