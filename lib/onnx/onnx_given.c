#include "onnx/onnx_given.h"

#include <string.h>

/* Other fields of ONNX's AttributeProto. */
enum {
	FIELD_NAME = 1,
	FIELD_DOCUMENTATION = 13,
	FIELD_TYPE = 20,
	FIELD_REFERENCE = 21,
};

static int
read_ints(struct wire_field *field, struct onnx_given *given, struct error *err)
{
	int64_t v;
	int more;

	while ((more = wire_next_integer(field, &v, err)) > 0) {
		if (given->n_ints == GIVEN_INTS_MAX)
			return error_set(
			    err, "more than %d integers", GIVEN_INTS_MAX);
		given->ints[given->n_ints++] = v;
	}
	return more;
}

/* From four bytes. */
static float
real_of(const uint8_t *at)
{
	const uint32_t bits = (uint32_t)at[0] | (uint32_t)at[1] << 8 |
			      (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
	float f;

	memcpy(&f, &bits, sizeof(f));
	return f;
}

static int
read_real(const struct wire_field *field, float *f, struct error *err)
{
	if (onnx_want(field, WIRE_4, err) < 0)
		return -1;
	*f = real_of(field->bytes.at);
	return 0;
}

static int
read_reals(
    struct wire_field *field, struct onnx_given *given, struct error *err)
{
	const uint8_t *at;
	int more;

	while ((more = wire_next_fixed(field, 4, &at, err)) > 0) {
		if (given->n_reals == GIVEN_INTS_MAX)
			return error_set(
			    err, "more than %d numbers", GIVEN_INTS_MAX);
		given->reals[given->n_reals++] = real_of(at);
	}
	return more;
}

static int
read_field(
    struct wire_field *field, struct onnx_given *given, struct error *err)
{
	switch (field->number) {
	case FIELD_NAME:
	case FIELD_DOCUMENTATION:
		return 0;
	case FIELD_TYPE:
		given->type = field->integer < 256 ? (int)field->integer : -1;
		return onnx_want(field, WIRE_INTEGER, err);
	case FIELD_REFERENCE:
		return error_set(err, "refers to one of a function");
	default:
		break;
	}
	if (field->number < 32)
		given->values |= UINT32_C(1) << field->number;
	switch (field->number) {
	case GIVEN_F:
		return read_real(field, &given->f, err);
	case GIVEN_I:
		given->i = (int64_t)field->integer;
		return onnx_want(field, WIRE_INTEGER, err);
	case GIVEN_S:
		return onnx_read_text(field, &given->s, err);
	case GIVEN_T:
		return onnx_want(field, WIRE_BYTES, err) < 0
			   ? -1
			   : onnx_read_tensor(
				 field->bytes, &given->tensor, err);
	case GIVEN_FLOATS:
		return read_reals(field, given, err);
	case GIVEN_INTS:
		return read_ints(field, given, err);
	default:
		return 0;
	}
}

static int
read_given(struct wire message, struct onnx_given *given, struct error *err)
{
	struct wire wire = message;
	struct wire_field field;
	int more;

	*given = (struct onnx_given){.name = {"", 0}, .s = {"", 0}};
	while ((more = wire_next(&wire, &field, err)) > 0)
		if (field.number == FIELD_NAME &&
		    onnx_read_text(&field, &given->name, err) < 0)
			return -1;
	while (more == 0 && (more = wire_next(&message, &field, err)) > 0) {
		if (read_field(&field, given, err) < 0)
			return error_prefix(
			    err, "attribute %.*s", ONNX_TEXT(given->name));
		more = 0;
	}
	return more;
}

int
onnx_next_given(struct wire *wire, struct onnx_given *given, struct error *err)
{
	struct wire_field field;
	int more;

	while ((more = wire_next(wire, &field, err)) > 0)
		if (field.number == ONNX_NODE_ATTRIBUTE)
			return read_given(field.bytes, given, err) < 0 ? -1 : 1;
	return more;
}
