#include <string.h>

#include "execute/fast.h"

static size_t
take(struct fast_plan *plan, size_t floats)
{
	size_t place = plan->weights_floats;

	plan->weights_floats += liveness_floats((int64_t)floats);
	return place;
}

static size_t
packed_floats(const struct fast_plan *plan, const struct fast_step *step)
{
	size_t taps = (size_t)step->kh * (size_t)step->kw;

	switch (step->method) {
	case FAST_WINOGRAD:
		return winograd_weight_floats(step->k, step->c);
	case FAST_CONV:
		return step->group * taps * kernel_padded(step->k) *
		       (size_t)step->c;
	case FAST_DEPTHWISE:
		return taps * kernel_padded(plan->slots[step->out].c);
	case FAST_FALLBACK:
		return step->fold->weight < 0
			   ? 0
			   : (size_t)plan->graph->tensors[step->fold->weight].n;
	default:
		return 0;
	}
}

/* Whether bind has factors for a step. */
static bool
has_factors(const struct fast_step *step)
{
	return step->fold != NULL && step->fold->kind != FOLD_NODE &&
	       (step->fold->norm != NULL || step->fold->weight >= 0);
}

void
fast_place_weights(struct fast_plan *plan)
{
	/* Doubles: scale and shift of a step. */
	take(plan, 4 * (size_t)plan->fold.max_channels);
	plan->tensors = take(plan, plan->fold.tensor_floats);
	for (size_t i = 0; i < plan->n_steps; i++) {
		struct fast_step *step = &plan->steps[i];
		int groups = step->group > 1 ? step->group : 1;
		size_t factors;

		if (!has_factors(step))
			continue;
		factors = (size_t)groups * kernel_padded(step->fold->channels);
		step->weights = take(plan, packed_floats(plan, step));
		step->scale = take(plan, factors);
		step->shift = take(plan, factors);
	}
}

/* Per group of a convolution, so that each starts a block. */
static void
pack_shift(const struct fast_step *step, const double *shift, float *out)
{
	for (int g = 0; g < step->group; g++, out += kernel_padded(step->k))
		for (int k = 0; k < step->k; k++)
			out[k] = (float)shift[g * step->k + k];
}

static void
pack_conv(const struct fast_plan *plan, const struct fast_step *step,
    const float *w, const double *scale, float *out)
{
	const int *from = plan->slots[step->in].order;
	const int taps = step->kh * step->kw;
	struct conv_filters f = {.k = step->k,
	    .c = step->c,
	    .taps = taps,
	    .k_step = (ptrdiff_t)step->c * taps,
	    .c_step = taps,
	    .tap_step = 1,
	    .from = from};

	if (step->fold->kind == FOLD_LINEAR &&
	    !step->fold->node->attr.trans_b) {
		f.k_step = 1;
		f.c_step *= step->k;
		f.tap_step = step->k;
	}
	for (int g = 0; g < step->group; g++) {
		f.w = w + g * step->k * f.k_step;
		f.scale = scale + g * step->k;
		conv_weights(&f, out);
		out += (ptrdiff_t)kernel_padded(step->k) * taps * step->c;
	}
}

/* One lane per channel, in the order in which they lie. */
static void
pack_depthwise(const struct fast_plan *plan, const struct fast_step *step,
    const float *w, const double *scale, const double *shift, float *out,
    float *shift_out)
{
	const struct slot *v = &plan->slots[step->out];
	const int taps = step->kh * step->kw;

	for (int p = 0; p < v->c; p++) {
		int c = v->order[p];

		for (int i = 0; i < taps; i++)
			out[i * kernel_padded(v->c) + p] =
			    (float)((double)w[c * taps + i] * scale[c]);
		shift_out[p] = (float)shift[c];
	}
}

static void
bind_step(const struct fast_plan *plan, const struct fast_step *step,
    const struct tensor *theta, const double *scale, const double *shift,
    float *weights)
{
	float *packed = weights + step->weights;
	const float *w =
	    step->fold->weight < 0 ? NULL : theta[step->fold->weight].f32;
	const int *from = plan->slots[step->out].order;

	switch (step->method) {
	case FAST_WINOGRAD:
		(step->fold->node->attr.strides[0] == 2
			? plan->kernels->strided_weights
			: plan->kernels->winograd_weights)(w, scale,
		    plan->slots[step->in].order, step->k, step->c, packed);
		pack_shift(step, shift, weights + step->shift);
		break;
	case FAST_CONV:
		pack_conv(plan, step, w, scale, packed);
		pack_shift(step, shift, weights + step->shift);
		break;
	case FAST_DEPTHWISE:
		pack_depthwise(
		    plan, step, w, scale, shift, packed, weights + step->shift);
		break;
	case FAST_AFFINE:
		for (int p = 0; p < step->fold->channels; p++) {
			weights[step->scale + p] = (float)scale[from[p]];
			weights[step->shift + p] = (float)shift[from[p]];
		}
		break;
	default:
		memcpy(packed, w, packed_floats(plan, step) * sizeof(*w));
		for (int k = 0; k < step->fold->channels; k++) {
			weights[step->scale + k] = (float)scale[k];
			weights[step->shift + k] = (float)shift[k];
		}
		break;
	}
}

int
fast_bind(const struct fast_plan *plan, const struct tensor *theta,
    float *weights, struct error *err)
{
	double *scale = (double *)(void *)weights;
	double *shift = scale + plan->fold.max_channels;

	if (fold_bind_tensors(plan->graph, &plan->fold, theta,
		weights + plan->tensors, err) < 0)
		return -1;
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct fast_step *step = &plan->steps[i];

		if (!has_factors(step))
			continue;
		if (fold_factors(
			plan->graph, step->fold, theta, scale, shift, err) < 0)
			return -1;
		bind_step(plan, step, theta, scale, shift, weights);
	}
	return 0;
}
