/* Any bytes as an ONNX file. */
#include "onnx/onnx.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct content content = {.bytes = bytes, .n = n};
	struct onnx_notes notes;
	struct graph graph;
	struct error err;

	if (onnx_read(&graph, &content, NULL, NULL, &notes, &err) == 0)
		graph_free(&graph);
	return 0;
}
