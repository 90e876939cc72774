#include "execute/plan.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/plural.h"
#include "kernel/cpu.h"
#include "net/blas.h"

struct plan {
	const struct plan_kind *kind;
	void *state; /* the kind's own */
	int block;
	size_t classes;
};

/* The kind's memory, in one piece. */
struct plan_weights {
	void *memory;
};

struct plan_scratch {
	void *memory;
};

/* Plain C kernels are slower than OpenBLAS: without vectors gemm is faster. */
static const struct plan_kind *
choose_kind(struct error *err)
{
	switch (cpu_level(err)) {
	case -1:
		return NULL;
	case CPU_REF:
		return &plan_reference;
	case CPU_BASE:
		return &plan_gemm;
	default:
		return &plan_fast;
	}
}

struct plan *
plan_new(const struct graph *graph, const struct plan_kind *kind, int block,
    struct error *err)
{
	struct plan *plan;

	if (block < 1) {
		error_set(err, "a block of %d image%s, expected 1 or more",
		    block, plural_s(block));
		return NULL;
	}
	if (graph_executable(graph, err) < 0)
		return NULL;
	if (kind == NULL)
		kind = choose_kind(err);
	if (kind == NULL)
		return NULL;
	plan = memory_new(1, sizeof(*plan), err);
	if (plan == NULL)
		return NULL;
	plan->kind = kind;
	plan->block = block;
	plan->classes = (size_t)shape_size(&graph->values[graph->output].shape);
	if (plan->kind->create(graph, block, &plan->state, err) < 0) {
		free(plan);
		return NULL;
	}
	return plan;
}

int
plan_share(const struct plan *plan, int threads, struct error *err)
{
	return plan->kind->multiplies(plan->state) ? blas_open(threads, err)
						   : 0;
}

void
plan_free(struct plan *plan)
{
	if (plan == NULL)
		return;
	plan->kind->destroy(plan->state);
	free(plan);
}

const char *
plan_name(const struct plan *plan)
{
	return plan->kind->name;
}

const char *
plan_kernel(const struct plan *plan)
{
	return plan->kind->kernel(plan->state);
}

int
plan_block(const struct plan *plan)
{
	return plan->block;
}

size_t
plan_classes(const struct plan *plan)
{
	return plan->classes;
}

struct plan_weights *
plan_weights_new(const struct plan *plan, struct error *err)
{
	struct plan_weights *weights = memory_new(1, sizeof(*weights), err);

	if (weights == NULL)
		return NULL;
	weights->memory =
	    memory_new(plan->kind->weights_bytes(plan->state), 1, err);
	if (weights->memory == NULL) {
		free(weights);
		return NULL;
	}
	return weights;
}

int
plan_bind(const struct plan *plan, const struct tensor *theta,
    struct plan_weights *weights, struct error *err)
{
	return plan->kind->bind(plan->state, theta, weights->memory, err);
}

void
plan_weights_free(struct plan_weights *weights)
{
	if (weights == NULL)
		return;
	free(weights->memory);
	free(weights);
}

struct plan_scratch *
plan_scratch_new(const struct plan *plan, struct error *err)
{
	struct plan_scratch *scratch = memory_new(1, sizeof(*scratch), err);

	if (scratch == NULL)
		return NULL;
	scratch->memory =
	    memory_new(plan->kind->scratch_bytes(plan->state), 1, err);
	if (scratch->memory == NULL) {
		free(scratch);
		return NULL;
	}
	return scratch;
}

void
plan_scratch_free(struct plan_scratch *scratch)
{
	if (scratch == NULL)
		return;
	free(scratch->memory);
	free(scratch);
}

void
plan_run(const struct plan *plan, const struct plan_weights *weights,
    struct plan_scratch *scratch, const float *images, int n, float *logits)
{
	plan->kind->run(
	    plan->state, weights->memory, scratch->memory, images, n, logits);
}

void
plan_describe(const struct plan *plan, const struct plan_weights *weights,
    struct plan_scratch *scratch, const float *images, int n, float *logits,
    struct text *out)
{
	const struct plan_trial trial = {
	    .weights = weights->memory,
	    .scratch = scratch->memory,
	    .images = images,
	    .n = n,
	    .logits = logits,
	};

	plan->kind->describe(plan->state, &trial, out);
}
