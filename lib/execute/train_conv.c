#include <string.h>

#include "execute/pixel.h"
#include "execute/train.h"

enum { B = KERNEL_BLOCK };

void
train_conv_init(struct train_pass *p, int node)
{
	const struct graph *g = p->base.graph;
	const struct node *n = &g->nodes[node];
	const struct attributes *a = &n->attr;
	const struct slot *in = &p->place[n->in[0]];
	const struct slot *out = &p->place[n->out];
	struct learner *l = &p->learner[node];

	if (n->op == OP_CONV)
		l->fast = a->group == 1 && a->dilations[0] == 1 &&
			  a->dilations[1] == 1;
	else if (n->op == OP_GEMM)
		l->fast = a->trans_b && in->h == 1 && in->w == 1;
	else
		l->fast = train_rows_learner(p, node, l);
	if (l->rows > 0)
		l->transposed = conv_transposed(&l->conv);
	if (!l->fast || l->rows > 0)
		return;
	l->out = n->out;
	l->weight = g->values[n->in[1]].tensor;
	l->bias_tensor = n->n_in == 3 ? g->values[n->in[2]].tensor : -1;
	l->conv = conv_of(n, in, out);
	l->conv.winograd = conv_suits_winograd(&l->conv, true, out->h, out->w);
	l->transposed = conv_transposed(&l->conv);
	l->transposed.winograd =
	    l->conv.stride[0] == 1 && l->conv.stride[1] == 1 &&
	    conv_suits_winograd(&l->transposed, true, in->h, in->w);
}

void
train_conv_borders(struct train_pass *p, const struct step *step)
{
	const struct node *node = &p->base.graph->nodes[step->node];
	const struct learner *l = &p->learner[step->node];
	struct slot *in = &p->place[step->in], *d;
	const struct slot *out = &p->place[node->out];

	if (l->rows > 0)
		return;
	border_grow(&in->border, conv_border(&l->conv, in, out->h, out->w));
	if (step->kind != BACK_CONV)
		return;
	d = &p->place[step->d];
	border_grow(&d->border, conv_d_border(&l->conv, out->h, out->w));
	border_grow(
	    &d->border, l->transposed.winograd
			    ? conv_border(&l->transposed, d, in->h, in->w)
			    : conv_back_border(&l->conv, in, out->h, out->w));
}

/* The place whose memory another one shares. */
static const struct slot *
root_of(const struct train_pass *p, int place)
{
	return &p->place[p->place[place].root];
}

int
train_conv_taps(struct train_pass *p, int node, struct error *err)
{
	const struct node *n = &p->base.graph->nodes[node];
	struct learner *l = &p->learner[node];
	const int d = l->out + (int)p->base.graph->n_values;

	if (conv_taps(&l->conv, root_of(p, n->in[0]), err) < 0)
		return -1;
	return conv_back_taps(&l->back, &l->conv, root_of(p, d), err);
}

static size_t
most(size_t a, size_t b)
{
	return a > b ? a : b;
}

size_t
train_conv_work(const struct train_pass *p, int node, int group)
{
	const struct node *n = &p->base.graph->nodes[node];
	const struct slot *in = &p->place[n->in[0]];
	const struct slot *out = &p->place[n->out];
	const struct learner *l = &p->learner[node];
	/* of train_conv_pack */
	size_t floats = conv_direct_floats(&l->conv);

	floats = most(floats, conv_work(&l->conv, out->h, out->w, group));
	floats = most(floats, conv_sums_work(&l->conv, out->h, out->w, group));
	return most(floats, conv_work(&l->transposed, in->h, in->w, group));
}

/* ---- weights ---- */

size_t
train_conv_packed(const struct learner *l)
{
	return liveness_floats(
	    (int64_t)most(conv_packed(&l->conv), conv_packed(&l->transposed)));
}

/* Filters and channels change their roles, and the taps their order. */
static void
turn(const struct conv *conv, const float *w, float *out)
{
	const int taps = conv->kh * conv->kw;

	for (int i = 0; i < conv->c; i++)
		for (int j = 0; j < conv->k; j++)
			for (int t = 0; t < taps; t++)
				*out++ =
				    w[(j * conv->c + i) * taps + taps - 1 - t];
}

void
train_conv_pack(const struct train_pass *p, int node,
    const struct tensor *theta, bool backward, float *work)
{
	const struct learner *l = &p->learner[node];
	float *out = p->packed + l->packed;
	struct conv_filters f = conv_filters_of(
	    &l->conv, l->turned, theta[l->weight].f32, p->one, p->same);

	if (!backward) {
		conv_pack(p->kernels, &l->conv, &f, out);
		if (l->bias_tensor >= 0)
			memcpy(p->packed + l->bias, theta[l->bias_tensor].f32,
			    (size_t)l->conv.k * sizeof(float));
	} else if (l->transposed.winograd) {
		turn(&l->conv, f.w, work);
		f = conv_filters_of(
		    &l->transposed, false, work, p->one, p->same);
		conv_pack(p->kernels, &l->transposed, &f, out);
	} else {
		conv_back_pack(&l->back, &l->conv, &f, out);
	}
}

/* Rows are [block of k][tap][c]; in the model's weight k c tap, or c k. */
void
train_conv_add(const struct train_pass *p, const struct learner *l, int slices,
    size_t first, size_t end, float *gradient)
{
	const size_t c = (size_t)l->conv.c, k = (size_t)l->conv.k;
	const size_t taps = (size_t)l->conv.kh * (size_t)l->conv.kw;

	for (size_t row = first; row < end; row++) {
		const float *at = p->base.partials + l->partial + row * B;
		size_t block = row / (taps * c) * B;
		size_t to = row % c * taps + row / c % taps;
		const size_t next = l->turned ? 1 : c * taps;

		to *= l->turned ? k : 1;
		double sum[B] = {0};

		for (int i = 0; i < slices; i++, at += p->base.partial)
			for (int j = 0; j < B; j++)
				sum[j] += (double)at[j];
		for (size_t j = 0; j < B && block + j < k; j++)
			gradient[(block + j) * next + to] += (float)sum[j];
	}
}

/* ---- running ---- */

/* Pixels of a place, or its rows of so many channels. */
static struct view
view_of(const struct group *g, const struct learner *l, int place, int c)
{
	struct view view = train_view(g, place);

	if (l->rows > 0)
		view.pixel = c;
	return view;
}

/* Pixels of an image, of which rows are one line. */
static void
size_of(
    const struct group *g, const struct learner *l, int place, int *h, int *w)
{
	*h = l->rows > 0 ? 1 : g->p->place[place].h;
	*w = l->rows > 0 ? l->rows : g->p->place[place].w;
}

void
train_conv_forward(const struct group *g, const struct step *step)
{
	const struct train_pass *p = g->p;
	const struct learner *l = &p->learner[step->node];
	struct conv_call call = {.in = view_of(g, l, step->in, l->conv.c),
	    .out = view_of(g, l, step->out, l->conv.k),
	    .images = g->n,
	    .weights = p->packed + l->packed,
	    .bias = l->bias_tensor >= 0 ? p->packed + l->bias : p->zeros,
	    .limits = limits_none(),
	    .work = g->work};

	size_of(g, l, step->out, &call.h, &call.w);
	conv_run(p->kernels, &l->conv, &call);
}

static void
data_backward(const struct group *g, const struct step *step)
{
	const struct train_pass *p = g->p;
	const struct learner *l = &p->learner[step->node];
	const struct view out = view_of(g, l, step->out, l->conv.c);
	struct conv_call call = {.in = view_of(g, l, step->d, l->conv.k),
	    .out = out,
	    .images = g->n,
	    .weights = p->packed + l->packed,
	    .bias = p->zeros,
	    .limits = limits_none(),
	    .work = g->work};

	size_of(g, l, step->in, &call.h, &call.w);
	if (!step->fresh)
		call.add = out;
	if (l->transposed.winograd)
		conv_run(p->kernels, &l->transposed, &call);
	else
		conv_back_run(p->kernels, &l->back, &l->conv, &call);
}

static float *
partial_of(const struct group *g, const struct learner *l)
{
	return g->p->base.partials + (size_t)g->slice * g->p->base.partial +
	       l->partial;
}

static void
weights_backward(const struct group *g, const struct step *step)
{
	const struct train_pass *p = g->p;
	const struct learner *l = &p->learner[step->node];
	struct conv_sums_call call = {.in = view_of(g, l, step->in, l->conv.c),
	    .d_out = view_of(g, l, step->d, l->conv.k),
	    .images = g->n,
	    .sums = g->gradient + l->sums,
	    .fresh = g->fresh,
	    .work = g->work};

	size_of(g, l, l->out, &call.h, &call.w);
	if (!l->conv.winograd) {
		call.sums = partial_of(g, l);
		if (g->fresh)
			memset(call.sums, 0,
			    conv_direct_floats(&l->conv) * sizeof(float));
	}
	conv_add_sums(p->kernels, &l->conv, &call);
	if (l->bias_tensor >= 0)
		p->kernels->norm_sums(&(struct norm_sums_job){.x = call.d_out,
		    .images = g->n,
		    .h = call.h,
		    .w = call.w,
		    .c = l->conv.k,
		    .sums = p->sums + (size_t)g->slice * p->n_sums +
			    p->sum[step->node]});
}

void
train_conv_backward(const struct group *g, const struct step *step)
{
	weights_backward(g, step);
	if (step->out >= 0)
		data_backward(g, step);
}

void
train_conv_end(const struct group *g, int node)
{
	const struct learner *l = &g->p->learner[node];

	if (l->conv.winograd)
		g->p->kernels->winograd_gradient_end(g->gradient + l->sums,
		    l->conv.k, l->conv.c, partial_of(g, l));
}
