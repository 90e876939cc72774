/*
 * The plans that go step by step through planes c h w, one image at a time.
 *
 * reference: node by node, each one's forward in plain C with sums in double.
 *            It is the definition.
 * gemm:      batch norm folded into the weights, products by OpenBLAS.
 *
 * sgemm's bits depend on the number of BLAS threads and on the shape it is
 * given, so there is one thread and one image per call: an image's logits
 * cannot depend on the block it is in.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "execute/fuse.h"
#include "execute/liveness.h"
#include "execute/plain.h"
#include "execute/plan.h"
#include "net/blas.h"
#include "net/operator.h"

/* Where a step's numbers lie in the weights, in floats. */
struct packed {
	size_t weight;       /* k rows, batch norm's scale inside */
	size_t scale, shift; /* per channel */
};

struct nodes {
	const struct graph *graph;
	bool exact; /* the definition: nothing folded */
	struct fusion fusion;
	struct packed *packed; /* per step */
	struct span *spans;    /* per value: place in scratch, in floats */
	size_t work;           /* of operators, in scratch */
	size_t tensors;        /* of nodes that read them, in the weights */
	size_t scratch_floats, weights_floats;
};

static void
nodes_destroy(void *state)
{
	struct nodes *s = state;

	fuse_free(&s->fusion);
	free(s->packed);
	free(s->spans);
	free(s);
}

static bool
is_product(const struct fused *step)
{
	return step->weight >= 0;
}

/* The factors in double lie in front of the packed weights. */
static void
place_weights(struct nodes *s)
{
	size_t *at = &s->weights_floats;

	liveness_append(at, 4 * (size_t)s->fusion.max_channels);
	s->tensors = liveness_append(at, s->fusion.tensor_floats);
	for (size_t i = 0; i < s->fusion.n_steps; i++) {
		const struct fused *step = &s->fusion.steps[i];
		struct packed *packed = &s->packed[i];

		if (is_product(step))
			packed->weight = liveness_append(
			    at, (size_t)s->graph->tensors[step->weight].n);
		if (step->kind == FUSED_NODE || step->kind == FUSED_ADD)
			continue;
		packed->scale = liveness_append(at, (size_t)step->channels);
		packed->shift = liveness_append(at, (size_t)step->channels);
	}
}

static size_t
value_floats(const struct nodes *s, int value)
{
	return liveness_floats(shape_size(&s->graph->values[value].shape));
}

static void
place_activations(struct nodes *s)
{
	int reads[NODE_INPUTS_MAX + 1];
	size_t work = 0;

	liveness_make(
	    &s->spans[s->graph->input], 0, value_floats(s, s->graph->input));
	for (size_t i = 0; i < s->fusion.n_steps; i++) {
		const struct fused *step = &s->fusion.steps[i];
		const size_t floats = operator_work(s->graph, step->node);

		for (int j = 0, n = fuse_reads(step, reads); j < n; j++)
			liveness_read(&s->spans[reads[j]], (int)i);
		liveness_make(
		    &s->spans[step->out], (int)i, value_floats(s, step->out));
		if (step->kind == FUSED_CONV && work < floats)
			work = floats;
	}
	liveness_read(&s->spans[s->fusion.output], (int)s->fusion.n_steps);
	s->work = liveness_place(s->spans, s->graph->n_values);
	s->scratch_floats = s->work + liveness_floats((int64_t)work);
}

/* OpenBLAS counts in int. */
static int
check_steps(const struct nodes *s, struct error *err)
{
	for (size_t i = 0; i < s->fusion.n_steps; i++) {
		const struct fused *step = &s->fusion.steps[i];

		if (is_product(step) &&
		    s->graph->tensors[step->weight].n > INT_MAX)
			return error_set(err,
			    "node '%s': the gemm plan takes at most %d weights",
			    step->node->name, INT_MAX);
	}
	return 0;
}

static int
create(const struct graph *graph, bool exact, void **state, struct error *err)
{
	struct nodes *s = memory_new(1, sizeof(*s), err);

	if (s == NULL)
		return -1;
	s->graph = graph;
	s->exact = exact;
	if (fuse_make(graph, exact ? FUSE_NOTHING : FUSE_FORWARD, &s->fusion,
		err) < 0 ||
	    check_steps(s, err) < 0)
		goto fail;
	s->packed = memory_new(s->fusion.n_steps, sizeof(*s->packed), err);
	s->spans = memory_new(graph->n_values, sizeof(*s->spans), err);
	if (s->packed == NULL || s->spans == NULL ||
	    (!exact && blas_open(1, err) < 0))
		goto fail;
	place_weights(s);
	place_activations(s);
	*state = s;
	return 0;
fail:
	nodes_destroy(s);
	return -1;
}

static int
reference_create(
    const struct graph *graph, int block, void **state, struct error *err)
{
	(void)block;
	return create(graph, true, state, err);
}

static int
gemm_create(
    const struct graph *graph, int block, void **state, struct error *err)
{
	(void)block;
	return create(graph, false, state, err);
}

static size_t
nodes_weights_bytes(const void *state)
{
	return ((const struct nodes *)state)->weights_floats * sizeof(float);
}

static size_t
nodes_scratch_bytes(const void *state)
{
	return ((const struct nodes *)state)->scratch_floats * sizeof(float);
}

/* Rows k of the weight, times the scale: transposed when Gemm says c k. */
static void
pack_weight(const struct fused *step, const struct tensor *w,
    const double *scale, float *out)
{
	const bool rows = step->kind == FUSED_CONV || step->node->attr.trans_b;
	const int64_t k = step->channels, c = w->n / k;
	const int64_t k_step = rows ? c : 1, c_step = rows ? 1 : k;

	for (int64_t i = 0; i < k; i++)
		for (int64_t j = 0; j < c; j++)
			*out++ =
			    (float)(scale[i] *
				    (double)w->f32[i * k_step + j * c_step]);
}

static int
nodes_bind(const void *state, const struct tensor *theta, void *weights,
    struct error *err)
{
	const struct nodes *s = state;
	double *scale = weights, *shift = scale + s->fusion.max_channels;
	float *base = weights;

	if (fuse_bind_tensors(
		s->graph, &s->fusion, theta, base + s->tensors, err) < 0)
		return -1;
	for (size_t i = 0; i < s->fusion.n_steps; i++) {
		const struct fused *step = &s->fusion.steps[i];
		const struct packed *packed = &s->packed[i];

		if (step->kind == FUSED_NODE || step->kind == FUSED_ADD)
			continue;
		if (fuse_factors(s->graph, step, theta, scale, shift, err) < 0)
			return -1;
		for (int k = 0; k < step->channels; k++) {
			base[packed->scale + k] = (float)scale[k];
			base[packed->shift + k] = (float)shift[k];
		}
		if (is_product(step))
			pack_weight(step, &theta[step->weight], scale,
			    base + packed->weight);
	}
	return 0;
}

static void
run_conv(const struct nodes *s, const struct fused *step, const float *x,
    const float *weight, float *work, float *out)
{
	const float *in[2] = {x, weight};
	struct shape shape[NODE_INPUTS_MAX];
	struct operator_batch batch;

	operator_describe(s->graph, step->node, 1, shape, &batch);
	batch.n_in = 2; /* the bias is part of the shift */
	batch.in = in;
	batch.out = out;
	batch.work = work;
	operator_forward(step->node->op, &batch);
}

static void
run_linear(const struct nodes *s, const struct fused *step, const float *x,
    const float *weight, float *out)
{
	const int k = step->channels;
	const int c = (int)(s->graph->tensors[step->weight].n / k);

	blas_sgemv(CblasNoTrans, k, c, 1.0F, weight, c, x, 1, 0.0F, out, 1);
}

static void
run_step(const struct nodes *s, size_t i, const float *weights, float *scratch)
{
	const struct fused *step = &s->fusion.steps[i];
	const struct packed *packed = &s->packed[i];
	float *out = scratch + s->spans[step->out].offset;
	const float *in[NODE_INPUTS_MAX] = {0}, *from = out;
	struct plain_end end = {.channels = step->channels,
	    .limits = step->limits,
	    .shift = weights + packed->shift};

	for (int j = 0; j < step->n_in; j++)
		in[j] = scratch + s->spans[step->in[j]].offset;
	if (step->addend >= 0)
		end.add = scratch + s->spans[step->addend].offset;
	switch (step->kind) {
	case FUSED_CONV:
		run_conv(s, step, in[0], weights + packed->weight,
		    scratch + s->work, out);
		break;
	case FUSED_LINEAR:
		run_linear(s, step, in[0], weights + packed->weight, out);
		break;
	case FUSED_AFFINE:
		from = in[0];
		end.scale = weights + packed->scale;
		break;
	case FUSED_ADD:
		from = in[0];
		end.shift = NULL;
		end.add = in[1];
		break;
	case FUSED_NODE:
		fuse_apply(s->graph, &s->fusion, step, in, weights + s->tensors,
		    s->exact, out);
		return;
	}
	plain_end(&end, (size_t)shape_size(&s->graph->values[step->out].shape),
	    from, out);
}

/*
 * Input and logits pass through scratch, so that OpenBLAS sees the same
 * alignment for every image.
 */
static void
nodes_run(const void *state, const void *weights, void *scratch,
    const float *images, int n, float *logits)
{
	const struct nodes *s = state;
	const struct graph_value *values = s->graph->values;
	const int64_t in_size = shape_size(&values[s->graph->input].shape);
	const int64_t out_size = shape_size(&values[s->graph->output].shape);
	float *base = scratch;

	for (int image = 0; image < n; image++) {
		memcpy(base + s->spans[s->graph->input].offset,
		    images + image * in_size, (size_t)in_size * sizeof(float));
		for (size_t i = 0; i < s->fusion.n_steps; i++)
			run_step(s, i, weights, base);
		memcpy(logits + image * out_size,
		    base + s->spans[s->fusion.output].offset,
		    (size_t)out_size * sizeof(float));
	}
}

static void
nodes_describe(
    const void *state, const struct plan_trial *trial, struct text *out)
{
	const struct nodes *s = state;
	size_t products = 0;

	(void)trial;
	for (size_t i = 0; i < s->fusion.n_steps; i++)
		products += is_product(&s->fusion.steps[i]);
	if (s->exact)
		text_add(out,
		    "reference: %zu node%s in plain C with sums in double\n",
		    s->graph->n_nodes, plural_s((int64_t)s->graph->n_nodes));
	else
		text_add(out,
		    "gemm: %zu node%s in %zu step%s, %zu of them products by "
		    "OpenBLAS\n",
		    s->graph->n_nodes, plural_s((int64_t)s->graph->n_nodes),
		    s->fusion.n_steps, plural_s((int64_t)s->fusion.n_steps),
		    products);
}

static const char *
nodes_kernel(const void *state)
{
	return ((const struct nodes *)state)->exact ? "C" : blas_core();
}

static bool
nodes_multiply(const void *state)
{
	return !((const struct nodes *)state)->exact;
}

#define NODES(word, make)                                                 \
	{                                                                 \
		.name = word, .create = make, .destroy = nodes_destroy,   \
		.weights_bytes = nodes_weights_bytes,                     \
		.scratch_bytes = nodes_scratch_bytes, .bind = nodes_bind, \
		.run = nodes_run, .describe = nodes_describe,             \
		.kernel = nodes_kernel, .multiplies = nodes_multiply      \
	}

const struct plan_kind plan_reference = NODES("reference", reference_create);
const struct plan_kind plan_gemm = NODES("gemm", gemm_create);
