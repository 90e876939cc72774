/*
 * The simple fast plan: batch norm folded into the weights, convolutions as
 * im2col and one OpenBLAS sgemm per image and group, epilogues fused.
 *
 * sgemm's bits depend on the number of BLAS threads and on the shape it is
 * given, so there is one thread and one image per call: an image's logits
 * cannot depend on the block it is in.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "execute/fold.h"
#include "execute/liveness.h"
#include "execute/plan.h"
#include "net/blas.h"
#include "net/im2col.h"
#include "net/operator.h"

/* Where a step's numbers lie in the weights, in floats. */
struct packed {
	size_t weight; /* CONV, LINEAR: k rows, batch norm's scale inside */
	size_t scale;  /* AFFINE: per channel */
	size_t shift;  /* CONV, LINEAR, AFFINE: per channel */
};

struct gemm {
	const struct graph *graph;
	struct fold fold;
	struct packed *packed; /* per step */
	struct span *spans;    /* per value: place in scratch, in floats */
	size_t columns;        /* im2col's place in scratch */
	size_t tensors;        /* of nodes without a kernel, in the weights */
	size_t scratch_floats, weights_floats;
};

static void
gemm_destroy(void *state)
{
	struct gemm *g = state;

	fold_free(&g->fold);
	free(g->packed);
	free(g->spans);
	free(g);
}

static size_t
take(size_t *total, int64_t floats)
{
	size_t place = *total;

	*total += liveness_floats(floats);
	return place;
}

/* The factors in double lie in front of the packed weights. */
static void
place_weights(struct gemm *g)
{
	take(&g->weights_floats, 4 * (int64_t)g->fold.max_channels);
	g->tensors = take(&g->weights_floats, (int64_t)g->fold.tensor_floats);
	for (size_t i = 0; i < g->fold.n_steps; i++) {
		const struct fold_step *step = &g->fold.steps[i];
		struct packed *packed = &g->packed[i];

		if (step->weight >= 0)
			packed->weight = take(&g->weights_floats,
			    g->graph->tensors[step->weight].n);
		if (step->kind == FOLD_AFFINE)
			packed->scale =
			    take(&g->weights_floats, step->channels);
		if (step->kind != FOLD_NODE && step->kind != FOLD_ADD)
			packed->shift =
			    take(&g->weights_floats, step->channels);
	}
}

static int64_t
columns_size(const struct gemm *g, const struct fold_step *step)
{
	const struct shape *out = &g->graph->values[step->node->out].shape;
	const struct tensor *w = &g->graph->tensors[step->weight];

	if (im2col_is_identity(&step->node->attr))
		return 0;
	return w->n / w->dim[0] * out->dim[1] * out->dim[2];
}

static void
place_activations(struct gemm *g)
{
	const struct graph_value *values = g->graph->values;
	int64_t columns = 0;
	int reads[NODE_INPUTS_MAX + 1];

	liveness_make(&g->spans[g->graph->input], 0,
	    liveness_floats(shape_size(&values[g->graph->input].shape)));
	for (size_t i = 0; i < g->fold.n_steps; i++) {
		const struct fold_step *step = &g->fold.steps[i];

		for (int j = 0, n = fold_reads(step, reads); j < n; j++)
			liveness_read(&g->spans[reads[j]], (int)i);
		liveness_make(&g->spans[step->out], (int)i,
		    liveness_floats(shape_size(&values[step->out].shape)));
		if (step->kind == FOLD_CONV && columns < columns_size(g, step))
			columns = columns_size(g, step);
	}
	liveness_read(&g->spans[g->fold.output], (int)g->fold.n_steps);
	g->columns = liveness_place(g->spans, g->graph->n_values);
	g->scratch_floats = g->columns + liveness_floats(columns);
}

/* OpenBLAS counts in int. */
static int
check_steps(const struct gemm *g, struct error *err)
{
	for (size_t i = 0; i < g->fold.n_steps; i++) {
		const struct fold_step *step = &g->fold.steps[i];

		if (step->weight >= 0 &&
		    g->graph->tensors[step->weight].n > INT_MAX)
			return error_set(err,
			    "node '%s': the gemm plan takes at most %d weights",
			    step->node->name, INT_MAX);
	}
	return 0;
}

static int
gemm_create(
    const struct graph *graph, int block, void **state, struct error *err)
{
	struct gemm *g = memory_new(1, sizeof(*g), err);

	(void)block;
	if (g == NULL)
		return -1;
	g->graph = graph;
	if (fold_make(graph, &g->fold, err) < 0 || check_steps(g, err) < 0)
		goto fail;
	g->packed = memory_new(g->fold.n_steps, sizeof(*g->packed), err);
	g->spans = memory_new(graph->n_values, sizeof(*g->spans), err);
	if (g->packed == NULL || g->spans == NULL)
		goto fail;
	place_weights(g);
	place_activations(g);
	if (blas_open(1, err) < 0)
		goto fail;
	*state = g;
	return 0;
fail:
	gemm_destroy(g);
	return -1;
}

static size_t
gemm_weights_bytes(const void *state)
{
	return ((const struct gemm *)state)->weights_floats * sizeof(float);
}

static size_t
gemm_scratch_bytes(const void *state)
{
	return ((const struct gemm *)state)->scratch_floats * sizeof(float);
}

/* Rows k of the weight, times the scale: transposed when Gemm says c k. */
static void
pack_weight(const struct fold_step *step, const struct tensor *w,
    const double *scale, float *out)
{
	const bool rows = step->kind == FOLD_CONV || step->node->attr.trans_b;
	const int64_t k = step->channels, c = w->n / k;
	const int64_t k_step = rows ? c : 1, c_step = rows ? 1 : k;

	for (int64_t i = 0; i < k; i++)
		for (int64_t j = 0; j < c; j++)
			*out++ =
			    (float)(scale[i] *
				    (double)w->f32[i * k_step + j * c_step]);
}

static int
gemm_bind(const void *state, const struct tensor *theta, void *weights,
    struct error *err)
{
	const struct gemm *g = state;
	double *scale = weights, *shift = scale + g->fold.max_channels;
	float *base = weights;

	if (fold_bind_tensors(
		g->graph, &g->fold, theta, base + g->tensors, err) < 0)
		return -1;
	for (size_t i = 0; i < g->fold.n_steps; i++) {
		const struct fold_step *step = &g->fold.steps[i];
		const struct packed *packed = &g->packed[i];

		if (step->kind == FOLD_NODE || step->kind == FOLD_ADD)
			continue;
		if (fold_factors(g->graph, step, theta, scale, shift, err) < 0)
			return -1;
		for (int k = 0; k < step->channels; k++) {
			base[packed->shift + k] = (float)shift[k];
			if (step->kind == FOLD_AFFINE)
				base[packed->scale + k] = (float)scale[k];
		}
		if (step->weight >= 0)
			pack_weight(step, &theta[step->weight], scale,
			    base + packed->weight);
	}
	return 0;
}

/* One image on its way: the step at work and its operands. */
struct work {
	const struct gemm *g;
	const struct fold_step *step;
	const float *weight, *scale, *shift, *tensors;
	const float *in[NODE_INPUTS_MAX];
	const float *addend;
	float *columns, *out;
};

static const struct shape *
out_shape(const struct work *work)
{
	return &work->g->graph->values[work->step->out].shape;
}

static float
relu(float x)
{
	return x < 0.0F ? 0.0F : x;
}

/* out = [ReLU](out + shift per channel [+ addend]) */
static void
finish(const struct work *work)
{
	const int64_t n = shape_size(out_shape(work)) / work->step->channels;
	const float *addend = work->addend;
	float *out = work->out;

	for (int k = 0; k < work->step->channels; k++, out += n) {
		float shift = work->shift[k];

		for (int64_t i = 0; i < n; i++)
			out[i] += shift;
		if (addend != NULL)
			for (int64_t i = 0; i < n; i++)
				out[i] += addend[k * n + i];
		if (work->step->relu)
			for (int64_t i = 0; i < n; i++)
				out[i] = relu(out[i]);
	}
}

static void
run_conv(const struct work *work)
{
	const struct attributes *attr = &work->step->node->attr;
	const struct shape *in =
	    &work->g->graph->values[work->step->in[0]].shape;
	const struct shape *out = out_shape(work);
	const int groups = attr->group;
	const int c = (int)in->dim[0] / groups, k = (int)out->dim[0] / groups;
	const int pixels = (int)(out->dim[1] * out->dim[2]);
	const int taps = c * attr->kernel_shape[0] * attr->kernel_shape[1];
	const int64_t in_group = c * in->dim[1] * in->dim[2];

	for (int i = 0; i < groups; i++) {
		const float *x = work->in[0] + i * in_group;

		if (!im2col_is_identity(attr)) {
			im2col(attr, x, c, (int)in->dim[1], (int)in->dim[2],
			    out, work->columns);
			x = work->columns;
		}
		blas_sgemm(CblasNoTrans, CblasNoTrans, k, pixels, taps, 1.0F,
		    work->weight + (int64_t)i * k * taps, taps, x, pixels, 0.0F,
		    work->out + (int64_t)i * k * pixels, pixels);
	}
	finish(work);
}

static void
run_linear(const struct work *work)
{
	const struct tensor *w = &work->g->graph->tensors[work->step->weight];
	const int k = work->step->channels, c = (int)(w->n / k);

	blas_sgemv(CblasNoTrans, k, c, 1.0F, work->weight, c, work->in[0], 1,
	    0.0F, work->out, 1);
	finish(work);
}

/* NOLINTBEGIN(clang-analyzer-core.NullDereference): an affine step has one
 * input and an addition two, both found by run_step */
static void
run_affine(const struct work *work)
{
	const int64_t n = shape_size(out_shape(work)) / work->step->channels;
	const float *x = work->in[0];
	float *out = work->out;

	for (int k = 0; k < work->step->channels; k++, x += n, out += n) {
		float scale = work->scale[k], shift = work->shift[k];

		for (int64_t i = 0; i < n; i++)
			out[i] = x[i] * scale + shift;
		if (work->step->relu)
			for (int64_t i = 0; i < n; i++)
				out[i] = relu(out[i]);
	}
}

static void
run_add(const struct work *work)
{
	const int64_t n = shape_size(out_shape(work));
	float *out = work->out;

	for (int64_t i = 0; i < n; i++)
		out[i] = work->in[0][i] + work->in[1][i];
	if (work->step->relu)
		for (int64_t i = 0; i < n; i++)
			out[i] = relu(out[i]);
}
/* NOLINTEND(clang-analyzer-core.NullDereference) */

static void
run_step(const struct gemm *g, size_t i, const float *weights, float *scratch)
{
	const struct fold_step *step = &g->fold.steps[i];
	struct work work = {.g = g,
	    .step = step,
	    .weight = weights + g->packed[i].weight,
	    .scale = weights + g->packed[i].scale,
	    .shift = weights + g->packed[i].shift,
	    .tensors = weights + g->tensors,
	    .columns = scratch + g->columns,
	    .out = scratch + g->spans[step->out].offset};

	for (int j = 0; j < step->n_in; j++)
		work.in[j] = scratch + g->spans[step->in[j]].offset;
	if (step->addend >= 0)
		work.addend = scratch + g->spans[step->addend].offset;
	switch (step->kind) {
	case FOLD_CONV:
		run_conv(&work);
		break;
	case FOLD_LINEAR:
		run_linear(&work);
		break;
	case FOLD_AFFINE:
		run_affine(&work);
		break;
	case FOLD_ADD:
		run_add(&work);
		break;
	case FOLD_NODE:
		fold_apply(
		    g->graph, &g->fold, step, work.in, work.tensors, work.out);
		break;
	}
}

/*
 * Input and logits pass through scratch, so that OpenBLAS sees the same
 * alignment for every image.
 */
static void
gemm_run(const void *state, const void *weights, void *scratch,
    const float *images, int n, float *logits)
{
	const struct gemm *g = state;
	const struct graph_value *values = g->graph->values;
	const int64_t in_size = shape_size(&values[g->graph->input].shape);
	const int64_t out_size = shape_size(&values[g->graph->output].shape);
	float *base = scratch;

	for (int image = 0; image < n; image++) {
		memcpy(base + g->spans[g->graph->input].offset,
		    images + image * in_size, (size_t)in_size * sizeof(float));
		for (size_t i = 0; i < g->fold.n_steps; i++)
			run_step(g, i, weights, base);
		memcpy(logits + image * out_size,
		    base + g->spans[g->fold.output].offset,
		    (size_t)out_size * sizeof(float));
	}
}

static void
gemm_describe(
    const void *state, const struct plan_trial *trial, struct text *out)
{
	const struct gemm *g = state;
	size_t products = 0;

	(void)trial;
	for (size_t i = 0; i < g->fold.n_steps; i++)
		products += g->fold.steps[i].weight >= 0;
	text_add(out,
	    "gemm: %zu nodes in %zu steps, %zu of them products by OpenBLAS\n",
	    g->graph->n_nodes, g->fold.n_steps, products);
}

static const char *
gemm_kernel(const void *state)
{
	(void)state;
	return blas_core();
}

const struct plan_kind plan_gemm = {
    .name = "gemm",
    .create = gemm_create,
    .destroy = gemm_destroy,
    .weights_bytes = gemm_weights_bytes,
    .scratch_bytes = gemm_scratch_bytes,
    .bind = gemm_bind,
    .run = gemm_run,
    .describe = gemm_describe,
    .kernel = gemm_kernel,
};
