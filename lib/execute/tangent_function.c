/* Functions of one number, their slopes and bends, by kernels. */
#include "execute/tangent.h"

/* What all jobs of a step have in common. */
static struct pointwise_back_job
job_of(const struct tangent_run *run, const struct tangent_step *step)
{
	const struct fused *f = step->fused;
	const struct slot *v = &run->s->values[f->out];

	return (struct pointwise_back_job){
	    .in = tangent_view(run, tangent_argument(run->s, f)),
	    .images = run->n,
	    .h = v->h,
	    .w = v->w,
	    .c = v->c,
	    .alpha = f->node->attr.alpha,
	    .beta = f->node->attr.beta};
}

static enum pointwise
function_of(const struct tangent_run *run, const struct tangent_step *step)
{
	const struct tangent *s = run->s;

	return s->token[step->fused->node - s->graph->nodes].function;
}

void
tangent_function_forward(
    const struct tangent_run *run, const struct tangent_step *step)
{
	const struct slot *v = &run->s->values[step->fused->out];
	const enum pointwise f = function_of(run, step);
	struct pointwise_back_job job = job_of(run, step);

	job.out = tangent_view(run, step->fused->out);
	run->s->kernels->pointwise[f](&(struct pointwise_job){.in = job.in,
	    .out = job.out,
	    .images = job.images,
	    .h = job.h,
	    .w = job.w,
	    .c = job.c,
	    .alpha = job.alpha,
	    .beta = job.beta});
	if (!step->active)
		return;
	job.d = slot_lane(job.in, v->lanes);
	job.out = slot_lane(job.out, v->lanes);
	run->s->kernels->slope[f](&job);
}

/* f' dy; f' dy. + f'' x. dy */
void
tangent_function_backward(
    const struct tangent_run *run, const struct tangent_step *step)
{
	const struct kernels *kernels = run->s->kernels;
	const struct fused *fused = step->fused;
	const int lanes = run->s->values[fused->out].lanes;
	const int x = tangent_argument(run->s, fused);
	const enum pointwise f = function_of(run, step);
	struct pointwise_back_job job = job_of(run, step);
	struct view dy = tangent_d_view(run, fused->out);

	if (!tangent_active(&run->s->values[x]))
		return;
	job.add = !step->first[0];
	job.d = dy;
	job.out = tangent_d_view(run, x);
	kernels->slope[f](&job);
	job.d = slot_lane(dy, lanes);
	job.out = slot_lane(job.out, lanes);
	kernels->slope[f](&job);
	job.add = true;
	job.d = dy;
	job.t = slot_lane(job.in, lanes);
	kernels->bend[f](&job);
}
