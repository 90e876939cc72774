#include <string.h>

#include "base/memory.h"
#include "file/pickle_op.h"

/* OrderedDict(), or OrderedDict([[key, value], ...]) of Python 2. */
static struct pickle_value *
call_dict(
    struct machine *m, const struct pickle_value *arguments, struct error *err)
{
	struct pickle_value *dict = machine_make(m, PICKLE_DICT, err);
	const struct pickle_value *pairs = pickle_item(arguments, 0);

	for (size_t i = 0; dict != NULL && pickle_item(pairs, i) != NULL; i++) {
		const struct pickle_value *pair = pickle_item(pairs, i);

		if (pickle_item(pair, 1) == NULL || pair->items.n != 2) {
			error_set(err, "pickle has a key without a value");
			return NULL;
		}
		if (pickle_value_append(
			&m->memory, dict, pair->items.at, 2, err) < 0)
			return NULL;
	}
	return dict;
}

static struct pickle_value *
call_size(
    struct machine *m, const struct pickle_value *arguments, struct error *err)
{
	struct pickle_value *size = machine_make(m, PICKLE_TUPLE, err);
	const struct pickle_value *from = pickle_item(arguments, 0);

	if (size == NULL || (pickle_item(from, 0) != NULL &&
				pickle_value_append(&m->memory, size,
				    from->items.at, from->items.n, err) < 0))
		return NULL;
	return size;
}

/*
 * _codecs.encode(text, 'latin1'): how protocol 2 carries bytes.  The text's
 * characters are below 256, so UTF-8 has one or two bytes for each.
 */
static struct pickle_value *
call_encode(
    struct machine *m, const struct pickle_value *arguments, struct error *err)
{
	struct pickle_value *bytes = machine_make(m, PICKLE_BYTES, err);
	const struct pickle_value *text = pickle_item(arguments, 0);
	const unsigned char *p, *end;
	char *out;

	if (bytes == NULL)
		return NULL;
	if (text == NULL || text->kind != PICKLE_TEXT) {
		error_set(err, "pickle encodes something that is not a text");
		return NULL;
	}
	out = pickle_memory_new(&m->memory, text->text.n, err);
	if (out == NULL)
		return NULL;
	bytes->text.chars = out;
	p = (const unsigned char *)text->text.chars;
	for (end = p + text->text.n; p < end; bytes->text.n++)
		if (*p < 0x80) {
			*out++ = (char)*p++;
		} else if ((*p & 0xfe) == 0xc2 && end - p > 1) {
			*out++ = (char)((*p & 3) << 6 | (p[1] & 63));
			p += 2;
		} else {
			error_set(err, "pickle has bytes that are not latin-1");
			return NULL;
		}
	return bytes;
}

/* Calls whose result is a plain value; all others stay calls. */
static const struct {
	const char *name;
	struct pickle_value *(*result)(struct machine *m,
	    const struct pickle_value *arguments, struct error *err);
} known[] = {
    {"collections.OrderedDict", call_dict},
    {"torch.Size", call_size},
    {"_codecs.encode", call_encode},
};

static struct pickle_value *
call(struct machine *m, struct pickle_value *callable,
    struct pickle_value *arguments, struct error *err)
{
	struct pickle_value *value;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (pickle_is_global(callable, known[i].name))
			return known[i].result(m, arguments, err);
	value = machine_make(m, PICKLE_CALL, err);
	if (value != NULL) {
		value->call.callable = callable;
		value->call.arguments = arguments;
	}
	return value;
}

/*
 * R and newobj: callable, arguments; newobj_ex: callable, arguments, keywords
 * (dropped); o: mark, callable, argument, ...
 */
int
op_call(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	size_t want = op == 'o' ? SIZE_MAX : op == 0x92 ? 3 : 2, n;
	struct pickle_value **items, *callable, *arguments;

	(void)arg;
	if (machine_pop_many(m, want, &items, &n, err) < 0)
		return -1;
	if (n == 0 ||
	    (items[0]->kind != PICKLE_GLOBAL && items[0]->kind != PICKLE_CALL &&
		items[0]->kind != PICKLE_PERSISTENT))
		return error_set(
		    err, "pickle calls something that is not callable");
	callable = items[0];
	if (op == 'o') {
		arguments = machine_make(m, PICKLE_TUPLE, err);
		if (arguments == NULL ||
		    pickle_value_append(
			&m->memory, arguments, items + 1, n - 1, err) < 0)
			return -1;
	} else {
		arguments = items[1];
	}
	if (arguments->kind != PICKLE_TUPLE)
		return error_set(err, "pickle calls without a tuple");
	return machine_push(m, call(m, callable, arguments, err), err);
}

/* The state of an object; that of an OrderedDict (torch's _metadata) falls. */
int
op_build(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	struct pickle_value *state = machine_pop(m, err), *object;
	char text[80];

	(void)op;
	(void)arg;
	object = state != NULL ? machine_top(m, err) : NULL;
	if (object == NULL)
		return -1;
	if (object->kind == PICKLE_CALL)
		object->call.state = state;
	else if (object->kind != PICKLE_DICT)
		return error_set(err, "pickle gives a state to %s",
		    pickle_describe(object, text));
	return 0;
}

int
op_persistent(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	struct pickle_value *id = machine_pop(m, err), *value;

	(void)op;
	(void)arg;
	if (id == NULL)
		return -1;
	value = machine_make(m, PICKLE_PERSISTENT, err);
	if (value == NULL ||
	    memory_grow(&m->persistent, &m->persistent_room,
		m->n_persistent + 1, sizeof(struct pickle_value *), err) < 0)
		return -1;
	value->id = id;
	m->persistent[m->n_persistent++] = value;
	return machine_push(m, value, err);
}
