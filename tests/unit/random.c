/* Philox, the normals made from it, and what losspipe(5) promises of both. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

enum { DRAWS = 1 << 20 };

/* Philox4x32-10 of Salmon et al., the known answers of Random123. */
static void
known_answers(void **state)
{
	static const struct {
		uint32_t counter[4], key[2], answer[4];
	} rows[] = {
	    {{0}, {0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
	    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
		{0xffffffff, 0xffffffff},
		{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
	    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
		{0xa4093822, 0x299f31d0},
		{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct random_stream r = {
		    .key = {rows[i].key[0], rows[i].key[1]},
		    .purpose = rows[i].counter[1],
		    .name = {rows[i].counter[2], rows[i].counter[3]}};
		uint32_t out[4];

		random_block(&r, rows[i].counter[0], out);
		assert_memory_equal(out, rows[i].answer, sizeof(out));
	}
}

/* The offset basis and "a" of FNV-1a-64, from its authors' list. */
static void
names_are_hashed(void **state)
{
	struct random_stream none = random_open(0, 3, "");
	struct random_stream a =
	    random_open(UINT64_C(0x123456789abcdef0), 0, "a");

	(void)state;
	assert_int_equal(none.name[0], 0x84222325);
	assert_int_equal(none.name[1], 0xcbf29ce4);
	assert_int_equal(none.purpose, 3);
	assert_int_equal(a.name[0], 0x8601ec8c);
	assert_int_equal(a.name[1], 0xaf63dc4c);
	assert_int_equal(a.key[0], 0x9abcdef0);
	assert_int_equal(a.key[1], 0x12345678);
}

/* The vectors that losspipe(5) prints. */
static void
published_vectors(void **state)
{
	FILE *file = fopen("tests/data/random/normal.txt", "r");
	unsigned long long seed, index;
	unsigned purpose, bits, n = 0;
	char name[64];

	(void)state;
	assert_non_null(file);
	while (fscanf(file, "%llu %u %63s %llu %x", &seed, &purpose, name,
		   &index, &bits) == 5) {
		struct random_stream r = random_open(seed, purpose, name);
		uint32_t got;
		float z;

		random_normal(&r, index, 1, &z);
		memcpy(&got, &z, sizeof(got));
		assert_int_equal(got, bits);
		n++;
	}
	fclose(file);
	assert_int_equal(n, 16);
}

/*
 * The series against the C library: both are within a few units of double
 * precision, so that rounded to float they differ by one unit at most.
 */
static void
normals_are_box_muller(void **state)
{
	struct random_stream r = random_open(5, RANDOM_AXIS, "w");
	uint32_t word[4];
	float z[4];

	(void)state;
	for (uint32_t block = 0; block < 20000; block++) {
		random_block(&r, block, word);
		random_normal(&r, 4 * (uint64_t)block, 4, z);
		for (int i = 0; i < 4; i++) {
			double u = (word[i & 2] + 0.5) * 0x1p-32;
			double t = (word[i | 1] + 0.5) * 0x1p-32 * 2 *
				   3.141592653589793;
			double want = sqrt(-2.0 * log(u)) *
				      (i % 2 == 0 ? cos(t) : sin(t));

			/* cos and sin near 0 keep the error of t: 1e-15 */
			assert_true(
			    fabs(z[i] - want) <= fabs(want) * 0x1p-24 + 1e-14);
		}
	}
}

static int
compare(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

/*
 * Moments within five standard errors, and the largest distance from the
 * normal distribution below its 0.1 % point, 1.95 / sqrt(n).
 */
static void
normals_are_normal(void **state)
{
	struct random_stream r = random_open(1, RANDOM_AXIS, "conv1.weight");
	float *z = malloc(DRAWS * sizeof(*z));
	double m[5] = {0}, n = DRAWS, distance = 0.0;

	(void)state;
	assert_non_null(z);
	random_normal(&r, 0, DRAWS, z);
	for (size_t i = 0; i < DRAWS; i++)
		for (int k = 1; k <= 4; k++)
			m[k] += pow(z[i], k) / n;
	assert_true(fabs(m[1]) < 5.0 * sqrt(1.0 / n));
	assert_true(fabs(m[2] - 1.0) < 5.0 * sqrt(2.0 / n));
	assert_true(fabs(m[3]) < 5.0 * sqrt(15.0 / n));
	assert_true(fabs(m[4] - 3.0) < 5.0 * sqrt(96.0 / n));
	qsort(z, DRAWS, sizeof(*z), compare);
	for (size_t i = 0; i < DRAWS; i++) {
		double p = 0.5 * erfc(-z[i] / sqrt(2.0));

		distance = fmax(distance, fabs(p - (i + 0.5) / n));
	}
	assert_true(distance < 1.95 / sqrt(n));
	free(z);
}

/* Axes, seeds, names and neighbours do not know of each other. */
static void
streams_are_independent(void **state)
{
	const struct random_stream r[] = {random_open(1, RANDOM_AXIS, "w"),
	    random_open(1, RANDOM_AXIS + 1, "w"),
	    random_open(2, RANDOM_AXIS, "w"), random_open(1, RANDOM_AXIS, "v"),
	    random_open(UINT64_C(1) << 32 | 1, RANDOM_AXIS, "w")};
	enum { STREAMS = sizeof(r) / sizeof(r[0]), N = 100000 };
	static float z[STREAMS][N + 1];

	(void)state;
	for (int i = 0; i < STREAMS; i++)
		random_normal(&r[i], 0, N + 1, z[i]);
	for (int i = 0; i < STREAMS; i++)
		for (int j = 0; j <= i; j++) {
			double sum = 0.0;

			/* with itself: one element further */
			for (int k = 0; k < N; k++)
				sum += z[i][k] * z[j][k + (i == j)];
			assert_true(fabs(sum / N) < 5.0 / sqrt(N));
		}
}

/* Any run of elements is the same, however it is cut. */
static void
runs_do_not_matter(void **state)
{
	struct random_stream r = random_open(9, RANDOM_INIT, "fc.weight");
	const uint64_t far = (UINT64_C(1) << 34) - 40;
	float whole[40], part[40];

	(void)state;
	for (int at = 0; at < 2; at++) {
		uint64_t first = at == 0 ? 0 : far;

		random_normal(&r, first, 40, whole);
		for (size_t i = 0; i < 40; i++)
			for (size_t n = 0; i + n <= 40; n++) {
				random_normal(&r, first + i, n, part);
				assert_memory_equal(
				    part, whole + i, n * sizeof(float));
			}
	}
}

static void
integers_are_uniform(void **state)
{
	struct random_stream r = random_open(3, RANDOM_SAMPLE, "");
	enum { BOUND = 10, N = 100000 };
	int count[BOUND] = {0};

	(void)state;
	for (uint64_t i = 0; i < N; i++) {
		uint32_t v = random_below(&r, i, BOUND);

		assert_in_range(v, 0, BOUND - 1);
		count[v]++;
		assert_int_equal(random_below(&r, i, 1), 0);
	}
	for (int i = 0; i < BOUND; i++)
		assert_true(fabs(count[i] - N / 10.0) < 5.0 * sqrt(N * 0.09));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_answers),
	    cmocka_unit_test(names_are_hashed),
	    cmocka_unit_test(published_vectors),
	    cmocka_unit_test(normals_are_box_muller),
	    cmocka_unit_test(normals_are_normal),
	    cmocka_unit_test(streams_are_independent),
	    cmocka_unit_test(runs_do_not_matter),
	    cmocka_unit_test(integers_are_uniform),
	};

	return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
