#include "net/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* PyTorch's default; every network of the zoo uses it. */
static const float batch_norm_epsilon = 1e-5F;

void
build_start(struct builder *b, struct graph *graph, const struct shape *input,
    int classes, int *x, struct error *err)
{
	*graph = (struct graph){0};
	*b = (struct builder){.graph = graph, .err = err, .classes = classes};
	*x = graph_add_input(graph, "input", input, err);
	b->failed = *x < 0;
}

int
build_finish(const struct builder *b)
{
	return b->failed ? -1 : 0;
}

void
build_enter(struct builder *b, const char *format, ...)
{
	size_t used = strlen(b->scope), n;
	va_list ap;

	b->depth[b->n_depth++] = used;
	va_start(ap, format);
	vsnprintf(b->scope + used, sizeof(b->scope) - used, format, ap);
	va_end(ap);
	n = strlen(b->scope);
	snprintf(b->scope + n, sizeof(b->scope) - n, ".");
}

void
build_leave(struct builder *b)
{
	b->scope[b->depth[--b->n_depth]] = '\0';
}

int
build_size(const struct builder *b, int x, int i)
{
	return b->failed ? 1 : (int)b->graph->values[x].shape.dim[i];
}

/* The value that a graph_add function returned, or the end of the work. */
static int
keep(struct builder *b, int value)
{
	if (value < 0)
		b->failed = true;
	return value;
}

static int
add_tensor(struct builder *b, const char *module, const char *name,
    enum tensor_role role, int rank, const int64_t *dim)
{
	const enum tensor_type type =
	    role == ROLE_BATCHES ? TENSOR_INT64 : TENSOR_FLOAT32;
	char full[2 * TENSOR_NAME_MAX];

	if (b->failed)
		return -1;
	snprintf(full, sizeof(full), "%s%s.%s", b->scope, module, name);
	return keep(
	    b, graph_add_tensor(b->graph, full, type, role, rank, dim, b->err));
}

static int
add_node(struct builder *b, enum operator_kind op, const char *name, int n_in,
    const int *in, const struct attributes *attr)
{
	char full[2 * TENSOR_NAME_MAX];

	if (b->failed)
		return -1;
	snprintf(full, sizeof(full), "%s%s", b->scope, name);
	return keep(
	    b, graph_add_node(b->graph, op, full, n_in, in, attr, b->err));
}

/* A layer without a module of its own is named after what it reads. */
static int
add_unnamed(struct builder *b, enum operator_kind op, int x, const char *what,
    const struct attributes *attr)
{
	char full[2 * TENSOR_NAME_MAX];

	if (b->failed)
		return -1;
	snprintf(full, sizeof(full), "%s.%s", b->graph->values[x].name, what);
	return keep(b, graph_add_node(b->graph, op, full, 1, &x, attr, b->err));
}

int
build_conv_attr(struct builder *b, int x, const char *name, int k, bool bias,
    const struct attributes *attr)
{
	const int64_t weight[4] = {k, build_size(b, x, 0) / attr->group,
	    attr->kernel_shape[0], attr->kernel_shape[1]};
	int in[3] = {x};

	in[1] = add_tensor(b, name, "weight", ROLE_WEIGHT, 4, weight);
	if (bias)
		in[2] = add_tensor(b, name, "bias", ROLE_BIAS, 1, weight);
	return add_node(b, OP_CONV, name, bias ? 3 : 2, in, attr);
}

int
build_conv(
    struct builder *b, int x, const char *name, int k, int kernel, int stride)
{
	const int pad = kernel / 2;
	const struct attributes attr = {.kernel_shape = {kernel, kernel},
	    .strides = {stride, stride},
	    .pads = {pad, pad, pad, pad},
	    .dilations = {1, 1},
	    .group = 1};

	return build_conv_attr(b, x, name, k, false, &attr);
}

int
build_linear(struct builder *b, int x, const char *name, int k)
{
	const int64_t weight[2] = {k, build_size(b, x, 0)};
	int in[3] = {x};

	in[1] = add_tensor(b, name, "weight", ROLE_WEIGHT, 2, weight);
	in[2] = add_tensor(b, name, "bias", ROLE_BIAS, 1, weight);
	return add_node(
	    b, OP_GEMM, name, 3, in, &(struct attributes){.trans_b = 1});
}

int
build_batch_norm(struct builder *b, int x, const char *name)
{
	const int64_t c = build_size(b, x, 0);
	int in[5] = {x};

	in[1] = add_tensor(b, name, "weight", ROLE_NORM_WEIGHT, 1, &c);
	in[2] = add_tensor(b, name, "bias", ROLE_NORM_BIAS, 1, &c);
	in[3] = add_tensor(b, name, "running_mean", ROLE_RUNNING_MEAN, 1, &c);
	in[4] = add_tensor(b, name, "running_var", ROLE_RUNNING_VAR, 1, &c);
	add_tensor(b, name, "num_batches_tracked", ROLE_BATCHES, 0, NULL);
	return add_node(b, OP_BATCH_NORMALIZATION, name, 5, in,
	    &(struct attributes){.epsilon = batch_norm_epsilon});
}

int
build_relu(struct builder *b, int x)
{
	return add_unnamed(b, OP_RELU, x, "relu", &(struct attributes){0});
}

int
build_conv_bn_relu(struct builder *b, int x, int i, int k, int kernel)
{
	const int pad = kernel / 2;
	const struct attributes attr = {.kernel_shape = {kernel, kernel},
	    .strides = {1, 1},
	    .pads = {pad, pad, pad, pad},
	    .dilations = {1, 1},
	    .group = 1};
	char name[16];

	snprintf(name, sizeof(name), "%d", i);
	x = build_conv_attr(b, x, name, k, true, &attr);
	snprintf(name, sizeof(name), "%d", i + 1);
	x = build_batch_norm(b, x, name);
	return build_relu(b, x);
}

static int
add_pool(
    struct builder *b, enum operator_kind op, int x, int size, bool ceil_mode)
{
	return add_unnamed(b, op, x, "pool",
	    &(struct attributes){.kernel_shape = {size, size},
		.strides = {size, size},
		.dilations = {1, 1},
		.ceil_mode = ceil_mode});
}

int
build_max_pool(struct builder *b, int x, int size, bool ceil_mode)
{
	return add_pool(b, OP_MAX_POOL, x, size, ceil_mode);
}

int
build_max_pool_window(
    struct builder *b, int x, int size, int stride, const char *name)
{
	const int pad = size / 2;

	return add_node(b, OP_MAX_POOL, name, 1, &x,
	    &(struct attributes){.kernel_shape = {size, size},
		.strides = {stride, stride},
		.pads = {pad, pad, pad, pad},
		.dilations = {1, 1}});
}

int
build_average_pool(struct builder *b, int x, int size)
{
	return add_pool(b, OP_AVERAGE_POOL, x, size, false);
}

int
build_global_average_pool(struct builder *b, int x)
{
	return add_unnamed(
	    b, OP_GLOBAL_AVERAGE_POOL, x, "mean", &(struct attributes){0});
}

int
build_add(struct builder *b, int x, int y, const char *name)
{
	const int in[2] = {x, y};

	return add_node(b, OP_ADD, name, 2, in, &(struct attributes){0});
}

int
build_concat(struct builder *b, int n, const int *x, const char *name)
{
	return add_node(
	    b, OP_CONCAT, name, n, x, &(struct attributes){.axis = 1});
}

int
build_flatten(struct builder *b, int x)
{
	return add_unnamed(
	    b, OP_FLATTEN, x, "flatten", &(struct attributes){.axis = 1});
}

int
build_subsample(struct builder *b, int x, int step, const char *name)
{
	return add_node(b, OP_SLICE, name, 1, &x,
	    &(struct attributes){.step = {1, step, step}});
}

int
build_pad_channels(
    struct builder *b, int x, int before, int after, const char *name)
{
	return add_node(b, OP_PAD, name, 1, &x,
	    &(struct attributes){.pad_before = {before}, .pad_after = {after}});
}
