/* Einsum of one or two operands: what it reads, and its output. */
#include "onnx/onnx_einsum.h"
#include "base/plural.h"

/* A matrix that is read the other way round, as it lies. */
static void
turn_back(struct onnx_result *w, struct onnx_labels *labels)
{
	const int64_t rows = w->shape.dim[0];
	const char first = labels->at[0];

	if (!w->transposed)
		return;
	w->transposed = false;
	w->shape.dim[0] = w->shape.dim[1];
	w->shape.dim[1] = rows;
	labels->at[0] = labels->at[1];
	labels->at[1] = first;
}

/* The labels' sizes, and which of them is the batch. */
static int
read_sizes(struct onnx_sum *e, int i, const struct onnx_shape *shape)
{
	struct error *err = e->step->import->err;
	const struct onnx_labels *labels = &e->equation.in[i];

	for (int j = 0; j < labels->n; j++) {
		const char label = labels->at[j];
		int64_t *size = &e->size[(unsigned char)label];
		const int64_t dim = shape->dim[j];

		if (dim % BATCH == 0 && dim != BATCH)
			return error_set(err,
			    "axis %d of input %d has the images of a batch "
			    "beside others, expected images alone",
			    j, i);
		if (dim % BATCH == 0 && e->batch != '\0' && e->batch != label)
			return error_set(err,
			    "the batch is axis '%c' of one input and '%c' of "
			    "the other: its images would be mixed",
			    e->batch, label);
		if (dim % BATCH == 0)
			e->batch = label;
		if (dim < 1 || (*size > 1 && dim > 1 && dim != *size))
			return error_set(err,
			    "axis '%c' has %lld element%s in one input and "
			    "%lld "
			    "in the other",
			    label, (long long)*size, plural_s(*size),
			    (long long)dim);
		if (*size <= 1)
			*size = dim;
	}
	return 0;
}

/* What is left of an operand when the batch and ones are gone. */
static int
read_side(struct onnx_sum *e, int i)
{
	struct onnx_side *side = &e->side[i];
	const struct onnx_labels *labels = &e->equation.in[i];
	const struct onnx_result *in = &side->weight;
	struct onnx_shape shape = {0};

	for (int j = 0; j < labels->n; j++) {
		if (in->shape.dim[j] == 1 || labels->at[j] == e->batch)
			continue;
		onnx_add_label(&side->axes, labels->at[j]);
		shape.dim[shape.rank++] = in->shape.dim[j];
	}
	if (side->tensor) {
		side->weight.reshaped |= shape.rank != in->shape.rank;
		side->weight.shape = shape;
		return 0;
	}
	side->value = onnx_lay(e, in->value, onnx_label_shape(e, &side->axes));
	return side->value < 0 ? -1 : 0;
}

static int
read_operands(struct onnx_sum *e)
{
	struct onnx_import *import = e->step->import;
	const int n = (int)e->step->node->n_in;
	struct onnx_result *in[EQUATION_INPUTS_MAX];
	int rank[EQUATION_INPUTS_MAX];
	struct onnx_text text;
	bool images = false;

	if (n < 1 || n > EQUATION_INPUTS_MAX)
		return error_set(import->err, "%d operand%s, expected 1 or 2",
		    n, plural_s(n));
	for (int i = 0; i < n; i++) {
		in[i] = onnx_in(e->step, (size_t)i);
		if (in[i] == NULL)
			return -1;
		rank[i] = in[i]->shape.rank;
		images |= in[i]->kind == ONNX_ACTIVATION;
	}
	if (!images)
		return error_set(
		    import->err, "no operand depends on the image");
	if (onnx_text(e->step, "equation", &text) < 0 ||
	    onnx_read_equation(text, n, rank, &e->equation, import->err) < 0)
		return -1;
	if (n == 2)
		onnx_share(e->step, in[in[0]->kind != ONNX_ACTIVATION],
		    in[in[0]->kind == ONNX_ACTIVATION]);
	for (int i = 0; i < n; i++) {
		e->side[i].weight = *in[i];
		e->side[i].tensor = in[i]->kind != ONNX_ACTIVATION;
		turn_back(&e->side[i].weight, &e->equation.in[i]);
		if (read_sizes(e, i, &e->side[i].weight.shape) < 0)
			return -1;
	}
	for (int i = 0; i < n; i++)
		if (read_side(e, i) < 0)
			return -1;
	return 0;
}

static int
convert_einsum(const struct onnx_step *step)
{
	struct onnx_sum e = {.step = step};
	const struct onnx_labels *want = &e.equation.out;
	struct onnx_shape to = {0};
	struct onnx_labels have = {0}, order = {0}, nothing = {0};
	int value;

	if (read_operands(&e) < 0)
		return -1;
	if (e.batch != '\0' && !onnx_has_label(want, e.batch))
		return error_set(step->import->err,
		    "sums over axis '%c', the batch", e.batch);
	if (e.equation.n_in == 2) {
		value = onnx_contract(&e, &have);
	} else {
		value = onnx_sum_alone(&e, &e.side[0], &nothing);
		have = e.side[0].axes;
		value = value < 0 ? -1 : e.side[0].value;
	}
	for (int i = 0; i < want->n; i++) {
		const int64_t size = onnx_label_size(&e, want->at[i]);

		to.dim[to.rank++] = size;
		if (size > 1 && size != BATCH)
			onnx_add_label(&order, want->at[i]);
	}
	value = onnx_permute(&e, value, &have, &order);
	return onnx_give(step, onnx_lay(&e, value, onnx_one(&to)), &to);
}

const struct onnx_row onnx_einsums[] = {
    {"Einsum", convert_einsum},
    {NULL, NULL},
};
