/* What the slices of a segment leave, added in their order. */
#include <math.h>

#include "execute/train.h"

/* Rows of a partial that one task adds. */
enum { ROWS = 256 };

/* A node's sums over all slices, in their order: 2 c doubles. */
static double
total(const struct train_task *run, int node, size_t i)
{
	const struct train_pass *p = run->p;
	double sum = 0.0;

	for (int s = 0; s < run->slices; s++)
		sum += p->sums[(size_t)s * p->n_sums + p->sum[node] + i];
	return sum;
}

/* Of a batch norm node. */
struct norm {
	const struct node *node;
	int c;
	size_t blocks; /* channels in whole blocks */
	double count;
	struct norm_channel *channel;
	float *factor;
};

static struct norm
norm_of(const struct train_task *run, int node)
{
	const struct train_pass *p = run->p;
	const struct node *n = &p->base.graph->nodes[node];
	const struct slot *a = &p->place[n->out];

	return (struct norm){.node = n,
	    .c = a->c,
	    .blocks = (size_t)kernel_padded(a->c),
	    .count = (double)a->h * a->w * p->base.n,
	    .channel = p->base.channel + p->base.channels[node],
	    .factor = p->factors + p->norm[node].factors};
}

static const struct graph_value *
tensor_of(const struct train_task *run, const struct node *node, int j)
{
	return &run->p->base.graph->values[node->in[j]];
}

/* The factors, once mean and variance are known. */
static void
settle_factors(const struct train_task *run, const struct norm *m)
{
	const float *weight =
	    run->theta[tensor_of(run, m->node, 1)->tensor].f32;
	const float *bias = run->theta[tensor_of(run, m->node, 2)->tensor].f32;
	const double epsilon = (double)m->node->attr.epsilon;

	for (int k = 0; k < m->c; k++) {
		const struct norm_channel *ch = &m->channel[k];
		const double scale =
		    (double)weight[k] / sqrt(ch->var + epsilon);
		float *f = m->factor + k;

		f[NORM_SCALE * m->blocks] = (float)scale;
		f[NORM_SHIFT * m->blocks] =
		    (float)((double)bias[k] - ch->mean * scale);
		f[NORM_MEAN * m->blocks] = (float)ch->mean;
	}
}

static void
finish_sums(const struct train_task *run, int node)
{
	const struct norm m = norm_of(run, node);

	for (int k = 0; k < m.c; k++) {
		double sums[2] = {total(run, node, (size_t)k),
		    total(run, node, m.blocks + (size_t)k)};

		norm_finish(sums, 1, m.count, &m.channel[k]);
	}
	settle_factors(run, &m);
}

static void
finish_squares(const struct train_task *run, int node)
{
	const struct norm m = norm_of(run, node);

	for (int k = 0; k < m.c; k++)
		m.channel[k].var = total(run, node, (size_t)k) / m.count;
	settle_factors(run, &m);
}

/* See norm_back_apply. */
static void
finish_back_sums(const struct train_task *run, int node)
{
	const struct norm m = norm_of(run, node);
	const int tensor[2] = {tensor_of(run, m.node, 1)->tensor,
	    tensor_of(run, m.node, 2)->tensor};
	float *d_weight = run->gradient[tensor[0]];
	float *d_bias = run->gradient[tensor[1]];

	for (int k = 0; k < m.c; k++) {
		const struct norm_channel *ch = &m.channel[k];
		const double s1 = total(run, node, (size_t)k);
		const double s2 = total(run, node, m.blocks + (size_t)k);
		const double var = ch->var + (double)m.node->attr.epsilon;
		float *f = m.factor + k;

		f[NORM_D_MEAN * m.blocks] = (float)(s1 / m.count);
		f[NORM_SLOPE * m.blocks] = (float)(s2 / var / m.count);
		if (d_bias != NULL)
			d_bias[k] += (float)s1;
		if (d_weight != NULL)
			d_weight[k] += (float)(s2 / sqrt(var));
	}
}

/* The slices' gradients by a convolution's weights, to be added to it. */
struct addition {
	const struct train_task *run;
	const struct learner *conv;
	size_t rows;
	float *gradient;
};

static void
add_rows(void *context, int task, int worker)
{
	const struct addition *a = context;
	const size_t first = (size_t)task * ROWS, end = first + ROWS;

	(void)worker;
	train_conv_add(a->run->p, a->conv, a->run->slices, first,
	    end < a->rows ? end : a->rows, a->gradient);
}

static void
add_conv(const struct train_task *run, int node)
{
	const struct learner *l = &run->p->learner[node];
	struct addition a = {.run = run,
	    .conv = l,
	    .rows = conv_direct_floats(&l->conv) / KERNEL_BLOCK,
	    .gradient = run->gradient[l->weight]};
	float *d_bias =
	    l->bias_tensor >= 0 ? run->gradient[l->bias_tensor] : NULL;

	if (a.gradient != NULL)
		workers_run(run->p->base.workers,
		    (int)((a.rows + ROWS - 1) / ROWS), add_rows, &a);
	for (int k = 0; d_bias != NULL && k < l->conv.k; k++)
		d_bias[k] += (float)total(run, node, (size_t)k);
}

static void
add_plain(const struct train_task *run, int node)
{
	const struct partial_gradient partial = train_partial(run->p, node);

	partial_add(&partial, run->slices, run->gradient);
}

/* What the slices left of a segment, put together. */
void
train_finish(const struct train_task *run, const struct step *step)
{
	switch (step->kind) {
	case STEP_SUMS:
		finish_sums(run, step->node);
		break;
	case STEP_SQUARES:
		finish_squares(run, step->node);
		break;
	case BACK_SUMS:
		finish_back_sums(run, step->node);
		break;
	case BACK_CONV:
		add_conv(run, step->node);
		break;
	case BACK_ROWS:
	case BACK_PLAIN:
		add_plain(run, step->node);
		break;
	default:
		break;
	}
}
