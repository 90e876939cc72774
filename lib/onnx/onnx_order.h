/* The nodes of an ONNX file that count, each behind those it reads from. */
#ifndef MODEL_ONNX_ORDER_H
#define MODEL_ONNX_ORDER_H

#include "base/error.h"
#include "onnx/onnx_file.h"

/*
 * Leaves of the file's nodes those that its outputs depend on, in the file's
 * order as far as that goes, and marks the inputs that these read.  -1 with an
 * error when a name is made twice or a node depends on itself.
 */
int onnx_order(struct onnx_file *file, struct error *err);

#endif
