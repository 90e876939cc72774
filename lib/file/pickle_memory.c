#include "file/pickle_memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/*
 * A training checkpoint of a large network has some 10^5 values, a CIFAR batch
 * 10^5; a value takes 32 bytes, so that the worst pickle stays near 50 MB.
 */
enum { VALUES_MAX = 1 << 20, SLOTS_MAX = 1 << 21, CHUNK_BYTES = 1 << 15 };

struct pickle_chunk {
	struct pickle_chunk *next;
	size_t used, room;
	_Alignas(16) unsigned char bytes[];
};

void *
pickle_memory_new(struct pickle_memory *memory, size_t n, struct error *err)
{
	struct pickle_chunk *chunk = memory->chunks;
	void *p;

	n = (n + 15) / 16 * 16;
	if (chunk == NULL || n > chunk->room - chunk->used) {
		size_t room = n > CHUNK_BYTES ? n : CHUNK_BYTES;

		chunk = memory_new(1, sizeof(*chunk) + room, err);
		if (chunk == NULL)
			return NULL;
		chunk->room = room;
		chunk->next = memory->chunks;
		memory->chunks = chunk;
	}
	p = chunk->bytes + chunk->used;
	chunk->used += n;
	return p;
}

struct pickle_value *
pickle_value_new(
    struct pickle_memory *memory, enum pickle_kind kind, struct error *err)
{
	struct pickle_value *value;

	if (memory->values == VALUES_MAX) {
		error_set(err, "pickle has more than %d values", VALUES_MAX);
		return NULL;
	}
	value = pickle_memory_new(memory, sizeof(*value), err);
	if (value == NULL)
		return NULL;
	memory->values++;
	value->kind = kind;
	return value;
}

/* Old room is left behind: doubling bounds the waste by what is in use. */
static int
grow(struct pickle_memory *memory, struct pickle_value *value, size_t n,
    struct error *err)
{
	size_t room = value->items.room > 0 ? value->items.room : n;
	struct pickle_value **at;

	while (room < n)
		room *= 2;
	if (room > SLOTS_MAX - memory->slots)
		return error_set(
		    err, "pickle has more than %d items", SLOTS_MAX);
	at = pickle_memory_new(
	    memory, room * sizeof(struct pickle_value *), err);
	if (at == NULL)
		return -1;
	if (value->items.n > 0)
		memcpy(at, value->items.at,
		    value->items.n * sizeof(struct pickle_value *));
	memory->slots += room;
	value->items.at = at;
	value->items.room = (uint32_t)room;
	return 0;
}

int
pickle_value_append(struct pickle_memory *memory, struct pickle_value *value,
    struct pickle_value *const *items, size_t n, struct error *err)
{
	size_t total = value->items.n + n; /* both are below 2^32 */

	if (n == 0)
		return 0;
	if (total > SLOTS_MAX)
		return error_set(
		    err, "pickle has more than %d items", SLOTS_MAX);
	if (total > value->items.room && grow(memory, value, total, err) < 0)
		return -1;
	memcpy(value->items.at + value->items.n, items,
	    n * sizeof(struct pickle_value *));
	value->items.n = (uint32_t)total;
	return 0;
}

void
pickle_chunks_free(struct pickle_chunk *chunks)
{
	while (chunks != NULL) {
		struct pickle_chunk *next = chunks->next;

		free(chunks);
		chunks = next;
	}
}
