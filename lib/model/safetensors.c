/*
 * safetensors: the length of a header (8 bytes), the header (JSON: name, type,
 * shape and place of each tensor), and the elements, without a gap.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/magic.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/plural.h"
#include "file/element.h"
#include "model/checkpoint_form.h"

enum { LENGTH_BYTES = 8, HEADER_MAX = 16 << 20 };

static const struct {
	const char *name;
	enum element_kind kind;
} types[] = {{"F32", ELEMENT_F32}, {"F16", ELEMENT_F16}, {"BF16", ELEMENT_BF16},
    {"F64", ELEMENT_F64}, {"I64", ELEMENT_I64}, {"I32", ELEMENT_I32},
    {"I16", ELEMENT_I16}, {"I8", ELEMENT_I8}, {"U64", ELEMENT_U64},
    {"U32", ELEMENT_U32}, {"U16", ELEMENT_U16}, {"U8", ELEMENT_U8},
    {"BOOL", ELEMENT_BOOL}};

/* What the header says of a tensor; its elements' bytes are [begin, end). */
struct stored {
	const char *name;
	struct element element;
	int rank;
	int64_t dim[TENSOR_RANK_MAX];
	uint64_t begin, end;
	const uint8_t *bytes; /* the first */
};

static uint64_t
header_bytes(const uint8_t *bytes)
{
	uint64_t n = 0;

	for (int i = 0; i < LENGTH_BYTES; i++)
		n |= (uint64_t)bytes[i] << 8 * i;
	return n;
}

bool
safetensors_is(const uint8_t *bytes, size_t n)
{
	/* a length of 2^40 would be text, or another file */
	return n > LENGTH_BYTES && bytes[LENGTH_BYTES] == '{' &&
	       header_bytes(bytes) >> 40 == 0;
}

static int
parse_type(const json_t *info, struct element *element, struct error *err)
{
	const char *name = json_string_value(json_object_get(info, "dtype"));

	if (name == NULL)
		return error_set(err, "no dtype, expected one such as F32");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(name, types[i].name) == 0) {
			*element = (struct element){types[i].kind, false};
			return 0;
		}
	return error_set(err,
	    "dtype is %.20s, expected F64, F32, F16, BF16, I8 to I64, U8 to "
	    "U64 or BOOL",
	    name);
}

/* A number of the header that is not negative, or -1. */
static int64_t
count_of(const json_t *value)
{
	return json_is_integer(value) ? json_integer_value(value) : -1;
}

/* The shape, and the bytes that it wants. */
static int
parse_shape(const json_t *info, struct stored *place, uint64_t *bytes,
    struct error *err)
{
	const json_t *shape = json_object_get(info, "shape");

	if (!json_is_array(shape) || json_array_size(shape) > TENSOR_RANK_MAX)
		return error_set(
		    err, "no shape of at most %d dimensions", TENSOR_RANK_MAX);
	place->rank = (int)json_array_size(shape);
	*bytes = element_bytes(place->element.kind);
	for (int i = 0; i < place->rank; i++) {
		place->dim[i] = count_of(json_array_get(shape, (size_t)i));
		if (place->dim[i] < 0)
			return error_set(
			    err, "dimension %d is no number from 0 on", i);
		if (__builtin_mul_overflow(
			*bytes, (uint64_t)place->dim[i], bytes))
			return error_set(err, "an impossible shape");
	}
	return 0;
}

static int
parse_place(const json_t *info, const uint8_t *data, uint64_t n_data,
    struct stored *place, struct error *err)
{
	const json_t *offsets = json_object_get(info, "data_offsets");
	int64_t begin = count_of(json_array_get(offsets, 0));
	int64_t end = count_of(json_array_get(offsets, 1));
	uint64_t want = 0;

	if (parse_type(info, &place->element, err) < 0 ||
	    parse_shape(info, place, &want, err) < 0)
		return -1;
	if (json_array_size(offsets) != 2 || begin < 0 || end < begin)
		return error_set(err, "its data_offsets are not [begin, end]");
	if ((uint64_t)end > n_data)
		return error_set(err,
		    "its data end at byte %lld, the file has %llu: copy or "
		    "download it again, it was cut short",
		    (long long)end, (unsigned long long)n_data);
	place->begin = (uint64_t)begin;
	place->end = (uint64_t)end;
	if (place->end - place->begin != want)
		return error_set(err,
		    "its data are %llu byte%s, its shape wants %llu",
		    (unsigned long long)(place->end - place->begin),
		    plural_s((int64_t)(place->end - place->begin)),
		    (unsigned long long)want);
	place->bytes = data + begin;
	return 0;
}

static int
compare_places(const void *a, const void *b)
{
	const struct stored *p = *(struct stored *const *)a,
			    *q = *(struct stored *const *)b;

	if (p->begin != q->begin)
		return p->begin < q->begin ? -1 : 1;
	return (p->end > q->end) - (p->end < q->end);
}

/* Every byte of the data belongs to exactly one tensor. */
static int
check_places(
    struct stored *places, size_t n, uint64_t n_data, struct error *err)
{
	struct stored **sorted = memory_new(n, sizeof(struct stored *), err);
	uint64_t at = 0;
	int status = 0;

	if (sorted == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		sorted[i] = &places[i];
	qsort(sorted, n, sizeof(struct stored *), compare_places);
	for (size_t i = 0; status == 0 && i < n; i++) {
		if (sorted[i]->begin != at)
			status = error_set(err,
			    "tensor '%.120s': its data begin at byte %llu, "
			    "expected %llu",
			    sorted[i]->name,
			    (unsigned long long)sorted[i]->begin,
			    (unsigned long long)at);
		at = sorted[i]->end;
	}
	free(sorted);
	if (status == 0 && at != n_data)
		return error_set(err,
		    "the tensors have %llu byte%s of data, the file %llu",
		    (unsigned long long)at, plural_s((int64_t)at),
		    (unsigned long long)n_data);
	return status;
}

/* Metadata are texts: what is a number as a whole becomes one. */
static int
read_notes(
    struct checkpoint *checkpoint, const json_t *metadata, struct error *err)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)metadata, name, value)
	{
		const char *text = json_string_value(value);
		struct error lost; /* what is no number is a text */
		int64_t integer;
		double real;
		int status;

		if (text == NULL)
			return error_set(
			    err, "__metadata__ '%.40s' is not a text", name);
		if (number_parse_int(
			text, name, INT64_MIN, INT64_MAX, &integer, &lost) == 0)
			status = checkpoint_note_integer(
			    checkpoint, name, strlen(name), integer, err);
		else if (number_parse_real(text, name, &real, &lost) == 0)
			status = checkpoint_note_real(
			    checkpoint, name, strlen(name), real, err);
		else
			status = checkpoint_note_text(checkpoint, name,
			    strlen(name), text, json_string_length(value), err);
		if (status < 0)
			return -1;
	}
	return 0;
}

static int
read_tensor(void *context, const void *from, const char *name,
    struct tensor *tensor, struct error *err)
{
	const struct stored *place = from;

	(void)context;
	if (tensor_init(tensor, name, element_tensor_type(place->element.kind),
		place->rank, place->dim, err) == 0 &&
	    tensor_allocate(tensor, err) == 0 &&
	    element_convert(place->element, place->bytes,
		(ptrdiff_t)element_bytes(place->element.kind),
		(size_t)tensor->n, tensor->type, tensor->data, err) == 0)
		return 0;
	tensor_free(tensor);
	return -1;
}

/* The header's tensors, and the bytes behind it that belong to them. */
static int
list_places(json_t *header, const uint8_t *data, uint64_t n_data,
    struct stored *places, struct entries *entries, struct error *err)
{
	const char *name;
	json_t *info;

	json_object_foreach(header, name, info)
	{
		struct stored *place = &places[entries->n];

		if (strcmp(name, "__metadata__") == 0)
			continue;
		place->name = name;
		if (parse_place(info, data, n_data, place, err) < 0)
			return error_prefix(err, "tensor '%.120s'", name);
		if (entries_add(entries, name, strlen(name), place, err) < 0)
			return -1;
	}
	if (entries->n == 0)
		return error_set(err, "no tensors, expected the state of a "
				      "module");
	return check_places(places, entries->n, n_data, err);
}

static int
read_header(struct checkpoint *checkpoint, json_t *header, const uint8_t *data,
    uint64_t n_data, bool tensors, struct error *err)
{
	struct stored *places =
	    memory_new(json_object_size(header), sizeof(*places), err);
	struct entries entries = {0};
	int status = -1;

	if (places != NULL)
		status =
		    list_places(header, data, n_data, places, &entries, err);
	if (status == 0 && tensors)
		status =
		    entries_read(&entries, checkpoint, read_tensor, NULL, err);
	if (status == 0)
		status = read_notes(
		    checkpoint, json_object_get(header, "__metadata__"), err);
	free(entries.at);
	free(places);
	return status;
}

int
safetensors_read(struct checkpoint *checkpoint, const struct content *content,
    bool tensors, struct error *err)
{
	const char *text = (const char *)content->bytes + LENGTH_BYTES;
	uint64_t n = header_bytes(content->bytes),
		 rest = content->n - LENGTH_BYTES;
	json_error_t why;
	json_t *header;
	int status;

	if (n > HEADER_MAX)
		return error_set(err,
		    "the header has %llu byte%s, expected at most %d",
		    (unsigned long long)n, plural_s((int64_t)n), HEADER_MAX);
	if (n > rest)
		return magic_cut(content->bytes, content->n, err);
	errno = 0;
	header = json_loadb(text, n, JSON_REJECT_DUPLICATES, &why);
	if (header == NULL)
		return error_foreign(
		    err, "header: %s at byte %d", why.text, why.position);
	if (!json_is_object(header))
		status = error_set(err, "the header is not an object");
	else
		status = read_header(checkpoint, header,
		    (const uint8_t *)text + n, rest - n, tensors, err);
	json_decref(header);
	return status;
}
