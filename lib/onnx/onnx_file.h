/*
 * An ONNX file as the lists it holds: nodes, initialisers, inputs, outputs.
 * Names and elements stay where they are in the file's bytes.
 */
#ifndef MODEL_ONNX_FILE_H
#define MODEL_ONNX_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "file/content.h"
#include "onnx/onnx_wire.h"
#include "tensor/tensor.h"

/* Text in the file (borrowed, no NUL; printable). */
struct onnx_text {
	const char *chars;
	size_t n;
};

/* For printf's "%.*s", at most 80 characters. */
#define ONNX_TEXT(text) (int)((text).n < 80 ? (text).n : 80), (text).chars

bool onnx_text_is(struct onnx_text text, const char *other);

struct onnx_tensor {
	struct onnx_text name;
	int type; /* ONNX's number */
	int rank;
	int64_t dim[TENSOR_RANK_MAX];
	int64_t n; /* elements, at most 2^40 */
	/* The file has so many of them, one behind the other, which must be
	 * equal: one for each image of its batch.  0: this one. */
	int64_t copies;
	bool external;
	struct wire message;
};

struct onnx_node {
	struct onnx_text op, name, domain;
	size_t n_in, n_out;
	size_t in, out; /* the first ones, in the file's names */
	struct wire message;
};

/* An input or output; dimension -1 is not a number in the file. */
struct onnx_value {
	struct onnx_text name;
	int type;
	int rank;
	int64_t dim[TENSOR_RANK_MAX];
	bool read; /* an input on which an output depends (onnx_order) */
};

/* An operator that the file defines itself. */
struct onnx_function {
	struct onnx_text name, domain;
	struct wire message;
};

struct onnx_file {
	int64_t opset; /* 0: the file names none */
	struct onnx_function *functions;
	void **owned; /* bytes that are not the file's (onnx_inline) */
	size_t n_functions, room_functions, n_owned, room_owned, owned_bytes,
	    n_calls;
	struct onnx_node *nodes;
	struct onnx_tensor *tensors;
	struct onnx_value *inputs, *outputs;
	struct onnx_text *names;
	size_t n_nodes, n_tensors, n_inputs, n_outputs, n_names;
	size_t room_nodes, room_tensors, room_inputs, room_outputs, room_names;
};

/*
 * Reads the lists from content, which must outlive file.  Release with
 * onnx_file_free in any case.
 */
int onnx_file_read(
    struct onnx_file *file, const struct content *content, struct error *err);
void onnx_file_free(struct onnx_file *file);

/*
 * For onnx_known.c and onnx_inline.c: a node, whose names are added to the
 * file's, a field as text, and a tensor; -1 with an error when they are none.
 * A node's field of attributes.
 */
enum { ONNX_NODE_ATTRIBUTE = 5 };
int onnx_read_node(struct onnx_file *file, struct wire message,
    struct onnx_node *node, struct error *err);
int onnx_want(
    const struct wire_field *field, enum wire_type type, struct error *err);
int onnx_read_text(
    const struct wire_field *field, struct onnx_text *text, struct error *err);
int onnx_read_tensor(
    struct wire message, struct onnx_tensor *tensor, struct error *err);

#endif
