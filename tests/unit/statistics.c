/*
 * Passes that no backward follows: the statistics of a batch are those of
 * training, by either kind, for any number of threads, whatever ran before.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "execute/pass.h"
#include "net/architecture.h"
#include "net/init.h"

enum { IMAGES = 21 };

/* Everything about one pass: its logits, and theta with its statistics. */
struct made {
	float *logits;
	struct tensor *theta;
};

static struct made
made_by(const struct graph *g, const struct pass_kind *kind, bool forward,
    int threads, const float *x)
{
	const size_t logits =
	    IMAGES * (size_t)shape_size(&g->values[g->output].shape);
	struct error err;
	struct workers *workers = workers_new(threads, &err);
	struct pass *pass =
	    forward ? pass_new_forward(g, kind, IMAGES + 2, workers, &err)
		    : pass_new_kind(g, kind, IMAGES + 2, workers, &err);
	struct made m = {.logits = malloc(logits * sizeof(float)),
	    .theta = calloc(g->n_tensors, sizeof(*m.theta))};

	assert_non_null(pass);
	for (size_t i = 0; i < g->n_tensors; i++)
		assert_int_equal(
		    tensor_copy(&m.theta[i], &g->tensors[i], &err), 0);
	pass_forward(pass, m.theta, x, 3); /* must leave nothing behind */
	memcpy(m.logits, pass_forward(pass, m.theta, x, IMAGES),
	    logits * sizeof(float));
	pass_statistics(pass, m.theta);
	pass_free(pass);
	workers_free(workers);
	return m;
}

static void
made_free(struct made *m, const struct graph *g)
{
	free(m->logits);
	tensors_free(m->theta, g->n_tensors);
}

static void
assert_near(
    const char *name, const float *a, const float *b, int64_t n, double limit)
{
	double difference = 0.0, size = 0.0;

	for (int64_t i = 0; i < n; i++) {
		difference += pow((double)a[i] - (double)b[i], 2.0);
		size += pow((double)b[i], 2.0);
	}
	if (!(sqrt(difference) <= limit * (sqrt(size) + 1e-3)))
		fail_msg("%s: off by %.3g of %.3g", name, sqrt(difference),
		    sqrt(size));
}

static void
compare(const struct graph *g, const struct made *a, const struct made *b,
    double limit)
{
	const int64_t classes = shape_size(&g->values[g->output].shape);

	assert_near("logits", a->logits, b->logits, IMAGES * classes, limit);
	for (size_t i = 0; i < g->n_tensors; i++) {
		const struct tensor *t = &g->tensors[i];

		if (t->type == TENSOR_FLOAT32)
			assert_near(t->name, a->theta[i].f32, b->theta[i].f32,
			    t->n, limit);
	}
}

static void
test_network(const char *name)
{
	const struct shape input = {.rank = 3, .dim = {3, 16, 16}};
	struct random_stream random = random_open(7, RANDOM_SAMPLE, name);
	const size_t n = IMAGES * 3 * 16 * 16;
	float *x = malloc(n * sizeof(*x));
	struct error err;
	struct graph g;
	struct made train, plain, fast, three;

	if (architecture_build(&g, name, &input, 5, &err) < 0 ||
	    init_graph(&g, 3, &err) < 0)
		fail_msg("%s", err.text);
	random_normal(&random, 0, n, x);
	train = made_by(&g, &pass_reference, false, 1, x);
	plain = made_by(&g, &pass_reference, true, 1, x);
	fast = made_by(&g, &pass_fast, true, 1, x);
	three = made_by(&g, &pass_fast, true, 3, x);
	/* the second look changes the last bits of a float */
	compare(&g, &plain, &train, 1e-5);
	compare(&g, &fast, &plain, 1e-4);
	compare(&g, &three, &fast, 0.0);
	made_free(&train, &g);
	made_free(&plain, &g);
	made_free(&fast, &g);
	made_free(&three, &g);
	graph_free(&g);
	free(x);
}

static void
test_networks(void **state)
{
	static const char *const names[] = {"small", "lenet", "resnet20",
	    "resnet20_a", "resnet20_noshort", "densenet_cifar"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		print_message("# %s\n", names[i]);
		test_network(names[i]);
	}
}

/* A pass that keeps nothing for a backward is the smaller one. */
static void
test_memory(void **state)
{
	static const struct pass_kind *const kinds[] = {
	    &pass_reference, &pass_fast};
	const struct shape input = {.rank = 3, .dim = {3, 16, 16}};
	struct error err;
	struct graph g;
	struct workers *workers = workers_new(1, &err);

	(void)state;
	assert_int_equal(
	    architecture_build(&g, "resnet20", &input, 5, &err), 0);
	for (int i = 0; i < 2; i++) {
		struct pass *train =
		    pass_new_kind(&g, kinds[i], 64, workers, &err);
		struct pass *forward =
		    pass_new_forward(&g, kinds[i], 64, workers, &err);

		assert_true(pass_held(forward) < pass_held(train) / 2);
		pass_free(train);
		pass_free(forward);
	}
	graph_free(&g);
	workers_free(workers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_networks),
	    cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
