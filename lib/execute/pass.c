/* Which executor of training runs a graph. */
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "execute/pass_internal.h"
#include "kernel/cpu.h"
#include "net/blas.h"

/* Without vectors OpenBLAS is the faster one. */
static const struct pass_kind *
choose(const struct pass_kind *kind, struct error *err)
{
	int level = kind == NULL ? cpu_level(err) : CPU_REF;

	if (level < 0)
		return NULL;
	if (kind == NULL)
		kind = level >= CPU_SETS ? &pass_fast : &pass_reference;
	/* what it computes with is in its name */
	return kind == &pass_fast || blas_open(1, err) == 0 ? kind : NULL;
}

/* Any of them may multiply: a fast one where no kernel fits a node. */
static struct pass *
create(const struct graph *graph, const struct pass_kind *kind, int batch,
    struct workers *workers, bool forward, struct error *err)
{
	kind = choose(kind, err);
	if (kind == NULL || blas_open(workers_count(workers), err) < 0)
		return NULL;
	return kind->create(graph, batch, workers, forward, err);
}

struct pass *
pass_new_kind(const struct graph *graph, const struct pass_kind *kind,
    int batch, struct workers *workers, struct error *err)
{
	return create(graph, kind, batch, workers, false, err);
}

struct pass *
pass_new_forward(const struct graph *graph, const struct pass_kind *kind,
    int batch, struct workers *workers, struct error *err)
{
	return create(graph, kind, batch, workers, true, err);
}

const char *
pass_kernel(char text[PASS_KERNEL_BYTES])
{
	struct error err;
	const struct pass_kind *kind = choose(NULL, &err);

	if (kind == NULL)
		return "none";
	snprintf(text, PASS_KERNEL_BYTES, "%s %s", kind->name,
	    kind == &pass_fast ? cpu_kernels(cpu_level(&err))->name
			       : blas_core());
	return text;
}

struct pass *
pass_new(const struct graph *graph, int batch, struct workers *workers,
    struct error *err)
{
	return pass_new_kind(graph, NULL, batch, workers, err);
}

void
pass_free(struct pass *pass)
{
	if (pass != NULL)
		pass->kind->destroy(pass);
}

int
pass_bytes(const struct graph *graph, int batch, int threads, size_t *bytes,
    struct error *err)
{
	const struct pass_kind *kind = choose(NULL, err);

	return kind != NULL ? kind->bytes(graph, batch, threads, bytes, err)
			    : -1;
}

size_t
pass_held(const struct pass *pass)
{
	return pass->kind->held(pass);
}

const float *
pass_forward(
    struct pass *pass, const struct tensor *theta, const float *images, int n)
{
	return pass->kind->forward(pass, theta, images, n);
}

float *
pass_d_logits(struct pass *pass)
{
	return pass->kind->d_logits(pass);
}

void
pass_backward(
    struct pass *pass, const struct tensor *theta, float *const *gradient)
{
	pass->kind->backward(pass, theta, gradient);
}

/* ---- statistics ---- */

/* The running statistics that belong to a batch normalisation. */
static struct tensor *
statistic(const struct graph *g, const struct node *node, int input,
    struct tensor *theta)
{
	return &theta[g->values[node->in[input]].tensor];
}

void
pass_track(const struct pass *pass, double momentum, struct tensor *theta)
{
	const struct graph *g = pass->graph;

	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct node *node = &g->nodes[i];
		const struct norm_channel *ch =
		    pass->channel + pass->channels[i];
		struct tensor *mean, *var;
		int64_t pixels; /* of a channel */
		double count;

		if (node->op != OP_BATCH_NORMALIZATION)
			continue;
		mean = statistic(g, node, 3, theta);
		var = statistic(g, node, 4, theta);
		pixels = shape_size(&g->values[node->out].shape) / mean->n;
		count = (double)pixels * pass->n;
		for (int64_t k = 0; k < mean->n; k++) {
			double unbiased =
			    count > 1.0 ? count / (count - 1.0) : 1.0;
			double m = (double)mean->f32[k];
			double v = (double)var->f32[k];

			mean->f32[k] = (float)(m + momentum * (ch[k].mean - m));
			var->f32[k] =
			    (float)(v + momentum * (ch[k].var * unbiased - v));
		}
	}
	for (size_t t = 0; t < g->n_tensors; t++)
		if (theta[t].role == ROLE_BATCHES &&
		    theta[t].type == TENSOR_INT64 && theta[t].n == 1)
			theta[t].i64[0]++;
}

static float
float_or_nan(double x)
{
	return fabs(x) <= (double)FLT_MAX ? (float)x : NAN;
}

void
pass_statistics(const struct pass *pass, struct tensor *theta)
{
	const struct graph *g = pass->graph;

	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct node *node = &g->nodes[i];
		const struct norm_channel *ch =
		    pass->channel + pass->channels[i];
		struct tensor *mean, *var;

		if (node->op != OP_BATCH_NORMALIZATION)
			continue;
		mean = statistic(g, node, 3, theta);
		var = statistic(g, node, 4, theta);
		for (int64_t k = 0; k < mean->n; k++) {
			mean->f32[k] = float_or_nan(ch[k].mean);
			var->f32[k] = float_or_nan(ch[k].var);
		}
	}
}
