/*
 * Hessian-vector products and extreme eigenvalues of PyTorch on Fashion-MNIST
 * (../shared/golden/train), and of a transformer on CIFAR-10
 * (../shared/golden/attention).
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
#define ATTENTION "../shared/golden/attention/"
#define CIFAR "../shared/data/cifar10/train-4660.bin"

struct net {
	struct model model;
	struct dataset data;
	bool moves[64];
	struct workers *workers;
	struct hvp *hvp;
	double mean[3], std[3];
};

/* A model, the first of these images, and the constants of their channels. */
struct direction_source {
	const char *model, *arch, *data;
	int64_t images;
	double mean[3], std[3];
};

static void
open_source(struct net *net, const struct direction_source *source)
{
	const struct load_options options = {.arch = source->arch};
	const struct dataset_choice choice = {.first = source->images};
	struct hvp_problem problem = {
	    .mean = net->mean, .std = net->std, .loss = LOSS_CROSSENTROPY};
	struct load_report report;
	struct error err;

	*net = (struct net){.workers = workers_new(2, NULL)};
	memcpy(net->mean, source->mean, sizeof(net->mean));
	memcpy(net->std, source->std, sizeof(net->std));
	if (load_model(&net->model, source->model, &options, &report, &err) <
		0 ||
	    dataset_open(&net->data, source->data, &choice, &err) < 0 ||
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
open_net(struct net *net, const char *file, int64_t images)
{
	char path[256];
	const struct direction_source source = {.model = path,
	    .arch = "small",
	    .data = DATA,
	    .images = images,
	    .mean = {0.2860},
	    .std = {0.3530}};

	snprintf(path, sizeof(path), GOLDEN "%s", file);
	open_source(net, &source);
}

static void
close_net(struct net *net)
{
	hvp_free(net->hvp);
	workers_free(net->workers);
	dataset_free(&net->data);
	model_free(&net->model);
}

/* Closes net. */
static void
check_against(
    struct net *net, const char *name, const char *v_path, const char *hv_path)
{
	struct tensor v, want;
	double *hv, error = 0.0, size = 0.0;

	logits_read(v_path, &v);
	logits_read(hv_path, &want);
	assert_int_equal((size_t)v.n, hvp_size(net->hvp));
	hv = calloc((size_t)v.n, sizeof(*hv));
	hvp_apply(net->hvp, v.f32, hv);
	for (int64_t i = 0; i < v.n; i++) {
		error += pow(hv[i] - (double)want.f32[i], 2.0);
		size += pow((double)want.f32[i], 2.0);
	}
	print_message("# %s: relative error %.2g\n", name, sqrt(error / size));
	assert_true(error <= 1e-8 * size);
	free(hv);
	tensor_free(&v);
	tensor_free(&want);
	close_net(net);
}

static void
check_product(const char *file, const char *name)
{
	struct net net;
	char v[256], hv[256];

	open_net(&net, file, 256);
	snprintf(v, sizeof(v), GOLDEN "hvp_%s_v.npy", name);
	snprintf(hv, sizeof(hv), GOLDEN "hvp_%s_hv.npy", name);
	check_against(&net, name, v, hv);
}

static void
test_attention(void **state)
{
	const struct direction_source source = {.model = ATTENTION "vit.onnx",
	    .data = CIFAR,
	    .images = 64,
	    .mean = {0.485, 0.456, 0.406},
	    .std = {0.229, 0.224, 0.225}};
	struct net net;

	(void)state;
	if (access(ATTENTION "vit.onnx", R_OK) != 0)
		skip();
	open_source(&net, &source);
	check_against(
	    &net, "vit", ATTENTION "hvp_v.npy", ATTENTION "hvp_hv.npy");
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
	    cmocka_unit_test(test_attention),
	};

	if (access(GOLDEN "hessian.json", R_OK) != 0 || access(DATA, R_OK) != 0)
		return puts("1..0 # SKIP the golden values are not here") < 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
