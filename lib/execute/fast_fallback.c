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

/* Copies between planes and pixels; exactly one of the two directions. */
static void
move_planes(const struct fast_plan *plan, float *scratch, int value, int image,
    float *planes, bool out)
{
	const struct fast_value *v = &plan->values[value];
	const struct view view = fast_view(plan, scratch, value, image);

	/* a row of numbers lies the same way in both */
	if (v->plain && v->h == 1 && v->w == 1) {
		memcpy(out ? planes : view.at, out ? view.at : planes,
		    (size_t)v->c * sizeof(*planes));
		return;
	}
	for (int p = 0; p < v->c; p++) {
		float *plane = planes + (ptrdiff_t)v->from[p] * v->h * v->w;

		for (int y = 0; y < v->h; y++) {
			float *pixel = view.at + y * view.row + p;

			for (int x = 0; x < v->w; x++) {
				if (out)
					*plane = *pixel;
				else
					*pixel = *plane;
				plane++;
				pixel += view.pixel;
			}
		}
	}
}

void
fast_gather(const struct fast_plan *plan, float *scratch, int value, int image,
    float *planes)
{
	move_planes(plan, scratch, value, image, planes, true);
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

	for (int i = 0; i < f->n_in; i++) {
		fast_gather(plan, scratch, f->in[i], image, planes);
		in[i] = planes;
		planes += liveness_floats((int64_t)size_of(plan, f->in[i]));
	}
	if (f->addend >= 0) {
		fast_gather(plan, scratch, f->addend, image, planes);
		addend = planes;
		planes += liveness_floats((int64_t)size_of(plan, f->addend));
	}
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
	move_planes(plan, scratch, step->out, image, out, false);
}

void
fast_fallback(const struct fast_plan *plan, const struct fast_step *step,
    const float *weights, float *scratch, int image, int n)
{
	for (int i = 0; i < n; i++)
		fallback_image(plan, step, weights, scratch, image + i);
}
