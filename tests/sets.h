/* For tests of data sets: a folder with files, and what opening them gives. */
#ifndef TESTS_SETS_H
#define TESTS_SETS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "data/dataset.h"

enum { CIFAR_PIXELS = 3072, SIDE = 4 };

static char folder[64];

static inline int
make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/losspipe-dataset-XXXXXX");
	return mkdtemp(folder) == NULL;
}

static inline int
remove_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return system(command);
}

static inline const char *
in_folder(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static inline void
put(const char *name, const void *bytes, size_t n)
{
	FILE *f = fopen(in_folder(name), "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static inline void
put_gz(const char *name, const void *bytes, unsigned n)
{
	gzFile f = gzopen(in_folder(name), "wb");

	assert_non_null(f);
	assert_int_equal(gzwrite(f, bytes, n), (int)n);
	assert_int_equal(gzclose(f), Z_OK);
}

/* n records; image i has label first + i (mod classes), pixel p is i + p. */
static inline void
put_cifar(const char *name, int n, int first, int label_bytes, int classes)
{
	size_t record = (size_t)(label_bytes + CIFAR_PIXELS);
	uint8_t *bytes = calloc((size_t)n, record);

	assert_non_null(bytes);
	for (int i = 0; i < n; i++) {
		uint8_t *r = bytes + (size_t)i * record;

		r[label_bytes - 1] = (uint8_t)((first + i) % classes);
		for (int p = 0; p < CIFAR_PIXELS; p++)
			r[label_bytes + p] = (uint8_t)(i + p);
	}
	put(name, bytes, (size_t)n * record);
	free(bytes);
}

static inline struct dataset
open_good(const char *path, struct dataset_choice choice)
{
	struct dataset dataset;
	struct error err = {.text = ""};

	if (dataset_open(&dataset, path, &choice, &err) < 0)
		fail_msg("%s", err.text);
	return dataset;
}

static inline void
open_bad(const char *path, struct dataset_choice choice, const char *reason)
{
	struct dataset dataset;
	struct error err = {.text = ""};

	assert_int_equal(dataset_open(&dataset, path, &choice, &err), -1);
	if (strstr(err.text, reason) == NULL)
		fail_msg("got '%s', wanted '%s'", err.text, reason);
	assert_null(dataset.labels);
}

/* tests/data/sets: pixel (i, c, h, w) is 40 i + 10 c + 3 h + w. */
static inline int
pixel(size_t at)
{
	size_t w = at % 5, h = at / 5 % 6, c = at / 30 % 3, i = at / 90;

	return (int)(40 * i + 10 * c + 3 * h + w);
}

#endif
