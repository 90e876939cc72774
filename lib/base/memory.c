#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *
memory_new(size_t count, size_t size, struct error *err)
{
	size_t n;
	void *p;

	if (__builtin_mul_overflow(count, size, &n) || n > SIZE_MAX - 64) {
		error_set(err, "%zu objects of %zu bytes do not fit in memory",
		    count, size);
		return NULL;
	}
	n = (n + 63) / 64 * 64;
	p = aligned_alloc(64, n > 0 ? n : 64);
	if (p == NULL) {
		error_memory(err, n);
		return NULL;
	}
	memset(p, 0, n > 0 ? n : 64);
	return p;
}

int
memory_grow(
    void *array, size_t *room, size_t count, size_t size, struct error *err)
{
	size_t want = *room > 0 ? *room : 16, n;
	void *old, *p;

	if (count <= *room)
		return 0;
	while (want < count)
		if (__builtin_mul_overflow(want, (size_t)2, &want))
			return error_set(
			    err, "%zu objects are too many", count);
	if (__builtin_mul_overflow(want, size, &n))
		return error_set(err, "%zu objects are too many", count);
	memcpy(&old, array, sizeof(old));
	p = realloc(old, n);
	if (p == NULL)
		return error_memory(err, n);
	memcpy(array, &p, sizeof(p));
	*room = want;
	return 0;
}

char *
memory_text_n(const char *text, size_t n, struct error *err)
{
	char *copy = memory_new(n + 1, 1, err);

	if (copy != NULL && n > 0)
		memcpy(copy, text, n);
	return copy;
}

char *
memory_text(const char *text, struct error *err)
{
	return memory_text_n(text, strlen(text), err);
}
