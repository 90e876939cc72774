#include "net/graph.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "net/operator.h"

void
graph_free(struct graph *graph)
{
	for (size_t i = 0; i < graph->n_values; i++)
		free(graph->values[i].name);
	for (size_t i = 0; i < graph->n_nodes; i++)
		free(graph->nodes[i].name);
	for (size_t i = 0; i < graph->n_tensors; i++)
		tensor_free(&graph->tensors[i]);
	free(graph->values);
	free(graph->nodes);
	free(graph->tensors);
	*graph = (struct graph){0};
}

int
graph_find_tensor(const struct graph *graph, const char *name)
{
	for (size_t i = 0; i < graph->n_tensors; i++)
		if (strcmp(graph->tensors[i].name, name) == 0)
			return (int)i;
	return -1;
}

int
graph_check_tensors(const struct graph *a, const char *what,
    const struct graph *b, struct error *err)
{
	char tb[TENSOR_SHAPE_TEXT_BYTES], ta[TENSOR_SHAPE_TEXT_BYTES];

	if (a->n_tensors != b->n_tensors)
		return error_set(err, "%s has %zu tensor%s, the model has %zu",
		    what, a->n_tensors, plural_s((int64_t)a->n_tensors),
		    b->n_tensors);
	for (size_t i = 0; i < b->n_tensors; i++) {
		const struct tensor *u = &b->tensors[i], *v = &a->tensors[i];

		if (strcmp(u->name, v->name) != 0 || u->type != v->type ||
		    !tensor_same_shape(u, v))
			return error_set(err,
			    "tensor %zu is '%s' (%s %s), in the model it is "
			    "'%s' (%s %s)",
			    i, v->name, tensor_shape_text(v, ta),
			    tensor_type_word(v->type), u->name,
			    tensor_shape_text(u, tb),
			    tensor_type_word(u->type));
	}
	return 0;
}

int64_t
graph_count_weights(const struct graph *graph)
{
	int64_t n = 0;

	for (size_t i = 0; i < graph->n_tensors; i++)
		if (tensor_is_weight(&graph->tensors[i]))
			n += graph->tensors[i].n;
	return n;
}

static int
add_value(struct graph *graph, const char *name, struct graph_value value,
    struct error *err)
{
	if (graph->n_values >= INT_MAX)
		return error_set(err, "the graph has too many values");
	if (memory_grow(&graph->values, &graph->room_values,
		graph->n_values + 1, sizeof(*graph->values), err) < 0)
		return -1;
	value.name = memory_text(name, err);
	if (value.name == NULL)
		return -1;
	graph->values[graph->n_values] = value;
	return (int)graph->n_values++;
}

int
graph_add_input(struct graph *graph, const char *name,
    const struct shape *shape, struct error *err)
{
	if (shape_check(shape, err) < 0)
		return error_prefix(err, "input '%s'", name);
	graph->input = add_value(graph, name,
	    (struct graph_value){.kind = VALUE_INPUT, .shape = *shape}, err);
	return graph->input;
}

int
graph_add_tensor(struct graph *graph, const char *name, enum tensor_type type,
    enum tensor_role role, int rank, const int64_t *dim, struct error *err)
{
	struct tensor tensor;
	int value;

	if (memory_grow(&graph->tensors, &graph->room_tensors,
		graph->n_tensors + 1, sizeof(tensor), err) < 0)
		return -1;
	if (tensor_init(&tensor, name, type, rank, dim, err) < 0) {
		tensor_free(&tensor);
		return -1;
	}
	tensor.role = role;
	value = add_value(graph, name,
	    (struct graph_value){
		.kind = VALUE_TENSOR, .tensor = (int)graph->n_tensors},
	    err);
	if (value < 0) {
		tensor_free(&tensor);
		return -1;
	}
	graph->tensors[graph->n_tensors++] = tensor;
	return value;
}

struct placed {
	size_t place, old;
	struct tensor tensor;
};

static int
compare_places(const void *a, const void *b)
{
	const struct placed *p = a, *q = b;

	if (p->place != q->place)
		return p->place < q->place ? -1 : 1;
	return p->old < q->old ? -1 : p->old > q->old;
}

int
graph_sort_tensors(struct graph *graph, const size_t *place, struct error *err)
{
	const size_t n = graph->n_tensors;
	struct placed *all = memory_new(n, sizeof(*all), err);
	int *where = memory_new(n, sizeof(*where), err);
	int status = all != NULL && where != NULL ? 0 : -1;

	for (size_t i = 0; status == 0 && i < n; i++)
		all[i] = (struct placed){place[i], i, graph->tensors[i]};
	if (status == 0) {
		qsort(all, n, sizeof(*all), compare_places);
		for (size_t i = 0; i < n; i++) {
			graph->tensors[i] = all[i].tensor;
			where[all[i].old] = (int)i;
		}
		for (size_t i = 0; i < graph->n_values; i++)
			if (graph->values[i].kind == VALUE_TENSOR)
				graph->values[i].tensor =
				    where[graph->values[i].tensor];
	}
	free(all);
	free(where);
	return status;
}

static int
value_of_tensor(const struct graph *graph, int tensor)
{
	int v = 0;

	while (graph->values[v].kind != VALUE_TENSOR ||
	       graph->values[v].tensor != tensor)
		v++;
	return v;
}

/* A value's number when `gone` is no more. */
static int
moved_up(int value, int gone)
{
	return value > gone ? value - 1 : value;
}

void
graph_drop_tensor(struct graph *graph, int drop)
{
	const int gone = value_of_tensor(graph, drop);

	for (size_t i = 0; i < graph->n_nodes; i++) {
		struct node *node = &graph->nodes[i];

		for (int j = 0; j < node->n_in; j++)
			node->in[j] = moved_up(node->in[j], gone);
		node->out = moved_up(node->out, gone);
	}
	graph->input = moved_up(graph->input, gone);
	graph->output = moved_up(graph->output, gone);
	free(graph->values[gone].name);
	graph->n_values--;
	for (size_t v = (size_t)gone; v < graph->n_values; v++)
		graph->values[v] = graph->values[v + 1];
	for (size_t v = 0; v < graph->n_values; v++)
		if (graph->values[v].kind == VALUE_TENSOR &&
		    graph->values[v].tensor > drop)
			graph->values[v].tensor--;
	tensor_free(&graph->tensors[drop]);
	graph->n_tensors--;
	for (size_t t = (size_t)drop; t < graph->n_tensors; t++)
		graph->tensors[t] = graph->tensors[t + 1];
}

void
graph_tie(struct graph *graph, int keep, int drop)
{
	const int to = value_of_tensor(graph, keep);
	const int gone = value_of_tensor(graph, drop);

	for (size_t i = 0; i < graph->n_nodes; i++)
		for (int j = 0; j < graph->nodes[i].n_in; j++)
			if (graph->nodes[i].in[j] == gone)
				graph->nodes[i].in[j] = to;
	graph_drop_tensor(graph, drop);
}

/* Index ranges that every later look at the node relies on. */
static int
check_node(
    const struct graph *graph, const struct node *node, struct error *err)
{
	if ((unsigned)node->op >= OP_COUNT)
		return error_set(err,
		    "node '%s' has operator %d, expected "
		    "0 to %d",
		    node->name, (int)node->op, OP_COUNT - 1);
	if (node->n_in < 0 || node->n_in > NODE_INPUTS_MAX)
		return error_set(err,
		    "node '%s' has %d input%s, expected at "
		    "most %d",
		    node->name, node->n_in, plural_s(node->n_in),
		    NODE_INPUTS_MAX);
	for (int i = 0; i < node->n_in; i++)
		if (node->in[i] < 0 || (size_t)node->in[i] >= graph->n_values)
			return error_set(err,
			    "node '%s' reads value %d, the graph has %zu",
			    node->name, node->in[i], graph->n_values);
	return 0;
}

int
graph_add_node(struct graph *graph, enum operator_kind op, const char *name,
    int n_in, const int *in, const struct attributes *attr, struct error *err)
{
	struct node node = {.op = op, .n_in = n_in, .attr = *attr};
	struct graph_value out = {.kind = VALUE_ACTIVATION};

	if (memory_grow(&graph->nodes, &graph->room_nodes, graph->n_nodes + 1,
		sizeof(node), err) < 0)
		return -1;
	for (int i = 0; i < n_in && i < NODE_INPUTS_MAX; i++)
		node.in[i] = in[i];
	node.name = memory_text(name, err);
	if (node.name == NULL)
		return -1;
	if (check_node(graph, &node, err) < 0 ||
	    operator_shape(graph, &node, &out.shape, err) < 0 ||
	    (node.out = add_value(graph, name, out, err)) < 0) {
		free(node.name);
		return -1;
	}
	graph->nodes[graph->n_nodes++] = node;
	graph->output = node.out;
	return node.out;
}

static int
check_values(const struct graph *graph, struct error *err)
{
	for (size_t i = 0; i < graph->n_values; i++) {
		const struct graph_value *value = &graph->values[i];

		if (value->kind == VALUE_TENSOR
			? value->tensor < 0 ||
			      (size_t)value->tensor >= graph->n_tensors
			: shape_check(&value->shape, err) < 0)
			return error_set(err,
			    "value '%s' has no legal tensor or shape",
			    value->name);
		if (value->kind == VALUE_INPUT && (int)i != graph->input)
			return error_set(err,
			    "value '%s' is a second input, expected one",
			    value->name);
	}
	if (graph->input < 0 || (size_t)graph->input >= graph->n_values ||
	    graph->values[graph->input].kind != VALUE_INPUT)
		return error_set(err, "the graph has no input");
	return 0;
}

/* made[v]: value v can be read by the next node. */
static int
check_nodes(const struct graph *graph, bool *made, struct error *err)
{
	struct shape shape;

	for (size_t i = 0; i < graph->n_values; i++)
		made[i] = graph->values[i].kind != VALUE_ACTIVATION;
	for (size_t i = 0; i < graph->n_nodes; i++) {
		const struct node *node = &graph->nodes[i];

		if (check_node(graph, node, err) < 0)
			return -1;
		for (int j = 0; j < node->n_in; j++)
			if (!made[node->in[j]])
				return error_set(err,
				    "node '%s' reads '%s' before it is made",
				    node->name,
				    graph->values[node->in[j]].name);
		if (node->out < 0 || (size_t)node->out >= graph->n_values ||
		    made[node->out])
			return error_set(err,
			    "node '%s' has no output of its own", node->name);
		if (operator_shape(graph, node, &shape, err) < 0)
			return -1;
		if (!shape_same(&shape, &graph->values[node->out].shape))
			return error_set(err,
			    "the output of node '%s' has another shape than "
			    "%s gives",
			    node->name, operator_name(node->op));
		made[node->out] = true;
	}
	if (graph->output < 0 || (size_t)graph->output >= graph->n_values ||
	    graph->values[graph->output].kind == VALUE_TENSOR ||
	    !made[graph->output])
		return error_set(err, "the graph has no output");
	return 0;
}

/* Through nodes that leave numbers as they are. */
static bool
is_from_input(const struct graph *graph, int value)
{
	bool found = true;

	while (found && graph->values[value].kind == VALUE_ACTIVATION) {
		found = false;
		for (size_t i = 0; i < graph->n_nodes && !found; i++) {
			const struct node *node = &graph->nodes[i];

			found =
			    node->out == value &&
			    (node->op == OP_RESHAPE || node->op == OP_FLATTEN ||
				node->op == OP_SLICE ||
				node->op == OP_TRANSPOSE);
			if (found)
				value = node->in[0];
		}
	}
	return graph->values[value].kind == VALUE_INPUT;
}

int64_t
graph_tokens(const struct graph *graph)
{
	int64_t least = 0;

	for (size_t i = 0; i < graph->n_nodes; i++) {
		const struct node *node = &graph->nodes[i];
		const struct graph_value *table = &graph->values[node->in[0]];
		int64_t rows;

		if (node->op != OP_GATHER || table->kind != VALUE_TENSOR ||
		    !is_from_input(graph, node->in[1]))
			continue;
		rows = graph->tensors[table->tensor].dim[node->attr.axis - 1];
		if (least == 0 || rows < least)
			least = rows;
	}
	return least;
}

int
graph_executable(const struct graph *graph, struct error *err)
{
	return graph->n_nodes > 0
		   ? 0
		   : error_set(err, "the model has no graph, only tensors: "
				    "evalgrid --exec can evaluate it");
}

int
graph_check(const struct graph *graph, struct error *err)
{
	bool *made;
	int status;

	if (check_values(graph, err) < 0)
		return -1;
	made = memory_new(graph->n_values, sizeof(*made), err);
	if (made == NULL)
		return -1;
	status = check_nodes(graph, made, err);
	free(made);
	return status;
}
