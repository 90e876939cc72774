/*
 * The opcodes of pickle, one function for each family.  op is the opcode, arg
 * what followed it in the input.  Only lib/file/pickle*.c use this.
 */
#ifndef FILE_PICKLE_OP_H
#define FILE_PICKLE_OP_H

#include "file/pickle_machine.h"

struct argument {
	uint64_t number;
	const uint8_t *bytes;
	size_t n;
};

int op_constant(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_integer(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_line_integer(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_long(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_real(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_text(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_bytes(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_empty(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_mark(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_collect(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_add(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_put(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_get(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_stack(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_global(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_stack_global(
    struct machine *m, int op, const struct argument *arg, struct error *err);

/* Those that call something, in pickle_call.c. */
int op_call(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_build(
    struct machine *m, int op, const struct argument *arg, struct error *err);
int op_persistent(
    struct machine *m, int op, const struct argument *arg, struct error *err);

#endif
