/* A block of images, forward and backward. */
#include "execute/sweep.h"

/* ---- a step ---- */

static void
step_forward(const struct sweep_run *run, const struct sweep_step *step)
{
	switch (step->method) {
	case SWEEP_CONV:
		sweep_conv_forward(run, step);
		break;
	case SWEEP_AFFINE:
		sweep_affine_forward(run, step);
		break;
	case SWEEP_ADD:
		sweep_add_forward(run, step);
		break;
	case SWEEP_BILINEAR:
	case SWEEP_NODE:
		sweep_plain_forward(run, step);
		break;
	}
}

static void
step_backward(const struct sweep_run *run, const struct sweep_step *step)
{
	const struct fold_step *f = step->fold;
	const struct slot *out = &run->s->values[f->out];
	const struct view d = sweep_d_view(run, f->out);
	const struct view y = sweep_view(run, f->out);

	if (f->relu)
		sweep_mask(run, out, d, y, 2);
	if (f->addend >= 0)
		sweep_pass_on(run, step, f->addend, step->first_addend);
	if (step->shift_moves || step->scale_moves)
		sweep_shift_sums(run, step);
	switch (step->method) {
	case SWEEP_CONV:
		sweep_conv_backward(run, step);
		break;
	case SWEEP_AFFINE:
		sweep_affine_backward(run, step);
		break;
	case SWEEP_ADD:
		sweep_pass_on(run, step, f->in[0], step->first[0]);
		sweep_pass_on(run, step, f->in[1], step->first[1]);
		break;
	case SWEEP_BILINEAR:
	case SWEEP_NODE:
		sweep_plain_backward(run, step);
		break;
	}
}

/* ---- the whole ---- */

static void
put_images(const struct sweep_run *run, const float *images)
{
	const int input = run->s->graph->input;
	const struct view to = sweep_view(run, input);

	slot_scatter(&run->s->values[input], &to, run->n, images, false);
}

/* The losses, and their gradients by the logits. */
static void
judge(const struct sweep_run *run, const struct sweep_block *block)
{
	const int output = run->s->fold.output;
	const struct slot *v = &run->s->values[output];
	const size_t n = (size_t)v->c * (size_t)v->h * (size_t)v->w;
	const struct view y = sweep_view(run, output);
	const struct view d = sweep_d_view(run, output);
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
sweep_run(const struct sweep *sweep, const struct sweep_weights *weights,
    float *scratch, const struct sweep_block *block)
{
	const struct sweep_run run = {.s = sweep,
	    .w = weights,
	    .scratch = scratch,
	    .gradients = block->gradients,
	    .sums = block->sums,
	    .n = block->n};

	put_images(&run, block->images);
	for (size_t i = 0; i < sweep->n_steps; i++)
		step_forward(&run, &sweep->steps[i]);
	judge(&run, block);
	for (size_t i = sweep->n_steps; i-- > 0;)
		if (!sweep->steps[i].dead)
			step_backward(&run, &sweep->steps[i]);
}

void
sweep_finish(const struct sweep *sweep, const float *sums, float *gradients)
{
	for (size_t i = 0; i < sweep->n_steps; i++) {
		const struct sweep_step *step = &sweep->steps[i];
		const struct sweep_conv *c = &step->conv;
		const struct conv *p = &c->product[PRODUCT_FORWARD];

		if (step->method != SWEEP_CONV || !p->winograd || step->dead)
			continue;
		for (int j = 0; j < 1 + sweep->primal; j++)
			sweep->kernels->winograd_gradient_end(
			    sums + c->sums + (size_t)j * c->sums_size, p->k,
			    p->c,
			    gradients + step->gradient +
				(size_t)j * step->size);
	}
}
