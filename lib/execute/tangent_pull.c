/* From sums by the folded weights to the vector. */
#include <string.h>

#include "execute/liveness.h"
#include "execute/tangent.h"

static double *
part_of_sum(const struct tangent *s, double *v, int tensor)
{
	return tensor >= 0 && s->moves[tensor] ? v + s->offset[tensor] : NULL;
}

/* A step's sums: by W' and b', their tangents first. */
struct sums {
	const double *t_weight, *weight, *t_shift, *shift;
};

static struct sums
sums_of(
    const struct tangent *s, const struct tangent_step *step, const double *all)
{
	const double *at = all + step->gradient;
	const size_t lanes = (size_t)s->values[step->fused->out].lanes;

	return (struct sums){at, at + step->size, at + 2 * step->size,
	    at + 2 * step->size + lanes};
}

/* Visits the elements of a weight: place in the tensor, in the sums, channel.
 */
struct cursor {
	ptrdiff_t element, sum;
	int k;
};

static int64_t
count_elements(const struct tangent *s, const struct tangent_step *step)
{
	return step->fused->weight >= 0
		   ? s->graph->tensors[step->fused->weight].n
		   : 0;
}

static struct cursor
cursor_at(const struct tangent *s, const struct tangent_step *step, int64_t i)
{
	const struct conv *c = &step->conv.product[PRODUCT_FORWARD];
	const int taps = c->kh * c->kw;
	struct cursor at = {.element = (ptrdiff_t)i, .sum = (ptrdiff_t)i};
	const bool last = step->fused->kind == FUSED_LINEAR &&
			  !step->fused->node->attr.trans_b;
	const int64_t n = count_elements(s, step);
	const int64_t channels = step->fused->channels;
	int q, t;

	at.k = (int)(last ? i % channels : i / (n / channels));
	if (step->method == TANGENT_BILINEAR)
		return at;
	q = (int)(last ? i / channels : i / taps % c->c);
	t = (int)(last ? 0 : i % taps);
	at.sum = (((ptrdiff_t)(at.k / KERNEL_BLOCK) * taps + t) * c->c + q) *
		     KERNEL_BLOCK +
		 at.k % KERNEL_BLOCK;
	return at;
}

/* d W. = s d W'. + s. d W' */
static void
pull_weight(const struct tangent *s, const struct tangent_weights *w,
    const struct tangent_step *step, const struct sums *sums, double *out)
{
	const struct tangent_factors x = tangent_factors_of(s, w, step);

	for (int64_t i = 0; i < count_elements(s, step); i++) {
		const struct cursor at = cursor_at(s, step, i);

		out[at.element] += x.scale[at.k] * sums->t_weight[at.sum];
		if (step->scale_moves)
			out[at.element] +=
			    x.t_scale[at.k] * sums->weight[at.sum];
	}
}

/*
 * d gamma = (<d W', W> + d b' (b - mean)) / sqrt(var + epsilon), and its
 * tangent; a norm alone has d scale in place of <d W', W>.
 */
static void
pull_scale(const struct tangent *s, const struct tangent_weights *w,
    const struct tangent_step *step, const float *v, const struct sums *sums,
    double *out)
{
	const struct tangent_factors x = tangent_factors_of(s, w, step);
	const int weight = step->fused->weight;
	const float *dir = weight >= 0 ? tangent_part(s, v, weight) : NULL;
	const float *bias = tangent_part(s, v, step->fused->bias);

	for (int64_t i = 0; i < count_elements(s, step); i++) {
		const struct cursor at = cursor_at(s, step, i);

		out[at.k] += x.root[at.k] * sums->t_weight[at.sum] *
			     (double)w->theta[weight].f32[at.element];
		if (dir != NULL)
			out[at.k] += x.root[at.k] * sums->weight[at.sum] *
				     (double)dir[at.element];
	}
	for (int k = 0; k < step->fused->channels; k++) {
		double d = sums->t_shift[k] * x.offset[k];

		if (bias != NULL)
			d += sums->shift[k] * (double)bias[k];
		if (weight < 0)
			d += sums->t_weight[k];
		out[k] += x.root[k] * d;
	}
}

static void
pull_shift(const struct tangent *s, const struct tangent_weights *w,
    const struct tangent_step *step, const struct sums *sums, double *hv)
{
	const struct tangent_factors x = tangent_factors_of(s, w, step);
	double *beta = part_of_sum(s, hv, tangent_norm_tensor(s, step, 2));
	double *bias = part_of_sum(s, hv, step->fused->bias);

	for (int k = 0; k < step->fused->channels; k++) {
		if (beta != NULL)
			beta[k] += sums->t_shift[k];
		if (bias != NULL)
			bias[k] += x.scale[k] * sums->t_shift[k];
		if (bias != NULL && step->scale_moves)
			bias[k] += x.t_scale[k] * sums->shift[k];
	}
}

/* The tensors that a node reads as they are. */
static void
pull_node(const struct tangent *s, const struct tangent_step *step,
    const double *from, double *hv)
{
	const struct node *node = step->fused->node;

	for (int j = 0; j < node->n_in; j++) {
		const struct graph_value *v = &s->graph->values[node->in[j]];
		double *out = v->kind == VALUE_TENSOR
				  ? part_of_sum(s, hv, v->tensor)
				  : NULL;
		const int64_t n =
		    out != NULL ? s->graph->tensors[v->tensor].n : 0;

		for (int64_t i = 0; i < n; i++)
			out[i] += from[i];
		from += liveness_floats(n);
	}
}

void
tangent_pull(const struct tangent *tangent,
    const struct tangent_weights *weights, const float *v, const double *sums,
    double *hv)
{
	memset(hv, 0, tangent->size * sizeof(*hv));
	for (size_t i = 0; i < tangent->n_steps; i++) {
		const struct tangent_step *step = &tangent->steps[i];
		const struct sums of = sums_of(tangent, step, sums);

		if (step->dead)
			continue;
		if (step->method == TANGENT_NODE)
			pull_node(tangent, step, of.t_weight, hv);
		if (step->weight_moves)
			pull_weight(tangent, weights, step, &of,
			    part_of_sum(tangent, hv, step->fused->weight));
		if (step->scale_moves)
			pull_scale(tangent, weights, step, v, &of,
			    part_of_sum(tangent, hv,
				tangent_norm_tensor(tangent, step, 1)));
		if (step->shift_moves)
			pull_shift(tangent, weights, step, &of, hv);
	}
}

/*
 * The rule for the gradient is that for its tangent, with the gradients in
 * place of their tangents and a direction of 0.
 */
void
tangent_pull_gradient(const struct tangent *tangent,
    const struct tangent_weights *weights, const double *sums, double *gradient)
{
	memset(gradient, 0, tangent->size * sizeof(*gradient));
	for (size_t i = 0; i < tangent->n_steps; i++) {
		struct tangent_step still = tangent->steps[i];
		struct sums of = sums_of(tangent, &still, sums);

		if (still.dead)
			continue;
		if (still.method == TANGENT_NODE)
			pull_node(tangent, &still, of.weight, gradient);
		of.t_weight = of.weight;
		of.t_shift = of.shift;
		still.scale_moves = false;
		if (still.weight_moves)
			pull_weight(tangent, weights, &still, &of,
			    part_of_sum(
				tangent, gradient, still.fused->weight));
		if (still.shift_moves)
			pull_shift(tangent, weights, &still, &of, gradient);
		if (tangent->steps[i].scale_moves)
			pull_scale(tangent, weights, &still, NULL, &of,
			    part_of_sum(tangent, gradient,
				tangent_norm_tensor(tangent, &still, 1)));
	}
}
