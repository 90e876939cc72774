#include "tensor/chunk.h"

#include <inttypes.h>
#include <string.h>

#include "base/plural.h"
#include "stream/pack.h"

const char *
axis_word(int axis)
{
	return axis == 0 ? "x" : "y";
}

int
axis_parse(const char *word, int *axis, struct error *err)
{
	if (strcmp(word, "x") != 0 && strcmp(word, "y") != 0)
		return error_set(err, "axis is '%.20s', expected x or y", word);
	*axis = word[0] == 'y';
	return 0;
}

static int
unpack_delta(struct chunk *chunk, const struct value *header, struct error *err)
{
	char axis[8];
	int64_t rep;

	if (field_text(header, "axis", axis, sizeof(axis), err) < 0 ||
	    axis_parse(axis, &chunk->axis, err) < 0 ||
	    field_int(header, "rep", 0, REPS_MAX - 1, &rep, err) < 0)
		return -1;
	chunk->rep = (int)rep;
	return 0;
}

/* What a chunk says of its tensor must be what the model says. */
static int
check_tensor(const struct value *header, const struct tensor *t,
    enum tensor_type type, struct error *err)
{
	int64_t dim[TENSOR_RANK_MAX];
	size_t rank;

	if (!value_is(value_get(header, "dtype"), tensor_type_word(type)))
		return error_set(
		    err, "dtype is not '%s'", tensor_type_word(type));
	if (field_ints(header, "shape", 0, INT64_MAX, dim, TENSOR_RANK_MAX,
		&rank, err) < 0)
		return -1;
	for (size_t i = 0; i < rank; i++)
		if ((int)rank == t->rank && dim[i] != t->dim[i])
			return error_set(err,
			    "shape has %" PRId64 " at place %zu, the model has "
			    "%" PRId64,
			    dim[i], i, t->dim[i]);
	if ((int)rank != t->rank)
		return error_set(err,
		    "shape has %zu number%s, the model has %d", rank,
		    plural_s((int64_t)rank), t->rank);
	return 0;
}

int
chunk_unpack(struct chunk *chunk, const struct record *record,
    const struct tensor *tensors, size_t n_tensors, struct error *err)
{
	bool delta = record_is(record, "delta");
	bool moment = record_is(record, "moment");
	enum tensor_type type = TENSOR_FLOAT32;
	const struct tensor *t;
	int64_t index, number = 0;
	size_t size;

	*chunk = (struct chunk){.elements = record->payload};
	if (field_int(record->header, "tensor", 0, (int64_t)n_tensors - 1,
		&index, err) < 0)
		return error_prefix(err, "%s", record->kind);
	t = &tensors[index];
	if (!value_is(value_get(record->header, "name"), t->name))
		return error_set(err,
		    "%s: tensor %d has another name than the model's '%s'",
		    record->kind, (int)index, t->name);
	if (!delta && !moment)
		type = t->type;
	if (check_tensor(record->header, t, type, err) < 0)
		return error_prefix(err, "%s '%s'", record->kind, t->name);
	size = tensor_element_bytes(type);
	chunk->tensor = (int)index;
	chunk->n = (int64_t)(record->payload_bytes / size);
	if (record->payload_bytes % size != 0)
		return error_set(err,
		    "%s '%s': a payload of %zu byte%s is no whole number of "
		    "elements",
		    record->kind, t->name, record->payload_bytes,
		    plural_s((int64_t)record->payload_bytes));
	if (field_int(record->header, "offset", 0, t->n - chunk->n,
		&chunk->offset, err) < 0 ||
	    (delta && unpack_delta(chunk, record->header, err) < 0) ||
	    (moment && field_int(record->header, "moment", 0, MOMENTS_MAX - 1,
			   &number, err) < 0))
		return error_prefix(err, "%s '%s'", record->kind, t->name);
	chunk->moment = (int)number;
	return 0;
}

void
chunk_floats(const struct chunk *chunk, enum tensor_type type, float *out)
{
	const char *from = chunk->elements;
	int64_t v;

	if (chunk->n > 0 && type == TENSOR_FLOAT32)
		memcpy(out, from, (size_t)chunk->n * sizeof(*out));
	for (int64_t i = 0; type == TENSOR_INT64 && i < chunk->n; i++) {
		memcpy(&v, from + (size_t)i * sizeof(v), sizeof(v));
		out[i] = (float)v;
	}
}

static void
pack_chunk(struct pack *pack, int index, const struct tensor *tensor,
    enum tensor_type type, int64_t offset)
{
	pack_key_int(pack, "tensor", index);
	pack_key_text(pack, "name", tensor->name);
	pack_key_text(pack, "dtype", tensor_type_word(type));
	pack_key_ints(pack, "shape", tensor->dim, (size_t)tensor->rank);
	pack_key_int(pack, "offset", offset);
}

/* Elements of the next chunk when `left` are left; an empty tensor has one. */
static int64_t
chunk_length(int64_t left, size_t element_bytes)
{
	int64_t most = (int64_t)(CHUNK_BYTES_MAX / element_bytes);

	return left < most ? left : most;
}

int
chunk_write_tensor(struct writer *writer, int index,
    const struct tensor *tensor, struct error *err)
{
	size_t size = tensor_element_bytes(tensor->type);
	int64_t at = 0;

	do {
		int64_t n = chunk_length(tensor->n - at, size);
		struct pack header = {0};
		int status;

		pack_open(&header);
		pack_chunk(&header, index, tensor, tensor->type, at);
		pack_close(&header);
		status = writer_record(writer, "tensor", &header,
		    (const char *)tensor->data + (size_t)at * size,
		    (size_t)n * size, err);
		pack_free(&header);
		if (status < 0)
			return -1;
		at += n;
	} while (at < tensor->n);
	return 0;
}

static int
write_delta(struct writer *writer, int axis, int rep, int index,
    const struct tensor *tensor, int64_t offset, const float *elements,
    int64_t n, struct error *err)
{
	struct pack header = {0};
	int status;

	pack_open(&header);
	pack_key_text(&header, "axis", axis_word(axis));
	pack_key_int(&header, "rep", rep);
	pack_chunk(&header, index, tensor, TENSOR_FLOAT32, offset);
	pack_close(&header);
	status = writer_record(
	    writer, "delta", &header, elements, (size_t)n * sizeof(float), err);
	pack_free(&header);
	return status;
}

int
chunk_write_delta(struct writer *writer, int axis, int rep, int index,
    const struct tensor *tensor, int64_t offset, const float *elements,
    int64_t n, struct error *err)
{
	int64_t at = 0;

	do {
		int64_t run = chunk_length(n - at, sizeof(float));

		if (write_delta(writer, axis, rep, index, tensor, offset + at,
			elements + at, run, err) < 0)
			return -1;
		at += run;
	} while (at < n);
	return 0;
}

int
chunk_write_moment(struct writer *writer, int moment, int index,
    const struct tensor *tensor, const float *elements, struct error *err)
{
	int64_t at = 0;

	do {
		int64_t n = chunk_length(tensor->n - at, sizeof(float));
		struct pack header = {0};
		int status;

		pack_open(&header);
		pack_key_int(&header, "moment", moment);
		pack_chunk(&header, index, tensor, TENSOR_FLOAT32, at);
		pack_close(&header);
		status = writer_record(writer, "moment", &header, elements + at,
		    (size_t)n * sizeof(float), err);
		pack_free(&header);
		if (status < 0)
			return -1;
		at += n;
	} while (at < tensor->n);
	return 0;
}
