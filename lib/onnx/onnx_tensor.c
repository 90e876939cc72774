#include "onnx/onnx_tensor.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "file/element.h"

/* Fields of ONNX's TensorProto that hold elements. */
enum {
	SEGMENT = 3,
	FLOAT_DATA = 4,
	INT32_DATA = 5,
	STRING_DATA = 6,
	INT64_DATA = 7,
	RAW_DATA = 9,
	DOUBLE_DATA = 10,
	UINT64_DATA = 11,
	EXTERNAL_DATA = 13,
	ENTRY_KEY = 1,
	ENTRY_VALUE = 2,
};

static const char *const sources[] = {
    [FLOAT_DATA] = "float_data",
    [INT32_DATA] = "int32_data",
    [STRING_DATA] = "string_data",
    [INT64_DATA] = "int64_data",
    [RAW_DATA] = "raw_data",
    [DOUBLE_DATA] = "double_data",
    [UINT64_DATA] = "uint64_data",
    [EXTERNAL_DATA] = "external_data",
};

enum { SOURCES = sizeof(sources) / sizeof(sources[0]) };

/*
 * ONNX's numbers of element types, and the integers that lists of them may hold
 * (halves are there by their bits).
 */
static const struct {
	int onnx;
	enum element_kind kind;
	int64_t low, high;
} types[] = {
    {1, ELEMENT_F32, 0, 0},
    {2, ELEMENT_U8, 0, UINT8_MAX},
    {3, ELEMENT_I8, INT8_MIN, INT8_MAX},
    {4, ELEMENT_U16, 0, UINT16_MAX},
    {5, ELEMENT_I16, INT16_MIN, INT16_MAX},
    {6, ELEMENT_I32, INT32_MIN, INT32_MAX},
    {7, ELEMENT_I64, INT64_MIN, INT64_MAX},
    {9, ELEMENT_BOOL, 0, 1},
    {10, ELEMENT_F16, 0, UINT16_MAX},
    {11, ELEMENT_F64, 0, 0},
    {12, ELEMENT_U32, 0, UINT32_MAX},
    {13, ELEMENT_U64, INT64_MIN, INT64_MAX}, /* 64 bits of any sign */
    {16, ELEMENT_BF16, 0, UINT16_MAX},
};

static int
find_type(int type, struct error *err)
{
	for (int i = 0; i < (int)(sizeof(types) / sizeof(types[0])); i++)
		if (types[i].onnx == type)
			return i;
	return error_set(
	    err, "element type %d is not supported, expected numbers", type);
}

bool
onnx_tensor_is_real(const struct onnx_tensor *tensor)
{
	struct error lost; /* what is no number is not that */
	const int type = find_type(tensor->type, &lost);

	return type >= 0 && element_is_real(types[type].kind);
}

bool
onnx_tensor_is_whole(const struct onnx_tensor *tensor)
{
	struct error lost; /* what is no number is not that */
	const int type = find_type(tensor->type, &lost);

	return type >= 0 && !element_is_real(types[type].kind);
}

/* Dense elements: in the file, or in memory of our own. */
struct elements {
	int type; /* in types */
	enum element_kind kind;
	const uint8_t *bytes;
	uint8_t *owned;
};

static int
read_number(struct onnx_text text, uint64_t *out, struct error *err)
{
	*out = 0;
	for (size_t i = 0; i < text.n; i++) {
		const unsigned digit = (unsigned char)text.chars[i] - '0';

		*out = 10 * *out + digit;
		if (digit > 9 || *out > UINT64_C(1) << 50)
			return error_set(err,
			    "'%.*s' is no offset or length of external data",
			    ONNX_TEXT(text));
	}
	return 0;
}

struct element_place {
	struct onnx_text location;
	uint64_t offset, length;
	bool has_length;
};

static int
read_entry(struct wire message, struct element_place *place, struct error *err)
{
	struct onnx_text text[ENTRY_VALUE + 1] = {{"", 0}, {"", 0}, {"", 0}};
	struct wire_field field;
	int more;

	while ((more = wire_next(&message, &field, err)) > 0)
		if (field.number <= ENTRY_VALUE && field.type == WIRE_BYTES)
			text[field.number] =
			    (struct onnx_text){(const char *)field.bytes.at,
				wire_bytes(&field.bytes)};
	if (more < 0)
		return -1;
	if (onnx_text_is(text[ENTRY_KEY], "location"))
		place->location = text[ENTRY_VALUE];
	else if (onnx_text_is(text[ENTRY_KEY], "offset"))
		return read_number(text[ENTRY_VALUE], &place->offset, err);
	else if (onnx_text_is(text[ENTRY_KEY], "length")) {
		place->has_length = true;
		return read_number(text[ENTRY_VALUE], &place->length, err);
	}
	return 0;
}

static int
read_external(const struct onnx_tensor *tensor, struct onnx_folder *folder,
    struct elements *e, struct error *err)
{
	struct wire wire = tensor->message;
	struct element_place place = {.location = {"", 0}};
	struct wire_field field;
	size_t n;
	int more;

	while ((more = wire_next(&wire, &field, err)) > 0)
		if (field.number == EXTERNAL_DATA && field.type == WIRE_BYTES &&
		    read_entry(field.bytes, &place, err) < 0)
			return -1;
	if (more < 0)
		return -1;
	n = (size_t)tensor->n * element_bytes(e->kind);
	if (place.has_length && place.length != n)
		return error_set(err,
		    "external data has %llu byte%s, expected %zu",
		    (unsigned long long)place.length,
		    plural_s((int64_t)place.length), n);
	/* Asked for one byte first: nothing is reserved for what is not there.
	 */
	if (n > 0) {
		uint8_t last;
		struct onnx_folder probe = *folder;

		if (onnx_external_read(&probe, place.location,
			place.offset + n - 1, &last, 1, err) < 0)
			return -1;
	}
	e->owned = memory_new(n, 1, err);
	e->bytes = e->owned;
	if (e->owned == NULL)
		return -1;
	return onnx_external_read(
	    folder, place.location, place.offset, e->owned, n, err);
}

/* The list that a type's elements come in when they are not raw. */
static uint32_t
list_of(enum element_kind kind)
{
	switch (kind) {
	case ELEMENT_F32:
		return FLOAT_DATA;
	case ELEMENT_F64:
		return DOUBLE_DATA;
	case ELEMENT_I64:
		return INT64_DATA;
	case ELEMENT_U32:
	case ELEMENT_U64:
		return UINT64_DATA;
	default:
		return INT32_DATA;
	}
}

/*
 * Appends the numbers of a list's field to e->owned: integers of any type as 8
 * bytes, of which the first ones are the element (little-endian).
 */
static int
append_list(const struct onnx_tensor *tensor, struct wire_field *field,
    struct elements *e, int64_t *n, struct error *err)
{
	const size_t size = element_bytes(e->kind);
	const bool fixed =
	    field->number == FLOAT_DATA || field->number == DOUBLE_DATA;
	const uint8_t *at;
	uint8_t bytes[8];
	int64_t v;
	int more;

	for (;;) {
		if (fixed) {
			more = wire_next_fixed(field, size, &at, err);
		} else {
			more = wire_next_integer(field, &v, err);
			if (more > 0 &&
			    (v < types[e->type].low || v > types[e->type].high))
				return error_set(err,
				    "element %lld is out of its type's range",
				    (long long)v);
			for (int i = 0; more > 0 && i < 8; i++)
				bytes[i] = (uint8_t)((uint64_t)v >> (8 * i));
			at = bytes;
		}
		if (more <= 0)
			return more;
		if (*n == tensor->n)
			return error_set(err,
			    "more elements than the %lld of its shape",
			    (long long)tensor->n);
		memcpy(e->owned + (size_t)(*n)++ * size, at, size);
	}
}

static int
read_list(
    const struct onnx_tensor *tensor, struct elements *e, struct error *err)
{
	struct wire wire = tensor->message;
	const uint32_t list = list_of(e->kind);
	struct wire_field field;
	int64_t n = 0;
	int more;

	/* every element takes a byte at least */
	if ((uint64_t)tensor->n > wire_bytes(&wire))
		return error_set(err,
		    "fewer elements than the %lld of its shape",
		    (long long)tensor->n);
	e->owned = memory_new((size_t)tensor->n, element_bytes(e->kind), err);
	e->bytes = e->owned;
	if (e->owned == NULL)
		return -1;
	while ((more = wire_next(&wire, &field, err)) > 0)
		if (field.number == list &&
		    append_list(tensor, &field, e, &n, err) < 0)
			return -1;
	if (more < 0)
		return -1;
	if (n != tensor->n)
		return error_set(err,
		    "%lld element%s, expected the %lld of its shape",
		    (long long)n, plural_s(n), (long long)tensor->n);
	return 0;
}

/*
 * Where the elements are: one place, or none.  *raw receives them when they are
 * bytes of the file.
 */
static int
find_source(const struct onnx_tensor *tensor, struct wire *raw,
    uint32_t *source, struct error *err)
{
	struct wire wire = tensor->message;
	struct wire_field field;
	int more;

	*source = 0;
	while ((more = wire_next(&wire, &field, err)) > 0) {
		const uint32_t number = field.number;

		if (number == SEGMENT)
			return error_set(err, "a segment of a tensor");
		if (number >= SOURCES || sources[number] == NULL ||
		    (field.type == WIRE_BYTES && wire_bytes(&field.bytes) == 0))
			continue;
		if (*source != 0 && (*source != number || number == RAW_DATA))
			return error_set(err,
			    "elements in %s and in %s, expected one of them",
			    sources[*source], sources[number]);
		*source = number;
		if (number != RAW_DATA)
			continue;
		if (onnx_want(&field, WIRE_BYTES, err) < 0)
			return -1;
		*raw = field.bytes;
	}
	return more;
}

static int
find_all(const struct onnx_tensor *tensor, struct onnx_folder *folder,
    struct elements *e, struct error *err)
{
	struct wire raw = {NULL, NULL};
	uint32_t source, want;

	*e = (struct elements){.type = find_type(tensor->type, err)};
	if (e->type < 0 || find_source(tensor, &raw, &source, err) < 0)
		return -1;
	e->kind = types[e->type].kind;
	want = tensor->external     ? EXTERNAL_DATA
	       : source == RAW_DATA ? RAW_DATA
				    : list_of(e->kind);
	if (source != want && source != 0)
		return error_set(err, "elements in %s, expected %s",
		    sources[source], sources[want]);
	if (tensor->external)
		return read_external(tensor, folder, e, err);
	if (source != RAW_DATA)
		return read_list(tensor, e, err);
	e->bytes = raw.at;
	if (wire_bytes(&raw) != (size_t)tensor->n * element_bytes(e->kind))
		return error_set(err,
		    "%zu byte%s of elements, expected %zu as its shape says",
		    wire_bytes(&raw), plural_s((int64_t)wire_bytes(&raw)),
		    (size_t)tensor->n * element_bytes(e->kind));
	return 0;
}

/* Of several copies the first. */
static int
find_elements(const struct onnx_tensor *tensor, struct onnx_folder *folder,
    struct elements *e, struct error *err)
{
	struct onnx_tensor all = *tensor;
	size_t bytes;

	if (tensor->copies > 1)
		all.n *= tensor->copies; /* what it was */
	if (find_all(&all, folder, e, err) < 0)
		return -1;
	bytes = (size_t)tensor->n * element_bytes(e->kind);
	for (int64_t i = 1; e->bytes != NULL && i < tensor->copies; i++)
		if (memcmp(e->bytes, e->bytes + (size_t)i * bytes, bytes) != 0)
			return error_set(err,
			    "it is not the same for the %lld image%s of the "
			    "file's batch",
			    (long long)tensor->copies,
			    plural_s(tensor->copies));
	return 0;
}

int
onnx_tensor_floats(const struct onnx_tensor *tensor, struct onnx_folder *folder,
    struct tensor *to, struct error *err)
{
	struct elements e;
	int status = find_elements(tensor, folder, &e, err);

	if (status == 0)
		status = tensor_allocate(to, err);
	if (status == 0)
		status = element_convert((struct element){.kind = e.kind},
		    e.bytes, (ptrdiff_t)element_bytes(e.kind),
		    (size_t)tensor->n, TENSOR_FLOAT32, to->f32, err);
	free(e.owned);
	return status;
}

int
onnx_tensor_doubles(const struct onnx_tensor *tensor,
    struct onnx_folder *folder, double *to, struct error *err)
{
	struct elements e;
	int status = find_elements(tensor, folder, &e, err);

	for (int64_t i = 0; status == 0 && i < tensor->n; i++)
		status = element_real((struct element){.kind = e.kind},
		    e.bytes + (size_t)i * element_bytes(e.kind), &to[i], err);
	free(e.owned);
	return status;
}
