#include "net/architecture.h"

#include <string.h>

#include "base/near.h"
#include "base/plural.h"
#include "net/zoo.h"

/*
 * The networks by name: a row each, as wide as it is, with the numbers that its
 * builder takes (net/zoo.h).
 */
/* clang-format off */
#define NET(named, builder, s, ...) \
	{.name = (named), .build = (builder), .shortcut = (s), \
	    .size = {__VA_ARGS__}}

static const struct architecture table[] = {
    NET("resnet20", zoo_resnet_cifar, SHORTCUT_CONV, 20, 1),
    NET("resnet20_a", zoo_resnet_cifar, SHORTCUT_PAD, 20, 1),
    NET("resnet20_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 20, 1),
    NET("resnet32", zoo_resnet_cifar, SHORTCUT_CONV, 32, 1),
    NET("resnet32_a", zoo_resnet_cifar, SHORTCUT_PAD, 32, 1),
    NET("resnet32_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 32, 1),
    NET("resnet44", zoo_resnet_cifar, SHORTCUT_CONV, 44, 1),
    NET("resnet44_a", zoo_resnet_cifar, SHORTCUT_PAD, 44, 1),
    NET("resnet44_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 44, 1),
    NET("resnet56", zoo_resnet_cifar, SHORTCUT_CONV, 56, 1),
    NET("resnet56_a", zoo_resnet_cifar, SHORTCUT_PAD, 56, 1),
    NET("resnet56_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 56, 1),
    NET("resnet110", zoo_resnet_cifar, SHORTCUT_CONV, 110, 1),
    NET("resnet110_a", zoo_resnet_cifar, SHORTCUT_PAD, 110, 1),
    NET("resnet110_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 110, 1),
    NET("resnet8", zoo_resnet_cifar, SHORTCUT_CONV, 8, 1),
    NET("resnet8_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 8, 1),
    NET("resnet18", zoo_resnet, SHORTCUT_CONV, 2, 2, 2, 2, 1),
    NET("resnet18_noshort", zoo_resnet, SHORTCUT_NONE, 2, 2, 2, 2, 1),
    NET("resnet34", zoo_resnet, SHORTCUT_CONV, 3, 4, 6, 3, 1),
    NET("resnet34_noshort", zoo_resnet, SHORTCUT_NONE, 3, 4, 6, 3, 1),
    NET("resnet50", zoo_resnet, SHORTCUT_CONV, 3, 4, 6, 3, 4),
    NET("resnet50_noshort", zoo_resnet, SHORTCUT_NONE, 3, 4, 6, 3, 4),
    NET("resnet101", zoo_resnet, SHORTCUT_CONV, 3, 4, 23, 3, 4),
    NET("resnet101_noshort", zoo_resnet, SHORTCUT_NONE, 3, 4, 23, 3, 4),
    NET("resnet152", zoo_resnet, SHORTCUT_CONV, 3, 8, 36, 3, 4),
    NET("resnet152_noshort", zoo_resnet, SHORTCUT_NONE, 3, 8, 36, 3, 4),
    NET("wrn20_2", zoo_resnet_cifar, SHORTCUT_CONV, 20, 2),
    NET("wrn20_2_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 20, 2),
    NET("wrn20_4", zoo_resnet_cifar, SHORTCUT_CONV, 20, 4),
    NET("wrn20_4_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 20, 4),
    NET("wrn20_8", zoo_resnet_cifar, SHORTCUT_CONV, 20, 8),
    NET("wrn20_8_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 20, 8),
    NET("wrn32_2", zoo_resnet_cifar, SHORTCUT_CONV, 32, 2),
    NET("wrn32_2_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 32, 2),
    NET("wrn32_4", zoo_resnet_cifar, SHORTCUT_CONV, 32, 4),
    NET("wrn32_4_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 32, 4),
    NET("wrn32_8", zoo_resnet_cifar, SHORTCUT_CONV, 32, 8),
    NET("wrn32_8_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 32, 8),
    NET("wrn56_2", zoo_resnet_cifar, SHORTCUT_CONV, 56, 2),
    NET("wrn56_2_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 56, 2),
    NET("wrn56_4", zoo_resnet_cifar, SHORTCUT_CONV, 56, 4),
    NET("wrn56_4_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 56, 4),
    NET("wrn56_8", zoo_resnet_cifar, SHORTCUT_CONV, 56, 8),
    NET("wrn56_8_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 56, 8),
    NET("wrn110_2", zoo_resnet_cifar, SHORTCUT_CONV, 110, 2),
    NET("wrn110_2_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 110, 2),
    NET("wrn110_4", zoo_resnet_cifar, SHORTCUT_CONV, 110, 4),
    NET("wrn110_4_noshort", zoo_resnet_cifar, SHORTCUT_NONE, 110, 4),
    NET("vgg9", zoo_vgg, SHORTCUT_NONE, 2, 2, 3),
    NET("vgg16", zoo_vgg, SHORTCUT_NONE, 2, 2, 3, 3, 3),
    NET("vgg19", zoo_vgg, SHORTCUT_NONE, 2, 2, 4, 4, 4),
    NET("densenet121", zoo_densenet, SHORTCUT_NONE, 32, 6, 12, 24, 16),
    NET("densenet169", zoo_densenet, SHORTCUT_NONE, 32, 6, 12, 32, 32),
    NET("densenet201", zoo_densenet, SHORTCUT_NONE, 32, 6, 12, 48, 32),
    NET("densenet161", zoo_densenet, SHORTCUT_NONE, 48, 6, 12, 36, 24),
    NET("densenet_cifar", zoo_densenet, SHORTCUT_NONE, 12, 6, 12, 24, 16),
    NET("inception_small", zoo_inception_small, SHORTCUT_NONE, 0),
    NET("googlenet_cifar", zoo_googlenet_cifar, SHORTCUT_NONE, 0),
    NET("mlp", zoo_mlp, SHORTCUT_NONE, 0),
    NET("lenet", zoo_lenet, SHORTCUT_NONE, 0),
    NET("small", zoo_small, SHORTCUT_NONE, 0),
};
/* clang-format on */

enum { N_ARCHITECTURES = sizeof(table) / sizeof(table[0]) };

const char *
architecture_name(size_t i)
{
	return i < N_ARCHITECTURES ? table[i].name : NULL;
}

static const struct architecture *
find(const char *name)
{
	for (size_t i = 0; i < N_ARCHITECTURES; i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

struct shape
architecture_input(const char *name)
{
	if (strcmp(name, "small") == 0)
		return (struct shape){.rank = 3, .dim = {1, 28, 28}};
	return (struct shape){.rank = 3, .dim = {3, 32, 32}};
}

static int
unknown(const char *name, struct error *err)
{
	struct near near = {.word = name};

	for (size_t i = 0; i < N_ARCHITECTURES; i++)
		near_offer(&near, table[i].name);
	if (near.best != NULL)
		return error_set(err,
		    "architecture is '%.60s', did you mean %s? (netnew --list "
		    "names all)",
		    name, near.best);
	return error_set(err,
	    "architecture is '%.60s', expected one of those that netnew --list "
	    "names, such as %s or %s; a network of another class comes as ONNX "
	    "(netload model.onnx) or through torch-model",
	    name, table[0].name, "vgg9");
}

int
architecture_build(struct graph *graph, const char *name,
    const struct shape *input, int classes, struct error *err)
{
	const struct architecture *a = find(name);
	struct builder b;
	int x;

	*graph = (struct graph){0};
	if (a == NULL)
		return unknown(name, err);
	if (input->rank != 3)
		return error_set(err,
		    "the input has %d dimension%s, expected c h w", input->rank,
		    plural_s(input->rank));
	if (classes < 1)
		return error_set(err, "%d class%s, expected 1 or more", classes,
		    plural(classes, "", "es"));
	build_start(&b, graph, input, classes, &x, err);
	a->build(&b, x, a);
	if (build_finish(&b) < 0) {
		graph_free(graph);
		return error_prefix(err, "%s", name);
	}
	return 0;
}
