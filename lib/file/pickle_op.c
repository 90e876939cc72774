#include "file/pickle_op.h"

#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/plural.h"

enum { MARKS_MAX = 1 << 16, MEMO_MAX = 1 << 20 };

static int
push_integer(struct machine *m, int64_t integer, struct error *err)
{
	struct pickle_value *value = machine_make(m, PICKLE_INT, err);

	if (value != NULL)
		value->integer = integer;
	return machine_push(m, value, err);
}

int
op_constant(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	static const struct pickle_value none = {.kind = PICKLE_NONE},
					 no = {.kind = PICKLE_BOOL},
					 yes = {
					     .kind = PICKLE_BOOL, .integer = 1};

	(void)arg;
	return machine_push(m,
	    (struct pickle_value *)(op == 'N'    ? &none
				    : op == 0x88 ? &yes
						 : &no),
	    err);
}

int
op_integer(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	return push_integer(m,
	    op == 'J' ? (int32_t)(uint32_t)arg->number : (int64_t)arg->number,
	    err);
}

/*
 * Python 2 writes an integer of more than 32 bits in decimal digits, in binary
 * protocols, too: I and a line, or L and a line that ends in L.
 */
int
op_line_integer(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	char text[NUMBER_TEXT_BYTES] = "";
	size_t n = arg->n;
	int64_t integer;

	if (op == 'L' && n > 0 && arg->bytes[n - 1] == 'L')
		n--;
	if (n >= sizeof(text))
		return error_set(err, "pickle has an integer of %zu digit%s", n,
		    plural_s((int64_t)n));
	memcpy(text, arg->bytes, n);
	if (number_parse_int(text, "an integer of the pickle", INT64_MIN,
		INT64_MAX, &integer, err) < 0)
		return -1;
	return push_integer(m, integer, err);
}

int
op_long(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	uint64_t bits = 0, sign;

	(void)op;
	if (arg->n > 8)
		return machine_push_text(
		    m, PICKLE_LONG, arg->bytes, arg->n, err);
	for (size_t i = 0; i < arg->n; i++)
		bits |= (uint64_t)arg->bytes[i] << 8 * i;
	if (arg->n > 0) {
		sign = UINT64_C(1) << (8 * arg->n - 1);
		bits = (bits ^ sign) - sign;
	}
	return push_integer(m, (int64_t)bits, err);
}

int
op_real(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	struct pickle_value *value = machine_make(m, PICKLE_REAL, err);
	uint64_t bits = __builtin_bswap64(arg->number);

	(void)op;
	if (value != NULL)
		memcpy(&value->real, &bits, sizeof(bits));
	return machine_push(m, value, err);
}

int
op_text(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	(void)op;
	return machine_push_text(m, PICKLE_TEXT, arg->bytes, arg->n, err);
}

int
op_bytes(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	(void)op;
	return machine_push_text(m, PICKLE_BYTES, arg->bytes, arg->n, err);
}

int
op_empty(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	enum pickle_kind kind = op == ')'   ? PICKLE_TUPLE
				: op == ']' ? PICKLE_LIST
				: op == '}' ? PICKLE_DICT
					    : PICKLE_SET;

	(void)arg;
	return machine_push(m, machine_make(m, kind, err), err);
}

int
op_mark(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	(void)op;
	(void)arg;
	if (m->n_marks == MARKS_MAX)
		return error_set(
		    err, "pickle nests more than %d deep", MARKS_MAX);
	if (memory_grow(&m->marks, &m->marks_room, m->n_marks + 1,
		sizeof(*m->marks), err) < 0)
		return -1;
	m->marks[m->n_marks++] = m->depth;
	return 0;
}

/* Appends items to a container; dicts take them in pairs. */
static int
append(struct machine *m, struct pickle_value *to,
    struct pickle_value *const *items, size_t n, struct error *err)
{
	if (to->kind == PICKLE_DICT && n % 2 != 0)
		return error_set(err, "pickle has a key without a value");
	return pickle_value_append(&m->memory, to, items, n, err);
}

/* A new container with the last values: t l d frozenset, and 1 to 3 tuples. */
int
op_collect(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	enum pickle_kind kind = op == 'l'    ? PICKLE_LIST
				: op == 'd'  ? PICKLE_DICT
				: op == 0x91 ? PICKLE_SET
					     : PICKLE_TUPLE;
	size_t want = op >= 0x85 && op <= 0x87 ? (size_t)op - 0x84 : SIZE_MAX;
	struct pickle_value *value = machine_make(m, kind, err), **items;
	size_t n;

	(void)arg;
	if (value == NULL || machine_pop_many(m, want, &items, &n, err) < 0 ||
	    append(m, value, items, n, err) < 0)
		return -1;
	return machine_push(m, value, err);
}

/*
 * Items into the container below them: a e (list), s u (dict), additems (set).
 * Only such a container may receive them; an opaque object, which may be a
 * subclass of one, lets them fall.
 */
int
op_add(struct machine *m, int op, const struct argument *arg, struct error *err)
{
	enum pickle_kind kind = op == 'a' || op == 'e'   ? PICKLE_LIST
				: op == 's' || op == 'u' ? PICKLE_DICT
							 : PICKLE_SET;
	size_t want = op == 'a' ? 1 : op == 's' ? 2 : SIZE_MAX, n;
	struct pickle_value **items, *to;
	char text[80];

	(void)arg;
	if (machine_pop_many(m, want, &items, &n, err) < 0)
		return -1;
	to = machine_top(m, err);
	if (to == NULL)
		return -1;
	if (to->kind == PICKLE_CALL)
		return 0;
	if (to->kind != kind)
		return error_set(err, "pickle puts items into %s",
		    pickle_describe(to, text));
	return append(m, to, items, n, err);
}

static int
memo_put(struct machine *m, uint64_t i, struct error *err)
{
	struct pickle_value *value = machine_top(m, err);
	size_t room = m->memo_room;

	if (value == NULL)
		return -1;
	if (i >= MEMO_MAX)
		return error_set(err, "pickle remembers value %llu of %d",
		    (unsigned long long)i, MEMO_MAX);
	if (memory_grow(&m->memo, &m->memo_room, i + 1,
		sizeof(struct pickle_value *), err) < 0)
		return -1;
	for (; room < m->memo_room; room++)
		m->memo[room] = NULL;
	m->memo[i] = value;
	m->memoized++;
	return 0;
}

int
op_put(struct machine *m, int op, const struct argument *arg, struct error *err)
{
	return memo_put(m, op == 0x94 ? m->memoized : arg->number, err);
}

int
op_get(struct machine *m, int op, const struct argument *arg, struct error *err)
{
	(void)op;
	if (arg->number >= m->memo_room || m->memo[arg->number] == NULL)
		return error_set(err,
		    "pickle refers to value %llu, which it did not remember",
		    (unsigned long long)arg->number);
	return machine_push(m, m->memo[arg->number], err);
}

int
op_stack(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	struct pickle_value **items;
	size_t n;

	(void)arg;
	if (op == '2')
		return machine_push(m, machine_top(m, err), err);
	if (op == '1')
		return machine_pop_many(m, SIZE_MAX, &items, &n, err);
	if (machine_reachable(m) == 0 && m->n_marks > 0) {
		m->n_marks--;
		return 0;
	}
	return machine_pop(m, err) != NULL ? 0 : -1;
}

static int
push_global(struct machine *m, const char *module, size_t n_module,
    const char *name, size_t n_name, struct error *err)
{
	char *full = pickle_memory_new(&m->memory, n_module + 1 + n_name, err);

	if (full == NULL)
		return -1;
	memcpy(full, module, n_module);
	full[n_module] = '.';
	memcpy(full + n_module + 1, name, n_name);
	return machine_push_text(
	    m, PICKLE_GLOBAL, full, n_module + 1 + n_name, err);
}

/* Two lines: the module, the name. */
int
op_global(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	const uint8_t *line[2];
	size_t n[2];

	(void)op;
	(void)arg;
	for (int i = 0; i < 2; i++) {
		const uint8_t *end = memchr(m->bytes, '\n', m->left);

		if (end == NULL)
			return error_set(
			    err, "pickle ends early (was the file cut short?)");
		line[i] = m->bytes;
		n[i] = (size_t)(end - m->bytes);
		m->left -= n[i] + 1;
		m->bytes = end + 1;
	}
	return push_global(
	    m, (const char *)line[0], n[0], (const char *)line[1], n[1], err);
}

int
op_stack_global(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	struct pickle_value **text;
	size_t n;

	(void)op;
	(void)arg;
	if (machine_pop_many(m, 2, &text, &n, err) < 0)
		return -1;
	if (text[0]->kind != PICKLE_TEXT || text[1]->kind != PICKLE_TEXT)
		return error_set(err, "pickle has a global without a name");
	return push_global(m, text[0]->text.chars, text[0]->text.n,
	    text[1]->text.chars, text[1]->text.n, err);
}
