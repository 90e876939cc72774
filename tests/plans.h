/*
 * For tests of execution plans: networks with weights in them, images, and what
 * running a plan takes.
 */
#ifndef TESTS_PLANS_H
#define TESTS_PLANS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "execute/plan.h"
#include "net/graph.h"

enum { CLASSES = 7, KINDS = 3 };

/* The definition comes first. */
static const struct plan_kind *const kinds[KINDS] = {
    &plan_reference, &plan_gemm, &plan_fast};

/* Cheap uniform numbers in [-1, 1): there are millions to draw. */
static inline float
uniform(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return (float)(int32_t)*state * 0x1p-31F;
}

/*
 * Weights that keep the activations' size through the layers, and batch norms
 * that are not the identity.
 */
static inline void
fill_tensor(struct tensor *t, uint32_t *random)
{
	const float fan_in = t->rank > 1 ? (float)(t->n / t->dim[0]) : 1.0F;

	for (int64_t i = 0; i < t->n && t->type == TENSOR_FLOAT32; i++) {
		float u = uniform(random);

		switch (t->role) {
		case ROLE_WEIGHT:
			t->f32[i] = u * sqrtf(6.0F / fan_in);
			break;
		case ROLE_NORM_WEIGHT:
		case ROLE_RUNNING_VAR:
			t->f32[i] = 1.0F + 0.3F * u;
			break;
		default:
			t->f32[i] = 0.2F * u;
		}
	}
}

static inline void
fill_graph(struct graph *graph)
{
	uint32_t random = 1;

	for (size_t i = 0; i < graph->n_tensors; i++) {
		assert_int_equal(tensor_allocate(&graph->tensors[i], NULL), 0);
		fill_tensor(&graph->tensors[i], &random);
	}
}

static inline float *
random_images(const struct graph *graph, int n)
{
	const size_t size =
	    (size_t)n * (size_t)shape_size(&graph->values[graph->input].shape);
	float *x = malloc(size * sizeof(*x));
	uint32_t random = 2;

	assert_non_null(x);
	for (size_t i = 0; i < size; i++)
		x[i] = 2.0F * uniform(&random);
	return x;
}

/* Everything that running a plan takes. */
struct runner {
	struct plan *plan;
	struct plan_weights *weights;
	struct plan_scratch *scratch;
};

static inline struct runner
open_runner(const struct graph *graph, const struct plan_kind *kind, int block)
{
	struct runner r;
	struct error err;

	r.plan = plan_new(graph, kind, block, &err);
	assert_non_null(r.plan);
	r.weights = plan_weights_new(r.plan, &err);
	r.scratch = plan_scratch_new(r.plan, &err);
	assert_non_null(r.weights);
	assert_non_null(r.scratch);
	if (plan_bind(r.plan, graph->tensors, r.weights, &err) < 0)
		fail_msg("%s", err.text);
	return r;
}

static inline void
close_runner(struct runner *r)
{
	plan_scratch_free(r->scratch);
	plan_weights_free(r->weights);
	plan_free(r->plan);
}

static inline void
run(const struct graph *graph, const struct plan_kind *kind, const float *x,
    int n, float *logits)
{
	struct runner r = open_runner(graph, kind, n);

	plan_run(r.plan, r.weights, r.scratch, x, n, logits);
	close_runner(&r);
}

#endif
