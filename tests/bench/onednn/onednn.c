/*
 * onednn: networks of convolutions on oneDNN 2, for peer.py. A network is built
 * step by step for batches of one size; value 0 is its input in planes, each
 * step gives the number of its output. Weights are put in afterwards, in the
 * order of the steps that have some, as often as wanted. What fails is said and
 * ends it.
 */
#include <dnnl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if DNNL_VERSION_MAJOR != 2
#error "onednn.c is written for the interface of oneDNN 2"
#endif

enum { VALUES = 512, STEPS = 1024, ARGS = 6, WEIGHTS = 4 };

struct step {
	dnnl_primitive_t primitive;
	int n;
	dnnl_exec_arg_t arg[ARGS];
};

/* What a step holds besides its values, and how the caller has it. */
struct weights {
	int n;
	dnnl_memory_t memory[WEIGHTS];
	dnnl_memory_desc_t plain[WEIGHTS];
};

struct onednn {
	dnnl_engine_t engine;
	dnnl_stream_t stream;
	int values, steps, weighted;
	dnnl_memory_t value[VALUES];
	struct step step[STEPS];
	struct weights weights[STEPS];
};

struct onednn *onednn_new(const dnnl_dim_t *shape);
int onednn_conv(struct onednn *, int x, const dnnl_dim_t *w, dnnl_dim_t stride,
    dnnl_dim_t pad, int add, float limit);
int onednn_linear(struct onednn *, int x, dnnl_dim_t k, float limit);
int onednn_pool(
    struct onednn *, int x, bool most, dnnl_dim_t size, dnnl_dim_t stride);
int onednn_norm(struct onednn *, int x, float epsilon, bool relu);
int onednn_concat(struct onednn *, int a, int b);
void onednn_weights(struct onednn *, int i, const float *const *array);
void onednn_run(struct onednn *, const float *x, int out, float *y);

static void
check(dnnl_status_t status, const char *what)
{
	if (status == dnnl_success)
		return;
	fprintf(stderr, "onednn: %s failed, status %d\n", what, (int)status);
	exit(1);
}

/* Row-major, of one to five dimensions. */
static dnnl_memory_desc_t
plain(int rank, const dnnl_dim_t *dim)
{
	static const dnnl_format_tag_t tag[] = {
	    dnnl_a, dnnl_ab, dnnl_abc, dnnl_abcd, dnnl_abcde};
	dnnl_memory_desc_t md;
	dnnl_dims_t dims = {0};

	memcpy(dims, dim, (size_t)rank * sizeof(*dim));
	check(dnnl_memory_desc_init_by_tag(
		  &md, rank, dims, dnnl_f32, tag[rank - 1]),
	    "a shape");
	return md;
}

/* As the primitive likes it. */
static dnnl_memory_desc_t
any(dnnl_memory_desc_t md)
{
	dnnl_memory_desc_t out;

	check(dnnl_memory_desc_init_by_tag(
		  &out, md.ndims, md.dims, dnnl_f32, dnnl_format_tag_any),
	    "a shape");
	return out;
}

static dnnl_memory_desc_t
shape_of(const struct onednn *net, int value)
{
	const dnnl_memory_desc_t *md;

	check(dnnl_memory_get_memory_desc(net->value[value], &md), "a value");
	return *md;
}

static dnnl_memory_t
allocate(struct onednn *net, const dnnl_memory_desc_t *md)
{
	dnnl_memory_t memory;

	check(
	    dnnl_memory_create(&memory, md, net->engine, DNNL_MEMORY_ALLOCATE),
	    "memory");
	return memory;
}

static int
value_add(struct onednn *net, dnnl_memory_t memory)
{
	if (net->values == VALUES) {
		fprintf(stderr, "onednn: more than %d values\n", VALUES);
		exit(1);
	}
	net->value[net->values] = memory;
	return net->values++;
}

/* The step that a description becomes; its description is used up. */
static struct step *
step_add(struct onednn *net, dnnl_primitive_desc_t pd)
{
	struct step *step = &net->step[net->steps++];

	if (net->steps == STEPS) {
		fprintf(stderr, "onednn: %d steps\n", STEPS);
		exit(1);
	}
	check(dnnl_primitive_create(&step->primitive, pd), "a primitive");
	check(dnnl_primitive_desc_destroy(pd), "a description");
	return step;
}

static void
give(struct step *step, int what, dnnl_memory_t memory)
{
	step->arg[step->n++] = (dnnl_exec_arg_t){what, memory};
}

static dnnl_primitive_desc_t
described(struct onednn *net, const void *desc, dnnl_primitive_attr_t attr)
{
	dnnl_primitive_desc_t pd;

	check(dnnl_primitive_desc_create(&pd, desc, attr, net->engine, NULL),
	    "a description");
	return pd;
}

static dnnl_memory_desc_t
asked(dnnl_primitive_desc_t pd, dnnl_query_t what)
{
	return *dnnl_primitive_desc_query_md(pd, what, 0);
}

static dnnl_primitive_desc_t
reordering(struct onednn *net, dnnl_memory_desc_t from, dnnl_memory_desc_t to)
{
	dnnl_primitive_desc_t pd;

	check(dnnl_reorder_primitive_desc_create(
		  &pd, &from, net->engine, &to, net->engine, NULL),
	    "a reorder");
	return pd;
}

/* The memory of a value in another format: a step before, where they differ. */
static dnnl_memory_t
in_format(struct onednn *net, int x, dnnl_memory_desc_t to)
{
	dnnl_memory_desc_t from = shape_of(net, x);
	dnnl_memory_t memory;
	struct step *step;

	if (dnnl_memory_desc_equal(&from, &to))
		return net->value[x];
	memory = allocate(net, &to);
	value_add(net, memory);
	step = step_add(net, reordering(net, from, to));
	give(step, DNNL_ARG_FROM, net->value[x]);
	give(step, DNNL_ARG_TO, memory);
	return memory;
}

static dnnl_memory_t
weight_add(struct onednn *net, struct weights *w, dnnl_memory_desc_t ours,
    dnnl_memory_desc_t theirs)
{
	w->plain[w->n] = theirs;
	return w->memory[w->n++] = allocate(net, &ours);
}

/* After the step: a sum with what the output holds; ReLU, up to a limit. */
static dnnl_primitive_attr_t
after(bool add, float limit)
{
	dnnl_primitive_attr_t attr;
	dnnl_post_ops_t ops;

	check(dnnl_primitive_attr_create(&attr), "attributes");
	check(dnnl_post_ops_create(&ops), "attributes");
	if (add)
		check(dnnl_post_ops_append_sum(ops, 1.0f), "a sum");
	if (limit > 0.0f)
		check(dnnl_post_ops_append_eltwise(
			  ops, 1.0f, dnnl_eltwise_clip, 0.0f, limit),
		    "a limit");
	else if (limit == 0.0f)
		check(dnnl_post_ops_append_eltwise(
			  ops, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f),
		    "ReLU");
	check(dnnl_primitive_attr_set_post_ops(attr, ops), "attributes");
	check(dnnl_post_ops_destroy(ops), "attributes");
	return attr;
}

struct onednn *
onednn_new(const dnnl_dim_t *shape)
{
	struct onednn *net = calloc(1, sizeof(*net));
	dnnl_memory_desc_t md = plain(4, shape);

	if (net == NULL)
		check(dnnl_out_of_memory, "memory");
	check(dnnl_engine_create(&net->engine, dnnl_cpu, 0), "the engine");
	check(dnnl_stream_create(
		  &net->stream, net->engine, dnnl_stream_default_flags),
	    "the stream");
	value_add(net, allocate(net, &md));
	return net;
}

/* The step of a convolution or a linear layer, and its output. */
static int
weighted_add(struct onednn *net, int x, dnnl_primitive_desc_t pd,
    dnnl_memory_desc_t w, dnnl_memory_desc_t bias, int add)
{
	struct weights *weights = &net->weights[net->weighted++];
	dnnl_memory_desc_t out = asked(pd, dnnl_query_dst_md);
	dnnl_memory_t in = in_format(net, x, asked(pd, dnnl_query_src_md));
	dnnl_memory_t filter, offset;
	dnnl_memory_t sum =
	    add < 0 ? allocate(net, &out) : in_format(net, add, out);
	struct step *step;

	filter = weight_add(net, weights, asked(pd, dnnl_query_weights_md), w);
	offset = weight_add(net, weights, bias, bias);
	step = step_add(net, pd);
	give(step, DNNL_ARG_SRC, in);
	give(step, DNNL_ARG_WEIGHTS, filter);
	give(step, DNNL_ARG_BIAS, offset);
	give(step, DNNL_ARG_DST, sum);
	return value_add(net, sum);
}

/*
 * w is groups, outputs and inputs of a group, rows and columns. What is added,
 * or -1, is no longer what it was; limit: below 0 no ReLU, 0 ReLU, else where
 * it ends.
 */
int
onednn_conv(struct onednn *net, int x, const dnnl_dim_t *w, dnnl_dim_t stride,
    dnnl_dim_t pad, int add, float limit)
{
	const dnnl_dims_t steps = {stride, stride}, pads = {pad, pad};
	const dnnl_dim_t k = w[0] * w[1];
	dnnl_memory_desc_t in = shape_of(net, x), bias = plain(1, &k);
	dnnl_memory_desc_t filter = w[0] > 1 ? plain(5, w) : plain(4, w + 1);
	const dnnl_dim_t out[4] = {in.dims[0], k,
	    (in.dims[2] + 2 * pad - w[3]) / stride + 1,
	    (in.dims[3] + 2 * pad - w[4]) / stride + 1};
	dnnl_memory_desc_t from = any(in), to = any(plain(4, out)),
			   with = any(filter);
	dnnl_convolution_desc_t desc;
	dnnl_primitive_attr_t attr = after(add >= 0, limit);
	dnnl_primitive_desc_t pd;

	check(dnnl_convolution_forward_desc_init(&desc, dnnl_forward_inference,
		  dnnl_convolution_auto, &from, &with, &bias, &to, steps, pads,
		  pads),
	    "a convolution");
	pd = described(net, &desc, attr);
	check(dnnl_primitive_attr_destroy(attr), "attributes");
	return weighted_add(net, x, pd, filter, bias, add);
}

int
onednn_linear(struct onednn *net, int x, dnnl_dim_t k, float limit)
{
	dnnl_memory_desc_t in = shape_of(net, x), bias = plain(1, &k);
	dnnl_dim_t w[4] = {k, in.dims[1], in.dims[2], in.dims[3]};
	const dnnl_dim_t out[4] = {in.dims[0], k, 1, 1};
	dnnl_memory_desc_t filter = plain(in.ndims, w);
	dnnl_memory_desc_t from = any(in), with = any(filter),
			   to = plain(2, out);
	dnnl_inner_product_desc_t desc;
	dnnl_primitive_attr_t attr = after(false, limit);
	dnnl_primitive_desc_t pd;

	check(dnnl_inner_product_forward_desc_init(
		  &desc, dnnl_forward_inference, &from, &with, &bias, &to),
	    "a linear layer");
	pd = described(net, &desc, attr);
	check(dnnl_primitive_attr_destroy(attr), "attributes");
	return weighted_add(net, x, pd, filter, bias, -1);
}

/* A size of 0 is all of a plane. */
int
onednn_pool(
    struct onednn *net, int x, bool most, dnnl_dim_t size, dnnl_dim_t stride)
{
	const dnnl_dims_t none = {0, 0};
	dnnl_memory_desc_t in = shape_of(net, x), to;
	const dnnl_dims_t window = {
	    size ? size : in.dims[2], size ? size : in.dims[3]};
	const dnnl_dims_t steps = {size ? stride : 1, size ? stride : 1};
	const dnnl_dim_t out[4] = {in.dims[0], in.dims[1],
	    (in.dims[2] - window[0]) / steps[0] + 1,
	    (in.dims[3] - window[1]) / steps[1] + 1};
	dnnl_pooling_desc_t desc;
	dnnl_primitive_desc_t pd;
	dnnl_memory_t memory;
	struct step *step;

	to = any(plain(4, out));
	check(dnnl_pooling_forward_desc_init(&desc, dnnl_forward_inference,
		  most ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding,
		  &in, &to, steps, window, none, none),
	    "a pool");
	pd = described(net, &desc, NULL);
	to = asked(pd, dnnl_query_dst_md);
	memory = allocate(net, &to);
	step = step_add(net, pd);
	give(step, DNNL_ARG_SRC, net->value[x]);
	give(step, DNNL_ARG_DST, memory);
	return value_add(net, memory);
}

/* Weights: scale, shift, mean, variance. */
int
onednn_norm(struct onednn *net, int x, float epsilon, bool relu)
{
	static const int what[WEIGHTS] = {
	    DNNL_ARG_SCALE, DNNL_ARG_SHIFT, DNNL_ARG_MEAN, DNNL_ARG_VARIANCE};
	struct weights *weights = &net->weights[net->weighted++];
	dnnl_memory_desc_t in = shape_of(net, x);
	dnnl_memory_desc_t row = plain(1, &in.dims[1]);
	unsigned flags = dnnl_use_global_stats | dnnl_use_scale |
			 dnnl_use_shift | (relu ? dnnl_fuse_norm_relu : 0);
	dnnl_batch_normalization_desc_t desc;
	dnnl_memory_t memory = allocate(net, &in);
	struct step *step;

	check(dnnl_batch_normalization_forward_desc_init(
		  &desc, dnnl_forward_inference, &in, epsilon, flags),
	    "batch norm");
	step = step_add(net, described(net, &desc, NULL));
	give(step, DNNL_ARG_SRC, net->value[x]);
	give(step, DNNL_ARG_DST, memory);
	for (int i = 0; i < WEIGHTS; i++)
		give(step, what[i], weight_add(net, weights, row, row));
	return value_add(net, memory);
}

int
onednn_concat(struct onednn *net, int a, int b)
{
	dnnl_memory_desc_t in[2] = {shape_of(net, a), shape_of(net, b)}, to;
	dnnl_primitive_desc_t pd;
	dnnl_memory_t memory;
	struct step *step;

	check(dnnl_concat_primitive_desc_create(
		  &pd, NULL, 2, 1, in, NULL, net->engine),
	    "a concatenation");
	to = asked(pd, dnnl_query_dst_md);
	memory = allocate(net, &to);
	step = step_add(net, pd);
	give(step, DNNL_ARG_MULTIPLE_SRC, net->value[a]);
	give(step, DNNL_ARG_MULTIPLE_SRC + 1, net->value[b]);
	give(step, DNNL_ARG_DST, memory);
	return value_add(net, memory);
}

static void
copied(struct onednn *net, dnnl_memory_t from, dnnl_memory_t to)
{
	const dnnl_memory_desc_t *a, *b;
	struct step step = {.n = 0};
	dnnl_primitive_desc_t pd;

	check(dnnl_memory_get_memory_desc(from, &a), "memory");
	check(dnnl_memory_get_memory_desc(to, &b), "memory");
	pd = reordering(net, *a, *b);
	check(dnnl_primitive_create(&step.primitive, pd), "a reorder");
	give(&step, DNNL_ARG_FROM, from);
	give(&step, DNNL_ARG_TO, to);
	check(dnnl_primitive_execute(
		  step.primitive, net->stream, step.n, step.arg),
	    "a reorder");
	check(dnnl_stream_wait(net->stream), "a reorder");
	check(dnnl_primitive_destroy(step.primitive), "a reorder");
	check(dnnl_primitive_desc_destroy(pd), "a reorder");
}

/* Of the i-th step that has weights. */
void
onednn_weights(struct onednn *net, int i, const float *const *array)
{
	struct weights *w = &net->weights[i];
	dnnl_memory_t theirs;

	for (int k = 0; k < w->n; k++) {
		check(dnnl_memory_create(
			  &theirs, &w->plain[k], net->engine, (void *)array[k]),
		    "weights");
		copied(net, theirs, w->memory[k]);
		check(dnnl_memory_destroy(theirs), "weights");
	}
}

/* y: a row of each image, from value out. */
void
onednn_run(struct onednn *net, const float *x, int out, float *y)
{
	dnnl_memory_desc_t md = shape_of(net, out);
	void *data;

	check(dnnl_memory_set_data_handle_v2(
		  net->value[0], (void *)x, net->stream),
	    "the input");
	for (int i = 0; i < net->steps; i++)
		check(dnnl_primitive_execute(net->step[i].primitive,
			  net->stream, net->step[i].n, net->step[i].arg),
		    "a step");
	check(dnnl_stream_wait(net->stream), "a run");
	check(dnnl_memory_get_data_handle(net->value[out], &data), "a value");
	memcpy(y, data, dnnl_memory_desc_get_size(&md));
}
