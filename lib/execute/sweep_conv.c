/* Convolutions on the kernels, and linear layers, which are 1 x 1. */
#include <string.h>

#include "execute/sweep.h"

/* in.at: under the first tap of the first output; c to k channels. */
struct product {
	struct view in, out, add;
	const struct slot *shape; /* of out */
	int c, k, taps;
	bool winograd, relu;
	const ptrdiff_t *tap;
	const float *weights, *bias;
};

static void
multiply(const struct sweep_run *run, const struct product *p)
{
	const struct winograd_job winograd = {.in = p->in,
	    .out = p->out,
	    .add = p->add,
	    .images = run->n,
	    .h = p->shape->h,
	    .w = p->shape->w,
	    .c = p->c,
	    .k = p->k,
	    .weights = p->weights,
	    .bias = p->bias,
	    .relu = p->relu,
	    .work = run->scratch + run->s->work};
	const struct conv_job direct = {.in = p->in,
	    .out = p->out,
	    .add = p->add,
	    .images = run->n,
	    .h = p->shape->h,
	    .w = p->shape->w,
	    .c = p->c,
	    .k = p->k,
	    .taps = p->taps,
	    .tap = p->tap,
	    .weights = p->weights,
	    .bias = p->bias,
	    .relu = p->relu};

	if (p->winograd)
		run->s->kernels->winograd(&winograd);
	else
		run->s->kernels->conv(&direct);
}

/* Where the windows of a convolution start; steps from output to output. */
static struct view
windows(const struct sweep_conv *c, struct view in)
{
	in.at -= c->top * in.row + c->left * in.pixel;
	in.row *= c->stride_y;
	in.pixel *= c->stride_x;
	return in;
}

void
sweep_conv_forward(const struct sweep_run *run, const struct sweep_step *step)
{
	const struct sweep_conv *c = &step->conv;
	const struct fold_step *f = step->fold;
	const struct slot *in = &run->s->values[f->in[0]];
	const struct slot *out = &run->s->values[f->out];
	const float *floats = run->w->floats;
	struct product p = {.in = windows(c, sweep_view(run, f->in[0])),
	    .out = sweep_view(run, f->out),
	    .add =
		f->addend >= 0 ? sweep_view(run, f->addend) : (struct view){0},
	    .shape = out,
	    .c = c->c,
	    .k = c->k,
	    .taps = c->taps,
	    .winograd = c->winograd,
	    .relu = f->relu,
	    .tap = c->tap,
	    .weights = floats + c->forward,
	    .bias = floats + step->shift};
	const struct view y = p.out;

	multiply(run, &p);
	if (!step->active)
		return;
	if (sweep_active(in))
		p.c += in->lanes;
	p.out = sweep_lane(y, out->lanes);
	if (f->addend >= 0 && sweep_active(&run->s->values[f->addend]))
		p.add = sweep_lane(p.add, out->lanes);
	else
		p.add = (struct view){0};
	p.relu = false;
	p.weights = floats + c->tangent;
	p.bias = floats + step->shift + out->lanes;
	multiply(run, &p);
	if (f->relu)
		sweep_mask(run, out, &p.out, &y, 1);
}

/* The gradient with zeros between its pixels. */
static struct view
spread(const struct sweep_run *run, const struct sweep_step *step)
{
	const struct sweep_conv *c = &step->conv;
	const struct slot *out = &run->s->values[step->fold->out];
	const struct view d = sweep_d_view(run, step->fold->out);
	const struct view e = slot_view(&c->spread, 0, run->scratch, 0);

	if (c->spread.lanes == 0)
		return d;
	for (int i = 0; i < run->n; i++)
		for (int y = 0; y < out->h; y++)
			for (int x = 0; x < out->w; x++)
				memcpy(e.at + i * e.image +
					   y * c->stride_y * e.row +
					   x * c->stride_x * e.pixel,
				    d.at + i * d.image + y * d.row +
					x * d.pixel,
				    2 * (size_t)out->lanes * sizeof(float));
	return e;
}

static void
conv_data(const struct sweep_run *run, const struct sweep_step *step)
{
	const struct sweep_conv *c = &step->conv;
	const int value = step->fold->in[0];
	const struct slot *in = &run->s->values[value];
	const struct slot *out = &run->s->values[step->fold->out];
	const float *floats = run->w->floats;
	struct view d = spread(run, step);
	struct product p = {.out = sweep_d_view(run, value),
	    .shape = in,
	    .c = c->k,
	    .k = c->c,
	    .taps = c->taps,
	    .winograd = c->back_winograd,
	    .tap = c->back,
	    .weights = floats + c->back_weights,
	    .bias = floats + run->s->zeros};

	d.at -= ((c->kh - 1) * c->step_y - c->top) * d.row +
		((c->kw - 1) * c->step_x - c->left) * d.pixel;
	p.in = d;
	for (int tangent = 0; tangent < 2; tangent++) {
		if (!step->first[0])
			p.add = p.out;
		multiply(run, &p);
		p.out = sweep_lane(p.out, in->lanes);
		p.c = out->lanes + c->k;
		p.weights = floats + c->back_tangent;
	}
}

/* The sums by the weights += x dy; primal: those of the gradient itself. */
static void
add_products(const struct sweep_run *run, const struct sweep_step *step,
    struct view x, struct view dy, bool primal)
{
	const struct sweep_conv *c = &step->conv;
	const struct slot *out = &run->s->values[step->fold->out];
	const struct gradient_job direct = {.in = x,
	    .d_out = dy,
	    .images = run->n,
	    .h = out->h,
	    .w = out->w,
	    .c = c->c,
	    .k = c->k,
	    .taps = c->taps,
	    .tap = c->tap,
	    .d_weights =
		run->gradients + step->gradient + (primal ? step->size : 0)};
	const struct winograd_gradient_job winograd = {.in = x,
	    .d_out = dy,
	    .images = run->n,
	    .h = out->h,
	    .w = out->w,
	    .c = c->c,
	    .k = c->k,
	    .sums = run->sums + c->sums + (primal ? c->sums_size : 0),
	    .work = run->scratch + run->s->work};

	if (c->winograd)
		run->s->kernels->winograd_gradient(&winograd);
	else
		run->s->kernels->gradient(&direct);
}

/* The tangent of x dy is x dy. + x. dy. */
static void
conv_weight(const struct sweep_run *run, const struct sweep_step *step)
{
	const int value = step->fold->in[0];
	const struct slot *in = &run->s->values[value];
	const struct slot *out = &run->s->values[step->fold->out];
	const struct view x = windows(&step->conv, sweep_view(run, value));
	const struct view dy = sweep_d_view(run, step->fold->out);

	add_products(run, step, x, sweep_lane(dy, out->lanes), false);
	if (sweep_active(in))
		add_products(run, step, sweep_lane(x, in->lanes), dy, false);
	if (run->s->primal)
		add_products(run, step, x, dy, true);
}

void
sweep_conv_backward(const struct sweep_run *run, const struct sweep_step *step)
{
	if (step->weight_moves || step->scale_moves)
		conv_weight(run, step);
	if (sweep_active(&run->s->values[step->fold->in[0]]))
		conv_data(run, step);
}
