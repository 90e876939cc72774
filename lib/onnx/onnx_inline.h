/* Operators that an ONNX file defines itself: their nodes in place of calls. */
#ifndef MODEL_ONNX_INLINE_H
#define MODEL_ONNX_INLINE_H

#include "base/error.h"
#include "onnx/onnx_file.h"

/* Nodes on their way into a file (owned). */
struct onnx_nodes {
	struct onnx_node *at;
	size_t n, room;
};

/*
 * Puts the nodes of the file's functions where they are called, until none is
 * called any more.  -1 with an error when one is of another opset, or calls
 * go too deep.
 */
int onnx_inline(struct onnx_file *file, struct error *err);

#endif
