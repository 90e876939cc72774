/*
 * A small language in which an architecture reads like its description:
 *
 *	x = build_conv(b, x, "conv1", 16, 3, 1);
 *	x = build_batch_norm(b, x, "bn1");
 *	x = build_relu(b, x);
 *
 * Each function appends a layer to the graph and returns the new value.  The
 * first failure sticks: what follows returns -1 and changes nothing, and
 * build_finish reports it.  Names are PyTorch's module names; build_enter puts
 *a module's name in front of those inside it.
 */
#ifndef NET_BUILD_H
#define NET_BUILD_H

#include <stdbool.h>

#include "base/error.h"
#include "net/graph.h"

enum { BUILD_DEPTH_MAX = 4 };

struct builder {
	struct graph *graph;
	struct error *err;
	bool failed;
	int classes; /* features of the last layer */
	char scope[TENSOR_NAME_MAX];
	size_t depth[BUILD_DEPTH_MAX]; /* lengths of the enclosing scopes */
	int n_depth;
};

/* Starts with the input ("input"); *x receives it. */
void build_start(struct builder *b, struct graph *graph,
    const struct shape *input, int classes, int *x, struct error *err);

/* 0, or -1 with the first error. */
int build_finish(const struct builder *b);

/* Layers between the two belong to the module of this name. */
void build_enter(struct builder *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void build_leave(struct builder *b);

/* Size of dimension i of value x (1 after a failure). */
int build_size(const struct builder *b, int x, int i);

/* k filters of kernel x kernel, padded so that stride 1 keeps the size. */
int build_conv(
    struct builder *b, int x, const char *name, int k, int kernel, int stride);
/* Any convolution; attr as ONNX has it. */
int build_conv_attr(struct builder *b, int x, const char *name, int k,
    bool bias, const struct attributes *attr);
/* A fully connected layer with bias. */
int build_linear(struct builder *b, int x, const char *name, int k);
int build_batch_norm(struct builder *b, int x, const char *name);
int build_relu(struct builder *b, int x);
/*
 * Modules i, i + 1 and i + 2 of a sequence: a convolution of stride 1 with bias
 * that keeps height and width, batch norm, ReLU.
 */
int build_conv_bn_relu(struct builder *b, int x, int i, int k, int kernel);

/* Pools of size x size in steps of size, without padding. */
int build_max_pool(struct builder *b, int x, int size, bool ceil_mode);
int build_average_pool(struct builder *b, int x, int size);
/* Of size x size in steps of stride, padded so that stride 1 keeps the size. */
int build_max_pool_window(
    struct builder *b, int x, int size, int stride, const char *name);
int build_global_average_pool(struct builder *b, int x);

int build_add(struct builder *b, int x, int y, const char *name);
/* Channels of x[0], then those of x[1], and so on. */
int build_concat(struct builder *b, int n, const int *x, const char *name);
int build_flatten(struct builder *b, int x);

/* Every step-th pixel of each row and column. */
int build_subsample(struct builder *b, int x, int step, const char *name);
/* Channels of zeros before and behind. */
int build_pad_channels(
    struct builder *b, int x, int before, int after, const char *name);

#endif
