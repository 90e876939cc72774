/*
 * Residual networks (He et al., arXiv 1512.03385), wide ones (Zagoruyko and
 * Komodakis, arXiv 1605.07146, post-activation), and both without shortcuts.
 */
#include "net/zoo.h"

/* y plus what the shortcut makes of x. */
static int
add_shortcut(
    struct builder *b, int x, int y, int stride, enum shortcut shortcut)
{
	const int c = build_size(b, x, 0), k = build_size(b, y, 0);

	if (shortcut == SHORTCUT_NONE)
		return y;
	if (stride != 1 || c != k) {
		build_enter(b, "shortcut");
		if (shortcut == SHORTCUT_PAD) {
			x = build_subsample(b, x, stride, "pixels");
			x = build_pad_channels(
			    b, x, (k - c) / 2, (k - c + 1) / 2, "channels");
		} else {
			x = build_conv(b, x, "0", k, 1, stride);
			x = build_batch_norm(b, x, "1");
		}
		build_leave(b);
	}
	return build_add(b, y, x, "add");
}

static int
basic_block(struct builder *b, int x, int k, int stride, enum shortcut shortcut)
{
	int y;

	y = build_conv(b, x, "conv1", k, 3, stride);
	y = build_batch_norm(b, y, "bn1");
	y = build_relu(b, y);
	y = build_conv(b, y, "conv2", k, 3, 1);
	y = build_batch_norm(b, y, "bn2");
	y = add_shortcut(b, x, y, stride, shortcut);
	return build_relu(b, y);
}

static int
bottleneck_block(
    struct builder *b, int x, int k, int stride, enum shortcut shortcut)
{
	int y;

	y = build_conv(b, x, "conv1", k, 1, 1);
	y = build_batch_norm(b, y, "bn1");
	y = build_relu(b, y);
	y = build_conv(b, y, "conv2", k, 3, stride);
	y = build_batch_norm(b, y, "bn2");
	y = build_relu(b, y);
	y = build_conv(b, y, "conv3", 4 * k, 1, 1);
	y = build_batch_norm(b, y, "bn3");
	y = add_shortcut(b, x, y, stride, shortcut);
	return build_relu(b, y);
}

typedef int block_fn(
    struct builder *b, int x, int k, int stride, enum shortcut shortcut);

/* Stages of blocks; each after the first doubles the width, halves the size. */
static int
residual_stages(struct builder *b, int x, int n_stages, const int *blocks,
    int width, block_fn *block, enum shortcut shortcut)
{
	for (int stage = 0; stage < n_stages; stage++)
		for (int i = 0; i < blocks[stage]; i++) {
			int stride = stage > 0 && i == 0 ? 2 : 1;

			build_enter(b, "layer%d.%d", stage + 1, i);
			x = block(b, x, width << stage, stride, shortcut);
			build_leave(b);
		}
	return x;
}

static void
resnet(struct builder *b, int x, int n_stages, const int *blocks, int width,
    block_fn *block, enum shortcut shortcut)
{
	x = build_conv(b, x, "conv1", width, 3, 1);
	x = build_batch_norm(b, x, "bn1");
	x = build_relu(b, x);
	x = residual_stages(b, x, n_stages, blocks, width, block, shortcut);
	x = build_global_average_pool(b, x);
	x = build_flatten(b, x);
	build_linear(b, x, "linear", b->classes);
}

void
zoo_resnet_cifar(struct builder *b, int x, const struct architecture *a)
{
	const int n = (a->size[0] - 2) / 6, widen = a->size[1];

	resnet(b, x, 3, (int[]){n, n, n}, 16 * widen, basic_block, a->shortcut);
}

void
zoo_resnet(struct builder *b, int x, const struct architecture *a)
{
	resnet(b, x, 4, a->size, 64,
	    a->size[4] == 1 ? basic_block : bottleneck_block, a->shortcut);
}
