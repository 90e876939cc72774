/*
 * A named tensor: its shape, what it is for, and (when loaded) its elements.
 *
 * Elements are dense, row-major (C order), little-endian in files and streams.
 * Names are PyTorch's parameter names ("layer1.0.conv1.weight"), shapes are in
 * PyTorch's layout: a convolution weight is k c h w, a linear weight k c.
 */
#ifndef TENSOR_TENSOR_H
#define TENSOR_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { TENSOR_RANK_MAX = 8, TENSOR_NAME_MAX = 255 };

/* The element types of a stream; files with others are converted on reading. */
enum tensor_type { TENSOR_FLOAT32, TENSOR_INT64 };

/*
 * What a tensor is to the network.  `weights` (the trainable vector, in order)
 * are the first four; `states` adds the next three; a constant is never moved.
 */
enum tensor_role {
	ROLE_WEIGHT,      /* of a convolution or linear layer */
	ROLE_BIAS,        /* of a convolution or linear layer */
	ROLE_NORM_WEIGHT, /* scale of a normalisation */
	ROLE_NORM_BIAS,   /* shift of a normalisation */
	ROLE_RUNNING_MEAN,
	ROLE_RUNNING_VAR,
	ROLE_BATCHES, /* num_batches_tracked: an integer, 0-d */
	ROLE_CONSTANT,
	ROLE_COUNT,
};

struct tensor {
	char *name; /* owned */
	enum tensor_type type;
	enum tensor_role role;
	int rank;
	int64_t dim[TENSOR_RANK_MAX];
	int out_axis; /* filters are the slices along this axis */
	int64_t n;    /* number of elements: the product of dim, 1 for rank 0 */
	union {
		void *data; /* owned; NULL when only the shape is known */
		float *f32;
		int64_t *i64;
	};
};

/*
 * Gives tensor a name (copied), type and shape; no data.  Fails when rank is
 * over TENSOR_RANK_MAX, a dimension is negative, the product overflows, or the
 * name is empty or too long.  Release with tensor_free in any case.
 */
int tensor_init(struct tensor *tensor, const char *name, enum tensor_type type,
    int rank, const int64_t *dim, struct error *err);

/* Zeroed elements for a tensor that has a shape. */
int tensor_allocate(struct tensor *tensor, struct error *err);

/* A deep copy into *to (uninitialised before). */
int tensor_copy(
    struct tensor *to, const struct tensor *from, struct error *err);

/* Releases name and data; the tensor is all zero afterwards. */
void tensor_free(struct tensor *tensor);

/* Releases n tensors and the array that holds them (NULL is fine). */
void tensors_free(struct tensor *tensors, size_t n);

/* Bytes of one element, and of all. */
size_t tensor_element_bytes(enum tensor_type type);
size_t tensor_bytes(const struct tensor *tensor);

bool tensor_same_shape(const struct tensor *a, const struct tensor *b);

/* The same but for axes of one element: a column may stand for a vector. */
bool tensor_like_shape(const struct tensor *a, const struct tensor *b);

/* In the trainable vector `weights`?  In the vector `states`? */
bool tensor_is_weight(const struct tensor *tensor);
bool tensor_is_state(const struct tensor *tensor);

/*
 * out[i] = a[i] - b[i] for n elements of this type, in float32 (counters in
 * double first); a may be unaligned.
 */
void tensor_subtract(
    enum tensor_type type, const void *a, const void *b, int64_t n, float *out);

/* "16x3x3x3", "scalar" for rank 0.  Returns text. */
enum { TENSOR_SHAPE_TEXT_BYTES = 192 };
char *tensor_shape_text(
    const struct tensor *tensor, char text[TENSOR_SHAPE_TEXT_BYTES]);

/* Words of the stream: "weight", "bias", "norm_weight", ... and "<f4", "<i8".
 */
const char *tensor_role_word(enum tensor_role role);
int tensor_role_parse(
    const char *word, enum tensor_role *role, struct error *err);
const char *tensor_type_word(enum tensor_type type);
int tensor_type_parse(
    const char *word, enum tensor_type *type, struct error *err);

#endif
