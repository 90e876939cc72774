/* What is put aside: in memory, or in a nameless file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/scratch.h"

enum { ASIDE_BYTES = 1 << 20 };

/* Writes anywhere are read back as from an array; holes are zeros. */
static void
check_aside(uint32_t seed, size_t most, size_t far)
{
	struct scratch scratch = {0};
	uint8_t *should = calloc(ASIDE_BYTES, 1), *is = calloc(ASIDE_BYTES, 1);
	size_t end = 0;
	struct error err;

	assert_true(should != NULL && is != NULL);
	for (int k = 0; k < 400; k++) {
		size_t at, n;

		seed = seed * 1664525U + 1013904223U;
		n = 1 + (seed >> 8) % most;
		seed = seed * 1664525U + 1013904223U;
		at = k % 3 == 0 ? end : (seed >> 4) % far;
		if (at + n > ASIDE_BYTES)
			continue;
		memset(should + at, 1 + k % 255, n);
		assert_int_equal(
		    scratch_write(&scratch, at, should + at, n, &err), 0);
		end = at + n > end ? at + n : end;
		assert_int_equal(scratch.n, end);
		at = (seed >> 3) % (end + 1);
		assert_int_equal(scratch_read(&scratch, at, is, n, &err),
		    (int64_t)(at + n < end ? n : end - at));
		assert_memory_equal(
		    is, should + at, at + n < end ? n : end - at);
	}
	assert_int_equal(
	    scratch_read(&scratch, 0, is, ASIDE_BYTES, &err), (int64_t)end);
	assert_memory_equal(is, should, end);
	scratch_free(&scratch);
	free(should);
	free(is);
}

static void
put_aside(void **state)
{
	struct scratch none = {0};
	struct error err;
	char byte;

	(void)state;
	assert_int_equal(scratch_read(&none, 0, &byte, 1, &err), 0);
	assert_int_equal(scratch_add(&none, "", 0, &err), 0);
	scratch_free(&none);
	for (uint32_t seed = 1; seed < 9; seed++) {
		check_aside(seed, 100, 10000);        /* stays in memory */
		check_aside(seed, 5000, ASIDE_BYTES); /* jumps */
		check_aside(
		    seed, 100000, ASIDE_BYTES / 2); /* beyond a window */
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(put_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
