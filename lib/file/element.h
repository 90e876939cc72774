/*
 * The element types that files use, and their way into the two that tensors
 * have: reals become float32 (rounded to nearest), integers and truth values
 * int64 - or either on demand.
 */
#ifndef FILE_ELEMENT_H
#define FILE_ELEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "tensor/tensor.h"

enum element_kind {
	ELEMENT_BOOL,
	ELEMENT_U8,
	ELEMENT_I8,
	ELEMENT_U16,
	ELEMENT_I16,
	ELEMENT_U32,
	ELEMENT_I32,
	ELEMENT_U64,
	ELEMENT_I64,
	ELEMENT_F16,
	ELEMENT_BF16,
	ELEMENT_F32,
	ELEMENT_F64,
};

struct element {
	enum element_kind kind;
	bool swapped; /* most significant byte first */
};

size_t element_bytes(enum element_kind kind);
bool element_is_real(enum element_kind kind);

/* For messages: uint8, float32. */
const char *element_name(enum element_kind kind);

/* The type a tensor of such elements has: float32 or int64. */
enum tensor_type element_tensor_type(enum element_kind kind);

/*
 * numpy's name of a type ("<f4", "|u1", ">i8", "|b1"; n characters) read into
 * *element.  Complex numbers, texts, objects, records and times are refused.
 */
int element_parse(
    const char *descr, size_t n, struct element *element, struct error *err);

/* One element as a double; fails on an integer that int64 does not hold. */
int element_real(struct element element, const uint8_t *from, double *out,
    struct error *err);

/*
 * Converts n elements that lie stride bytes apart (0 and negative are fine)
 * from `from`, unaligned, into out, an array of type to.  Fails when an integer
 * does not fit into int64, or when reals are asked for as integers.
 */
int element_convert(struct element element, const uint8_t *from,
    ptrdiff_t stride, size_t n, enum tensor_type to, void *out,
    struct error *err);

/*
 * Writes the elements of a strided array (dimensions and strides of `rank`
 * axes, strides in elements, the first element at `from`) into `out`, dense and
 * row-major.  The caller has checked that every element lies inside its bytes.
 */
int element_gather(struct element element, const uint8_t *from, int rank,
    const int64_t *dim, const int64_t *stride, enum tensor_type to, void *out,
    struct error *err);

#endif
