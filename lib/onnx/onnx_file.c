#include "onnx/onnx_file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/character.h"
#include "base/magic.h"
#include "base/memory.h"
#include "base/text.h"

/* As many nodes and tensors as a model record takes. */
enum { NODES_MAX = 20000, TENSORS_MAX = 20000, NAMES_MAX = 1 << 18 };

bool
onnx_text_is(struct onnx_text text, const char *other)
{
	return strlen(other) == text.n &&
	       memcmp(text.chars, other, text.n) == 0;
}

/* Fields by number: ONNX's messages, as far as they are read. */
enum {
	MODEL_GRAPH = 7,
	MODEL_OPSET = 8,
	MODEL_FUNCTION = 25,
	FUNCTION_NAME = 1,
	FUNCTION_DOMAIN = 10,
	OPSET_DOMAIN = 1,
	OPSET_VERSION = 2,
	GRAPH_NODE = 1,
	GRAPH_INITIALIZER = 5,
	GRAPH_INPUT = 11,
	GRAPH_OUTPUT = 12,
	GRAPH_QUANTISATION = 14,
	GRAPH_SPARSE = 15,
	NODE_INPUT = 1,
	NODE_OUTPUT = 2,
	NODE_NAME = 3,
	NODE_OP = 4,
	NODE_ATTRIBUTE = ONNX_NODE_ATTRIBUTE,
	NODE_DOMAIN = 7,
	TENSOR_DIMS = 1,
	TENSOR_TYPE = 2,
	TENSOR_NAME = 8,
	TENSOR_LOCATION = 14,
	VALUE_NAME = 1,
	VALUE_TYPE = 2,
	TYPE_TENSOR = 1,
	TYPE_ELEMENT = 1,
	TYPE_SHAPE = 2,
	SHAPE_DIM = 1,
	DIM_VALUE = 1,
};

int
onnx_want(
    const struct wire_field *field, enum wire_type type, struct error *err)
{
	if (field->type != type)
		return error_set(err, "field %u has wire type %u, expected %u",
		    field->number, (unsigned)field->type, (unsigned)type);
	return 0;
}

int
onnx_read_text(
    const struct wire_field *field, struct onnx_text *text, struct error *err)
{
	if (onnx_want(field, WIRE_BYTES, err) < 0)
		return -1;
	*text = (struct onnx_text){
	    (const char *)field->bytes.at, wire_bytes(&field->bytes)};
	if (!text_is_printable(text->chars, text->n))
		return error_set(err, "a name is not printable text");
	return 0;
}

/* ONNX's number of an element type; -1: none that it could be. */
static int
element_type(uint64_t number)
{
	return number <= INT_MAX ? (int)number : -1;
}

static int
read_dims(
    struct wire_field *field, struct onnx_tensor *tensor, struct error *err)
{
	int64_t dim;
	int more;

	while ((more = wire_next_integer(field, &dim, err)) > 0) {
		if (tensor->rank == TENSOR_RANK_MAX)
			return error_set(err,
			    "a tensor has more than %d dimensions",
			    TENSOR_RANK_MAX);
		if (dim < 0 ||
		    __builtin_mul_overflow(tensor->n, dim, &tensor->n) ||
		    tensor->n > INT64_C(1) << 40)
			return error_set(err, "impossible shape");
		tensor->dim[tensor->rank++] = dim;
	}
	return more;
}

int
onnx_read_tensor(
    struct wire message, struct onnx_tensor *tensor, struct error *err)
{
	struct wire wire = message;
	struct wire_field field;
	int more;

	*tensor = (struct onnx_tensor){.message = message, .n = 1};
	while ((more = wire_next(&wire, &field, err)) > 0) {
		int status = 0;

		if (field.number == TENSOR_DIMS) {
			status = read_dims(&field, tensor, err);
		} else if (field.number == TENSOR_NAME) {
			status = onnx_read_text(&field, &tensor->name, err);
		} else if (field.number == TENSOR_TYPE) {
			status = onnx_want(&field, WIRE_INTEGER, err);
			tensor->type = element_type(field.integer);
		} else if (field.number == TENSOR_LOCATION) {
			status = onnx_want(&field, WIRE_INTEGER, err);
			tensor->external = field.integer == 1;
			if (status == 0 && field.integer > 1)
				status = error_set(err,
				    "data location is %llu, expected 0 or 1",
				    (unsigned long long)field.integer);
		}
		if (status < 0)
			return error_prefix(
			    err, "tensor '%.*s'", ONNX_TEXT(tensor->name));
	}
	return more;
}

static int
add_name(struct onnx_file *file, const struct wire_field *field, size_t *first,
    size_t *n, struct error *err)
{
	if (file->n_names == NAMES_MAX)
		return error_set(
		    err, "more than %d names of values", NAMES_MAX);
	if (memory_grow(&file->names, &file->room_names, file->n_names + 1,
		sizeof(*file->names), err) < 0)
		return -1;
	if (*n == 0)
		*first = file->n_names;
	if (*first + *n != file->n_names)
		return error_set(err, "a node's inputs and outputs are mixed");
	(*n)++;
	return onnx_read_text(field, &file->names[file->n_names++], err);
}

int
onnx_read_node(struct onnx_file *file, struct wire message,
    struct onnx_node *node, struct error *err)
{
	struct wire wire = message;
	struct wire_field field;
	int more;

	*node = (struct onnx_node){.message = message};
	while ((more = wire_next(&wire, &field, err)) > 0) {
		int status = 0;

		if (field.number == NODE_INPUT)
			status =
			    add_name(file, &field, &node->in, &node->n_in, err);
		else if (field.number == NODE_OUTPUT)
			status = add_name(
			    file, &field, &node->out, &node->n_out, err);
		else if (field.number == NODE_NAME)
			status = onnx_read_text(&field, &node->name, err);
		else if (field.number == NODE_OP)
			status = onnx_read_text(&field, &node->op, err);
		else if (field.number == NODE_DOMAIN)
			status = onnx_read_text(&field, &node->domain, err);
		else if (field.number == NODE_ATTRIBUTE)
			status = onnx_want(&field, WIRE_BYTES, err);
		if (status < 0)
			return error_prefix(
			    err, "node '%.*s'", ONNX_TEXT(node->name));
	}
	return more;
}

/* The one field `number` inside message: 1, 0 when there is none, -1. */
static int
find_message(
    struct wire message, uint32_t number, struct wire *inner, struct error *err)
{
	struct wire_field field;
	int more, found = 0;

	while ((more = wire_next(&message, &field, err)) > 0) {
		if (field.number != number)
			continue;
		if (onnx_want(&field, WIRE_BYTES, err) < 0)
			return -1;
		*inner = field.bytes;
		found = 1;
	}
	return more < 0 ? -1 : found;
}

static int
read_dim(struct wire message, int64_t *dim, struct error *err)
{
	struct wire_field field;
	int more;

	*dim = -1;
	while ((more = wire_next(&message, &field, err)) > 0) {
		if (field.number != DIM_VALUE)
			continue;
		if (onnx_want(&field, WIRE_INTEGER, err) < 0)
			return -1;
		*dim = (int64_t)field.integer;
	}
	return more;
}

static int
read_shape(struct wire message, struct onnx_value *value, struct error *err)
{
	struct wire_field field;
	int more;

	while ((more = wire_next(&message, &field, err)) > 0) {
		if (field.number != SHAPE_DIM)
			continue;
		if (value->rank == TENSOR_RANK_MAX)
			return error_set(
			    err, "more than %d dimensions", TENSOR_RANK_MAX);
		if (onnx_want(&field, WIRE_BYTES, err) < 0 ||
		    read_dim(field.bytes, &value->dim[value->rank++], err) < 0)
			return -1;
	}
	return more;
}

static int
read_type(struct wire message, struct onnx_value *value, struct error *err)
{
	struct wire_field field;
	struct wire tensor;
	int more = find_message(message, TYPE_TENSOR, &tensor, err);

	if (more <= 0)
		return more;
	while ((more = wire_next(&tensor, &field, err)) > 0)
		if (field.number == TYPE_ELEMENT) {
			if (onnx_want(&field, WIRE_INTEGER, err) < 0)
				return -1;
			value->type = element_type(field.integer);
		} else if (field.number == TYPE_SHAPE &&
			   (onnx_want(&field, WIRE_BYTES, err) < 0 ||
			       read_shape(field.bytes, value, err) < 0)) {
			return -1;
		}
	return more;
}

static int
read_value(struct wire message, struct onnx_value *value, struct error *err)
{
	struct wire_field field;
	int more;

	*value = (struct onnx_value){0};
	while ((more = wire_next(&message, &field, err)) > 0)
		if ((field.number == VALUE_NAME &&
			onnx_read_text(&field, &value->name, err) < 0) ||
		    (field.number == VALUE_TYPE &&
			(onnx_want(&field, WIRE_BYTES, err) < 0 ||
			    read_type(field.bytes, value, err) < 0)))
			return error_prefix(
			    err, "value '%.*s'", ONNX_TEXT(value->name));
	return more;
}

static int
read_graph_field(
    struct onnx_file *f, const struct wire_field *field, struct error *err)
{
	switch (field->number) {
	case GRAPH_NODE:
		if (f->n_nodes == NODES_MAX)
			return error_set(err, "more than %d nodes", NODES_MAX);
		if (memory_grow(&f->nodes, &f->room_nodes, f->n_nodes + 1,
			sizeof(*f->nodes), err) < 0)
			return -1;
		return onnx_read_node(
		    f, field->bytes, &f->nodes[f->n_nodes++], err);
	case GRAPH_INITIALIZER:
		if (f->n_tensors == TENSORS_MAX)
			return error_set(
			    err, "more than %d tensors", TENSORS_MAX);
		if (memory_grow(&f->tensors, &f->room_tensors, f->n_tensors + 1,
			sizeof(*f->tensors), err) < 0)
			return -1;
		return onnx_read_tensor(
		    field->bytes, &f->tensors[f->n_tensors++], err);
	case GRAPH_INPUT:
		if (memory_grow(&f->inputs, &f->room_inputs, f->n_inputs + 1,
			sizeof(*f->inputs), err) < 0)
			return -1;
		return read_value(field->bytes, &f->inputs[f->n_inputs++], err);
	case GRAPH_OUTPUT:
		if (memory_grow(&f->outputs, &f->room_outputs, f->n_outputs + 1,
			sizeof(*f->outputs), err) < 0)
			return -1;
		return read_value(
		    field->bytes, &f->outputs[f->n_outputs++], err);
	case GRAPH_QUANTISATION:
		return error_set(err,
		    "a quantised graph (quantization_annotation), expected one "
		    "of real numbers");
	case GRAPH_SPARSE:
		return error_set(err,
		    "sparse tensors (sparse_initializer) are not supported");
	default:
		return 0;
	}
}

static int
read_graph(struct onnx_file *file, struct wire message, struct error *err)
{
	struct wire_field field;
	int more;

	while ((more = wire_next(&message, &field, err)) > 0)
		if ((field.number == GRAPH_NODE ||
			(field.number >= GRAPH_INITIALIZER &&
			    field.number <= GRAPH_SPARSE)) &&
		    (onnx_want(&field, WIRE_BYTES, err) < 0 ||
			read_graph_field(file, &field, err) < 0))
			return -1;
	return more;
}

/* The version of ONNX's own operators; other domains have their own. */
static int
read_opset(struct onnx_file *file, struct wire message, struct error *err)
{
	struct onnx_text domain = {"", 0};
	struct wire_field field;
	int64_t version = 0;
	int more;

	while ((more = wire_next(&message, &field, err)) > 0)
		if (field.number == OPSET_DOMAIN) {
			if (onnx_read_text(&field, &domain, err) < 0)
				return -1;
		} else if (field.number == OPSET_VERSION) {
			if (onnx_want(&field, WIRE_INTEGER, err) < 0)
				return -1;
			version = (int64_t)field.integer;
		}
	if (more < 0 || (domain.n > 0 && !onnx_text_is(domain, "ai.onnx")))
		return more;
	if (file->opset != 0 && file->opset != version)
		return error_set(err, "opset %lld and opset %lld, expected one",
		    (long long)file->opset, (long long)version);
	file->opset = version;
	return 0;
}

static int
compare_names(const void *a, const void *b)
{
	const struct onnx_text *p = a, *q = b;
	const int order = memcmp(p->chars, q->chars, p->n < q->n ? p->n : q->n);

	return order != 0 ? order : (p->n > q->n) - (p->n < q->n);
}

/* A node has no name, or one of its own. */
static int
check_nodes(const struct onnx_file *file, struct error *err)
{
	struct onnx_text *sorted =
	    memory_new(file->n_nodes + 1, sizeof(*sorted), err);
	size_t n = 0, i = 1;

	if (sorted == NULL)
		return -1;
	for (size_t k = 0; k < file->n_nodes; k++)
		if (file->nodes[k].name.n > 0)
			sorted[n++] = file->nodes[k].name;
	qsort(sorted, n, sizeof(*sorted), compare_names);
	while (i < n && compare_names(&sorted[i - 1], &sorted[i]) != 0)
		i++;
	if (i < n)
		error_set(
		    err, "two nodes are called '%.*s'", ONNX_TEXT(sorted[i]));
	free(sorted);
	return i < n ? -1 : 0;
}

/* Its name and domain; the rest is read where it is called. */
static int
read_function(struct onnx_file *file, struct wire message, struct error *err)
{
	struct onnx_function *f;
	struct wire_field field;
	int more;

	if (memory_grow(&file->functions, &file->room_functions,
		file->n_functions + 1, sizeof(*file->functions), err) < 0)
		return -1;
	f = &file->functions[file->n_functions++];
	*f = (struct onnx_function){{"", 0}, {"", 0}, message};
	while ((more = wire_next(&message, &field, err)) > 0)
		if ((field.number == FUNCTION_NAME &&
			onnx_read_text(&field, &f->name, err) < 0) ||
		    (field.number == FUNCTION_DOMAIN &&
			onnx_read_text(&field, &f->domain, err) < 0))
			return -1;
	return more;
}

/*
 * Fields that reach behind the end of the file: its end is missing.  (Damage
 * inside leaves the outermost lengths as they are.)
 */
static bool
is_whole(struct wire model)
{
	struct wire_field field;
	struct error why;
	int more;

	do
		more = wire_next(&model, &field, &why);
	while (more > 0);
	return more == 0;
}

int
onnx_file_read(
    struct onnx_file *file, const struct content *content, struct error *err)
{
	struct wire model = {content->bytes, content->bytes + content->n};
	struct wire_field field;
	bool found = false;
	int more;

	*file = (struct onnx_file){0};
	if (!is_whole(model))
		return magic_cut(content->bytes, content->n, err);
	while ((more = wire_next(&model, &field, err)) > 0) {
		if (field.number != MODEL_OPSET &&
		    field.number != MODEL_GRAPH &&
		    field.number != MODEL_FUNCTION)
			continue;
		if (onnx_want(&field, WIRE_BYTES, err) < 0 ||
		    (field.number == MODEL_OPSET &&
			read_opset(file, field.bytes, err) < 0) ||
		    (field.number == MODEL_FUNCTION &&
			read_function(file, field.bytes, err) < 0))
			return -1;
		if (field.number != MODEL_GRAPH)
			continue;
		if (found)
			return error_set(err, "two graphs, expected one");
		found = true;
		if (read_graph(file, field.bytes, err) < 0)
			return -1;
	}
	if (more < 0)
		return -1;
	if (!found)
		return error_set(err, "an ONNX file without a graph");
	return check_nodes(file, err);
}

void
onnx_file_free(struct onnx_file *file)
{
	free(file->nodes);
	free(file->tensors);
	free(file->inputs);
	free(file->outputs);
	free(file->names);
	free(file->functions);
	for (size_t i = 0; i < file->n_owned; i++)
		free(file->owned[i]);
	free(file->owned);
	*file = (struct onnx_file){0};
}
