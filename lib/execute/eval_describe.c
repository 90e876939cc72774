#include <stdlib.h>

#include "base/memory.h"
#include "base/plural.h"
#include "execute/eval.h"
#include "net/operator.h"

static const char *const words[EVAL_METHODS] = {"input", "winograd", "direct",
    "depthwise", "max pool", "average pool", "affine", "pointwise", "multiply",
    "copy", "in place", "rows", "products", "flat", "plain C"};

/* Of one step or several. */
struct share {
	int steps;
	double flops, seconds;
};

static void
share_add(struct share *share, double flops, double seconds)
{
	share->steps++;
	share->flops += flops;
	share->seconds += seconds;
}

static double
percent(double part, double all)
{
	return all > 0 ? 100 * part / all : 0;
}

/* ", 12.3 % of the operations, 4.5 % of the time" */
static void
add_share(struct text *out, const struct share *part, const struct share *all)
{
	text_add(out, ", %.1f %% of the operations",
	    percent(part->flops, all->flops));
	if (all->seconds > 0)
		text_add(out, ", %.1f %% of the time",
		    percent(part->seconds, all->seconds));
	text_add(out, "\n");
}

/* The seconds of each step, of a few runs; NULL for none, or out has failed. */
static double *
take_times(const struct eval_plan *plan, const struct plan_trial *trial,
    struct text *out)
{
	enum { RUNS = 3 };
	double *seconds;
	struct error lost;

	if (trial->n == 0)
		return NULL;
	seconds = memory_new(plan->n_steps, sizeof(*seconds), &lost);
	if (seconds == NULL) {
		text_fail(out);
		return NULL;
	}
	eval_run(plan, trial, NULL); /* the first one meets cold caches */
	for (int i = 0; i < RUNS; i++)
		eval_run(plan, trial, seconds);
	return seconds;
}

static bool
has_no_kernel(const struct eval_step *step)
{
	return step->method == EVAL_FALLBACK || step->method == EVAL_FLAT;
}

/* Are they one in what is said of them? */
static bool
is_alike(const struct eval_step *a, const struct eval_step *b)
{
	return has_no_kernel(a) && has_no_kernel(b) &&
	       a->fused->node->op == b->fused->node->op &&
	       eval_by_openblas(a) == eval_by_openblas(b);
}

/* The steps of the operator of step first, where that is their first. */
static void
add_alike(struct text *out, const struct eval_plan *plan, size_t first,
    const double *seconds, const struct share *all)
{
	const struct eval_step *step = &plan->steps[first];
	struct share alike = {0};

	for (size_t i = 0; i < plan->n_steps; i++) {
		if (!is_alike(step, &plan->steps[i]))
			continue;
		if (i < first)
			return;
		share_add(&alike, plan->steps[i].flops,
		    seconds != NULL ? seconds[i] : 0);
	}
	text_add(out, "fast: %s %s",
	    eval_by_openblas(step) ? "OpenBLAS for" : "no kernel for",
	    operator_name(step->fused->node->op));
	if (alike.steps == 1)
		text_add(out, " '%s'", step->fused->node->name);
	else
		text_add(
		    out, ", %d step%s", alike.steps, plural_s(alike.steps));
	add_share(out, &alike, all);
}

void
eval_describe(const struct eval_plan *plan, const struct plan_trial *trial,
    struct text *out)
{
	double *seconds = take_times(plan, trial, out);
	struct share of[EVAL_METHODS] = {{0}}, all = {0};

	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct eval_step *step = &plan->steps[i];
		double time = seconds != NULL ? seconds[i] : 0;

		share_add(&of[step->method], step->flops, time);
		share_add(&all, step->flops, time);
	}
	text_add(out, "fast: kernels %s, %.1f million operations an image\n",
	    plan->kernels->name, 1e-6 * all.flops);
	for (int m = 0; m < EVAL_METHODS; m++) {
		if (of[m].steps == 0)
			continue;
		text_add(out, "fast: %3d step%s %s", of[m].steps,
		    plural_s(of[m].steps), words[m]);
		add_share(out, &of[m], &all);
	}
	for (size_t i = 0; i < plan->n_steps; i++)
		if (has_no_kernel(&plan->steps[i]))
			add_alike(out, plan, i, seconds, &all);
	free(seconds);
}
