/*
 * Pools by the largest pixel of a window.  It is the first of those, as in
 * op_pool.c; a NaN is larger than all, and later ones than earlier ones.
 */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "execute/tangent.h"
#include "kernel/window.h"

enum { B = KERNEL_BLOCK };

/* A window in pixels and tangents, or in gradients and theirs. */
struct place {
	const struct pool_job *job;
	struct window window;
	int lanes; /* from a value to its tangent */
};

/* One pixel of a window: is it larger than what was found so far? */
static void
look(const float *restrict x, int32_t tap, float *restrict value,
    int32_t *restrict best)
{
	for (int l = 0; l < B; l++) {
		const int more = (x[l] > value[l]) | isnan(x[l]);

		value[l] = more ? x[l] : value[l];
		best[l] = more ? tap : best[l];
	}
}

/* The largest of a block of channels, and which tap of the window it is. */
static void
find(const struct place *p, const float *x, float value[B], int32_t best[B])
{
	const struct window *w = &p->window;
	const struct view *in = &p->job->in;
	int32_t tap = 0;

	x += w->top * in->row + w->left * in->pixel;
	memcpy(value, x, B * sizeof(*value));
	memset(best, 0, B * sizeof(*best));
	for (int i = w->top; i < w->bottom; i++, x += in->row)
		for (int j = 0; j < w->right - w->left; j++)
			look(x + j * in->pixel, tap++, value, best);
}

static void
take(const float *restrict t, int32_t tap, const int32_t *restrict best,
    float *restrict out)
{
	for (int l = 0; l < B; l++)
		out[l] = best[l] == tap ? t[l] : out[l];
}

/* The tangent of the largest is that of its pixel. */
static void
largest(const struct place *p, const float *x, float *y)
{
	const struct window *w = &p->window;
	const struct view *in = &p->job->in;
	const float *t = x + p->lanes + w->top * in->row + w->left * in->pixel;
	float value[B], tangent[B] = {0};
	int32_t best[B], tap = 0;

	find(p, x, value, best);
	for (int i = w->top; i < w->bottom; i++, t += in->row)
		for (int j = 0; j < w->right - w->left; j++)
			take(t + j * in->pixel, tap++, best, tangent);
	memcpy(y, value, sizeof(value));
	memcpy(y + p->lanes, tangent, sizeof(tangent));
}

static void
give(const float *restrict dy, int32_t tap, const int32_t *restrict best,
    float *restrict dx)
{
	for (int l = 0; l < B; l++)
		dx[l] += best[l] == tap ? dy[l] : 0.0F;
}

/* It gets all of the gradient, and of its tangent. */
static void
largest_back(const struct place *p, const float *x, const float *dy, float *dx)
{
	const struct window *w = &p->window;
	const struct view *in = &p->job->in;
	float value[B];
	int32_t best[B], tap = 0;

	find(p, x, value, best);
	dx += w->top * in->row + w->left * in->pixel;
	for (int i = w->top; i < w->bottom; i++, dx += in->row)
		for (int j = 0; j < w->right - w->left; j++, tap++) {
			float *to = dx + j * in->pixel;

			give(dy, tap, best, to);
			give(dy + p->lanes, tap, best, to + p->lanes);
		}
}

/*
 * All windows of an image.  Gradients lie as their values do, dx as x and dy as
 * y; forward they are NULL.
 */
static void
pool_image(
    const struct pool_job *job, int lanes, const float *x, float *y, float *dx)
{
	struct place p = {.job = job, .lanes = lanes};

	for (int i = 0; i < job->h; i++)
		for (int j = 0; j < job->w; j++) {
			float *to = y + i * job->out.row + j * job->out.pixel;

			p.window = window_at(job, i, j);
			for (int l = 0; l < lanes && dx == NULL; l += B)
				largest(&p, x + l, to + l);
			for (int l = 0; l < lanes && dx != NULL; l += B)
				largest_back(&p, x + l, to + l, dx + l);
		}
}

static struct pool_job
job_of(const struct tangent_run *run, const struct tangent_step *step,
    struct view out)
{
	const struct fused *f = step->fused;

	return pixel_pool_job(f->node, &run->s->values[f->in[0]],
	    tangent_view(run, f->in[0]), &run->s->values[f->out], out, run->n);
}

void
tangent_pool_forward(
    const struct tangent_run *run, const struct tangent_step *step)
{
	const struct pool_job job =
	    job_of(run, step, tangent_view(run, step->fused->out));
	const int lanes = run->s->values[step->fused->out].lanes;

	for (int n = 0; n < run->n; n++)
		pool_image(&job, lanes, job.in.at + n * job.in.image,
		    job.out.at + n * job.out.image, NULL);
}

void
tangent_pool_backward(
    const struct tangent_run *run, const struct tangent_step *step)
{
	const struct pool_job job =
	    job_of(run, step, tangent_d_view(run, step->fused->out));
	const struct slot *in = &run->s->values[step->fused->in[0]];
	const struct view d = tangent_d_view(run, step->fused->in[0]);

	for (int n = 0; n < run->n; n++) {
		float *dx = d.at + n * d.image;

		for (int i = 0; i < in->h && step->first[0]; i++)
			memset(dx + i * d.row, 0,
			    (size_t)in->w * (size_t)d.pixel * sizeof(*dx));
		pool_image(&job, in->lanes, job.in.at + n * job.in.image,
		    job.out.at + n * job.out.image, dx);
	}
}
