/*
 * Functions of a file's own: where a node calls one, the function's nodes stand
 * in its place, with names that are the caller's or made of them.
 */
#include "onnx/onnx_inline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "onnx/onnx_wire.h"

/* As deep as functions may call each other; nodes that they may become; bytes
 * that are made for them. */
enum { DEPTH_MAX = 16, INLINED_MAX = 20000, OWNED_MAX = 32 << 20 };

/* Fields of ONNX's FunctionProto, NodeProto and AttributeProto. */
enum {
	FUNCTION_INPUT = 4,
	FUNCTION_OUTPUT = 5,
	FUNCTION_NODE = 7,
	FUNCTION_OPSET = 9,
	FUNCTION_DEFAULT = 11,
	OPSET_DOMAIN = 1,
	OPSET_VERSION = 2,
	ATTRIBUTE_NAME = 1,
	ATTRIBUTE_REFERENCE = 21,
};

struct call {
	struct onnx_file *file;
	struct onnx_node caller;
	const struct onnx_function *function;
	char front[24]; /* of its values' names: a number of its own */
	struct error *err;
};

static bool
same(struct onnx_text a, struct onnx_text b)
{
	return a.n == b.n && memcmp(a.chars, b.chars, a.n) == 0;
}

static const struct onnx_function *
find_function(const struct onnx_file *file, const struct onnx_node *node)
{
	for (size_t i = 0; i < file->n_functions; i++)
		if (same(file->functions[i].name, node->op) &&
		    same(file->functions[i].domain, node->domain))
			return &file->functions[i];
	return NULL;
}

/* Room for n bytes that live as long as the file. */
static void *
own(struct onnx_file *file, size_t n, struct error *err)
{
	void *bytes;

	file->owned_bytes += n;
	if (file->owned_bytes > OWNED_MAX) {
		error_set(
		    err, "the functions take more than %d bytes", OWNED_MAX);
		return NULL;
	}
	if (memory_grow(&file->owned, &file->room_owned, file->n_owned + 1,
		sizeof(*file->owned), err) < 0)
		return NULL;
	bytes = memory_new(n, 1, err);
	if (bytes != NULL)
		file->owned[file->n_owned++] = bytes;
	return bytes;
}

/* ---- attributes: those that refer to the caller's become these ---- */

/* A field that is a text, at the start of message: its number and bytes. */
static int
find_text(struct wire message, uint32_t number, struct onnx_text *text,
    struct error *err)
{
	struct wire_field field;
	int more;

	*text = (struct onnx_text){"", 0};
	while ((more = wire_next(&message, &field, err)) > 0)
		if (field.number == number &&
		    onnx_read_text(&field, text, err) < 0)
			return -1;
	return more;
}

/* The attribute of this name among the fields `number` of a message: 1, 0, -1.
 */
static int
find_attribute(struct wire message, uint32_t number, struct onnx_text name,
    struct wire *found, struct error *err)
{
	struct wire_field field;
	struct onnx_text other;
	int more;

	while ((more = wire_next(&message, &field, err)) > 0) {
		if (field.number != number)
			continue;
		if (onnx_want(&field, WIRE_BYTES, err) < 0 ||
		    find_text(field.bytes, ATTRIBUTE_NAME, &other, err) < 0)
			return -1;
		if (same(other, name)) {
			*found = field.bytes;
			return 1;
		}
	}
	return more;
}

struct bytes {
	uint8_t *at; /* NULL: they are only counted */
	size_t n;
};

static void
put(struct bytes *b, const void *from, size_t n)
{
	if (b->at != NULL)
		memcpy(b->at + b->n, from, n);
	b->n += n;
}

static void
put_number(struct bytes *b, uint64_t v)
{
	uint8_t byte;

	for (; v > 127; v >>= 7) {
		byte = (uint8_t)(v & 127) | 128;
		put(b, &byte, 1);
	}
	byte = (uint8_t)v;
	put(b, &byte, 1);
}

/* A field of bytes. */
static void
put_field(struct bytes *b, uint32_t number, const void *from, size_t n)
{
	put_number(b, (uint64_t)number << 3 | WIRE_BYTES);
	put_number(b, n);
	put(b, from, n);
}

/* The fields of message but that one, as they are. */
static int
put_others(
    struct bytes *b, struct wire message, uint32_t number, struct error *err)
{
	struct wire_field field;
	int more;

	for (;;) {
		const uint8_t *start = message.at;

		more = wire_next(&message, &field, err);
		if (more <= 0)
			return more;
		if (field.number != number)
			put(b, start, (size_t)(message.at - start));
	}
}

/* An attribute of the function's node, or what it refers to. */
static int
put_attribute(struct bytes *b, const struct call *call, struct wire message)
{
	struct onnx_text reference, name;
	struct bytes inner = {NULL, 0};
	struct wire value;
	int found;

	if (find_text(message, ATTRIBUTE_REFERENCE, &reference, call->err) <
		0 ||
	    find_text(message, ATTRIBUTE_NAME, &name, call->err) < 0)
		return -1;
	if (reference.n == 0) {
		put_field(
		    b, ONNX_NODE_ATTRIBUTE, message.at, wire_bytes(&message));
		return 0;
	}
	found = find_attribute(call->caller.message, ONNX_NODE_ATTRIBUTE,
	    reference, &value, call->err);
	if (found == 0)
		found = find_attribute(call->function->message,
		    FUNCTION_DEFAULT, reference, &value, call->err);
	if (found <= 0) /* nobody gives it: it is not there */
		return found;
	put_field(&inner, ATTRIBUTE_NAME, name.chars, name.n);
	if (put_others(&inner, value, ATTRIBUTE_NAME, call->err) < 0)
		return -1;
	put_number(b, (uint64_t)ONNX_NODE_ATTRIBUTE << 3 | WIRE_BYTES);
	put_number(b, inner.n);
	put_field(b, ATTRIBUTE_NAME, name.chars, name.n);
	return put_others(b, value, ATTRIBUTE_NAME, call->err);
}

static int
put_node(struct bytes *b, const struct call *call, struct wire message)
{
	struct wire_field field;
	struct wire rest = message;
	int more;

	if (put_others(b, message, ONNX_NODE_ATTRIBUTE, call->err) < 0)
		return -1;
	while ((more = wire_next(&rest, &field, call->err)) > 0)
		if (field.number == ONNX_NODE_ATTRIBUTE &&
		    (onnx_want(&field, WIRE_BYTES, call->err) < 0 ||
			put_attribute(b, call, field.bytes) < 0))
			return -1;
	return more;
}

/* ---- names ---- */

/* front/name, in memory of the file's. */
static int
join_names(
    const struct call *call, struct onnx_text front, struct onnx_text *name)
{
	const size_t n = front.n + 1 + name->n;
	char *chars = own(call->file, n + 1, call->err);

	if (chars == NULL)
		return -1;
	memcpy(chars, front.chars, front.n);
	chars[front.n] = '/';
	memcpy(chars + front.n + 1, name->chars, name->n);
	*name = (struct onnx_text){chars, n};
	return 0;
}

/* A value that the caller has, or one of its own for everyone else. */
static int
rename_value(const struct call *call, struct onnx_text *name)
{
	const struct onnx_node *caller = &call->caller;
	const struct onnx_text front = {call->front, strlen(call->front)};
	struct wire wire = call->function->message;
	struct wire_field field;
	struct onnx_text formal;
	size_t in = 0, out = 0;
	int more;

	while ((more = wire_next(&wire, &field, call->err)) > 0) {
		const bool input = field.number == FUNCTION_INPUT;
		const size_t i = input ? in : out;
		const size_t n = input ? caller->n_in : caller->n_out;

		if (!input && field.number != FUNCTION_OUTPUT)
			continue;
		if (onnx_read_text(&field, &formal, call->err) < 0)
			return -1;
		*(input ? &in : &out) += 1;
		if (!same(formal, *name))
			continue;
		if (i < n &&
		    call->file->names[(input ? caller->in : caller->out) + i]
			    .n > 0) {
			*name =
			    call->file
				->names[(input ? caller->in : caller->out) + i];
			return 0;
		}
		if (input) {
			*name = (struct onnx_text){"", 0};
			return 0;
		}
	}
	return more < 0 ? -1 : join_names(call, front, name);
}

static int
rename_node(const struct call *call, struct onnx_node *node)
{
	const struct onnx_text front =
	    call->caller.name.n > 0 ? call->caller.name : call->caller.op;
	struct onnx_text *names = call->file->names;

	for (size_t i = 0; i < node->n_in; i++)
		if (names[node->in + i].n > 0 &&
		    rename_value(call, &names[node->in + i]) < 0)
			return -1;
	for (size_t i = 0; i < node->n_out; i++)
		if (names[node->out + i].n > 0 &&
		    rename_value(call, &names[node->out + i]) < 0)
			return -1;
	return node->name.n > 0 ? join_names(call, front, &node->name) : 0;
}

/* ---- calls ---- */

/* Its operators are those of the file's opset. */
static int
check_opset(const struct call *call)
{
	struct wire wire = call->function->message;
	struct wire_field field, inner;
	int more;

	while ((more = wire_next(&wire, &field, call->err)) > 0) {
		struct onnx_text domain;
		uint64_t version = 0;

		if (field.number != FUNCTION_OPSET)
			continue;
		if (onnx_want(&field, WIRE_BYTES, call->err) < 0 ||
		    find_text(field.bytes, OPSET_DOMAIN, &domain, call->err) <
			0)
			return -1;
		while ((more = wire_next(&field.bytes, &inner, call->err)) > 0)
			if (inner.number == OPSET_VERSION)
				version = inner.integer;
		if (more < 0)
			return -1;
		if ((domain.n == 0 || onnx_text_is(domain, "ai.onnx")) &&
		    version != (uint64_t)call->file->opset)
			return error_set(call->err,
			    "the function is of opset %llu, the file of %lld, "
			    "expected the same",
			    (unsigned long long)version,
			    (long long)call->file->opset);
	}
	return more;
}

/* Has the node an attribute that refers to another?  1, 0, -1. */
static int
refers(const struct call *call, struct wire message)
{
	struct wire_field field;
	struct onnx_text reference;
	int more;

	while ((more = wire_next(&message, &field, call->err)) > 0) {
		if (field.number != ONNX_NODE_ATTRIBUTE)
			continue;
		if (onnx_want(&field, WIRE_BYTES, call->err) < 0 ||
		    find_text(field.bytes, ATTRIBUTE_REFERENCE, &reference,
			call->err) < 0)
			return -1;
		if (reference.n > 0)
			return 1;
	}
	return more;
}

/* The node's message, in which attributes that refer to others are these. */
static int
settle_attributes(const struct call *call, struct wire *message)
{
	struct bytes b = {NULL, 0};
	const int found = refers(call, *message);

	if (found <= 0)
		return found;
	if (put_node(&b, call, *message) < 0)
		return -1;
	b.at = own(call->file, b.n, call->err);
	b.n = 0;
	if (b.at == NULL || put_node(&b, call, *message) < 0)
		return -1;
	*message = (struct wire){b.at, b.at + b.n};
	return 0;
}

/* A node of the function as one of the file, appended to list. */
static int
add_node(const struct call *call, struct wire message, struct onnx_nodes *list)
{
	struct onnx_node *node;

	if (settle_attributes(call, &message) < 0)
		return -1;
	if (list->n == INLINED_MAX)
		return error_set(call->err,
		    "the functions have more than %d nodes", INLINED_MAX);
	if (memory_grow(&list->at, &list->room, list->n + 1, sizeof(*list->at),
		call->err) < 0)
		return -1;
	node = &list->at[list->n++];
	return onnx_read_node(call->file, message, node, call->err) < 0
		   ? -1
		   : rename_node(call, node);
}

static int
add_function(const struct call *call, struct onnx_nodes *list)
{
	struct wire wire = call->function->message;
	struct wire_field field;
	int more;

	if (check_opset(call) < 0)
		return -1;
	while ((more = wire_next(&wire, &field, call->err)) > 0)
		if (field.number == FUNCTION_NODE &&
		    (onnx_want(&field, WIRE_BYTES, call->err) < 0 ||
			add_node(call, field.bytes, list) < 0))
			return -1;
	return more;
}

/* Once over all nodes: how many were calls, or -1. */
static int
pass(struct onnx_file *file, struct onnx_nodes *list, struct error *err)
{
	int calls = 0;

	for (size_t i = 0; i < file->n_nodes; i++) {
		struct call call = {.file = file,
		    .caller = file->nodes[i],
		    .function = find_function(file, &file->nodes[i]),
		    .err = err};

		if (call.function != NULL) {
			calls++;
			snprintf(call.front, sizeof(call.front), "call%zu",
			    file->n_calls++);
			if (add_function(&call, list) < 0)
				return error_prefix(err,
				    "node '%.*s' (%.*s, a function of the "
				    "file)",
				    ONNX_TEXT(call.caller.name),
				    ONNX_TEXT(call.caller.op));
			continue;
		}
		if (memory_grow(&list->at, &list->room, list->n + 1,
			sizeof(*list->at), err) < 0)
			return -1;
		list->at[list->n++] = file->nodes[i];
	}
	return calls;
}

int
onnx_inline(struct onnx_file *file, struct error *err)
{
	int calls = file->n_functions > 0 ? 1 : 0;

	for (int depth = 0; calls > 0; depth++) {
		struct onnx_nodes list = {NULL, 0, 0};

		if (depth == DEPTH_MAX)
			return error_set(err,
			    "functions call each other more than %d deep",
			    DEPTH_MAX);
		calls = pass(file, &list, err);
		if (calls < 0) {
			free(list.at);
			return -1;
		}
		free(file->nodes);
		file->nodes = list.at;
		file->n_nodes = list.n;
		file->room_nodes = list.room;
	}
	return 0;
}
