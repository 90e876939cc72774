/* The fast plan: see fast.h for how it is made. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/progress.h"
#include "execute/fast.h"
#include "execute/pixel.h"
#include "execute/plan.h"
#include "kernel/cpu.h"
#include "net/blas.h"
#include "net/operator.h"

static void
fast_destroy(void *state)
{
	struct fast_plan *plan = state;

	for (size_t i = 0; plan->slots != NULL && i < plan->graph->n_values;
	     i++)
		free(plan->slots[i].order);
	for (size_t i = 0; i < plan->n_steps; i++)
		conv_free(&plan->steps[i].conv);
	free(plan->slots);
	free(plan->steps);
	free(plan->stages);
	fold_free(&plan->fold);
	free(plan);
}

bool
fast_by_openblas(const struct fast_step *step)
{
	return step->method == FAST_FALLBACK && step->fold->kind == FOLD_NODE &&
	       operator_is_product(step->fold->node->op);
}

static int
name_kernel(struct fast_plan *plan, struct error *err)
{
	bool products = false;

	for (size_t i = 0; i < plan->n_steps; i++)
		products |= fast_by_openblas(&plan->steps[i]);
	if (products && blas_open(1, err) < 0)
		return -1;
	snprintf(plan->kernel, sizeof(plan->kernel), "%s%s%s",
	    plan->kernels->name, products ? ", gemm " : "",
	    products ? blas_core() : "");
	return 0;
}

static int
fast_create(
    const struct graph *graph, int block, void **state, struct error *err)
{
	struct fast_plan *plan = memory_new(1, sizeof(*plan), err);
	int level = cpu_level(err);

	if (plan == NULL || level < 0) {
		free(plan);
		return -1;
	}
	plan->graph = graph;
	plan->kernels = cpu_kernels(level);
	plan->block = block;
	if (fold_make(graph, &plan->fold, err) < 0 ||
	    fast_compile(plan, err) < 0 || fast_place(plan, err) < 0) {
		fast_destroy(plan);
		return -1;
	}
	fast_place_weights(plan);
	if (name_kernel(plan, err) < 0) {
		fast_destroy(plan);
		return -1;
	}
	*state = plan;
	return 0;
}

static size_t
fast_weights_bytes(const void *state)
{
	const struct fast_plan *plan = state;

	return plan->weights_floats * sizeof(float);
}

static size_t
fast_scratch_bytes(const void *state)
{
	const struct fast_plan *plan = state;

	return plan->scratch_floats * sizeof(float);
}

static int
fast_plan_bind(const void *state, const struct tensor *theta, void *weights,
    struct error *err)
{
	return fast_bind(state, theta, weights, err);
}

/* What one call of run works on. */
struct run {
	const struct fast_plan *plan;
	const float *weights;
	float *scratch;
	const float *images;
	float *logits;
	double *seconds; /* of each step, to be added to; or NULL */
};

static struct view
view_of(const struct run *run, int value, int image)
{
	return fast_view(run->plan, run->scratch, value, image);
}

/* An operand that a step may not have. */
static struct view
view_if(const struct run *run, int value, int image)
{
	return value >= 0 ? view_of(run, value, image) : (struct view){0};
}

static void
run_input(const struct run *run, const struct fast_step *step, int image, int n)
{
	const struct slot *v = &run->plan->slots[step->out];
	const struct view out = view_of(run, step->out, image);

	slot_scatter(v, &out, n,
	    run->images + (ptrdiff_t)image * v->c * v->h * v->w, false);
}

/* The last stage's images to the caller. */
static void
run_output(const struct run *run, int image, int n)
{
	const struct slot *v = &run->plan->slots[run->plan->output];
	const ptrdiff_t classes = (ptrdiff_t)v->c * v->h * v->w;

	for (int i = image; i < image + n; i++) {
		const struct view out = view_of(run, run->plan->output, i);

		slot_gather(v, &out, 1, run->logits + i * classes);
	}
}

static void
run_conv(const struct run *run, const struct fast_step *step, int image, int n)
{
	const struct slot *out = &run->plan->slots[step->out];

	conv_run(run->plan->kernels, &step->conv,
	    &(struct conv_call){.in = view_of(run, step->in, image),
		.out = view_of(run, step->out, image),
		.add = view_if(run, step->addend, image),
		.images = n,
		.h = out->h,
		.w = out->w,
		.weights = run->weights + step->weights,
		.bias = run->weights + step->shift,
		.relu = step->relu,
		.work = run->scratch + run->plan->work});
}

static void
run_pool(const struct run *run, const struct fast_step *step, int image, int n)
{
	pixel_pool(run->plan->kernels, step->fold->node,
	    &run->plan->slots[step->in], view_of(run, step->in, image),
	    &run->plan->slots[step->out], view_of(run, step->out, image), n);
}

static void
run_affine(
    const struct run *run, const struct fast_step *step, int image, int n)
{
	const bool norm = step->fold->norm != NULL;

	pixel_affine(run->plan->kernels, &run->plan->slots[step->out],
	    &(struct pixel_affine){.in = view_of(run, step->in, image),
		.out = view_of(run, step->out, image),
		.add = view_if(run, step->addend, image),
		.images = n,
		.scale = norm ? run->weights + step->scale : NULL,
		.shift = norm ? run->weights + step->shift : NULL,
		.relu = step->relu});
}

/* Concat: behind one another; Pad: into the middle of zeros. */
static void
run_copy(const struct run *run, const struct fast_step *step, int image, int n)
{
	const struct fold_step *f = step->fold;
	const int *before = f->node->attr.pad_before;
	struct view out = view_of(run, step->out, image);

	if (f->node->op == OP_PAD)
		out.at +=
		    before[0] + before[1] * out.row + before[2] * out.pixel;
	for (int i = 0; i < f->n_in; i++) {
		const struct slot *v = &run->plan->slots[f->in[i]];

		pixel_copy(
		    v, view_of(run, f->in[i], image), out, n, (size_t)v->c);
		out.at += v->c;
	}
}

static void
do_step(const struct run *run, const struct fast_step *step, int image, int n)
{
	switch (step->method) {
	case FAST_INPUT:
		run_input(run, step, image, n);
		break;
	case FAST_WINOGRAD:
	case FAST_CONV:
	case FAST_DEPTHWISE:
		run_conv(run, step, image, n);
		break;
	case FAST_MAX_POOL:
	case FAST_AVERAGE_POOL:
		run_pool(run, step, image, n);
		break;
	case FAST_AFFINE:
		run_affine(run, step, image, n);
		break;
	case FAST_COPY:
		run_copy(run, step, image, n);
		break;
	case FAST_FALLBACK:
		fast_fallback(
		    run->plan, step, run->weights, run->scratch, image, n);
		break;
	case FAST_NOTHING:
	case FAST_METHODS:
		break;
	}
}

static void
run_step(const struct run *run, size_t i, int image, int n)
{
	const struct fast_step *step = &run->plan->steps[i];
	double start;

	if (run->seconds == NULL) {
		do_step(run, step, image, n);
		return;
	}
	start = progress_now();
	do_step(run, step, image, n);
	run->seconds[i] += progress_now() - start;
}

/* Images [image, image + n) through stage and, group by group, all before. */
static void
run_stage(const struct run *run, size_t stage, int image, int n)
{
	const struct fast_plan *plan = run->plan;
	const struct fast_stage *s = &plan->stages[stage];

	for (int end = image + n; image < end; image += s->group) {
		int m = end - image < s->group ? end - image : s->group;

		if (stage > 0)
			run_stage(run, stage - 1, image, m);
		for (size_t i = s->first; i < s->end; i++)
			run_step(run, i, image, m);
		if (stage + 1 == plan->n_stages)
			run_output(run, image, m);
	}
}

void
fast_run(const struct fast_plan *plan, const struct plan_trial *trial,
    double *seconds)
{
	const struct run run = {plan, trial->weights, trial->scratch,
	    trial->images, trial->logits, seconds};
	unsigned long mode = cpu_flush_subnormals();

	run_stage(&run, plan->n_stages - 1, 0, trial->n);
	cpu_restore(mode);
}

static void
fast_plan_run(const void *state, const void *weights, void *scratch,
    const float *images, int n, float *logits)
{
	const struct plan_trial trial = {weights, scratch, images, n, logits};

	fast_run(state, &trial, NULL);
}

static void
fast_plan_describe(
    const void *state, const struct plan_trial *trial, struct text *out)
{
	fast_describe(state, trial, out);
}

static const char *
fast_kernel(const void *state)
{
	const struct fast_plan *plan = state;

	return plan->kernel;
}

const struct plan_kind plan_fast = {
    .name = "fast",
    .create = fast_create,
    .destroy = fast_destroy,
    .weights_bytes = fast_weights_bytes,
    .scratch_bytes = fast_scratch_bytes,
    .bind = fast_plan_bind,
    .run = fast_plan_run,
    .describe = fast_plan_describe,
    .kernel = fast_kernel,
};
