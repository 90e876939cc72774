/* An ONNX file's nodes one after the other, and what frames them. */
#include "onnx/onnx_import.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "onnx/onnx_inline.h"
#include "onnx/onnx_order.h"

/* Outputs that its converter does not make are there, and nobody may read. */
static int
spare_outputs(const struct onnx_step *step)
{
	const struct onnx_node *node = step->node;

	for (size_t i = 1; i < node->n_out; i++) {
		const struct onnx_text name = onnx_name_at(step, node->out + i);
		struct onnx_result *out;

		if (step->listed->outputs == OUTPUTS_ALL || name.n == 0)
			continue;
		out = onnx_add_result(step->import, name);
		if (out == NULL)
			return -1;
		out->kind = ONNX_UNKNOWN;
		out->origin = (int)(node - step->import->file->nodes);
	}
	return 0;
}

/* Is this an operator that is known at all? */
static int
check_operator(struct onnx_step *step)
{
	const struct onnx_node *node = step->node;

	if (node->domain.n > 0 && !onnx_text_is(node->domain, "ai.onnx"))
		return error_set(step->import->err,
		    "operators of domain '%.*s' are not supported%s",
		    ONNX_TEXT(node->domain),
		    step->import->file->n_functions > 0
			? ", and the file does not define this one"
			: "");
	step->listed = onnx_find_operator(node->op);
	return step->listed != NULL ? 0 : onnx_refuse(step, false);
}

static int
convert(struct onnx_step *step)
{
	const struct onnx_node *node = step->node;
	const struct onnx_row *row;

	for (size_t i = 0; i < node->n_in; i++)
		if (onnx_has(step, i) && onnx_find_in(step, i) == NULL)
			return -1;
	if (check_operator(step) < 0 || (row = onnx_row_of(step)) == NULL ||
	    onnx_check_node(step) < 0 || row->convert(step) < 0 ||
	    onnx_check_seen(step) < 0)
		return -1;
	return spare_outputs(step);
}

static int
each_node(struct onnx_import *import, int (*function)(struct onnx_step *step))
{
	for (size_t i = 0; i < import->file->n_nodes; i++) {
		const struct onnx_node *node = &import->file->nodes[i];
		struct onnx_seen seen = {0};
		struct onnx_step step = {
		    .import = import, .node = node, .seen = &seen};

		if (function(&step) < 0)
			return error_prefix(import->err,
			    "node '%.*s' (%.*s, opset %lld)",
			    ONNX_TEXT(onnx_node_name(&step)),
			    ONNX_TEXT(node->op),
			    (long long)import->file->opset);
	}
	return 0;
}

/*
 * A layer that nobody knows is the reason, rather than what is made up before
 * it: the first state of an LSTM.
 */
static int
convert_all(struct onnx_import *import)
{
	return each_node(import, check_operator) < 0 ||
		       each_node(import, convert) < 0
		   ? -1
		   : 0;
}

static int
start_tensors(struct onnx_import *import)
{
	for (size_t i = 0; i < import->file->n_tensors; i++) {
		const struct onnx_tensor *t = &import->file->tensors[i];
		struct onnx_result *result = onnx_add_result(import, t->name);

		if (result == NULL)
			return -1;
		result->kind = ONNX_TENSOR;
		result->tensor = *t;
		result->learned = true;
		result->shape.rank = t->rank;
		memcpy(result->shape.dim, t->dim, sizeof(t->dim));
	}
	return 0;
}

/* Nothing happens to the image: a graph has one node at least. */
static int
copy_input(struct onnx_import *import)
{
	struct graph *graph = import->graph;
	const struct shape *shape = &graph->values[graph->input].shape;
	const struct onnx_text base = {"image", strlen("image")};
	struct attributes attr = {.axis = 1};
	char name[TENSOR_NAME_MAX + 1];

	for (int i = 0; i < shape->rank; i++)
		attr.shape[i] = (int)shape->dim[i];
	if (onnx_unique_name(import, base, name) < 0)
		return -1;
	graph->output =
	    graph_add_node(graph, shape->rank == 1 ? OP_FLATTEN : OP_RESHAPE,
		name, 1, &graph->input, &attr, import->err);
	return graph->output < 0 ? -1 : 0;
}

static int
finish_output(struct onnx_import *import)
{
	const struct onnx_file *file = import->file;
	const struct onnx_result *result;
	int slot;

	if (file->n_outputs != 1)
		return error_set(import->err,
		    "a graph with %zu output%s, expected one", file->n_outputs,
		    plural_s((int64_t)file->n_outputs));
	slot = *onnx_slot(import, file->outputs[0].name);
	if (slot == 0)
		return error_set(import->err, "output '%.*s' is made nowhere",
		    ONNX_TEXT(file->outputs[0].name));
	result = &import->results[slot - 1];
	if (result->kind == ONNX_UNKNOWN)
		return error_set(import->err,
		    "output '%.*s' is not the first one of its node: only that "
		    "is supported",
		    ONNX_TEXT(result->name));
	/* The output of a file of one image is that image's. */
	if (result->kind != ONNX_ACTIVATION ||
	    (result->shape.dim[0] != BATCH &&
		(import->static_batch != 1 || onnx_is_fixed(&result->shape))))
		return error_set(import->err,
		    "output '%.*s' has not one row per image",
		    ONNX_TEXT(result->name));
	import->graph->output = result->value;
	return result->value == import->graph->input ? copy_input(import) : 0;
}

/* What a user should know. */
static void
finish_notes(struct onnx_import *import)
{
	const struct graph *graph = import->graph;
	bool conv = false, norm = false;

	for (size_t i = 0; i < graph->n_nodes; i++) {
		const struct node *node = &graph->nodes[i];

		conv |= node->op == OP_CONV;
		norm |= node->op == OP_BATCH_NORMALIZATION ||
			node->op == OP_LAYER_NORMALIZATION ||
			node->op == OP_SQRT; /* a norm in parts */
		if (node->out == graph->output)
			import->notes->probabilities = node->op == OP_SOFTMAX;
	}
	import->notes->folded |= conv && !norm;
	import->notes->opset = import->file->opset;
}

/*
 * The file's order is PyTorch's, unless the exporter replaced tensors: then
 * that of the nodes is closer.
 */
static int
order_tensors(struct onnx_import *import)
{
	if (import->made_up)
		return 0;
	return graph_sort_tensors(import->graph, import->order, import->err);
}

/*
 * Tensors that no node reads go, too, or they would be moved and measured with
 * the others.  A counter follows its variance.
 */
static void
drop_tensors(struct onnx_import *import, const bool *read)
{
	struct graph *graph = import->graph;
	bool *keep = import->kept;

	for (size_t v = 0; v < graph->n_values; v++)
		if (graph->values[v].kind == VALUE_TENSOR)
			keep[graph->values[v].tensor] = read[v];
	for (size_t t = 1; t < graph->n_tensors; t++)
		if (graph->tensors[t].role == ROLE_BATCHES)
			keep[t] = keep[t - 1];
	for (size_t t = graph->n_tensors; t-- > 0;) {
		if (keep[t])
			continue;
		graph_drop_tensor(graph, (int)t);
		memmove(&import->order[t], &import->order[t + 1],
		    (graph->n_tensors - t) * sizeof(*import->order));
	}
}

/* Nodes on which the output does not depend go. */
static int
drop_unread(struct onnx_import *import)
{
	struct graph *graph = import->graph;
	bool *read = memory_new(graph->n_values, sizeof(*read), import->err);
	size_t n = 0;

	import->kept =
	    memory_new(graph->n_tensors, sizeof(*import->kept), import->err);
	if (read == NULL || import->kept == NULL) {
		free(read);
		return -1;
	}
	read[graph->output] = true;
	for (size_t i = graph->n_nodes; i-- > 0;)
		for (int j = 0;
		     read[graph->nodes[i].out] && j < graph->nodes[i].n_in; j++)
			read[graph->nodes[i].in[j]] = true;
	for (size_t i = 0; i < graph->n_nodes; i++) {
		if (read[graph->nodes[i].out])
			graph->nodes[n++] = graph->nodes[i];
		else
			free(graph->nodes[i].name);
	}
	graph->n_nodes = n;
	drop_tensors(import, read);
	free(read);
	return 0;
}

static int
check_opset(const struct onnx_file *file, struct error *err)
{
	if (file->opset == 0)
		return error_set(err,
		    "the file names no opset (opset_import of ONNX's own "
		    "domain), expected %d to %d",
		    ONNX_OPSET_LEAST, ONNX_OPSET_MOST);
	if (file->opset < ONNX_OPSET_LEAST || file->opset > ONNX_OPSET_MOST)
		return error_set(err, "opset %lld, expected %d to %d",
		    (long long)file->opset, ONNX_OPSET_LEAST, ONNX_OPSET_MOST);
	return 0;
}

static int
run(struct onnx_import *import, const struct shape *input)
{
	const struct onnx_file *file = import->file;
	const size_t n = file->n_names + file->n_tensors + 1;

	import->results = memory_new(n, sizeof(*import->results), import->err);
	if (import->results == NULL ||
	    onnx_map_start(&import->map, n, import->err) < 0 ||
	    onnx_map_start(&import->taken, 16, import->err) < 0 ||
	    start_tensors(import) < 0 || onnx_start_input(import, input) < 0 ||
	    convert_all(import) < 0 || finish_output(import) < 0 ||
	    drop_unread(import) < 0 || order_tensors(import) < 0)
		return -1;
	if (import->tokens && graph_tokens(import->graph) == 0)
		return error_set(import->err,
		    "the input holds integers, expected that a Gather takes "
		    "them as tokens");
	finish_notes(import);
	return graph_check(import->graph, import->err);
}

bool
onnx_is(const uint8_t *bytes, size_t n)
{
	/* ir_version, a small number (3 in the first release), comes first */
	return n > 2 && bytes[0] == 0x08 && bytes[1] >= 3 && bytes[1] < 0x40 &&
	       (bytes[2] & 7) != 3 && (bytes[2] & 7) != 4;
}

int
onnx_read(struct graph *graph, const struct content *content, const char *path,
    const struct shape *input, struct onnx_notes *notes, struct error *err)
{
	struct onnx_file file;
	struct onnx_import import = {.file = &file,
	    .graph = graph,
	    .folder = {.path = path, .inputs = content->inputs},
	    .notes = notes,
	    .err = err};
	int status;

	*notes = (struct onnx_notes){0};
	*graph = (struct graph){0};
	status = onnx_file_read(&file, content, err) < 0 ||
			 check_opset(&file, err) < 0 ||
			 onnx_inline(&file, err) < 0 ||
			 onnx_order(&file, err) < 0
		     ? -1
		     : run(&import, input);
	for (size_t i = 0; i < import.n_results; i++)
		free(import.results[i].number);
	free(import.results);
	free(import.map.slot);
	free(import.taken.slot);
	free(import.order);
	free(import.kept);
	onnx_file_free(&file);
	if (status < 0) {
		graph_free(graph);
		onnx_name_batch(err);
	}
	return status;
}
