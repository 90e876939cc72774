/*
 * The nodes that the output depends on, in an order in which each one reads
 * what is there: a file may have them in any, and others beside them.
 */
#include "onnx/onnx_order.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "onnx/onnx_import.h"

enum { NEW, STARTED, DONE };

struct order {
	struct onnx_file *file;
	struct onnx_map made;   /* names of outputs: 1 + place in the list */
	struct onnx_map inputs; /* names of inputs: 1 + number */
	int *maker;           /* per name of the list: the node that makes it */
	bool *live;           /* per node */
	unsigned char *state; /* per node, of the enum */
	int *stack;           /* room for all nodes */
	struct onnx_node *sorted;
	size_t n_sorted;
	struct error *err;
};

static bool
same(struct onnx_text a, struct onnx_text b)
{
	return a.n == b.n && memcmp(a.chars, b.chars, a.n) == 0;
}

/* The slot of a name among the outputs, or among the inputs. */
static int *
find_slot(
    const struct order *o, const struct onnx_map *map, struct onnx_text name)
{
	size_t i = onnx_hash(name.chars, name.n) & (map->room - 1);

	for (; map->slot[i] != 0; i = (i + 1) & (map->room - 1)) {
		const int k = map->slot[i] - 1;

		if (same(map == &o->made ? o->file->names[k]
					 : o->file->inputs[k].name,
			name))
			break;
	}
	return &map->slot[i];
}

/* Prefixes the error with the node. */
static int
blame(const struct order *o, const struct onnx_node *node)
{
	const struct onnx_text name = node->name.n > 0 || node->n_out == 0
					  ? node->name
					  : o->file->names[node->out];

	return error_prefix(o->err, "node '%.*s' (%.*s, opset %lld)",
	    ONNX_TEXT(name), ONNX_TEXT(node->op), (long long)o->file->opset);
}

static int
note_outputs(struct order *o, int i)
{
	const struct onnx_node *node = &o->file->nodes[i];

	for (size_t k = node->out; k < node->out + node->n_out; k++) {
		const struct onnx_text name = o->file->names[k];
		int *slot = find_slot(o, &o->made, name);

		if (name.n == 0)
			continue;
		if (*slot != 0) {
			error_set(o->err, "value '%.*s' is made twice",
			    ONNX_TEXT(name));
			return blame(o, node);
		}
		*slot = 1 + (int)k;
		o->maker[k] = i;
	}
	return 0;
}

static int
start(struct order *o)
{
	const struct onnx_file *file = o->file;
	const size_t n = file->n_nodes + 1;

	o->maker = memory_new(file->n_names + 1, sizeof(*o->maker), o->err);
	o->live = memory_new(n, sizeof(*o->live), o->err);
	o->state = memory_new(n, sizeof(*o->state), o->err);
	o->stack = memory_new(n, sizeof(*o->stack), o->err);
	o->sorted = memory_new(n, sizeof(*o->sorted), o->err);
	if (o->maker == NULL || o->live == NULL || o->state == NULL ||
	    o->stack == NULL || o->sorted == NULL ||
	    onnx_map_start(&o->made, file->n_names, o->err) < 0 ||
	    onnx_map_start(&o->inputs, file->n_inputs, o->err) < 0)
		return -1;
	for (size_t i = 0; i < file->n_nodes; i++)
		if (note_outputs(o, (int)i) < 0)
			return -1;
	for (size_t i = 0; i < file->n_inputs; i++)
		*find_slot(o, &o->inputs, file->inputs[i].name) = 1 + (int)i;
	return 0;
}

/* The node that makes a name, or -1. */
static int
maker_of(const struct order *o, struct onnx_text name)
{
	const int slot = *find_slot(o, &o->made, name);

	return name.n == 0 || slot == 0 ? -1 : o->maker[slot - 1];
}

/* A name that is read: its maker is awaited, or an input is wanted. */
static void
read_name(struct order *o, struct onnx_text name, size_t *n)
{
	const int maker = maker_of(o, name);
	const int input = *find_slot(o, &o->inputs, name);

	if (maker >= 0 && !o->live[maker]) {
		o->live[maker] = true;
		o->stack[(*n)++] = maker;
	}
	if (maker < 0 && input != 0)
		o->file->inputs[input - 1].read = true;
}

/* From the outputs back. */
static void
find_live(struct order *o)
{
	const struct onnx_file *file = o->file;
	size_t n = 0;

	for (size_t i = 0; i < file->n_outputs; i++)
		read_name(o, file->outputs[i].name, &n);
	while (n > 0) {
		const struct onnx_node *node = &file->nodes[o->stack[--n]];

		for (size_t k = node->in; k < node->in + node->n_in; k++)
			read_name(o, file->names[k], &n);
	}
}

/* A maker of what the node reads that is not there yet, or -1. */
static int
awaited(const struct order *o, const struct onnx_node *node)
{
	for (size_t k = node->in; k < node->in + node->n_in; k++) {
		const int maker = maker_of(o, o->file->names[k]);

		if (maker >= 0 && o->state[maker] != DONE)
			return maker;
	}
	return -1;
}

/* Node i, behind all that it waits for. */
static int
place(struct order *o, int i)
{
	size_t n = 0;

	if (o->state[i] == DONE)
		return 0;
	o->stack[n++] = i;
	while (n > 0) {
		const int top = o->stack[n - 1];
		const struct onnx_node *node = &o->file->nodes[top];
		const int next = awaited(o, node);

		o->state[top] = next < 0 ? DONE : STARTED;
		if (next < 0) {
			o->sorted[o->n_sorted++] = *node;
			n--;
		} else if (o->state[next] == STARTED) {
			error_set(o->err, "depends on its own output '%.*s'",
			    ONNX_TEXT(o->file->names[node->out]));
			return blame(o, node);
		} else {
			o->stack[n++] = next;
		}
	}
	return 0;
}

static int
sort(struct order *o)
{
	if (start(o) < 0)
		return -1;
	find_live(o);
	for (size_t i = 0; i < o->file->n_nodes; i++)
		if (o->live[i] && place(o, (int)i) < 0)
			return -1;
	if (o->n_sorted > 0)
		memcpy(o->file->nodes, o->sorted,
		    o->n_sorted * sizeof(*o->sorted));
	o->file->n_nodes = o->n_sorted;
	return 0;
}

int
onnx_order(struct onnx_file *file, struct error *err)
{
	struct order o = {.file = file, .err = err};
	const int status = sort(&o);

	free(o.made.slot);
	free(o.inputs.slot);
	free(o.maker);
	free(o.live);
	free(o.state);
	free(o.stack);
	free(o.sorted);
	return status;
}
