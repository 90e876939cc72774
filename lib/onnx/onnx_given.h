/*
 * A node's attributes as its file has them.  Only onnx_known.c sees them: what
 * a converter may read is on its operator's list.
 */
#ifndef MODEL_ONNX_GIVEN_H
#define MODEL_ONNX_GIVEN_H

#include "base/error.h"
#include "onnx/onnx_file.h"

enum { GIVEN_INTS_MAX = 2 * TENSOR_RANK_MAX };

/* Fields of ONNX's AttributeProto that hold values. */
enum {
	GIVEN_F = 2,
	GIVEN_I = 3,
	GIVEN_S = 4,
	GIVEN_T = 5,
	GIVEN_FLOATS = 7,
	GIVEN_INTS = 8,
	GIVEN_STRINGS = 9,
	GIVEN_SPARSE = 22,
};

struct onnx_given {
	struct onnx_text name;
	int type;        /* ONNX's number of what it holds; 0: not said */
	uint32_t values; /* a bit for each field that holds a value */
	float f;
	int64_t i;
	struct onnx_text s;
	struct onnx_tensor tensor;
	int64_t ints[GIVEN_INTS_MAX]; /* n_ints of them */
	size_t n_ints;
	float reals[GIVEN_INTS_MAX]; /* n_reals of them */
	size_t n_reals;
};

/*
 * The next attribute behind *wire, which starts as the node's message: 1, 0
 * behind the last one, -1 with an error.
 */
int onnx_next_given(
    struct wire *wire, struct onnx_given *given, struct error *err);

#endif
