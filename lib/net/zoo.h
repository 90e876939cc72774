/* The builders behind architecture.h's names, one file per family. */
#ifndef NET_ZOO_H
#define NET_ZOO_H

#include "net/build.h"

/* How a residual block's input reaches its output when the shapes differ. */
enum shortcut {
	SHORTCUT_CONV, /* option B: 1x1 convolution and batch norm */
	SHORTCUT_PAD,  /* option A: every second pixel, channels of zeros */
	SHORTCUT_NONE, /* noshort: nothing is added at all */
};

enum { ZOO_SIZES_MAX = 6 };

/* A row of the table: a builder and what it is to build. */
struct architecture {
	const char *name;
	void (*build)(struct builder *b, int x, const struct architecture *a);
	int size[ZOO_SIZES_MAX];
	enum shortcut shortcut;
};

/* size: depth 6n + 2, widening factor */
void zoo_resnet_cifar(struct builder *b, int x, const struct architecture *a);
/* size: blocks of the four stages, expansion (1 basic, 4 bottleneck) */
void zoo_resnet(struct builder *b, int x, const struct architecture *a);
/* size: convolutions of each of up to five stages */
void zoo_vgg(struct builder *b, int x, const struct architecture *a);
/* size: growth, layers of the four blocks */
void zoo_densenet(struct builder *b, int x, const struct architecture *a);
/* no sizes */
void zoo_inception_small(
    struct builder *b, int x, const struct architecture *a);
void zoo_googlenet_cifar(
    struct builder *b, int x, const struct architecture *a);
void zoo_mlp(struct builder *b, int x, const struct architecture *a);
void zoo_lenet(struct builder *b, int x, const struct architecture *a);
void zoo_small(struct builder *b, int x, const struct architecture *a);

#endif
