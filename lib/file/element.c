#include "file/element.h"

#include <math.h>
#include <string.h>

static const struct {
	size_t bytes;
	bool real;
	const char *descr; /* numpy's, without the byte order; NULL: none */
	const char *name;
} kinds[] = {
    [ELEMENT_BOOL] = {1, false, "b1", "bool"},
    [ELEMENT_U8] = {1, false, "u1", "uint8"},
    [ELEMENT_I8] = {1, false, "i1", "int8"},
    [ELEMENT_U16] = {2, false, "u2", "uint16"},
    [ELEMENT_I16] = {2, false, "i2", "int16"},
    [ELEMENT_U32] = {4, false, "u4", "uint32"},
    [ELEMENT_I32] = {4, false, "i4", "int32"},
    [ELEMENT_U64] = {8, false, "u8", "uint64"},
    [ELEMENT_I64] = {8, false, "i8", "int64"},
    [ELEMENT_F16] = {2, true, "f2", "float16"},
    [ELEMENT_BF16] = {2, true, NULL, "bfloat16"},
    [ELEMENT_F32] = {4, true, "f4", "float32"},
    [ELEMENT_F64] = {8, true, "f8", "float64"},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* What numpy has besides, by the letter of its descr, for messages. */
static const struct {
	char letter;
	const char *what;
} others[] = {{'U', "texts ("}, {'S', "texts ("}, {'O', "Python objects ("},
    {'c', "complex numbers ("}, {'M', "dates ("}, {'m', "times ("},
    {'V', "records ("}};

const char *
element_name(enum element_kind kind)
{
	return kinds[kind].name;
}

size_t
element_bytes(enum element_kind kind)
{
	return kinds[kind].bytes;
}

bool
element_is_real(enum element_kind kind)
{
	return kinds[kind].real;
}

enum tensor_type
element_tensor_type(enum element_kind kind)
{
	return kinds[kind].real ? TENSOR_FLOAT32 : TENSOR_INT64;
}

int
element_parse(
    const char *descr, size_t n, struct element *element, struct error *err)
{
	size_t order =
	    n > 1 && descr[0] != '\0' && strchr("<>|=", descr[0]) != NULL ? 1
									  : 0;
	const char *what = NULL;

	for (int i = 0; i < KINDS && n - order == 2; i++)
		if (kinds[i].descr != NULL &&
		    memcmp(descr + order, kinds[i].descr, 2) == 0) {
			element->kind = (enum element_kind)i;
			element->swapped = descr[0] == '>';
			return 0;
		}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (order < n && descr[order] == others[i].letter)
			what = others[i].what;
	return error_set(err,
	    "elements are %s'%.*s'%s, expected truth values, integers or reals "
	    "(b1, i1 ... i8, u1 ... u8, f2, f4, f8)",
	    what != NULL ? what : "", n > 40 ? 40 : (int)n, descr,
	    what != NULL ? ")" : "");
}

/* The bytes of one element as an unsigned number. */
static uint64_t
load(struct element element, const uint8_t *from)
{
	size_t n = kinds[element.kind].bytes;
	uint64_t bits = 0;

	for (size_t i = 0; i < n; i++)
		bits |= (uint64_t)from[i]
			<< 8 * (element.swapped ? n - 1 - i : i);
	return bits;
}

/* IEEE binary16: 1 sign, 5 exponent, 10 fraction bits. */
static double
real_of_half(uint32_t bits)
{
	uint32_t exponent = bits >> 10 & 31, fraction = bits & 1023;
	double v;

	if (exponent == 31)
		v = fraction != 0 ? (double)NAN : (double)INFINITY;
	else if (exponent == 0)
		v = ldexp((double)fraction, -24);
	else
		v = ldexp((double)(fraction | 1024), (int)exponent - 25);
	return bits >> 15 ? -v : v;
}

static double
real_of_bits32(uint32_t bits)
{
	float v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static double
real_of_bits64(uint64_t bits)
{
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static int
load_integer(struct element element, const uint8_t *from, int64_t *out,
    struct error *err)
{
	uint64_t bits = load(element, from);

	switch (element.kind) {
	case ELEMENT_BOOL:
		*out = bits != 0;
		return 0;
	case ELEMENT_I8:
		*out = (int64_t)(bits ^ 0x80) - 0x80;
		return 0;
	case ELEMENT_I16:
		*out = (int16_t)bits;
		return 0;
	case ELEMENT_I32:
		*out = (int32_t)bits;
		return 0;
	case ELEMENT_I64:
		*out = (int64_t)bits;
		return 0;
	default:
		if (bits > INT64_MAX)
			return error_set(err,
			    "an element is %llu, expected at most 2^63 - 1",
			    (unsigned long long)bits);
		*out = (int64_t)bits;
		return 0;
	}
}

int
element_real(
    struct element element, const uint8_t *from, double *out, struct error *err)
{
	uint64_t bits = load(element, from);
	int64_t integer = 0;

	switch (element.kind) {
	case ELEMENT_F16:
		*out = real_of_half((uint32_t)bits);
		return 0;
	case ELEMENT_BF16:
		*out = real_of_bits32((uint32_t)bits << 16);
		return 0;
	case ELEMENT_F32:
		*out = real_of_bits32((uint32_t)bits);
		return 0;
	case ELEMENT_F64:
		*out = real_of_bits64(bits);
		return 0;
	default:
		if (load_integer(element, from, &integer, err) < 0)
			return -1;
		*out = (double)integer;
		return 0;
	}
}

/* Elements that are already what a tensor wants, on a little-endian machine. */
static bool
is_plain(struct element element, ptrdiff_t stride, enum tensor_type to)
{
	const uint16_t one = 1;
	enum element_kind want =
	    to == TENSOR_FLOAT32 ? ELEMENT_F32 : ELEMENT_I64;
	uint8_t first;

	memcpy(&first, &one, 1);
	return first == 1 && element.kind == want && !element.swapped &&
	       stride == (ptrdiff_t)kinds[want].bytes;
}

int
element_convert(struct element element, const uint8_t *from, ptrdiff_t stride,
    size_t n, enum tensor_type to, void *out, struct error *err)
{
	if (to == TENSOR_INT64 && kinds[element.kind].real)
		return error_set(err, "elements are reals, expected integers");
	if (is_plain(element, stride, to)) {
		if (n > 0)
			memcpy(out, from, n * kinds[element.kind].bytes);
		return 0;
	}
	for (size_t i = 0; i < n; i++, from += stride) {
		double real;

		if (to == TENSOR_INT64) {
			if (load_integer(
				element, from, (int64_t *)out + i, err) < 0)
				return -1;
		} else {
			if (element_real(element, from, &real, err) < 0)
				return -1;
			((float *)out)[i] = (float)real;
		}
	}
	return 0;
}

/* Moves index to the next row (the last axis stays); false after the last. */
static bool
next_row(int rank, const int64_t *dim, int64_t *index)
{
	for (int i = rank - 2; i >= 0; i--) {
		if (++index[i] < dim[i])
			return true;
		index[i] = 0;
	}
	return false;
}

int
element_gather(struct element element, const uint8_t *from, int rank,
    const int64_t *dim, const int64_t *stride, enum tensor_type to, void *out,
    struct error *err)
{
	ptrdiff_t size = (ptrdiff_t)kinds[element.kind].bytes;
	int64_t index[TENSOR_RANK_MAX] = {0},
		step = rank > 0 ? stride[rank - 1] : 0;
	size_t row = rank > 0 ? (size_t)dim[rank - 1] : 1;
	uint8_t *to_row = out;

	for (int i = 0; i < rank; i++)
		if (dim[i] == 0)
			return 0;
	/* Axes that follow each other without a gap are one long row. */
	while (rank > 1 && stride[rank - 2] == (int64_t)row * step)
		row *= (size_t)dim[--rank - 1];
	do {
		int64_t offset = 0;

		for (int i = 0; i < rank - 1; i++)
			offset += index[i] * stride[i];
		if (element_convert(element, from + offset * size, step * size,
			row, to, to_row, err) < 0)
			return -1;
		to_row += row * tensor_element_bytes(to);
	} while (next_row(rank, dim, index));
	return 0;
}
