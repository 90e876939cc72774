/* Steps without a kernel: planes out, the operator's forward, pixels back. */
#include <string.h>

#include "execute/fast.h"
#include "net/operator.h"

static size_t
size_of(const struct fast_plan *plan, int value)
{
	return (size_t)shape_size(&plan->graph->values[value].shape);
}

size_t
fast_fallback_floats(const struct fast_plan *plan, const struct fast_step *step)
{
	int reads[NODE_INPUTS_MAX + 1], n = fold_reads(step->fold, reads);
	size_t floats = liveness_floats((int64_t)size_of(plan, step->out));

	for (int i = 0; i < n; i++)
		floats += liveness_floats((int64_t)size_of(plan, reads[i]));
	return floats;
}

static float *
gather(const struct fast_plan *plan, float *scratch, int value, int image,
    float **free)
{
	const struct view view = fast_view(plan, scratch, value, image);
	float *planes = *free;

	slot_gather(&plan->slots[value], &view, 1, planes);
	*free += liveness_floats((int64_t)size_of(plan, value));
	return planes;
}

/* What the folding put behind the node. */
static void
finish(const struct fast_plan *plan, const struct fast_step *step,
    const float *weights, const float *addend, float *out)
{
	const size_t size = size_of(plan, step->out);
	const bool scaled = step->fold->weight >= 0;
	const size_t n = scaled ? size / (size_t)step->fold->channels : size;

	if (!scaled && addend == NULL && !step->relu)
		return;
	/* NOLINTBEGIN(clang-analyzer-core.NullDereference): out lies within
	 * scratch, which is never NULL */
	for (size_t i = 0; i < size; i++) {
		if (scaled)
			out[i] = out[i] * weights[step->scale + i / n] +
				 weights[step->shift + i / n];
		if (addend != NULL)
			out[i] += addend[i];
		if (step->relu && out[i] < 0)
			out[i] = 0;
	}
	/* NOLINTEND(clang-analyzer-core.NullDereference) */
}

static void
fallback_image(const struct fast_plan *plan, const struct fast_step *step,
    const float *weights, float *scratch, int image)
{
	const struct fold_step *f = step->fold;
	const float *in[NODE_INPUTS_MAX] = {0};
	float *planes = scratch + plan->work, *out, *addend = NULL;
	struct node node = *f->node;
	struct view view;

	for (int i = 0; i < f->n_in; i++)
		in[i] = gather(plan, scratch, f->in[i], image, &planes);
	if (f->addend >= 0)
		addend = gather(plan, scratch, f->addend, image, &planes);
	if (f->weight >= 0) {
		in[1] = weights + step->weights;
		node.n_in = 2; /* the bias is part of the factors */
	}
	out = planes;
	if (f->kind == FOLD_NODE)
		fold_apply(plan->graph, &plan->fold, f, in,
		    weights + plan->tensors, out);
	else
		operator_apply(plan->graph, &node, in, out);
	finish(plan, step, weights, addend, out);
	view = fast_view(plan, scratch, step->out, image);
	slot_scatter(&plan->slots[step->out], &view, 1, out, false);
}

void
fast_fallback(const struct fast_plan *plan, const struct fast_step *step,
    const float *weights, float *scratch, int image, int n)
{
	for (int i = 0; i < n; i++)
		fallback_image(plan, step, weights, scratch, image + i);
}
