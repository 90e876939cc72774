/* Losses of single images, and initial weights. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/architecture.h"
#include "net/init.h"
#include "net/loss.h"

static void
near(double got, double want)
{
	if (!(fabs(got - want) <= 1e-14 * (1.0 + fabs(want))))
		fail_msg("%.17g, expected %.17g", got, want);
}

static void
crossentropy(void **state)
{
	const float even[4] = {0, 0, 0, 0};
	const float two[2] = {1, 3};
	const float far[2] = {1e30F, -1e30F};

	(void)state;
	near(loss_of_image(LOSS_CROSSENTROPY, even, 4, 2), log(4.0));
	near(loss_of_image(LOSS_CROSSENTROPY, two, 2, 0), log1p(exp(2.0)));
	near(loss_of_image(LOSS_CROSSENTROPY, two, 2, 1), log1p(exp(-2.0)));
	near(loss_of_image(LOSS_CROSSENTROPY, far, 2, 0), 0.0);
	near(loss_of_image(LOSS_CROSSENTROPY, far, 2, 1),
	    (double)far[0] - (double)far[1]);
}

static void
mse(void **state)
{
	const float even[4] = {0, 0, 0, 0};
	const float two[2] = {1, 3};
	const double p = 1.0 / (1.0 + exp(2.0));

	(void)state;
	near(loss_of_image(LOSS_MSE, even, 4, 1),
	    (3 * 0.25 * 0.25 + 0.75 * 0.75) / 4);
	near(loss_of_image(LOSS_MSE, two, 2, 1), p * p);
}

/* A network that finds all classes alike has the loss of guessing. */
static void
guessing(void **state)
{
	const float even[7] = {2, 2, 2, 2, 2, 2, 2};

	(void)state;
	for (int kind = 0; kind < LOSS_COUNT; kind++)
		near(loss_of_guessing((enum loss_kind)kind, 7),
		    loss_of_image((enum loss_kind)kind, even, 7, 3));
	assert_true(isnan(loss_of_guessing(LOSS_L2, 7)));
}

static void
not_finite(void **state)
{
	const float nan[3] = {1, NAN, 2}, inf[3] = {0, INFINITY, 1};

	(void)state;
	assert_true(isnan(loss_of_image(LOSS_CROSSENTROPY, nan, 3, 0)));
	assert_true(isnan(loss_of_image(LOSS_MSE, nan, 3, 0)));
	assert_false(isfinite(loss_of_image(LOSS_CROSSENTROPY, inf, 3, 0)));
}

static void
correct(void **state)
{
	const float tie[4] = {1, 5, 5, 2}, nan[3] = {9, NAN, 10};

	(void)state;
	assert_true(loss_correct(tie, 4, 1));
	assert_false(loss_correct(tie, 4, 2));
	assert_true(loss_correct(nan, 3, 1));
}

static double
deviation(const struct tensor *t)
{
	double sum = 0.0;

	for (int64_t i = 0; i < t->n; i++)
		sum += (double)t->f32[i] * (double)t->f32[i];
	return sqrt(sum / (double)t->n);
}

/* The recipe's deviations, within 4 standard errors, 1 / sqrt(2 n) each. */
static void
initial_weights(void **state)
{
	const struct shape input = {.rank = 3, .dim = {3, 32, 32}};
	struct graph graph, other;
	struct tensor *t;

	(void)state;
	assert_int_equal(
	    architecture_build(&graph, "vgg9", &input, 10, NULL), 0);
	assert_int_equal(init_graph(&graph, 7, NULL), 0);
	for (size_t i = 0; i < graph.n_tensors; i++) {
		double want = 0.0;

		t = &graph.tensors[i];
		if (t->type != TENSOR_FLOAT32)
			continue;
		if (t->role == ROLE_WEIGHT)
			want =
			    t->rank == 2
				? 0.001
				: sqrt(2.0 * (double)t->dim[0] / (double)t->n);
		if (t->role == ROLE_NORM_WEIGHT || t->role == ROLE_RUNNING_VAR)
			want = 1.0;
		if (fabs(deviation(t) - want) >
		    4.0 * want / sqrt(2.0 * (double)t->n))
			fail_msg("%s deviates by %g, expected %g", t->name,
			    deviation(t), want);
	}
	/* equal name and shape: equal draws, in any network */
	assert_int_equal(
	    architecture_build(&other, "vgg16", &input, 10, NULL), 0);
	assert_int_equal(init_graph(&other, 7, NULL), 0);
	t = &other.tensors[graph_find_tensor(&other, "features.3.weight")];
	assert_memory_equal(t->f32,
	    graph.tensors[graph_find_tensor(&graph, t->name)].f32,
	    tensor_bytes(t));
	graph_free(&other);
	graph_free(&graph);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(crossentropy),
	    cmocka_unit_test(mse),
	    cmocka_unit_test(guessing),
	    cmocka_unit_test(not_finite),
	    cmocka_unit_test(correct),
	    cmocka_unit_test(initial_weights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
