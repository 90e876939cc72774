/* The fast plan: see eval.h for how it is made. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "execute/eval.h"
#include "kernel/cpu.h"
#include "net/blas.h"

static void
eval_destroy(void *state)
{
	struct eval_plan *plan = state;

	for (size_t i = 0; plan->slots != NULL && i < plan->graph->n_values;
	     i++)
		free(plan->slots[i].order);
	for (size_t i = 0; i < plan->n_steps; i++)
		conv_free(&plan->steps[i].conv);
	free(plan->slots);
	free(plan->steps);
	free(plan->stages);
	free(plan->bands);
	free(plan->ones);
	free(plan->order);
	fuse_free(&plan->fusion);
	free(plan);
}

static int
name_kernel(struct eval_plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		plan->products |= eval_by_openblas(&plan->steps[i]);
	if (plan->products && blas_open(1, err) < 0)
		return -1;
	snprintf(plan->kernel, sizeof(plan->kernel), "%s%s%s",
	    plan->kernels->name, plan->products ? ", gemm " : "",
	    plan->products ? blas_core() : "");
	return 0;
}

static int
eval_create(
    const struct graph *graph, int block, void **state, struct error *err)
{
	struct eval_plan *plan = memory_new(1, sizeof(*plan), err);
	int level = cpu_level(err);

	if (plan == NULL || level < 0) {
		free(plan);
		return -1;
	}
	plan->graph = graph;
	plan->kernels = cpu_kernels(level);
	plan->block = block;
	if (fuse_make(graph, FUSE_FORWARD, &plan->fusion, err) < 0 ||
	    eval_compile(plan, err) < 0 || eval_place(plan, err) < 0) {
		eval_destroy(plan);
		return -1;
	}
	eval_place_weights(plan);
	if (name_kernel(plan, err) < 0) {
		eval_destroy(plan);
		return -1;
	}
	*state = plan;
	return 0;
}

static size_t
eval_weights_bytes(const void *state)
{
	const struct eval_plan *plan = state;

	return plan->weights_floats * sizeof(float);
}

static size_t
eval_scratch_bytes(const void *state)
{
	const struct eval_plan *plan = state;

	return plan->scratch_floats * sizeof(float);
}

static int
eval_plan_bind(const void *state, const struct tensor *theta, void *weights,
    struct error *err)
{
	return eval_bind(state, theta, weights, err);
}

static void
eval_plan_run(const void *state, const void *weights, void *scratch,
    const float *images, int n, float *logits)
{
	const struct plan_trial trial = {weights, scratch, images, n, logits};

	eval_run(state, &trial, NULL);
}

static void
eval_plan_describe(
    const void *state, const struct plan_trial *trial, struct text *out)
{
	eval_describe(state, trial, out);
}

static const char *
eval_kernel(const void *state)
{
	const struct eval_plan *plan = state;

	return plan->kernel;
}

static bool
eval_multiplies(const void *state)
{
	return ((const struct eval_plan *)state)->products;
}

const struct plan_kind plan_fast = {
    .name = "fast",
    .create = eval_create,
    .destroy = eval_destroy,
    .weights_bytes = eval_weights_bytes,
    .scratch_bytes = eval_scratch_bytes,
    .bind = eval_plan_bind,
    .run = eval_plan_run,
    .describe = eval_plan_describe,
    .kernel = eval_kernel,
    .multiplies = eval_multiplies,
};
