/* DenseNet with bottlenecks and compression (Huang et al., arXiv 1608.06993).
 */
#include "net/zoo.h"

static int
dense_layer(struct builder *b, int x, int growth)
{
	int y;

	y = build_batch_norm(b, x, "bn1");
	y = build_relu(b, y);
	y = build_conv(b, y, "conv1", 4 * growth, 1, 1);
	y = build_batch_norm(b, y, "bn2");
	y = build_relu(b, y);
	y = build_conv(b, y, "conv2", growth, 3, 1);
	return build_concat(b, 2, (int[]){y, x}, "concat");
}

/* Halves the channels and the size. */
static int
transition(struct builder *b, int x)
{
	const int half = build_size(b, x, 0) / 2;

	x = build_batch_norm(b, x, "bn");
	x = build_relu(b, x);
	x = build_conv(b, x, "conv", half, 1, 1);
	return build_average_pool(b, x, 2);
}

void
zoo_densenet(struct builder *b, int x, const struct architecture *a)
{
	const int growth = a->size[0], *layers = a->size + 1;

	x = build_conv(b, x, "conv1", 2 * growth, 3, 1);
	for (int block = 0; block < 4; block++) {
		for (int i = 0; i < layers[block]; i++) {
			build_enter(b, "dense%d.%d", block + 1, i);
			x = dense_layer(b, x, growth);
			build_leave(b);
		}
		if (block == 3)
			break;
		build_enter(b, "trans%d", block + 1);
		x = transition(b, x);
		build_leave(b);
	}
	x = build_batch_norm(b, x, "bn");
	x = build_relu(b, x);
	x = build_global_average_pool(b, x);
	x = build_flatten(b, x);
	build_linear(b, x, "linear", b->classes);
}
