#include <string.h>

#include "execute/eval.h"

static size_t
packed_floats(const struct eval_plan *plan, const struct eval_step *step)
{
	if (eval_is_conv(step))
		return conv_packed(&step->conv);
	if (step->method != EVAL_FALLBACK || step->fused->weight < 0)
		return 0;
	return (size_t)plan->graph->tensors[step->fused->weight].n;
}

/* Whether bind has factors for a step. */
static bool
has_factors(const struct eval_step *step)
{
	return step->fused != NULL && step->fused->kind != FUSED_NODE &&
	       (step->fused->norm != NULL || step->fused->weight >= 0);
}

void
eval_place_weights(struct eval_plan *plan)
{
	size_t *at = &plan->weights_floats;

	/* Doubles: scale and shift of a step. */
	liveness_append(at, 4 * (size_t)plan->fusion.max_channels);
	plan->tensors = liveness_append(at, plan->fusion.tensor_floats);
	for (size_t i = 0; i < plan->n_steps; i++) {
		struct eval_step *step = &plan->steps[i];
		const struct conv *conv = &step->conv;
		/* each group has whole blocks, but those of one channel */
		int groups =
		    conv->groups > 1 && !conv->depthwise ? conv->groups : 1;
		size_t factors;

		if (step->method == EVAL_PRODUCT) {
			step->weights =
			    liveness_append(at, conv_packed(&step->conv));
			step->shift = liveness_append(
			    at, (size_t)kernel_padded(step->conv.k));
		}
		if (!has_factors(step))
			continue;
		factors = (size_t)groups * kernel_padded(step->fused->channels);
		step->weights = liveness_append(at, packed_floats(plan, step));
		step->scale = liveness_append(at, factors);
		step->shift = liveness_append(at, factors);
	}
}

/* Per group of a convolution, so that each starts a block; of depthwise one
 * lane per channel, in the order in which they lie. */
static void
pack_shift(
    const struct conv *conv, const int *order, const double *shift, float *out)
{
	for (int p = 0; p < conv->groups && conv->depthwise; p++)
		out[p] = (float)shift[order[p]];
	if (conv->depthwise)
		return;
	for (int g = 0; g < conv->groups; g++, out += kernel_padded(conv->k))
		for (int k = 0; k < conv->k; k++)
			out[k] = (float)shift[g * conv->k + k];
}

static void
bind_conv(const struct eval_plan *plan, const struct eval_step *step,
    const float *w, const double *scale, const double *shift, float *weights)
{
	const struct conv *conv = &step->conv;
	const bool trans = step->fused->kind == FUSED_LINEAR &&
			   !step->fused->node->attr.trans_b;
	const struct conv_filters f =
	    conv_filters_of(conv, trans, w, scale, plan->slots[step->in].order);
	const int *order = plan->slots[step->out].order;

	if (conv->depthwise)
		conv_pack_depthwise(
		    conv, w, scale, order, weights + step->weights);
	else
		conv_pack(plan->kernels, conv, &f, weights + step->weights);
	pack_shift(conv, order, shift, weights + step->shift);
}

static void
bind_step(const struct eval_plan *plan, const struct eval_step *step,
    const struct tensor *theta, const double *scale, const double *shift,
    float *weights)
{
	float *packed = weights + step->weights;
	const float *w =
	    step->fused->weight < 0 ? NULL : theta[step->fused->weight].f32;
	const int *from = plan->slots[step->out].order;

	if (eval_is_conv(step)) {
		bind_conv(plan, step, w, scale, shift, weights);
	} else if (step->method == EVAL_AFFINE) {
		for (int p = 0; p < step->fused->channels; p++) {
			weights[step->scale + p] = (float)scale[from[p]];
			weights[step->shift + p] = (float)shift[from[p]];
		}
	} else {
		memcpy(packed, w, packed_floats(plan, step) * sizeof(*w));
		for (int k = 0; k < step->fused->channels; k++) {
			weights[step->scale + k] = (float)scale[k];
			weights[step->shift + k] = (float)shift[k];
		}
	}
}

/* Weights of rows, and what is added to each. */
static void
bind_product(const struct eval_plan *plan, const struct eval_step *step,
    const struct tensor *theta, float *weights)
{
	const struct node *node = step->fused->node;
	const int tensor = plan->graph->values[node->in[1]].tensor;
	const struct conv_filters f = conv_filters_of(&step->conv,
	    !node->attr.trans_b, theta[tensor].f32, plan->ones, plan->order);

	conv_pack(plan->kernels, &step->conv, &f, weights + step->weights);
	if (step->bias >= 0)
		memcpy(weights + step->shift, theta[step->bias].f32,
		    (size_t)step->conv.k * sizeof(float));
}

int
eval_bind(const struct eval_plan *plan, const struct tensor *theta,
    float *weights, struct error *err)
{
	double *scale = (double *)(void *)weights;
	double *shift = scale + plan->fusion.max_channels;

	if (fuse_bind_tensors(plan->graph, &plan->fusion, theta,
		weights + plan->tensors, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct eval_step *step = &plan->steps[i];

		if (step->method == EVAL_PRODUCT)
			bind_product(plan, step, theta, weights);
		if (!has_factors(step))
			continue;
		if (fuse_factors(
			plan->graph, step->fused, theta, scale, shift, err) < 0)
			return -1;
		bind_step(plan, step, theta, scale, shift, weights);
	}
	return 0;
}
