/*
 * Networks from ONNX files: the graph and its weights.
 *
 * Shapes are those of one image: the batch dimension, fixed or not, disappears.
 * Shape arithmetic and constants are worked out while reading; Identity,
 * Dropout and paddings by nothing leave no trace.
 *
 * A tensor is what it is used for: weights and biases of Conv, Gemm and MatMul,
 * the four of a batch norm, whatever is learned and added or multiplied.  Its
 * filters lie along out_axis: 0, or the last axis where MatMul and Gemm want
 * the weight c k.  Names that an exporter made up ("onnx::Conv_214") give way
 * to those of the module that the node stands for ("layer1.0.conv1.weight").
 */
#ifndef MODEL_ONNX_H
#define MODEL_ONNX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "file/content.h"
#include "net/graph.h"

/* Do these bytes begin like an ONNX file? */
bool onnx_is(const uint8_t *bytes, size_t n);

/* What the user should know about a graph that was read. */
struct onnx_notes {
	int64_t opset;
	bool folded;        /* convolutions whose batch norms seem folded */
	bool probabilities; /* the last operator is a Softmax */
	/* Batch norms and dropouts that train, read as if they did not; the
	 * first one's name. */
	size_t n_training;
	char training[TENSOR_NAME_MAX + 1];
};

/*
 * Reads the network in content.  path: the model's file, beneath whose folder
 * external data may lie; NULL for standard input.  input: the size of an image
 * where the file leaves it open, or NULL.  graph is empty before, and again
 * after a failure; errors name node, operator and opset.
 */
int onnx_read(struct graph *graph, const struct content *content,
    const char *path, const struct shape *input, struct onnx_notes *notes,
    struct error *err);

#endif
