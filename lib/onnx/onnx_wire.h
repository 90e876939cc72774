/*
 * Protobuf's wire format, field by field, over bytes in memory.
 *
 * A message is walked by a cursor, its fields that are messages by cursors of
 * their own: how deep that goes is written in the code that walks, never in the
 * file.
 */
#ifndef MODEL_ONNX_WIRE_H
#define MODEL_ONNX_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What is left of a message (borrowed bytes). */
struct wire {
	const uint8_t *at, *end;
};

/* Protobuf's numbers; groups (3, 4) are refused. */
enum wire_type { WIRE_INTEGER = 0, WIRE_8 = 1, WIRE_BYTES = 2, WIRE_4 = 5 };

struct wire_field {
	uint32_t number;
	enum wire_type type;
	uint64_t integer;  /* WIRE_INTEGER */
	struct wire bytes; /* the others: 8, 4 or any number of bytes */
};

/*
 * Reads the next field.  Returns 1, or 0 at the end, or -1 with an error when
 * the bytes are no message.
 */
int wire_next(struct wire *wire, struct wire_field *field, struct error *err);

/* Bytes left. */
size_t wire_bytes(const struct wire *wire);

/*
 * A repeated scalar comes packed (many in one WIRE_BYTES field) or one by one.
 * Given such a field, reads the next number of it: 1, 0 when there is none
 * left, -1.  Call with *field as wire_next gave it until it returns 0.
 */
int wire_next_integer(
    struct wire_field *field, int64_t *out, struct error *err);

/* The same for numbers of `size` bytes (4 or 8): *out receives their place. */
int wire_next_fixed(struct wire_field *field, size_t size, const uint8_t **out,
    struct error *err);

#endif
