/* VGG (Simonyan and Zisserman, arXiv 1409.1556) and the small networks. */
#include "net/zoo.h"

void
zoo_vgg(struct builder *b, int x, const struct architecture *a)
{
	int module = 0, k = 64;

	build_enter(b, "features");
	for (int stage = 0; stage < 5 && a->size[stage] > 0; stage++) {
		k = stage < 3 ? 64 << stage : 512;
		for (int i = 0; i < a->size[stage]; i++, module += 3)
			x = build_conv_bn_relu(b, x, module, k, 3);
		x = build_max_pool(b, x, 2, true);
		module++;
	}
	build_leave(b);
	x = build_flatten(b, x);
	x = build_linear(b, x, "fc.0", k);
	x = build_batch_norm(b, x, "fc.1");
	x = build_relu(b, x);
	build_linear(b, x, "classifier", b->classes);
}

void
zoo_mlp(struct builder *b, int x, const struct architecture *a)
{
	(void)a;
	x = build_flatten(b, x);
	x = build_linear(b, x, "n.1", 64);
	x = build_relu(b, x);
	x = build_linear(b, x, "n.3", 64);
	x = build_relu(b, x);
	build_linear(b, x, "n.5", b->classes);
}

/* LeCun et al., "Gradient-based learning applied to document recognition". */
void
zoo_lenet(struct builder *b, int x, const struct architecture *a)
{
	const struct attributes valid = {.kernel_shape = {5, 5},
	    .strides = {1, 1},
	    .dilations = {1, 1},
	    .group = 1};

	(void)a;
	x = build_conv_attr(b, x, "c1", 6, true, &valid);
	x = build_relu(b, x);
	x = build_max_pool(b, x, 2, false);
	x = build_conv_attr(b, x, "c2", 16, true, &valid);
	x = build_relu(b, x);
	x = build_max_pool(b, x, 2, false);
	x = build_flatten(b, x);
	x = build_linear(b, x, "f1", 120);
	x = build_relu(b, x);
	x = build_linear(b, x, "f2", 84);
	x = build_relu(b, x);
	build_linear(b, x, "f3", b->classes);
}

/* A few thousand weights with a pool, a stride and a residual. */
void
zoo_small(struct builder *b, int x, const struct architecture *a)
{
	const struct attributes attr = {.kernel_shape = {3, 3},
	    .strides = {2, 2},
	    .pads = {1, 1, 1, 1},
	    .dilations = {1, 1},
	    .group = 1};
	int y;

	(void)a;
	x = build_conv(b, x, "conv1", 8, 3, 1);
	x = build_batch_norm(b, x, "bn1");
	x = build_relu(b, x);
	x = build_max_pool(b, x, 2, false);
	x = build_conv_attr(b, x, "conv2", 16, true, &attr);
	x = build_batch_norm(b, x, "bn2");
	x = build_relu(b, x);
	y = build_conv(b, x, "conv3", 16, 3, 1);
	y = build_batch_norm(b, y, "bn3");
	x = build_add(b, y, x, "add");
	x = build_relu(b, x);
	x = build_global_average_pool(b, x);
	x = build_flatten(b, x);
	build_linear(b, x, "fc", b->classes);
}
