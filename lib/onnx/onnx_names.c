/* Names of a file, and what they stand for. */
#include <string.h>

#include "base/memory.h"
#include "onnx/onnx_import.h"

/* FNV-1a; attackers who make names collide only slow themselves down. */
size_t
onnx_hash(const char *chars, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)chars[i]) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 32);
}

int
onnx_map_start(struct onnx_map *map, size_t n, struct error *err)
{
	map->room = 16;
	while (map->room < 2 * n)
		map->room *= 2;
	map->slot = memory_new(map->room, sizeof(*map->slot), err);
	return map->slot != NULL ? 0 : -1;
}

/* The slot of the name among results. */
int *
onnx_slot(const struct onnx_import *import, struct onnx_text name)
{
	const struct onnx_map *map = &import->map;
	size_t i = onnx_hash(name.chars, name.n) & (map->room - 1);

	for (; map->slot[i] != 0; i = (i + 1) & (map->room - 1)) {
		const struct onnx_text *other =
		    &import->results[map->slot[i] - 1].name;

		if (other->n == name.n &&
		    memcmp(other->chars, name.chars, name.n) == 0)
			break;
	}
	return &map->slot[i];
}

struct onnx_text
onnx_name_at(const struct onnx_step *step, size_t i)
{
	return step->import->file->names[i];
}

bool
onnx_has(const struct onnx_step *step, size_t i)
{
	return i < step->node->n_in &&
	       onnx_name_at(step, step->node->in + i).n > 0;
}

struct onnx_text
onnx_node_name(const struct onnx_step *step)
{
	if (step->node->name.n > 0 || step->node->n_out == 0)
		return step->node->name;
	return onnx_name_at(step, step->node->out);
}
