/* Inside Einsum: operands by the labels of their axes. */
#ifndef MODEL_ONNX_EINSUM_H
#define MODEL_ONNX_EINSUM_H

#include "onnx/onnx_equation.h"
#include "onnx/onnx_import.h"

/* An operand: its axes of more than one element, without the batch's. */
struct onnx_side {
	struct onnx_labels axes;
	bool tensor;
	struct onnx_result weight; /* a tensor, as it will be used */
	int value;                 /* else: in the graph */
};

struct onnx_sum {
	const struct onnx_step *step;
	struct onnx_equation equation;
	char batch; /* the images' label */
	int64_t size[128];
	struct onnx_side side[EQUATION_INPUTS_MAX];
};

/* Elements of an axis; of all, one after the other, and their product. */
int64_t onnx_label_size(const struct onnx_sum *e, char label);
struct shape onnx_label_shape(
    const struct onnx_sum *e, const struct onnx_labels *labels);
int64_t onnx_label_product(
    const struct onnx_sum *e, const struct onnx_labels *labels);

/*
 * A value in another shape; one element has an axis of its own.  Axes with
 * these labels in another order of them.  A value of -1 stays that.
 */
int onnx_lay(const struct onnx_sum *e, int value, struct shape shape);
int onnx_permute(const struct onnx_sum *e, int value,
    const struct onnx_labels *from, const struct onnx_labels *to);

/* A weight as the graph will hold it. */
void onnx_shape_weight(struct onnx_side *side, const struct shape *shape);
/* A weight becomes an activation that has its numbers. */
int onnx_make_activation(const struct onnx_sum *e, struct onnx_side *side);

/* Axes that the output and the other operand lack are summed first. */
int onnx_sum_alone(const struct onnx_sum *e, struct onnx_side *side,
    const struct onnx_labels *other);

/* Both operands as one value; the labels of its axes. */
int onnx_contract(struct onnx_sum *e, struct onnx_labels *out);

#endif
