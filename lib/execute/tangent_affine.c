/* Additions and batch normalisations that follow no convolution; sums. */
#include "execute/tangent.h"

static void
affine(const struct tangent_run *run, const struct slot *v, struct view in,
    struct view out, struct view add, const float *scale, const float *shift,
    struct limits limits)
{
	pixel_affine(run->s->kernels, v,
	    &(struct pixel_affine){.in = in,
		.out = out,
		.add = add,
		.images = run->n,
		.scale = scale,
		.shift = shift,
		.limits = limits});
}

void
tangent_affine_forward(
    const struct tangent_run *run, const struct tangent_step *step)
{
	const struct fused *f = step->fused;
	const struct slot *v = &run->s->values[f->out];
	const int n = v->lanes;
	const float *shift = run->w->floats + step->shift;
	const float *t_shift = shift + n, *scale = shift + 2 * n;
	const float *t_scale = shift + 3 * n;
	const struct view x = tangent_view(run, f->in[0]);
	const struct view y = tangent_view(run, f->out), ty = slot_lane(y, n);

	affine(run, v, x, y, (struct view){0}, scale, shift, f->limits);
	if (!step->active)
		return;
	affine(
	    run, v, x, ty, (struct view){0}, t_scale, t_shift, limits_none());
	if (tangent_active(&run->s->values[f->in[0]]))
		affine(run, v, slot_lane(x, n), ty, ty, scale,
		    run->w->floats + run->s->zeros, limits_none());
	if (limits_any(f->limits))
		tangent_mask(run, v, ty, y, 1);
}

static void
affine_data(const struct tangent_run *run, const struct tangent_step *step)
{
	const struct fused *f = step->fused;
	const struct slot *v = &run->s->values[f->out];
	const int n = v->lanes;
	const float *scale = run->w->floats + step->shift + 2 * n;
	const float *t_scale = scale + n;
	const float *zeros = run->w->floats + run->s->zeros;
	const struct view dy = tangent_d_view(run, f->out),
			  t_dy = slot_lane(dy, n);
	struct view dx, t_dx, none = {0};

	if (!tangent_active(&run->s->values[f->in[0]]))
		return;
	dx = tangent_d_view(run, f->in[0]);
	t_dx = slot_lane(dx, n);
	affine(run, v, dy, dx, step->first[0] ? none : dx, scale, zeros,
	    limits_none());
	affine(run, v, dy, t_dx, step->first[0] ? none : t_dx, t_scale, zeros,
	    limits_none());
	affine(run, v, t_dy, t_dx, t_dx, scale, zeros, limits_none());
}

/* sum[c] += sum over pixels of a[c] (times b[c]) */
static void
add_sums(const struct tangent_run *run, const struct slot *v,
    const struct view *a, const struct view *b, float *sum)
{
	for (int i = 0; i < run->n; i++)
		for (int y = 0; y < v->h; y++)
			for (int x = 0; x < v->w; x++) {
				const float *p = a->at + i * a->image +
						 y * a->row + x * a->pixel;
				const float *q =
				    b != NULL ? b->at + i * b->image +
						    y * b->row + x * b->pixel
					      : NULL;

				for (int c = 0; c < v->c; c++)
					sum[c] +=
					    q != NULL ? p[c] * q[c] : p[c];
			}
}

static void
affine_scale(const struct tangent_run *run, const struct tangent_step *step)
{
	const struct slot *v = &run->s->values[step->fused->out];
	float *at = run->gradients + step->gradient;
	const struct view dy = tangent_d_view(run, step->fused->out);
	const struct view t_dy = slot_lane(dy, v->lanes);
	const struct view x = tangent_view(run, step->fused->in[0]);
	const struct view t_x = slot_lane(x, v->lanes);

	add_sums(run, v, &t_dy, &x, at);
	if (tangent_active(&run->s->values[step->fused->in[0]]))
		add_sums(run, v, &dy, &t_x, at);
	if (run->s->primal)
		add_sums(run, v, &dy, &x, at + step->size);
}

void
tangent_shift_sums(
    const struct tangent_run *run, const struct tangent_step *step)
{
	const struct slot *v = &run->s->values[step->fused->out];
	float *at = run->gradients + step->gradient + 2 * step->size;
	const struct view dy = tangent_d_view(run, step->fused->out);
	const struct view t_dy = slot_lane(dy, v->lanes);

	add_sums(run, v, &t_dy, NULL, at);
	if (run->s->primal)
		add_sums(run, v, &dy, NULL, at + v->lanes);
}

void
tangent_add_forward(
    const struct tangent_run *run, const struct tangent_step *step)
{
	const struct fused *f = step->fused;
	const struct slot *v = &run->s->values[f->out];
	const struct view y = tangent_view(run, f->out),
			  ty = slot_lane(y, v->lanes);
	const struct view a = tangent_view(run, f->in[0]);
	const struct view b = tangent_view(run, f->in[1]);
	const bool ta = tangent_active(&run->s->values[f->in[0]]);
	const bool tb = tangent_active(&run->s->values[f->in[1]]);

	affine(run, v, a, y, b, NULL, NULL, f->limits);
	if (!step->active)
		return;
	if (ta && tb)
		affine(run, v, slot_lane(a, v->lanes), ty,
		    slot_lane(b, v->lanes), NULL, NULL, limits_none());
	else
		affine(run, v, slot_lane(ta ? a : b, v->lanes), ty,
		    (struct view){0}, NULL, NULL, limits_none());
	if (limits_any(f->limits))
		tangent_mask(run, v, ty, y, 1);
}

/* The gradient goes on as it is: through an addition. */
void
tangent_pass_on(const struct tangent_run *run, const struct tangent_step *step,
    int to, bool first)
{
	struct slot both = run->s->values[to];
	struct view d, none = {0};

	if (!tangent_active(&both))
		return;
	both.c = both.lanes * both.copies;
	d = tangent_d_view(run, to);
	affine(run, &both, tangent_d_view(run, step->fused->out), d,
	    first ? none : d, NULL, NULL, limits_none());
}

void
tangent_affine_backward(
    const struct tangent_run *run, const struct tangent_step *step)
{
	if (step->scale_moves)
		affine_scale(run, step);
	affine_data(run, step);
}
