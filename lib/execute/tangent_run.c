/* A block of images, forward and backward. */
#include "execute/tangent.h"

/* ---- a step ---- */

static void
step_forward(const struct tangent_run *run, const struct tangent_step *step)
{
	switch (step->method) {
	case TANGENT_CONV:
		tangent_conv_forward(run, step);
		break;
	case TANGENT_AFFINE:
		tangent_affine_forward(run, step);
		break;
	case TANGENT_ADD:
		tangent_add_forward(run, step);
		break;
	case TANGENT_BILINEAR:
	case TANGENT_NODE:
		tangent_plain_forward(run, step);
		break;
	case TANGENT_FUNCTION:
		tangent_function_forward(run, step);
		break;
	case TANGENT_POOL:
		tangent_pool_forward(run, step);
		break;
	case TANGENT_NOTHING:
		break;
	}
}

static void
step_backward(const struct tangent_run *run, const struct tangent_step *step)
{
	const struct fused *f = step->fused;
	const struct slot *out = &run->s->values[f->out];
	const struct view d = tangent_d_view(run, f->out);
	const struct view y = tangent_view(run, f->out);

	if (limits_any(f->limits))
		tangent_mask(run, out, d, y, 2);
	if (f->addend >= 0)
		tangent_pass_on(run, step, f->addend, step->first_addend);
	if (step->shift_moves || step->scale_moves)
		tangent_shift_sums(run, step);
	switch (step->method) {
	case TANGENT_CONV:
		tangent_conv_backward(run, step);
		break;
	case TANGENT_AFFINE:
		tangent_affine_backward(run, step);
		break;
	case TANGENT_ADD:
		tangent_pass_on(run, step, f->in[0], step->first[0]);
		tangent_pass_on(run, step, f->in[1], step->first[1]);
		break;
	case TANGENT_BILINEAR:
	case TANGENT_NODE:
		tangent_plain_backward(run, step);
		break;
	case TANGENT_FUNCTION:
		tangent_function_backward(run, step);
		break;
	case TANGENT_POOL:
		tangent_pool_backward(run, step);
		break;
	case TANGENT_NOTHING:
		break;
	}
}

/* ---- the whole ---- */

static void
put_images(const struct tangent_run *run, const float *images)
{
	const int input = run->s->graph->input;
	const struct view to = tangent_view(run, input);

	slot_scatter(&run->s->values[input], &to, run->n, images, false);
}

/* The losses, and their gradients by the logits. */
static void
judge(const struct tangent_run *run, const struct tangent_block *block)
{
	const int output = run->s->fusion.output;
	const struct slot *v = &run->s->values[output];
	const size_t n = (size_t)v->c * (size_t)v->h * (size_t)v->w;
	const struct view y = tangent_view(run, output);
	const struct view d = tangent_d_view(run, output);
	float *logits = run->scratch + run->s->work, *t = logits + n;
	float *dy = t + n, *t_dy = dy + n;

	for (int i = 0; i < run->n; i++) {
		const int *labels =
		    block->labels + (size_t)i * block->loss.rows;
		const struct view yi = slot_lane(y, i * y.image);
		const struct view ti = slot_lane(yi, v->lanes);
		const struct view di = slot_lane(d, i * d.image);
		const struct view tdi = slot_lane(di, v->lanes);

		slot_gather(v, &yi, 1, logits);
		slot_gather(v, &ti, 1, t);
		block->losses[i] = loss_of_rows(&block->loss, logits, labels);
		block->correct[i] =
		    loss_rows_correct(&block->loss, logits, labels);
		loss_rows_gradient(&block->loss, logits, labels, 1.0, dy);
		loss_rows_tangent(&block->loss, logits, t, labels, 1.0, t_dy);
		slot_scatter(v, &di, 1, dy, false);
		slot_scatter(v, &tdi, 1, t_dy, false);
	}
}

void
tangent_run(const struct tangent *tangent,
    const struct tangent_weights *weights, float *scratch,
    const struct tangent_block *block)
{
	const struct tangent_run run = {.s = tangent,
	    .w = weights,
	    .scratch = scratch,
	    .gradients = block->gradients,
	    .sums = block->sums,
	    .n = block->n};

	put_images(&run, block->images);
	for (size_t i = 0; i < tangent->n_steps; i++)
		step_forward(&run, &tangent->steps[i]);
	judge(&run, block);
	for (size_t i = tangent->n_steps; i-- > 0;)
		if (!tangent->steps[i].dead)
			step_backward(&run, &tangent->steps[i]);
}

void
tangent_finish(
    const struct tangent *tangent, const float *sums, float *gradients)
{
	for (size_t i = 0; i < tangent->n_steps; i++) {
		const struct tangent_step *step = &tangent->steps[i];
		const struct tangent_conv *c = &step->conv;
		const struct conv *p = &c->product[PRODUCT_FORWARD];

		if (step->method != TANGENT_CONV || !p->winograd || step->dead)
			continue;
		for (int j = 0; j < 1 + tangent->primal; j++)
			tangent->kernels->winograd_gradient_end(
			    sums + c->sums + (size_t)j * c->sums_size, p->k,
			    p->c,
			    gradients + step->gradient +
				(size_t)j * step->size);
	}
}
