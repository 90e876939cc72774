#include "onnx/onnx_wire.h"

#include "base/plural.h"

enum { VARINT_BYTES = 10 };

size_t
wire_bytes(const struct wire *wire)
{
	return (size_t)(wire->end - wire->at);
}

static int
read_varint(struct wire *wire, uint64_t *out, struct error *err)
{
	*out = 0;
	for (unsigned i = 0; i < VARINT_BYTES; i++) {
		uint8_t byte;

		if (wire->at == wire->end)
			return error_set(err, "a number is cut off");
		byte = *wire->at++;
		*out |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (byte < 0x80)
			return 0;
	}
	return error_set(err, "a number has more than %d bytes", VARINT_BYTES);
}

static int
take(struct wire *wire, uint64_t n, struct wire *part, struct error *err)
{
	if (n > wire_bytes(wire))
		return error_set(err, "a field has %llu byte%s, %zu are left",
		    (unsigned long long)n, plural_s((int64_t)n),
		    wire_bytes(wire));
	*part = (struct wire){wire->at, wire->at + n};
	wire->at += n;
	return 0;
}

int
wire_next(struct wire *wire, struct wire_field *field, struct error *err)
{
	uint64_t tag, n;

	if (wire->at == wire->end)
		return 0;
	if (read_varint(wire, &tag, err) < 0)
		return -1;
	*field = (struct wire_field){
	    .number = (uint32_t)(tag >> 3), .type = (enum wire_type)(tag & 7)};
	if (tag >> 3 == 0 || tag >> 3 > 0x1fffffff)
		return error_set(err, "field number %llu is out of range",
		    (unsigned long long)(tag >> 3));
	switch (field->type) {
	case WIRE_INTEGER:
		return read_varint(wire, &field->integer, err) < 0 ? -1 : 1;
	case WIRE_8:
		n = 8;
		break;
	case WIRE_4:
		n = 4;
		break;
	case WIRE_BYTES:
		if (read_varint(wire, &n, err) < 0)
			return -1;
		break;
	default:
		return error_set(err,
		    "field %u has wire type %u, expected "
		    "0, 1, 2 or 5",
		    field->number, (unsigned)field->type);
	}
	return take(wire, n, &field->bytes, err) < 0 ? -1 : 1;
}

/* A single number was given: there is none behind it. */
static void
finish(struct wire_field *field)
{
	field->type = WIRE_BYTES;
	field->bytes.at = field->bytes.end;
}

int
wire_next_integer(struct wire_field *field, int64_t *out, struct error *err)
{
	uint64_t v;

	if (field->type == WIRE_INTEGER) {
		v = field->integer;
		field->bytes = (struct wire){NULL, NULL};
		finish(field);
	} else if (field->type != WIRE_BYTES) {
		return error_set(
		    err, "field %u holds no integers", field->number);
	} else if (field->bytes.at == field->bytes.end) {
		return 0;
	} else if (read_varint(&field->bytes, &v, err) < 0) {
		return -1;
	}
	*out = (int64_t)v;
	return 1;
}

int
wire_next_fixed(struct wire_field *field, size_t size, const uint8_t **out,
    struct error *err)
{
	const enum wire_type single = size == 4 ? WIRE_4 : WIRE_8;
	struct wire part = {NULL, NULL};

	if (field->type == single) {
		*out = field->bytes.at;
		finish(field);
		return 1;
	}
	if (field->type != WIRE_BYTES)
		return error_set(err, "field %u holds no numbers of %zu byte%s",
		    field->number, size, plural_s((int64_t)size));
	if (field->bytes.at == field->bytes.end)
		return 0;
	if (take(&field->bytes, size, &part, err) < 0)
		return -1;
	*out = part.at;
	return 1;
}
