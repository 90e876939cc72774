/* Steps without a kernel, by the functions of their operators. */
#include "execute/plain.h"
#include "execute/tangent.h"

/*
 * Images at a time: a linear layer reads its weight, and reads and writes the
 * sums by it, once for all of a block; planes of other operators would leave
 * the cache.
 */
static int
group_of(const struct tangent *s, const struct tangent_step *step)
{
	return step->fused->node->op == OP_GEMM ? s->block : 1;
}

size_t
tangent_plain_floats(
    const struct tangent *tangent, const struct tangent_step *step)
{
	return plain_floats(tangent->graph, step->fused->node,
	    group_of(tangent, step), step->active);
}

static struct plain_operand
activation(const struct tangent_run *run, int value)
{
	const struct slot *slot = &run->s->values[value];

	return (struct plain_operand){.slot = slot,
	    .x = tangent_view(run, value),
	    .d = tangent_d_view(run, value),
	    .tangent = tangent_active(slot),
	    .asked = tangent_active(slot)};
}

/* A tensor of the node, its tangent, and where its gradients grow. */
static struct plain_operand
tensor(const struct tangent_run *run, const struct tangent_step *step,
    int tensor, size_t *at)
{
	const struct tangent *s = run->s;
	float *gradient = run->gradients + step->gradient + *at;
	struct plain_operand o = {
	    .w = run->w->theta[tensor].f32, .t_w = run->w->floats + s->zeros};

	if (!s->moves[tensor])
		return o;
	o.t_w = tangent_part(s, run->w->v, tensor);
	o.t_d_w = gradient;
	o.d_w = s->primal ? gradient + step->size : NULL;
	*at += liveness_floats(s->graph->tensors[tensor].n);
	return o;
}

/* The folded weight, and what the fusion put behind the product. */
static void
fused_in(const struct tangent_run *run, const struct tangent_step *step,
    struct plain *plain)
{
	const struct fused *f = step->fused;
	const float *shift = run->w->floats + step->shift;
	const bool learns = step->weight_moves || step->scale_moves;
	float *gradient = run->gradients + step->gradient;
	struct plain_operand *w = &plain->in[1];

	plain->n_in = 2; /* the bias is the shift of the step */
	w->w = run->w->floats + step->plain;
	w->t_w = w->w + step->size;
	w->t_d_w = learns ? gradient : NULL;
	w->d_w = learns && run->s->primal ? gradient + step->size : NULL;
	plain->end = (struct plain_end){
	    .channels = f->channels, .shift = shift, .limits = f->limits};
	plain->t_shift = shift + run->s->values[f->out].lanes;
	if (f->addend >= 0)
		plain->addend = activation(run, f->addend);
}

/* All operands of the node in its order; activations as the fusion has them. */
static void
start(const struct tangent_run *run, const struct tangent_step *step,
    struct plain *plain)
{
	const struct fused *f = step->fused;
	size_t at = 0;
	int k = 0;

	plain_start(plain, run->s->graph, f->node);
	plain->tangents = step->active;
	plain->out = activation(run, f->out);
	plain->work = run->scratch + run->s->work;
	for (int j = 0; j < f->node->n_in; j++) {
		const struct graph_value *v =
		    &run->s->graph->values[f->node->in[j]];

		if (v->kind == VALUE_TENSOR) {
			plain->in[j] = tensor(run, step, v->tensor, &at);
			continue;
		}
		plain->in[j] = activation(run, f->in[k]);
		plain->in[j].fresh = step->first[k++];
	}
	if (step->method == TANGENT_BILINEAR)
		fused_in(run, step, plain);
}

void
tangent_plain_forward(
    const struct tangent_run *run, const struct tangent_step *step)
{
	const int group = group_of(run->s, step);
	struct plain plain;

	start(run, step, &plain);
	for (int i = 0; i < run->n; i += group)
		plain_forward(
		    &plain, i, group < run->n - i ? group : run->n - i);
}

void
tangent_plain_backward(
    const struct tangent_run *run, const struct tangent_step *step)
{
	const int group = group_of(run->s, step);
	struct plain plain;

	start(run, step, &plain);
	for (int i = 0; i < run->n; i += group)
		plain_backward(
		    &plain, i, group < run->n - i ? group : run->n - i);
}
