#include "net/graph_codec.h"

#include <stddef.h>
#include <string.h>

#include "base/digest_set.h"
#include "base/plural.h"

enum { NODES_MAX = 20000, TENSORS_MAX = 20000, ATTRIBUTE_MAX = SHAPE_SIZE_MAX };

/* Where an attribute lives: the same table packs and unpacks. */
static const struct {
	const char *name;
	size_t offset;
	int n;
} attribute_rows[] = {
    {"kernel_shape", offsetof(struct attributes, kernel_shape), SPATIAL},
    {"strides", offsetof(struct attributes, strides), SPATIAL},
    {"pads", offsetof(struct attributes, pads), 2 * SPATIAL},
    {"dilations", offsetof(struct attributes, dilations), SPATIAL},
    {"group", offsetof(struct attributes, group), 1},
    {"ceil_mode", offsetof(struct attributes, ceil_mode), 1},
    {"count_include_pad", offsetof(struct attributes, count_include_pad), 1},
    {"axis", offsetof(struct attributes, axis), 1},
    {"transB", offsetof(struct attributes, trans_b), 1},
    {"start", offsetof(struct attributes, start), 3},
    {"step", offsetof(struct attributes, step), 3},
    {"end", offsetof(struct attributes, end), 3},
    {"pad_before", offsetof(struct attributes, pad_before), 3},
    {"pad_after", offsetof(struct attributes, pad_after), 3},
    {"axes", offsetof(struct attributes, axes), IMAGE_RANK_MAX},
    {"perm", offsetof(struct attributes, perm), IMAGE_RANK_MAX},
    {"keepdims", offsetof(struct attributes, keepdims), 1},
    {"approximate", offsetof(struct attributes, approximate), 1},
    {"shape", offsetof(struct attributes, shape), IMAGE_RANK_MAX},
};
enum { ATTRIBUTE_ROWS = sizeof(attribute_rows) / sizeof(attribute_rows[0]) };

/* Those that are reals. */
static const struct {
	const char *name;
	size_t offset;
} real_rows[] = {
    {"epsilon", offsetof(struct attributes, epsilon)},
    {"alpha", offsetof(struct attributes, alpha)},
    {"beta", offsetof(struct attributes, beta)},
    {"min", offsetof(struct attributes, min)},
    {"max", offsetof(struct attributes, max)},
};
enum { REAL_ROWS = sizeof(real_rows) / sizeof(real_rows[0]) };

static float
real_attribute(const struct attributes *attr, int row)
{
	return *(const float *)(const void *)((const char *)attr +
					      real_rows[row].offset);
}

static const int *
attribute(const struct attributes *attr, int row)
{
	return (const int *)(const void *)((const char *)attr +
					   attribute_rows[row].offset);
}

static int
is_set(const struct attributes *attr, int row)
{
	for (int i = 0; i < attribute_rows[row].n; i++)
		if (attribute(attr, row)[i] != 0)
			return 1;
	return 0;
}

static void
pack_attributes(struct pack *pack, const struct attributes *attr)
{
	pack_open(pack);
	for (int r = 0; r < ATTRIBUTE_ROWS; r++) {
		const int *v = attribute(attr, r);

		if (!is_set(attr, r))
			continue;
		pack_key(pack, attribute_rows[r].name);
		if (attribute_rows[r].n > 1)
			pack_array(pack, (size_t)attribute_rows[r].n);
		for (int i = 0; i < attribute_rows[r].n; i++)
			pack_int(pack, v[i]);
	}
	for (int r = 0; r < REAL_ROWS; r++)
		if (real_attribute(attr, r) != 0.0F)
			pack_key_real(pack, real_rows[r].name,
			    (double)real_attribute(attr, r));
	pack_close(pack);
}

void
graph_pack_tensors(struct pack *pack, const struct graph *graph)
{
	pack_array(pack, graph->n_tensors);
	for (size_t i = 0; i < graph->n_tensors; i++) {
		const struct tensor *t = &graph->tensors[i];

		pack_open(pack);
		pack_key_text(pack, "name", t->name);
		pack_key_text(pack, "dtype", tensor_type_word(t->type));
		pack_key_ints(pack, "shape", t->dim, (size_t)t->rank);
		pack_key_text(pack, "role", tensor_role_word(t->role));
		pack_key_int(pack, "out_axis", t->out_axis);
		pack_close(pack);
	}
}

void
graph_pack(struct pack *pack, const struct graph *graph)
{
	const struct graph_value *input = &graph->values[graph->input];

	pack_open(pack);
	pack_key(pack, "input");
	pack_open(pack);
	pack_key_text(pack, "name", input->name);
	pack_key_ints(
	    pack, "shape", input->shape.dim, (size_t)input->shape.rank);
	pack_close(pack);
	pack_key(pack, "nodes");
	pack_array(pack, graph->n_nodes);
	for (size_t i = 0; i < graph->n_nodes; i++) {
		const struct node *node = &graph->nodes[i];

		pack_open(pack);
		pack_key_text(pack, "op", operator_name(node->op));
		pack_key_text(pack, "name", node->name);
		pack_key(pack, "in");
		pack_array(pack, (size_t)node->n_in);
		for (int j = 0; j < node->n_in; j++)
			pack_text(pack, graph->values[node->in[j]].name);
		pack_key(pack, "attr");
		pack_attributes(pack, &node->attr);
		pack_close(pack);
	}
	pack_key_text(pack, "output", graph->values[graph->output].name);
	pack_close(pack);
}

int
graph_same(const struct graph *a, const struct graph *b, struct error *err)
{
	struct pack pa = {0}, pb = {0};
	const void *bytes_a, *bytes_b;
	size_t n_a, n_b;
	int same = -1;

	if (a->n_nodes == 0 || b->n_nodes == 0)
		return 1;
	graph_pack(&pa, a);
	graph_pack(&pb, b);
	bytes_a = pack_encoded(&pa, &n_a, err);
	bytes_b = pack_encoded(&pb, &n_b, err);
	if (bytes_a != NULL && bytes_b != NULL)
		same = n_a == n_b && memcmp(bytes_a, bytes_b, n_a) == 0;
	pack_free(&pa);
	pack_free(&pb);
	return same;
}

static int
unpack_tensor(struct graph *graph, const struct value *map, struct error *err)
{
	char name[TENSOR_NAME_MAX + 1], word[32];
	int64_t dim[TENSOR_RANK_MAX], out_axis;
	enum tensor_type type;
	enum tensor_role role;
	size_t rank;

	if (field_text(map, "name", name, sizeof(name), err) < 0 ||
	    field_text(map, "dtype", word, sizeof(word), err) < 0 ||
	    tensor_type_parse(word, &type, err) < 0 ||
	    field_text(map, "role", word, sizeof(word), err) < 0 ||
	    tensor_role_parse(word, &role, err) < 0 ||
	    field_ints(map, "shape", 0, INT64_C(1) << 40, dim, TENSOR_RANK_MAX,
		&rank, err) < 0 ||
	    field_int(map, "out_axis", 0, rank > 0 ? (int64_t)rank - 1 : 0,
		&out_axis, err) < 0 ||
	    graph_add_tensor(graph, name, type, role, (int)rank, dim, err) < 0)
		return -1;
	graph->tensors[graph->n_tensors - 1].out_axis = (int)out_axis;
	return 0;
}

static int
unpack_input(struct graph *graph, const struct value *map, struct error *err)
{
	const struct value *input = field_map(map, "input", err);
	char name[TENSOR_NAME_MAX + 1];
	struct shape shape = {0};
	size_t rank;

	if (input == NULL ||
	    field_text(input, "name", name, sizeof(name), err) < 0 ||
	    field_ints(input, "shape", 1, 1 << 20, shape.dim,
		TENSOR_RANK_MAX - 1, &rank, err) < 0)
		return -1;
	shape.rank = (int)rank;
	return graph_add_input(graph, name, &shape, err);
}

static bool
is_attribute(const struct value *key)
{
	for (int r = 0; r < ATTRIBUTE_ROWS; r++)
		if (value_is(key, attribute_rows[r].name))
			return true;
	for (int r = 0; r < REAL_ROWS; r++)
		if (value_is(key, real_rows[r].name))
			return true;
	return false;
}

/* What is not known here makes a node another function. */
static int
check_attributes(const struct value *map, struct error *err)
{
	for (size_t i = 0; i < map_count(map); i++) {
		const struct value *key = map_key(map, i);
		const char *chars = "";
		size_t n = 0;

		if (is_attribute(key))
			continue;
		value_chars(key, &chars, &n);
		return error_set(err, "attribute '%.*s' is not known",
		    (int)(n < 80 ? n : 80), chars);
	}
	return 0;
}

static int
unpack_attributes(
    struct attributes *attr, const struct value *map, struct error *err)
{
	if (check_attributes(map, err) < 0)
		return -1;
	for (int r = 0; r < ATTRIBUTE_ROWS; r++) {
		int *to =
		    (int *)(void *)((char *)attr + attribute_rows[r].offset);
		int64_t v[IMAGE_RANK_MAX];
		size_t n = 1, want = (size_t)attribute_rows[r].n;
		const char *key = attribute_rows[r].name;

		if (value_get(map, key) == NULL)
			continue;
		if (want == 1 ? field_int(map, key, -ATTRIBUTE_MAX,
				    ATTRIBUTE_MAX, v, err) < 0
			      : field_ints(map, key, -ATTRIBUTE_MAX,
				    ATTRIBUTE_MAX, v, want, &n, err) < 0)
			return -1;
		if (n != want)
			return error_set(err,
			    "attribute %s has %zu number%s, expected %zu", key,
			    n, plural_s((int64_t)n), want);
		for (size_t i = 0; i < n; i++)
			to[i] = (int)v[i];
	}
	for (int r = 0; r < REAL_ROWS; r++) {
		double real;

		if (value_get(map, real_rows[r].name) == NULL)
			continue;
		if (field_real(map, real_rows[r].name, &real, err) < 0)
			return -1;
		*(float *)(void *)((char *)attr + real_rows[r].offset) =
		    (float)real;
	}
	return 0;
}

static int
find_value(
    const struct graph *graph, const struct value *name, struct error *err)
{
	const char *chars = "";
	size_t n = 0;

	for (size_t i = graph->n_values; i-- > 0;)
		if (value_is(name, graph->values[i].name))
			return (int)i;
	value_chars(name, &chars, &n);
	return error_set(err, "input '%.*s' is no value of the graph so far",
	    (int)(n < 80 ? n : 80), chars);
}

static int
unpack_node(struct graph *graph, const struct value *map, struct error *err)
{
	char op_name[64], name[TENSOR_NAME_MAX + 1];
	struct attributes attr = {0};
	const struct value *in, *attr_map;
	enum operator_kind op;
	int inputs[NODE_INPUTS_MAX], n;

	if (field_text(map, "op", op_name, sizeof(op_name), err) < 0 ||
	    operator_parse(op_name, &op, err) < 0 ||
	    field_text(map, "name", name, sizeof(name), err) < 0 ||
	    (in = field_array(map, "in", NODE_INPUTS_MAX, err)) == NULL ||
	    (attr_map = field_map(map, "attr", err)) == NULL ||
	    unpack_attributes(&attr, attr_map, err) < 0)
		return -1;
	n = (int)array_count(in);
	for (int i = 0; i < n; i++) {
		inputs[i] = find_value(graph, array_at(in, (size_t)i), err);
		if (inputs[i] < 0)
			return -1;
	}
	return graph_add_node(graph, op, name, n, inputs, &attr, err);
}

static int
unpack_tensors(
    struct graph *graph, const struct value *header, struct error *err)
{
	const struct value *tensors =
	    field_array(header, "tensors", TENSORS_MAX, err);

	if (tensors == NULL)
		return -1;
	for (size_t i = 0; i < array_count(tensors); i++)
		if (unpack_tensor(graph, array_at(tensors, i), err) < 0)
			return error_prefix(err, "tensor %zu", i);
	return 0;
}

static int
unpack_all(struct graph *graph, const struct value *header, struct error *err)
{
	const struct value *map, *nodes;

	if (value_get(header, "graph") == NULL)
		return unpack_tensors(graph, header, err);
	map = field_map(header, "graph", err);
	nodes = map != NULL ? field_array(map, "nodes", NODES_MAX, err) : NULL;
	if (nodes == NULL || unpack_input(graph, map, err) < 0 ||
	    unpack_tensors(graph, header, err) < 0)
		return -1;
	for (size_t i = 0; i < array_count(nodes); i++)
		if (unpack_node(graph, array_at(nodes, i), err) < 0)
			return error_prefix(err, "node %zu", i);
	graph->output = find_value(graph, value_get(map, "output"), err);
	return graph->output < 0 ? -1 : 0;
}

/* Inputs are known by name, so that two values of one name are no graph. */
static int
check_names(const struct graph *graph, struct error *err)
{
	struct digest_set names = {0};
	int status = 1;

	for (size_t i = 0; i < graph->n_values && status == 1; i++) {
		const char *name = graph->values[i].name;

		status = digest_set_add(&names, name, strlen(name), err);
		if (status == 0)
			error_set(err,
			    "name '%s' stands for two tensors or nodes", name);
	}
	digest_set_free(&names);
	return status == 1 ? 0 : -1;
}

int
graph_unpack(struct graph *graph, const struct value *header, struct error *err)
{
	if (unpack_all(graph, header, err) == 0 && check_names(graph, err) == 0)
		return 0;
	graph_free(graph);
	return -1;
}
