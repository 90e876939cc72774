/* Batch normalisation of a pass: sums over all slices, then the transform. */
#include <float.h>
#include <math.h>

#include "execute/pass_internal.h"

struct norm {
	int64_t c, pixels;
	double epsilon, count;
	const float *weight, *bias;
	struct norm_channel *channel;
};

static struct norm
norm_of(const struct stage *s)
{
	const struct shape *shape = &s->pass->graph->values[s->node->out].shape;
	const int64_t pixels = shape_size(shape) / shape->dim[0];

	return (struct norm){.c = shape->dim[0],
	    .pixels = pixels,
	    .epsilon = (double)s->node->attr.epsilon,
	    .count = (double)pixels * s->pass->n,
	    .weight = pass_array(s, s->node->in[1], 0),
	    .bias = pass_array(s, s->node->in[2], 0),
	    .channel = s->pass->channel + s->pass->channels[s->index]};
}

static void
norm_sums_slice(void *context, int task, int worker)
{
	const struct stage *s = context;
	const struct slice slice = pass_slice(s, task);
	const struct norm norm = norm_of(s);
	const float *x = pass_array(s, s->node->in[0], slice.first);
	const float *dy = pass_d_array(s, s->node->out, slice.first);
	double *sums = s->pass->sum + (size_t)(task + 1) * s->pass->sums;

	(void)worker;
	if (s->gradient == NULL)
		norm_sums(x, slice.n, norm.c, norm.pixels, sums);
	else
		norm_back_sums(
		    x, dy, slice.n, norm.c, norm.pixels, norm.channel, sums);
}

static void
norm_squares_slice(void *context, int task, int worker)
{
	const struct stage *s = context;
	const struct slice slice = pass_slice(s, task);
	const struct norm norm = norm_of(s);

	(void)worker;
	norm_squares(pass_array(s, s->node->in[0], slice.first), slice.n,
	    norm.c, norm.pixels, norm.channel,
	    s->pass->sum + (size_t)(task + 1) * s->pass->sums);
}

static void
norm_apply_slice(void *context, int task, int worker)
{
	const struct stage *s = context;
	const struct slice slice = pass_slice(s, task);
	const struct norm norm = norm_of(s);
	const float *x = pass_array(s, s->node->in[0], slice.first);
	float *dx = pass_d_array(s, s->node->in[0], slice.first);

	(void)worker;
	if (s->gradient == NULL) {
		norm_apply(x, slice.n, norm.c, norm.pixels, norm.channel,
		    norm.epsilon, norm.weight, norm.bias,
		    (float *)pass_array(s, s->node->out, slice.first));
		return;
	}
	pass_clear_fresh(s, slice);
	if (dx != NULL)
		norm_back_apply(x, pass_d_array(s, s->node->out, slice.first),
		    slice.n, norm.c, norm.pixels, norm.channel, norm.epsilon,
		    norm.weight, s->pass->sum, norm.count, dx);
}

/* The slices' sums into those of the batch, in their order. */
static void
add_sums(struct stage *s, int64_t n)
{
	const struct pass *p = s->pass;

	for (int64_t k = 0; k < n; k++) {
		p->sum[k] = 0.0;
		for (int i = 1; i <= s->slices; i++)
			p->sum[k] += p->sum[(size_t)i * p->sums + (size_t)k];
	}
}

/* The second look of pass_new_forward. */
static void
settle_variance(struct stage *s, const struct norm *norm)
{
	pass_run(s, norm_squares_slice);
	add_sums(s, norm->c);
	for (int64_t k = 0; k < norm->c; k++)
		norm->channel[k].var = s->pass->sum[k] / norm->count;
}

void
pass_norm_forward(struct stage *s)
{
	const struct norm norm = norm_of(s);

	pass_run(s, norm_sums_slice);
	add_sums(s, 2 * norm.c);
	norm_finish(s->pass->sum, norm.c, norm.count, norm.channel);
	if (s->pass->forward_only)
		settle_variance(s, &norm);
	pass_run(s, norm_apply_slice);
}

void
pass_norm_backward(struct stage *s)
{
	const struct graph_value *values = s->pass->graph->values;
	const struct norm norm = norm_of(s);
	float *d_weight = s->gradient[values[s->node->in[1]].tensor];
	float *d_bias = s->gradient[values[s->node->in[2]].tensor];

	pass_run(s, norm_sums_slice);
	add_sums(s, 2 * norm.c);
	for (int64_t k = 0; k < norm.c; k++) {
		double var = norm.channel[k].var + norm.epsilon;

		if (d_bias != NULL)
			d_bias[k] += (float)s->pass->sum[k];
		if (d_weight != NULL)
			d_weight[k] +=
			    (float)(s->pass->sum[norm.c + k] / sqrt(var));
	}
	pass_run(s, norm_apply_slice);
}

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
