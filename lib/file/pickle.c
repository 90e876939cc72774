#include "file/pickle.h"

#include <stdlib.h>
#include <string.h>

#include "file/pickle_op.h"

/* Images of CIFAR-100 are 150 MiB; they stay where they are. */
enum { PICKLE_BYTES_MAX = 256 << 20, PROTOCOL_MAX = 5 };

/* How an opcode's argument is stored: a number, a counted text, or a line. */
enum argument_form {
	NOTHING,
	NUMBER_1,
	NUMBER_2,
	NUMBER_4,
	NUMBER_8,
	COUNTED_1,
	COUNTED_4,
	COUNTED_8,
	LINE,
};

static int
op_protocol(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	(void)m;
	(void)op;
	if (arg->number < 2 || arg->number > PROTOCOL_MAX)
		return error_set(err,
		    "pickle has protocol %d, expected 2 to %d",
		    (int)arg->number, PROTOCOL_MAX);
	return 0;
}

/* A frame is a hint for buffering; its opcodes follow as without it. */
static int
op_frame(
    struct machine *m, int op, const struct argument *arg, struct error *err)
{
	(void)op;
	if (arg->number > m->left)
		return error_set(
		    err, "pickle ends early (was the file cut short?)");
	return 0;
}

static const struct {
	int (*run)(struct machine *m, int op, const struct argument *arg,
	    struct error *err);
	enum argument_form form;
} opcodes[256] = {
    [0x80] = {op_protocol, NUMBER_1},
    [0x95] = {op_frame, NUMBER_8},
    ['N'] = {op_constant, NOTHING},
    [0x88] = {op_constant, NOTHING},
    [0x89] = {op_constant, NOTHING},
    ['J'] = {op_integer, NUMBER_4},
    ['K'] = {op_integer, NUMBER_1},
    ['M'] = {op_integer, NUMBER_2},
    ['I'] = {op_line_integer, LINE},
    ['L'] = {op_line_integer, LINE},
    [0x8a] = {op_long, COUNTED_1},
    [0x8b] = {op_long, COUNTED_4},
    ['G'] = {op_real, NUMBER_8},
    ['U'] = {op_text, COUNTED_1},
    ['T'] = {op_text, COUNTED_4},
    [0x8c] = {op_text, COUNTED_1},
    ['X'] = {op_text, COUNTED_4},
    [0x8d] = {op_text, COUNTED_8},
    ['C'] = {op_bytes, COUNTED_1},
    ['B'] = {op_bytes, COUNTED_4},
    [0x8e] = {op_bytes, COUNTED_8},
    [0x96] = {op_bytes, COUNTED_8},
    [')'] = {op_empty, NOTHING},
    [']'] = {op_empty, NOTHING},
    ['}'] = {op_empty, NOTHING},
    [0x8f] = {op_empty, NOTHING},
    ['('] = {op_mark, NOTHING},
    ['t'] = {op_collect, NOTHING},
    ['l'] = {op_collect, NOTHING},
    ['d'] = {op_collect, NOTHING},
    [0x85] = {op_collect, NOTHING},
    [0x86] = {op_collect, NOTHING},
    [0x87] = {op_collect, NOTHING},
    [0x91] = {op_collect, NOTHING},
    ['a'] = {op_add, NOTHING},
    ['e'] = {op_add, NOTHING},
    ['s'] = {op_add, NOTHING},
    ['u'] = {op_add, NOTHING},
    [0x90] = {op_add, NOTHING},
    ['q'] = {op_put, NUMBER_1},
    ['r'] = {op_put, NUMBER_4},
    [0x94] = {op_put, NOTHING},
    ['h'] = {op_get, NUMBER_1},
    ['j'] = {op_get, NUMBER_4},
    ['0'] = {op_stack, NOTHING},
    ['1'] = {op_stack, NOTHING},
    ['2'] = {op_stack, NOTHING},
    ['c'] = {op_global, NOTHING},
    [0x93] = {op_stack_global, NOTHING},
    ['R'] = {op_call, NOTHING},
    [0x81] = {op_call, NOTHING},
    [0x92] = {op_call, NOTHING},
    ['o'] = {op_call, NOTHING},
    ['b'] = {op_build, NOTHING},
    ['Q'] = {op_persistent, NOTHING},
};

/* Takes n bytes of input, or NULL when it is shorter. */
static const uint8_t *
take(struct machine *m, uint64_t n)
{
	const uint8_t *bytes = m->bytes;

	if (n > m->left)
		return NULL;
	m->bytes += n;
	m->left -= n;
	return bytes;
}

static int
take_number(struct machine *m, size_t n, uint64_t *number)
{
	const uint8_t *bytes = take(m, n);

	*number = 0;
	for (size_t i = 0; bytes != NULL && i < n; i++)
		*number |= (uint64_t)bytes[i] << 8 * i;
	return bytes != NULL ? 0 : -1;
}

/* The bytes before the next newline, which goes, too. */
static int
take_line(struct machine *m, struct argument *arg)
{
	const uint8_t *end = memchr(m->bytes, '\n', m->left);

	if (end == NULL)
		return -1;
	arg->n = (size_t)(end - m->bytes);
	arg->bytes = take(m, arg->n + 1);
	return 0;
}

static int
take_argument(struct machine *m, enum argument_form form, struct argument *arg)
{
	static const struct {
		uint8_t bytes;
		bool counted;
	} forms[] = {
	    [NOTHING] = {0, false},
	    [NUMBER_1] = {1, false},
	    [NUMBER_2] = {2, false},
	    [NUMBER_4] = {4, false},
	    [NUMBER_8] = {8, false},
	    [COUNTED_1] = {1, true},
	    [COUNTED_4] = {4, true},
	    [COUNTED_8] = {8, true},
	    [LINE] = {0, false},
	};

	*arg = (struct argument){0};
	if (form == LINE)
		return take_line(m, arg);
	if (take_number(m, forms[form].bytes, &arg->number) < 0)
		return -1;
	if (!forms[form].counted)
		return 0;
	arg->n = arg->number;
	arg->bytes = take(m, arg->number);
	return arg->bytes != NULL ? 0 : -1;
}

/* Runs the opcodes up to and including the stop. */
static int
run(struct machine *m, struct error *err)
{
	for (;;) {
		const uint8_t *op = take(m, 1);
		struct argument arg;

		if (op != NULL && *op == '.')
			return 0;
		if (op != NULL && opcodes[*op].run == NULL)
			return error_set(err,
			    "pickle has the opcode 0x%02x, which protocols 2 "
			    "to 4 do not use",
			    *op);
		if (op == NULL || take_argument(m, opcodes[*op].form, &arg) < 0)
			return error_set(
			    err, "pickle ends early (was the file cut short?)");
		if (opcodes[*op].run(m, *op, &arg, err) < 0)
			return -1;
	}
}

int
pickle_read(
    struct pickle *pickle, const uint8_t *bytes, size_t n, struct error *err)
{
	struct machine m = {.bytes = bytes,
	    .left = n < PICKLE_BYTES_MAX ? n : PICKLE_BYTES_MAX};
	int status = run(&m, err);

	*pickle = (struct pickle){.memory = m.memory.chunks,
	    .persistent = m.persistent,
	    .n_persistent = m.n_persistent,
	    .n_bytes = (size_t)(m.bytes - bytes)};
	if (status == 0) {
		pickle->root = machine_pop(&m, err);
		if (pickle->root == NULL)
			status = -1;
	} else if (m.left == 0 && n > PICKLE_BYTES_MAX) {
		error_set(
		    err, "pickle has more than %d bytes", PICKLE_BYTES_MAX);
	}
	free(m.stack);
	free(m.marks);
	free(m.memo);
	return status;
}

void
pickle_free(struct pickle *pickle)
{
	pickle_chunks_free(pickle->memory);
	free(pickle->persistent);
	*pickle = (struct pickle){0};
}
