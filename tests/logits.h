/* For tests: a graph's logits against those that PyTorch wrote. */
#ifndef TESTS_LOGITS_H
#define TESTS_LOGITS_H

#include <math.h>
#include <stdlib.h>

#include "execute/plan.h"
#include "file/npy.h"

/* The array of a .npy file. */
static inline void
logits_read(const char *path, struct tensor *tensor)
{
	struct content content;
	struct npy npy;
	struct error err;

	if (content_open(&content, path, NULL, &err) < 0 ||
	    npy_open(&npy, &content, &err) < 0 ||
	    npy_read_tensor(&npy, "array", tensor, &err) < 0)
		fail_msg("%s", err.text);
	npy_close(&npy);
	content_close(&content);
}

static inline double
logits_error(const struct tensor *want, const float *got)
{
	float lo = INFINITY, hi = -INFINITY;
	double worst = 0.0;

	for (int64_t i = 0; i < want->n; i++) {
		lo = fminf(lo, want->f32[i]);
		hi = fmaxf(hi, want->f32[i]);
		worst =
		    fmax(worst, fabs((double)got[i] - (double)want->f32[i]));
	}
	return worst / ((double)hi - (double)lo);
}

static inline void
logits_compare_plan(const struct graph *graph, const struct plan_kind *kind,
    const struct tensor *images, const struct tensor *logits, double limit,
    const char *name)
{
	const int n = (int)images->dim[0];
	struct error err;
	struct plan *plan = plan_new(graph, kind, n, &err);
	struct plan_weights *weights = plan_weights_new(plan, &err);
	struct plan_scratch *scratch = plan_scratch_new(plan, &err);
	float *got = calloc((size_t)logits->n, sizeof(*got));
	double off;

	assert_int_equal(plan_bind(plan, graph->tensors, weights, &err), 0);
	plan_run(plan, weights, scratch, images->f32, n, got);
	off = logits_error(logits, got);
	print_message(
	    "# %s, %s: %.2g of the spread\n", name, plan_name(plan), off);
	if (!(off <= limit))
		fail_msg("%s, %s: logits are off by %g of their spread, "
			 "expected at most %g",
		    name, plan_name(plan), off, limit);
	free(got);
	plan_scratch_free(scratch);
	plan_weights_free(weights);
	plan_free(plan);
}

/* Every plan's logits lie within limit of logits, relative to their spread. */
static inline void
logits_compare(const struct graph *graph, const struct tensor *images,
    const struct tensor *logits, double limit, const char *name)
{
	const struct plan_kind *kinds[] = {
	    &plan_reference, &plan_gemm, &plan_fast};

	for (int i = 0; i < 3; i++)
		logits_compare_plan(
		    graph, kinds[i], images, logits, limit, name);
}

#endif
