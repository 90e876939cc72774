/*
 * Tensors in the stream: a record of kind `tensor` (the model's elements),
 * `delta` (a direction's) or `moment` (an optimiser's) carries a run of one
 * tensor's elements.
 *
 * Header: tensor (index), name, dtype, shape, offset (first element), and for a
 * delta axis and rep.  Payload: the elements, little-endian.  Chunks of a
 * tensor come in order and without holes; the tensor itself comes before its
 * deltas.
 */
#ifndef TENSOR_CHUNK_H
#define TENSOR_CHUNK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "stream/reader.h"
#include "stream/writer.h"
#include "tensor/tensor.h"

enum {
	CHUNK_BYTES_MAX = 8 << 20,
	AXES_MAX = 2,    /* 0 = x, 1 = y */
	REPS_MAX = 4096, /* direction sets in a stream */
	MOMENTS_MAX = 2, /* what an optimiser remembers of each weight */
};

struct chunk {
	int tensor;
	int axis, rep;        /* of a delta; 0 for a tensor */
	int moment;           /* of a moment */
	int64_t offset, n;    /* elements */
	const void *elements; /* unaligned, borrowed from the record */
};

/* "x" or "y", and back. */
const char *axis_word(int axis);
int axis_parse(const char *word, int *axis, struct error *err);

/*
 * Reads the header of a `tensor`, `delta` or `moment` record against the
 * model's tensor list: index, name, dtype, shape and range must fit.  A delta's
 * and a moment's elements are float32 even where the tensor is an integer.
 */
int chunk_unpack(struct chunk *chunk, const struct record *record,
    const struct tensor *tensors, size_t n_tensors, struct error *err);

/*
 * The elements as float32 (a counter's are rounded) in out, which has room for
 * chunk->n; type: the tensor's, or float32 for a delta.
 */
void chunk_floats(const struct chunk *chunk, enum tensor_type type, float *out);

/*
 * Writes all elements of tensor number index as chunks; elements has the
 * tensor's type.
 */
int chunk_write_tensor(struct writer *writer, int index,
    const struct tensor *tensor, struct error *err);

/*
 * Writes one run of a direction's elements [offset, offset + n), in chunks of
 * at most CHUNK_BYTES_MAX bytes.
 */
int chunk_write_delta(struct writer *writer, int axis, int rep, int index,
    const struct tensor *tensor, int64_t offset, const float *elements,
    int64_t n, struct error *err);

/* The same for an optimiser's moment, 0 or 1. */
int chunk_write_moment(struct writer *writer, int moment, int index,
    const struct tensor *tensor, const float *elements, struct error *err);

#endif
