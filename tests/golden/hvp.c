/*
 * Hessian-vector products and extreme eigenvalues of PyTorch on Fashion-MNIST
 * (../shared/golden/train).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "curvature/hvp.h"
#include "curvature/lanczos.h"
#include "model/load.h"

#include "../logits.h"

#define GOLDEN "../shared/golden/train/"
#define DATA "/usr/share/datasets/fashion-mnist"

struct net {
	struct model model;
	struct dataset data;
	bool moves[64];
	struct workers *workers;
	struct hvp *hvp;
};

static void
open_net(struct net *net, const char *file, int64_t images)
{
	static const double mean = 0.2860, std = 0.3530;
	const struct load_options options = {.arch = "small"};
	const struct dataset_choice choice = {.first = images};
	struct hvp_problem problem = {
	    .mean = &mean, .std = &std, .loss = LOSS_CROSSENTROPY};
	struct load_report report;
	struct error err;
	char path[256];

	*net = (struct net){.workers = workers_new(2, NULL)};
	snprintf(path, sizeof(path), GOLDEN "%s", file);
	if (load_model(&net->model, path, &options, &report, &err) < 0 ||
	    dataset_open(&net->data, DATA, &choice, &err) < 0 ||
	    hvp_choose(&net->model.graph, false, NULL, net->moves, &err) < 0)
		fail_msg("%s", err.text);
	problem.graph = &net->model.graph;
	problem.moves = net->moves;
	problem.data = &net->data;
	problem.workers = net->workers;
	net->hvp = hvp_new(&problem, &err);
	if (net->hvp == NULL ||
	    hvp_bind(net->hvp, net->model.graph.tensors, &err) < 0)
		fail_msg("%s", err.text);
}

static void
close_net(struct net *net)
{
	hvp_free(net->hvp);
	workers_free(net->workers);
	dataset_free(&net->data);
	model_free(&net->model);
}

static void
check_product(const char *file, const char *name)
{
	struct tensor v, want;
	struct net net;
	char path[256];
	double *hv, error = 0.0, size = 0.0;

	open_net(&net, file, 256);
	snprintf(path, sizeof(path), GOLDEN "hvp_%s_v.npy", name);
	logits_read(path, &v);
	snprintf(path, sizeof(path), GOLDEN "hvp_%s_hv.npy", name);
	logits_read(path, &want);
	assert_int_equal((size_t)v.n, hvp_size(net.hvp));
	hv = calloc((size_t)v.n, sizeof(*hv));
	hvp_apply(net.hvp, v.f32, hv);
	for (int64_t i = 0; i < v.n; i++) {
		error += pow(hv[i] - (double)want.f32[i], 2.0);
		size += pow((double)want.f32[i], 2.0);
	}
	print_message("# %s: relative error %.2g\n", name, sqrt(error / size));
	assert_true(error <= 1e-8 * size);
	free(hv);
	tensor_free(&v);
	tensor_free(&want);
	close_net(&net);
}

static void
test_products(void **state)
{
	(void)state;
	check_product("sgd_step0.pt", "sgd0");
	check_product("sgd_step20.pt", "sgd20");
	check_product("adam_step20.pt", "adam20");
}

static void
apply(void *context, const float *v, double *hv)
{
	hvp_apply(context, v, hv);
}

static void
check_end(json_t *want, const struct lanczos_pair *got)
{
	assert_int_equal(json_array_size(want), 3);
	for (size_t i = 0; i < 3; i++) {
		const double w = json_real_value(json_array_get(want, i));

		print_message("# %.7g, expected %.7g, residual %.2g\n",
		    got[i].value, w, got[i].residual);
		assert_true(fabs(got[i].value - w) <= 1e-3 * fabs(w));
	}
}

static void
test_eigenvalues(void **state)
{
	const struct lanczos_rule rule = {
	    .k = 3, .basis = 48, .tolerance = 1e-3, .products = 1000};
	json_t *all = json_load_file(GOLDEN "hessian.json", 0, NULL), *one;
	struct lanczos_result result;
	struct error err;
	size_t i;

	(void)state;
	assert_int_equal(json_array_size(all), 3);
	json_array_foreach(all, i, one)
	{
		const char *file =
		    json_string_value(json_object_get(one, "checkpoint"));
		struct krylov_operator op = {.apply = apply};
		struct net net;

		open_net(&net, file,
		    json_integer_value(json_object_get(one, "images")));
		op.n = hvp_size(net.hvp);
		op.context = net.hvp;
		assert_int_equal(
		    lanczos(&op, &rule, net.workers, &result, NULL, &err), 0);
		print_message("# %s: %d products, %sconverged\n", file,
		    (int)result.products, result.converged ? "" : "not ");
		assert_true(result.converged);
		check_end(json_object_get(one, "top3"), result.top);
		check_end(json_object_get(one, "bottom3"), result.bottom);
		close_net(&net);
	}
	json_decref(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_products),
	    cmocka_unit_test(test_eigenvalues),
	};

	if (access(GOLDEN "hessian.json", R_OK) != 0 || access(DATA, R_OK) != 0)
		return puts("1..0 # SKIP the golden values are not here") < 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
