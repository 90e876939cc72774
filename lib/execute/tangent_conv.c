/* Convolutions on the kernels, and linear layers, which are 1 x 1. */
#include "execute/tangent.h"

void
tangent_conv_forward(
    const struct tangent_run *run, const struct tangent_step *step)
{
	const struct tangent_conv *c = &step->conv;
	const struct fused *f = step->fused;
	const struct slot *out = &run->s->values[f->out];
	const float *floats = run->w->floats;
	struct conv_call call = {.in = tangent_view(run, f->in[0]),
	    .out = tangent_view(run, f->out),
	    .add = f->addend >= 0 ? tangent_view(run, f->addend)
				  : (struct view){0},
	    .images = run->n,
	    .h = out->h,
	    .w = out->w,
	    .limits = f->limits,
	    .weights = floats + c->packed[PRODUCT_FORWARD],
	    .bias = floats + step->shift,
	    .work = run->scratch + run->s->work};
	const struct view y = call.out;

	conv_run(run->s->kernels, &c->product[PRODUCT_FORWARD], &call);
	if (!step->active)
		return;
	call.out = slot_lane(y, out->lanes);
	if (f->addend >= 0 && tangent_active(&run->s->values[f->addend]))
		call.add = slot_lane(call.add, out->lanes);
	else
		call.add = (struct view){0};
	call.limits = limits_none();
	call.weights = floats + c->packed[PRODUCT_TANGENT];
	call.bias = floats + step->shift + out->lanes;
	conv_run(run->s->kernels, &c->product[PRODUCT_TANGENT], &call);
	if (limits_any(f->limits))
		tangent_mask(run, out, call.out, y, 1);
}

/* The gradient with zeros between its pixels. */
static struct view
spread(const struct tangent_run *run, const struct tangent_step *step)
{
	const struct tangent_conv *c = &step->conv;
	const struct slot *out = &run->s->values[step->fused->out];
	const struct view d = tangent_d_view(run, step->fused->out);
	const struct view e =
	    slot_view(run->s->values, c->spread, run->scratch, 0);
	const int *stride = c->product[PRODUCT_FORWARD].stride;
	struct view to = e;

	if (e.at == d.at)
		return d;
	to.row *= stride[0];
	to.pixel *= stride[1];
	pixel_copy(out, d, to, run->n, 2 * (size_t)out->lanes);
	return e;
}

static void
conv_data(const struct tangent_run *run, const struct tangent_step *step)
{
	const struct tangent_conv *c = &step->conv;
	const int value = step->fused->in[0];
	const struct slot *in = &run->s->values[value];
	struct conv_call call = {.in = spread(run, step),
	    .out = tangent_d_view(run, value),
	    .images = run->n,
	    .h = in->h,
	    .w = in->w,
	    .bias = run->w->floats + run->s->zeros,
	    .limits = limits_none(),
	    .work = run->scratch + run->s->work};

	for (int i = PRODUCT_BACK; i <= PRODUCT_BACK_TANGENT; i++) {
		if (!step->first[0])
			call.add = call.out;
		call.weights = run->w->floats + c->packed[i];
		conv_run(run->s->kernels, &c->product[i], &call);
		call.out = slot_lane(call.out, in->lanes);
	}
}

/* The sums by the weights += x dy; primal: those of the gradient itself. */
static void
add_products(const struct tangent_run *run, const struct tangent_step *step,
    struct view x, struct view dy, bool primal)
{
	const struct tangent_conv *c = &step->conv;
	const struct conv *conv = &c->product[PRODUCT_FORWARD];
	const struct slot *out = &run->s->values[step->fused->out];
	float *direct =
	    run->gradients + step->gradient + (primal ? step->size : 0);
	float *winograd = run->sums + c->sums + (primal ? c->sums_size : 0);

	conv_add_sums(run->s->kernels, conv,
	    &(struct conv_sums_call){.in = x,
		.d_out = dy,
		.images = run->n,
		.h = out->h,
		.w = out->w,
		.sums = conv->winograd ? winograd : direct,
		.work = run->scratch + run->s->work});
}

/* The tangent of x dy is x dy. + x. dy. */
static void
conv_weight(const struct tangent_run *run, const struct tangent_step *step)
{
	const int value = step->fused->in[0];
	const struct slot *in = &run->s->values[value];
	const struct slot *out = &run->s->values[step->fused->out];
	const struct view x = tangent_view(run, value);
	const struct view dy = tangent_d_view(run, step->fused->out);

	add_products(run, step, x, slot_lane(dy, out->lanes), false);
	if (tangent_active(in))
		add_products(run, step, slot_lane(x, in->lanes), dy, false);
	if (run->s->primal)
		add_products(run, step, x, dy, true);
}

void
tangent_conv_backward(
    const struct tangent_run *run, const struct tangent_step *step)
{
	if (step->weight_moves || step->scale_moves)
		conv_weight(run, step);
	if (tangent_active(&run->s->values[step->fused->in[0]]))
		conv_data(run, step);
}
