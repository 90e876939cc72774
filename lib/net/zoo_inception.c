/*
 * Networks whose modules look at an image with several kernels at once.
 *
 * The small Inception with batch norm for 32x32 images: figure 3 of Zhang et
 * al., "Understanding deep learning requires rethinking generalization", arXiv
 * 1611.03530.  Convolutions have no bias, batch norms weight and bias: the
 * 1,649,402 weights that its table 1 counts, and the 1,712 weights of batch
 * norms which the table leaves out.
 *
 * GoogLeNet (Szegedy et al., arXiv 1409.4842) for 32x32 images: the version
 * with batch norms, and two 3x3 kernels in the place of one of 5x5, of the
 * collection pytorch-cifar (github.com/kuangliu/pytorch-cifar,
 * models/googlenet.py).
 */
#include <stdbool.h>

#include "net/zoo.h"

/* ---- the small Inception ---- */

/* Convolution, batch norm, ReLU: a module with the parts "conv" and "bn". */
static int
conv_module(
    struct builder *b, int x, const char *name, int k, int kernel, int stride)
{
	build_enter(b, "%s", name);
	x = build_conv(b, x, "conv", k, kernel, stride);
	x = build_batch_norm(b, x, "bn");
	build_leave(b);
	return build_relu(b, x);
}

/* k1 channels of 1x1 kernels, then k3 of 3x3 kernels. */
static int
two_kernels(struct builder *b, int x, const char *name, int k1, int k3)
{
	int y[2];

	build_enter(b, "%s", name);
	y[0] = conv_module(b, x, "conv1", k1, 1, 1);
	y[1] = conv_module(b, x, "conv3", k3, 3, 1);
	x = build_concat(b, 2, y, "concat");
	build_leave(b);
	return x;
}

/* Half as high and wide: k channels of 3x3 kernels, then the maxima of 3x3. */
static int
downsample(struct builder *b, int x, const char *name, int k)
{
	int y[2];

	build_enter(b, "%s", name);
	y[0] = conv_module(b, x, "conv", k, 3, 2);
	y[1] = build_max_pool_window(b, x, 3, 2, "pool");
	x = build_concat(b, 2, y, "concat");
	build_leave(b);
	return x;
}

void
zoo_inception_small(struct builder *b, int x, const struct architecture *a)
{
	(void)a;
	x = conv_module(b, x, "conv1", 96, 3, 1);
	x = two_kernels(b, x, "a1", 32, 32);
	x = two_kernels(b, x, "a2", 32, 48);
	x = downsample(b, x, "a3", 80);
	x = two_kernels(b, x, "b1", 112, 48);
	x = two_kernels(b, x, "b2", 96, 64);
	x = two_kernels(b, x, "b3", 80, 80);
	x = two_kernels(b, x, "b4", 48, 96);
	x = downsample(b, x, "b5", 96);
	x = two_kernels(b, x, "c1", 176, 160);
	x = two_kernels(b, x, "c2", 176, 160);
	x = build_global_average_pool(b, x);
	x = build_flatten(b, x);
	build_linear(b, x, "fc", b->classes);
}

/* ---- GoogLeNet ---- */

/* Channels of the branches; "reduce" go into the larger kernels. */
struct branches {
	const char *name;
	int k1, reduce3, k3, reduce5, k5, pool;
};

static int
inception(struct builder *b, int x, const struct branches *k)
{
	int y[4];

	build_enter(b, "%s", k->name);
	build_enter(b, "b1");
	y[0] = build_conv_bn_relu(b, x, 0, k->k1, 1);
	build_leave(b);
	build_enter(b, "b2");
	y[1] = build_conv_bn_relu(b, x, 0, k->reduce3, 1);
	y[1] = build_conv_bn_relu(b, y[1], 3, k->k3, 3);
	build_leave(b);
	build_enter(b, "b3");
	y[2] = build_conv_bn_relu(b, x, 0, k->reduce5, 1);
	y[2] = build_conv_bn_relu(b, y[2], 3, k->k5, 3);
	y[2] = build_conv_bn_relu(b, y[2], 6, k->k5, 3);
	build_leave(b);
	build_enter(b, "b4");
	y[3] = build_max_pool_window(b, x, 3, 1, "0");
	y[3] = build_conv_bn_relu(b, y[3], 1, k->pool, 1);
	build_leave(b);
	x = build_concat(b, 4, y, "concat");
	build_leave(b);
	return x;
}

void
zoo_googlenet_cifar(struct builder *b, int x, const struct architecture *a)
{
	static const struct branches module[] = {
	    {"a3", 64, 96, 128, 16, 32, 32},
	    {"b3", 128, 128, 192, 32, 96, 64},
	    {"a4", 192, 96, 208, 16, 48, 64},
	    {"b4", 160, 112, 224, 24, 64, 64},
	    {"c4", 128, 128, 256, 24, 64, 64},
	    {"d4", 112, 144, 288, 32, 64, 64},
	    {"e4", 256, 160, 320, 32, 128, 128},
	    {"a5", 256, 160, 320, 32, 128, 128},
	    {"b5", 384, 192, 384, 48, 128, 128},
	};
	enum { MODULES = sizeof(module) / sizeof(module[0]) };

	(void)a;
	build_enter(b, "pre_layers");
	x = build_conv_bn_relu(b, x, 0, 192, 3);
	build_leave(b);
	for (int i = 0; i < MODULES; i++) {
		/* the image is halved before each new number */
		if (i > 0 && module[i].name[1] != module[i - 1].name[1])
			x = build_max_pool_window(b, x, 3, 2,
			    module[i].name[1] == '4' ? "pool3" : "pool4");
		x = inception(b, x, &module[i]);
	}
	x = build_global_average_pool(b, x);
	x = build_flatten(b, x);
	build_linear(b, x, "linear", b->classes);
}
