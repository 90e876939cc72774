#include "execute/pixel.h"
#include "execute/train.h"

/* ---- the two ends ---- */

static size_t
logits_of(const struct train_pass *p)
{
	const struct graph *g = p->base.graph;

	return (size_t)shape_size(&g->values[g->output].shape);
}

static void
run_input(const struct group *g, const struct step *step)
{
	const struct slot *a = &g->p->place[step->out];
	const struct pass *base = &g->p->base;

	train_scatter(g, step->out,
	    base->images + (ptrdiff_t)g->first * a->c * a->h * a->w, false);
}

static void
run_output(const struct group *g, const struct step *step)
{
	train_gather(
	    g, step->in, g->p->logits + (size_t)g->first * logits_of(g->p));
}

static void
back_output(const struct group *g, const struct step *step)
{
	train_scatter(g, step->d,
	    g->p->d_logits + (size_t)g->first * logits_of(g->p), false);
}

/* ---- batch normalisation ---- */

static double *
sums_of(const struct group *g, int node)
{
	return g->p->sums + (size_t)g->slice * g->p->n_sums + g->p->sum[node];
}

static const float *
factor_of(const struct group *g, int node, enum norm_factor i)
{
	const struct pass *base = &g->p->base;
	const int out = base->graph->nodes[node].out;

	return g->p->factors + g->p->norm[node].factors +
	       (int)i * kernel_padded(g->p->place[out].c);
}

static struct view
view_if(const struct group *g, int place)
{
	return place >= 0 ? train_view(g, place) : (struct view){0};
}

static void
run_sums(const struct group *g, const struct step *step)
{
	pixel_sums(g->p->kernels, &g->p->place[step->in],
	    train_view(g, step->in), g->n, sums_of(g, step->node));
}

/* The sums that a slice had before are used up. */
static void
run_squares(const struct group *g, const struct step *step)
{
	const struct pass *base = &g->p->base;
	const struct slot *x = &g->p->place[step->in];
	const struct view view = train_view(g, step->in);
	const struct norm_channel *channel =
	    base->channel + base->channels[step->node];
	double *sums = sums_of(g, step->node);

	for (int k = 0; k < x->c && g->fresh; k++)
		sums[k] = 0.0;
	for (int n = 0; n < g->n; n++)
		for (int i = 0; i < x->h * x->w; i++) {
			const float *pixel = view.at + n * view.image +
					     i / x->w * view.row +
					     i % x->w * view.pixel;

			for (int k = 0; k < x->c; k++) {
				double d = (double)pixel[k] - channel[k].mean;

				sums[k] += d * d;
			}
		}
}

static void
run_affine(const struct group *g, const struct step *step)
{
	const bool norm = step->kind == STEP_APPLY;

	pixel_affine(g->p->kernels, &g->p->place[step->out],
	    &(struct pixel_affine){.in = train_view(g, step->in),
		.add = view_if(g, step->add),
		.out = train_view(g, step->out),
		.images = g->n,
		.scale = norm ? factor_of(g, step->node, NORM_SCALE) : NULL,
		.shift = norm ? factor_of(g, step->node, NORM_SHIFT) : NULL,
		.limits = limits_relu(step->relu)});
}

static void
back_sums(const struct group *g, const struct step *step)
{
	const struct slot *x = &g->p->place[step->in];

	g->p->kernels->norm_back_sums(
	    &(struct norm_sums_job){.x = train_view(g, step->in),
		.y = view_if(g, step->y),
		.d = train_view(g, step->d),
		.images = g->n,
		.h = x->h,
		.w = x->w,
		.c = x->c,
		.mean = factor_of(g, step->node, NORM_MEAN),
		.sums = sums_of(g, step->node)});
}

static void
back_apply(const struct group *g, const struct step *step)
{
	const struct slot *x = &g->p->place[step->in];
	struct norm_back_job job = {.x = train_view(g, step->in),
	    .d = train_view(g, step->d),
	    .out = train_view(g, step->out),
	    .images = g->n,
	    .h = x->h,
	    .w = x->w,
	    .c = x->c,
	    .mean = factor_of(g, step->node, NORM_MEAN),
	    .d_mean = factor_of(g, step->node, NORM_D_MEAN),
	    .slope = factor_of(g, step->node, NORM_SLOPE),
	    .scale = factor_of(g, step->node, NORM_SCALE)};

	if (!step->fresh)
		job.add = job.out;
	g->p->kernels->norm_back(&job);
}

/* ---- the rest ---- */

static void
run_pool(const struct group *g, const struct step *step)
{
	pixel_pool(g->p->kernels, &g->p->base.graph->nodes[step->node],
	    &g->p->place[step->in], train_view(g, step->in),
	    &g->p->place[step->out], train_view(g, step->out), g->n);
}

static void
back_relu(const struct group *g, const struct step *step)
{
	const struct slot *y = &g->p->place[step->y];

	pixel_mask(y, &(struct pixel_mask){.d = train_view(g, step->d),
			  .y = train_view(g, step->y),
			  .images = g->n,
			  .lanes = kernel_padded(y->c),
			  .copies = 1});
}

static void
back_give(const struct group *g, const struct step *step)
{
	const struct view out = train_view(g, step->out), none = {0};

	pixel_affine(g->p->kernels, &g->p->place[step->out],
	    &(struct pixel_affine){.in = train_view(g, step->d),
		.out = out,
		.add = step->fresh ? none : out,
		.images = g->n,
		.limits = limits_none()});
}

static void
back_spread(const struct group *g, const struct step *step)
{
	pixel_spread(&g->p->place[step->out], train_view(g, step->d),
	    train_view(g, step->out), g->n, !step->fresh);
}

typedef void step_fn(const struct group *g, const struct step *step);

static step_fn *const functions[] = {
    [STEP_INPUT] = run_input,
    [STEP_CONV] = train_conv_forward,
    [STEP_SUMS] = run_sums,
    [STEP_SQUARES] = run_squares,
    [STEP_APPLY] = run_affine,
    [STEP_AFFINE] = run_affine,
    [STEP_POOL] = run_pool,
    [STEP_ROWS] = train_rows_forward,
    [STEP_FUNCTION] = train_function_forward,
    [STEP_PLAIN] = train_plain_forward,
    [STEP_OUTPUT] = run_output,
    [BACK_OUTPUT] = back_output,
    [BACK_CONV] = train_conv_backward,
    [BACK_SUMS] = back_sums,
    [BACK_APPLY] = back_apply,
    [BACK_RELU] = back_relu,
    [BACK_GIVE] = back_give,
    [BACK_SPREAD] = back_spread,
    [BACK_ROWS] = train_rows_backward,
    [BACK_FUNCTION] = train_function_backward,
    [BACK_PLAIN] = train_plain_backward,
};

void
train_step(const struct group *g, const struct step *step)
{
	functions[step->kind](g, step);
}
