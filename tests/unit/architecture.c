/* The zoo: known parameter counts, names, and inputs of other sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/architecture.h"

static const struct shape cifar = {.rank = 3, .dim = {3, 32, 32}};

static void
counts(void **state)
{
	static const struct {
		const char *name;
		int64_t weights;
	} want[] = {
	    {"resnet8", 78042},
	    {"resnet20", 272474},
	    {"resnet20_noshort", 269722},
	    {"resnet20_a", 269722},
	    {"resnet56", 855770},
	    {"resnet56_noshort", 853018},
	    {"resnet110", 1730714},
	    {"resnet110_noshort", 1727962},
	    {"wrn56_2", 3412394},
	    {"wrn56_4", 13628234},
	    {"wrn56_8", 54470282},
	    {"wrn56_2_noshort", 3401770},
	    {"wrn56_4_noshort", 13586506},
	    {"wrn56_8_noshort", 54304906},
	    {"vgg9", 2789706},
	    {"densenet121", 6956298},
	    {"resnet18", 11173962},
	    {"resnet34", 21282122},
	    {"resnet50", 23520842},
	    {"resnet18_noshort", 11000138},
	    {"resnet34_noshort", 21108298},
	    {"resnet50_noshort", 20744266},
	};
	struct graph graph;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		if (architecture_build(&graph, want[i].name, &cifar, 10, &err) <
		    0)
			fail_msg("%s", err.text);
		if (graph_count_weights(&graph) != want[i].weights)
			fail_msg("%s has %lld weights, expected %lld",
			    want[i].name,
			    (long long)graph_count_weights(&graph),
			    (long long)want[i].weights);
		graph_free(&graph);
	}
}

/* Every network passes its own check, also on 1x28x28 and odd inputs. */
static void
other_inputs(void **state)
{
	static const struct shape inputs[] = {
	    {.rank = 3, .dim = {3, 32, 32}},
	    {.rank = 3, .dim = {1, 28, 28}},
	    {.rank = 3, .dim = {2, 37, 45}},
	};
	struct graph graph;
	struct error err;

	(void)state;
	for (size_t i = 0; architecture_name(i) != NULL; i++)
		for (int j = 0; j < 3; j++) {
			if (architecture_build(&graph, architecture_name(i),
				&inputs[j], 7, &err) < 0 ||
			    graph_check(&graph, &err) < 0)
				fail_msg("%s", err.text);
			assert_int_equal(
			    shape_size(&graph.values[graph.output].shape), 7);
			graph_free(&graph);
		}
}

/* Tensor and node names are unique: other tools address them by name. */
static void
unique_names(void **state)
{
	struct graph graph;
	struct error err;

	(void)state;
	for (size_t a = 0; architecture_name(a) != NULL; a++) {
		assert_int_equal(architecture_build(&graph,
				     architecture_name(a), &cifar, 10, &err),
		    0);
		for (size_t i = 0; i < graph.n_values; i++)
			for (size_t j = i + 1; j < graph.n_values; j++)
				if (strcmp(graph.values[i].name,
					graph.values[j].name) == 0)
					fail_msg("%s: '%s' twice",
					    architecture_name(a),
					    graph.values[i].name);
		graph_free(&graph);
	}
}

static void
names_of_checkpoints(void **state)
{
	static const char *const want[][2] = {
	    {"resnet20", "layer2.0.shortcut.1.running_var"},
	    {"resnet20", "linear.bias"},
	    {"vgg9", "features.21.num_batches_tracked"},
	    {"vgg9", "fc.1.running_mean"},
	    {"vgg9", "classifier.weight"},
	    {"densenet_cifar", "dense4.15.conv2.weight"},
	    {"densenet_cifar", "trans3.conv.weight"},
	    {"densenet_cifar", "bn.weight"},
	    {"mlp", "n.5.weight"},
	    {"lenet", "f3.bias"},
	    {"small", "conv2.bias"},
	};
	struct graph graph;

	(void)state;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_int_equal(
		    architecture_build(&graph, want[i][0], &cifar, 10, NULL),
		    0);
		if (graph_find_tensor(&graph, want[i][1]) < 0)
			fail_msg("%s has no '%s'", want[i][0], want[i][1]);
		graph_free(&graph);
	}
}

static void
refusals(void **state)
{
	const struct shape tiny = {.rank = 3, .dim = {3, 4, 4}};
	const struct shape flat = {.rank = 1, .dim = {3072}};
	struct graph graph;
	struct error err;

	(void)state;
	assert_int_equal(
	    architecture_build(&graph, "resnet21", &cifar, 10, &err), -1);
	assert_non_null(strstr(err.text, "'resnet21', did you mean resnet20"));
	assert_int_equal(
	    architecture_build(&graph, "perceptron", &cifar, 10, &err), -1);
	assert_non_null(strstr(err.text, "'perceptron', expected one of"));
	assert_non_null(strstr(err.text, "netnew --list"));
	assert_int_equal(
	    architecture_build(&graph, "lenet", &tiny, 10, &err), -1);
	assert_non_null(strstr(err.text, "lenet: Conv 'c1': a window of 5"));
	assert_int_equal(
	    architecture_build(&graph, "resnet20", &flat, 10, &err), -1);
	assert_int_equal(
	    architecture_build(&graph, "mlp", &cifar, 0, &err), -1);
	assert_int_equal(graph.n_values, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(counts),
	    cmocka_unit_test(other_inputs),
	    cmocka_unit_test(unique_names),
	    cmocka_unit_test(names_of_checkpoints),
	    cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
