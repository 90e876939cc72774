/* Einsum's equation: which axes of its operands and its output are the same. */
#ifndef MODEL_ONNX_EQUATION_H
#define MODEL_ONNX_EQUATION_H

#include <stdbool.h>

#include "onnx/onnx_file.h"
#include "tensor/tensor.h"

enum { EQUATION_INPUTS_MAX = 2 };

/* A label for each axis: a letter; a digit for those of "...". */
struct onnx_labels {
	int n;
	char at[TENSOR_RANK_MAX];
};

struct onnx_equation {
	int n_in;
	struct onnx_labels in[EQUATION_INPUTS_MAX], out;
};

/*
 * Reads "ij,jk->ik" for n_in operands of these ranks.  Without "->" the output
 * has what stands in "..." and then, in their order, the letters that are there
 * once.  -1 with an error when the equation does not fit the operands, or has a
 * diagonal (a letter that an operand has twice).
 */
int onnx_read_equation(struct onnx_text text, int n_in, const int *rank,
    struct onnx_equation *equation, struct error *err);

/* Where the label is among others, or -1. */
int onnx_find_label(const struct onnx_labels *labels, char label);
bool onnx_has_label(const struct onnx_labels *labels, char label);
bool onnx_same_labels(const struct onnx_labels *a, const struct onnx_labels *b);
/* Those of a that are (or are not) in b. */
struct onnx_labels onnx_labels_among(
    const struct onnx_labels *a, const struct onnx_labels *b, bool wanted);
/* b's behind a's: parts of an operand or of the output, so there is room. */
struct onnx_labels onnx_join_labels(
    const struct onnx_labels *a, const struct onnx_labels *b);
/* One more, which there must be room for. */
void onnx_add_label(struct onnx_labels *labels, char label);

#endif
