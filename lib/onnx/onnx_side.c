/* An operand of Einsum, on its way to the shape that its product wants. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "onnx/onnx_einsum.h"

int64_t
onnx_label_size(const struct onnx_sum *e, char label)
{
	return e->size[(unsigned char)label];
}

struct shape
onnx_label_shape(const struct onnx_sum *e, const struct onnx_labels *labels)
{
	struct shape shape = {.rank = labels->n};

	for (int i = 0; i < labels->n; i++)
		shape.dim[i] = onnx_label_size(e, labels->at[i]);
	return shape;
}

int64_t
onnx_label_product(const struct onnx_sum *e, const struct onnx_labels *labels)
{
	const struct shape shape = onnx_label_shape(e, labels);

	return shape_size(&shape);
}

/* value in another shape; one element has an axis of its own. */
int
onnx_lay(const struct onnx_sum *e, int value, struct shape shape)
{
	if (shape.rank == 0)
		shape.dim[shape.rank++] = 1;
	if (value < 0 || shape_check(&shape, e->step->import->err) < 0)
		return -1;
	return onnx_add_reshape(e->step, value, shape.rank, shape.dim);
}

/* value, whose axes have these labels, in this order of them. */
int
onnx_permute(const struct onnx_sum *e, int value,
    const struct onnx_labels *from, const struct onnx_labels *to)
{
	struct attributes attr = {0};

	value = onnx_lay(e, value, onnx_label_shape(e, from));
	if (value < 0 || onnx_same_labels(from, to))
		return value;
	for (int i = 0; i < to->n; i++)
		attr.perm[i] = onnx_find_label(from, to->at[i]) + 1;
	return onnx_add(e->step, OP_TRANSPOSE, 1, &value, &attr);
}

/* The weight as the graph will hold it. */
void
onnx_shape_weight(struct onnx_side *side, const struct shape *shape)
{
	const struct shape have = onnx_one(&side->weight.shape);

	if (shape_same(shape, &have))
		return;
	side->weight.reshaped = true;
	side->weight.shape = (struct onnx_shape){.rank = shape->rank};
	memcpy(side->weight.shape.dim, shape->dim, sizeof(shape->dim));
}

/* All rows of a weight, in their order: an activation that has its numbers. */
int
onnx_make_activation(const struct onnx_sum *e, struct onnx_side *side)
{
	const struct onnx_step *step = e->step;
	struct onnx_shape index = {.rank = 1};
	struct onnx_part part;
	double *at;
	int status;

	part = (struct onnx_part){.shape = side->weight.shape};
	index.dim[0] = part.shape.dim[0];
	part.value =
	    onnx_use_tensor(step, &side->weight, ROLE_WEIGHT, "weight", 0);
	if (part.value < 0)
		return -1;
	at = memory_new((size_t)index.dim[0], sizeof(*at), step->import->err);
	if (at == NULL)
		return -1;
	for (int64_t i = 0; i < index.dim[0]; i++)
		at[i] = (double)i;
	status = onnx_take(step, &part, 0, &index, at);
	free(at);
	side->tensor = false;
	side->value = part.value;
	return status;
}

/* Axes that the output and the other operand lack are summed first. */
int
onnx_sum_alone(const struct onnx_sum *e, struct onnx_side *side,
    const struct onnx_labels *other)
{
	const struct onnx_labels own =
	    onnx_labels_among(&side->axes, other, false);
	const struct onnx_labels gone =
	    onnx_labels_among(&own, &e->equation.out, false);

	if (gone.n > 0 && side->tensor && onnx_make_activation(e, side) < 0)
		return -1;
	for (int i = 0; i < gone.n; i++) {
		const int at = onnx_find_label(&side->axes, gone.at[i]);
		const struct attributes attr = {
		    .axes = {at + 1}, .keepdims = side->axes.n == 1};

		side->value =
		    onnx_add(e->step, OP_REDUCE_SUM, 1, &side->value, &attr);
		if (side->value < 0)
			return -1;
		memmove(side->axes.at + at, side->axes.at + at + 1,
		    (size_t)(side->axes.n - at - 1));
		side->axes.n--;
	}
	return 0;
}
