/*
 * What is known of ONNX's operators (lib/onnx/onnx_operators.c) against ONNX's
 * own table, and nodes with everything that this table allows: known, or
 * refused by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "onnx/onnx.h"
#include "onnx/onnx_import.h"

enum { FIRST = 7, LAST = 23, ATTRIBUTES = 16, BLOCKS = 500 };

/* An operator in some opsets, of tests/data/onnx/schema.txt. */
struct block {
	char name[40];
	int first, last, least, most, outputs;
	int n;
	struct {
		char name[40];
		int type;
		char value[40]; /* "-": no default, "!": required */
	} attribute[ATTRIBUTES];
};

static struct block blocks[BLOCKS];
static int n_blocks;

static int
read_schema(void **state)
{
	FILE *f = fopen("tests/data/onnx/schema.txt", "r");
	char line[200];

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		struct block *b = &blocks[n_blocks];

		if (sscanf(line, "operator %39s %d %d %d %d %d", b->name,
			&b->first, &b->last, &b->least, &b->most,
			&b->outputs) == 6) {
			assert_true(++n_blocks < BLOCKS);
			continue;
		}
		if (line[0] == '#')
			continue;
		b--;
		assert_int_equal(
		    sscanf(line, "attribute %39s %d %39s",
			b->attribute[b->n].name, &b->attribute[b->n].type,
			b->attribute[b->n].value),
		    3);
		assert_true(++b->n < ATTRIBUTES);
	}
	fclose(f);
	return 0;
}

static const struct block *
find_block(const char *name, int opset)
{
	for (int i = 0; i < n_blocks; i++)
		if (strcmp(blocks[i].name, name) == 0 &&
		    opset >= blocks[i].first && opset <= blocks[i].last)
			return &blocks[i];
	return NULL;
}

static bool
is_in(const struct onnx_known *known, int opset)
{
	return opset >= known->first &&
	       (known->last == 0 || opset <= known->last);
}

static const struct onnx_known *
find_known(const struct onnx_operator *listed, const char *name, int opset)
{
	const struct onnx_known *known = listed->known;

	for (; known != NULL && known->name != NULL; known++)
		if (strcmp(known->name, name) == 0 && is_in(known, opset))
			return known;
	return NULL;
}

static void
compare_default(
    const char *op, const struct onnx_known *known, const char *value)
{
	char ours[40] = "-";

	if (known->use == ATTRIBUTE_REQUIRED)
		snprintf(ours, sizeof(ours), "!");
	else if (known->holds == HOLDS_REAL && !known->none)
		snprintf(
		    ours, sizeof(ours), "%.9g", (double)(float)known->number);
	else if (known->holds == HOLDS_INT && !known->none)
		snprintf(ours, sizeof(ours), "%.0f", known->number);
	else if (known->text != NULL)
		snprintf(ours, sizeof(ours), "%s", known->text);
	if (strcmp(ours, value) != 0)
		fail_msg("%s: default of %s is %s, ONNX's is %s", op,
		    known->name, ours, value);
}

static void
compare_block(const struct onnx_operator *listed, int opset)
{
	const struct block *b = find_block(listed->name, opset);
	const struct onnx_known *known = listed->known;
	const struct onnx_input *input = listed->inputs;
	int inputs = 0, least = 0, outputs;

	if ((b != NULL) != (opset >= listed->first))
		fail_msg("%s exists from opset %d on, opset %d differs",
		    listed->name, listed->first, opset);
	if (b == NULL)
		return;
	for (int i = 0; i < b->n; i++) {
		known = find_known(listed, b->attribute[i].name, opset);
		if (known == NULL || (int)known->holds != b->attribute[i].type)
			fail_msg("%s of opset %d: attribute %s is not known",
			    listed->name, opset, b->attribute[i].name);
		compare_default(listed->name, known, b->attribute[i].value);
	}
	for (known = listed->known; known != NULL && known->name != NULL;
	     known++) {
		bool there = !is_in(known, opset);

		for (int i = 0; i < b->n; i++)
			there |= strcmp(known->name, b->attribute[i].name) == 0;
		if (!there)
			fail_msg("%s of opset %d has no %s", listed->name,
			    opset, known->name);
	}
	for (; input->name != NULL && opset >= input->first; input++) {
		inputs += input->many ? 1000 : 1;
		least += input->optional == 0 || opset < input->optional;
	}
	outputs = listed->outputs == OUTPUTS_ALL ? 1000
		  : listed->outputs_most > 0     ? listed->outputs_most
						 : 1;
	if (outputs < b->outputs)
		fail_msg("%s of opset %d has %d outputs, known are %d",
		    listed->name, opset, b->outputs, outputs);
	if (least != b->least || inputs != b->most)
		fail_msg("%s of opset %d has %d to %d inputs, known are %d",
		    listed->name, opset, b->least, b->most, inputs);
}

static void
schema(void **state)
{
	const struct onnx_operator *listed = onnx_operators;

	(void)state;
	for (; listed->name != NULL; listed++)
		for (int opset = FIRST; opset <= LAST; opset++)
			compare_block(listed, opset);
	for (int i = 0; i < n_blocks; i++) {
		const struct onnx_text name = {
		    blocks[i].name, strlen(blocks[i].name)};

		assert_non_null(onnx_find_operator(name));
	}
}

/* Every converter has an operator that says what it may read, and back. */
static void
mark_rows(const struct onnx_row *rows, bool *converted)
{
	for (; rows->op != NULL; rows++) {
		const struct onnx_operator *listed = onnx_find_operator(
		    (struct onnx_text){rows->op, strlen(rows->op)});

		if (listed == NULL)
			fail_msg("%s has no operator", rows->op);
		converted[listed - onnx_operators] = true;
	}
}

static void
rows(void **state)
{
	const struct onnx_operator *listed;
	bool converted[200] = {false};

	(void)state;
	for (int i = 0; onnx_converters[i] != NULL; i++)
		mark_rows(onnx_converters[i], converted);
	mark_rows(onnx_constants, converted);
	mark_rows(onnx_arithmetic, converted);
	for (listed = onnx_operators; listed->name != NULL; listed++)
		if (!converted[listed - onnx_operators])
			fail_msg("%s has no converter", listed->name);
}

/* ---- a file with one node ---- */

struct bytes {
	uint8_t at[4096];
	size_t n;
};

static void
put_number(struct bytes *b, uint64_t v)
{
	while (v > 127) {
		b->at[b->n++] = (uint8_t)(v & 127) | 128;
		v >>= 7;
	}
	b->at[b->n++] = (uint8_t)v;
}

static void
put_int(struct bytes *b, uint32_t field, uint64_t v)
{
	put_number(b, field << 3);
	put_number(b, v);
}

static void
put_bytes(struct bytes *b, uint32_t field, const void *bytes, size_t n)
{
	put_number(b, field << 3 | 2);
	put_number(b, n);
	memcpy(b->at + b->n, bytes, n);
	b->n += n;
}

static void
put_text(struct bytes *b, uint32_t field, const char *text)
{
	put_bytes(b, field, text, strlen(text));
}

static void
put(struct bytes *b, uint32_t field, const struct bytes *inner)
{
	put_bytes(b, field, inner->at, inner->n);
}

/* An attribute with a value that is no default of any. */
static void
put_odd(struct bytes *node, const char *name, int type)
{
	struct bytes a = {.n = 0};
	const float real = 77.5F;

	put_text(&a, 1, name);
	if (type == HOLDS_REAL) {
		put_number(&a, 2 << 3 | 5);
		memcpy(a.at + a.n, &real, 4);
		a.n += 4;
	} else if (type == HOLDS_INT) {
		put_int(&a, 3, 77);
	} else if (type == HOLDS_TEXT) {
		put_text(&a, 4, "ODD");
	} else if (type == HOLDS_TENSOR) {
		put_bytes(&a, 5, "\x08\x01\x10\x01\x4a\x04\0\0\0\0", 10);
	} else if (type == HOLDS_REALS) {
		put_bytes(&a, 7, &real, 4);
	} else if (type == HOLDS_INTS) {
		put_int(&a, 8, 77);
		put_int(&a, 8, 78);
	} else if (type == HOLDS_TEXTS) {
		put_text(&a, 9, "ODD");
	} else if (type == HOLDS_SPARSE) {
		put_bytes(&a, 22, "", 0);
	}
	put_int(&a, 20, (uint64_t)type);
	put(node, 5, &a);
}

static void
put_value(struct bytes *graph, uint32_t field, const char *name)
{
	static const int dims[] = {1, 2, 4, 4};
	struct bytes shape = {.n = 0}, tensor = {.n = 0}, type = {.n = 0},
		     value = {.n = 0};

	for (int i = 0; i < 4; i++) {
		struct bytes dim = {.n = 0};

		put_int(&dim, 1, (uint64_t)dims[i]);
		put(&shape, 1, &dim);
	}
	put_int(&tensor, 1, 1);
	put(&tensor, 2, &shape);
	put(&type, 1, &tensor);
	put_text(&value, 1, name);
	put(&value, 2, &type);
	put(graph, field, &value);
}

/*
 * What netload says of a node with these attributes and n inputs: the image or
 * a constant.  Empty: nothing.
 */
static const char *
said(const char *op, int opset, int n, bool constant, const struct bytes *more)
{
	static struct error err;
	struct bytes node = {.n = 0}, graph = {.n = 0}, model = {.n = 0},
		     version = {.n = 0}, tensor = {.n = 0};
	struct onnx_notes notes;
	struct content content = {0};
	struct graph result;

	for (int i = 0; i < n; i++)
		put_text(&node, 1, constant ? "c" : "x");
	put_text(&node, 2, "y");
	put_text(&node, 3, "node");
	put_text(&node, 4, op);
	memcpy(node.at + node.n, more->at, more->n);
	node.n += more->n;
	put_int(&tensor, 1, 1);
	put_int(&tensor, 2, 7);
	put_text(&tensor, 8, "c");
	put_bytes(&tensor, 9, "\1\0\0\0\0\0\0\0", 8);
	put(&graph, 1, &node);
	put(&graph, 5, &tensor);
	put_value(&graph, 11, "x");
	put_value(&graph, 12, "y");
	put_int(&version, 2, (uint64_t)opset);
	put_int(&model, 1, 7);
	put(&model, 7, &graph);
	put(&model, 8, &version);
	content.bytes = model.at;
	content.n = model.n;
	err.text[0] = '\0';
	if (onnx_read(&result, &content, NULL, NULL, &notes, &err) == 0) {
		graph_free(&result);
		return "";
	}
	if (strstr(err.text, "passed over") != NULL ||
	    strstr(err.text, "its converter reads") != NULL)
		fail_msg("%s", err.text);
	return err.text;
}

/* Does what is said name the attribute so? */
static void
says(const char *text, const char *form, const char *name)
{
	char want[120];

	snprintf(want, sizeof(want), form, name);
	if (strstr(text, want) == NULL)
		fail_msg("'%s', expected '%s'", text, want);
}

static void
try_attribute(const struct block *b, int i, int opset, bool constant)
{
	const char *name = b->attribute[i].name;
	const int type = b->attribute[i].type;
	const struct onnx_known *known = find_known(
	    onnx_find_operator((struct onnx_text){b->name, strlen(b->name)}),
	    name, opset);
	struct bytes odd = {.n = 0}, other = {.n = 0}, twice, none = {.n = 0};
	char plain[sizeof(((struct error *)0)->text)];

	put_odd(&odd, name, type);
	put_odd(&other, name, type == HOLDS_INT ? HOLDS_REAL : HOLDS_INT);
	twice = odd;
	memcpy(twice.at + twice.n, odd.at, odd.n);
	twice.n += odd.n;
	snprintf(plain, sizeof(plain), "%s",
	    said(b->name, opset, b->least, constant, &none));
	says(said(b->name, opset, b->least, constant, &other),
	    "attribute %s is not ", name);
	says(said(b->name, opset, b->least, constant, &twice),
	    known->use == ATTRIBUTE_FIXED ? "attribute %s is "
					  : "attribute %s is given twice",
	    name);
	if (known->use == ATTRIBUTE_FIXED)
		says(said(b->name, opset, b->least, constant, &odd),
		    "attribute %s is ", name);
	else if (known->use == ATTRIBUTE_IDLE)
		assert_string_equal(
		    said(b->name, opset, b->least, constant, &odd), plain);
	else
		said(b->name, opset, b->least, constant, &odd);
}

/* A node of these opsets with all that the table allows, and more. */
static void
try_block(const struct block *b, bool constant)
{
	struct bytes none = {.n = 0}, nonsense = {.n = 0};
	bool required = false;
	const char *text = said(b->name, b->first, b->least, constant, &none);

	if (strstr(text, "but among constants") != NULL)
		return;
	for (int i = 0; i < b->n; i++)
		required |= b->attribute[i].value[0] == '!';
	if (required)
		says(text, "is missing%s", "");
	for (int i = 0; i < b->n; i++)
		try_attribute(b, i, b->first, constant);
	put_odd(&nonsense, "nonsense", HOLDS_INT);
	says(said(b->name, b->first, b->least, constant, &nonsense),
	    "attribute %s is none", "nonsense");
	if (b->most < 1000 && !required)
		says(said(b->name, b->first, b->most + 1, true, &none),
		    "is not supported, expected at most%s", "");
}

static void
attributes(void **state)
{
	(void)state;
	for (int i = 0; i < n_blocks; i++) {
		try_block(&blocks[i], false);
		try_block(&blocks[i], true);
	}
}

/* Attributes that other opsets have, and operators that they have not. */
static void
opsets(void **state)
{
	(void)state;
	for (int i = 0; i < n_blocks; i++)
		for (int opset = FIRST; opset <= LAST; opset++) {
			const struct block *b = &blocks[i];
			const struct block *now = find_block(b->name, opset);
			struct bytes odd = {.n = 0}, none = {.n = 0};

			if (now == NULL)
				says(
				    said(b->name, opset, b->least, true, &none),
				    "the operator exists from opset%s", "");
			for (int k = 0; now != NULL && k < b->n; k++) {
				bool there = false;

				for (int j = 0; j < now->n; j++)
					there |= strcmp(now->attribute[j].name,
						     b->attribute[k].name) == 0;
				odd.n = 0;
				put_odd(&odd, b->attribute[k].name,
				    b->attribute[k].type);
				if (!there)
					says(said(b->name, opset, now->least,
						 true, &odd),
					    "attribute %s belongs to other",
					    b->attribute[k].name);
			}
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(schema),
	    cmocka_unit_test(rows),
	    cmocka_unit_test(attributes),
	    cmocka_unit_test(opsets),
	};

	return cmocka_run_group_tests(tests, read_schema, NULL);
}
