/* Tokens in training: rows and functions of one number, there and back. */
#include "execute/train.h"
#include "net/operator.h"

/* Values as the graph has them: whole images, one behind another. */
static bool
is_flat(const struct train_pass *p, int value)
{
	const struct slot *s = &p->place[value];

	return p->base.graph->values[value].kind != VALUE_TENSOR &&
	       !s->pixels && s->h == 1 && s->w == 1;
}

static bool
is_tensor(const struct train_pass *p, const struct node *node, int j)
{
	return p->base.graph->values[node->in[j]].kind == VALUE_TENSOR;
}

/* Elements from the node's axis on. */
static int
row_of(const struct graph *g, const struct node *node)
{
	const struct shape *shape = &g->values[node->out].shape;
	int64_t row = 1;

	for (int i = node->attr.axis - 1; i < shape->rank; i++)
		row *= shape->dim[i];
	return (int)row;
}

void
train_rows_init(struct train_pass *p, int i)
{
	const struct graph *g = p->base.graph;
	const struct node *node = &g->nodes[i];
	struct token *t = &p->token[i];

	if (t->kind != TOKEN_NONE || !is_flat(p, node->in[0]) ||
	    !is_flat(p, node->out))
		return;
	if (node->op == OP_SOFTMAX &&
	    node->attr.axis == g->values[node->out].shape.rank) {
		t->kind = TOKEN_SOFTMAX;
	} else if (node->op == OP_LAYER_NORMALIZATION) {
		for (int j = 1; j < node->n_in; j++)
			if (!is_tensor(p, node, j))
				return;
		t->kind = TOKEN_LAYER_NORM;
	} else {
		return;
	}
	t->row = row_of(g, node);
}

bool
train_rows_learner(const struct train_pass *p, int i, struct learner *l)
{
	const struct graph *g = p->base.graph;
	const struct node *node = &g->nodes[i];
	const struct token *t = &p->token[i];
	const int trans = node->attr.trans_b;
	const struct tensor *w;

	if (node->op != OP_MAT_MUL || !is_tensor(p, node, 1))
		return false;
	w = &g->tensors[g->values[node->in[1]].tensor];
	if (w->rank != 2 || is_tensor(p, node, 0) || !is_flat(p, node->in[0]) ||
	    !is_flat(p, node->out) || w->dim[0] % KERNEL_BLOCK != 0 ||
	    w->dim[1] % KERNEL_BLOCK != 0)
		return false;
	l->rows = p->place[node->out].c / (int)w->dim[!trans];
	l->turned = !trans;
	l->conv = (struct conv){.groups = 1,
	    .c = (int)w->dim[trans],
	    .k = (int)w->dim[!trans],
	    .kh = 1,
	    .kw = 1,
	    .stride = {1, 1},
	    .step = {1, 1}};
	l->weight = g->values[node->in[1]].tensor;
	l->bias_tensor = t->bias;
	l->out = t->add >= 0 ? g->nodes[t->add].out : node->out;
	return true;
}

/* ---- running ---- */

/* Calls run for all images at once where they lie one behind another. */
struct stack {
	size_t size; /* of an image */
	int calls, images;
};

static struct stack
stack_of(const struct group *g, int place, struct view view)
{
	const size_t size = slot_planes(&g->p->place[place]);

	if (view.image == (ptrdiff_t)size)
		return (struct stack){size, 1, g->n};
	return (struct stack){size, g->n, 1};
}

static const float *
tensor_of(const struct group *g, int node, int j)
{
	const struct graph *graph = g->p->base.graph;
	const struct node *n = &graph->nodes[node];

	return j < n->n_in ? g->theta[graph->values[n->in[j]].tensor].f32
			   : NULL;
}

void
train_rows_forward(const struct group *g, const struct step *step)
{
	const struct token *t = &g->p->token[step->node];
	const struct view in = train_view(g, step->in);
	const struct view out = train_view(g, step->out);
	const struct stack s = stack_of(g, step->out, out);
	struct rows_job job = {.in = in.at,
	    .out = out.at,
	    .rows = (int)(s.size / (size_t)t->row) * s.images,
	    .n = t->row,
	    .epsilon = g->p->base.graph->nodes[step->node].attr.epsilon};

	if (t->kind == TOKEN_LAYER_NORM) {
		job.weight = tensor_of(g, step->node, 1);
		job.bias = tensor_of(g, step->node, 2);
	}
	for (int i = 0; i < s.calls; i++) {
		(t->kind == TOKEN_SOFTMAX ? g->p->kernels->softmax
					  : g->p->kernels->layer_norm)(&job);
		job.in += in.image;
		job.out += out.image;
	}
}

void
train_rows_backward(const struct group *g, const struct step *step)
{
	const struct token *t = &g->p->token[step->node];
	const struct partial_gradient partial = train_partial(g->p, step->node);
	const struct view x = train_view(g, step->in);
	const struct view d = train_view(g, step->d);
	const struct view out =
	    step->out >= 0 ? train_view(g, step->out) : (struct view){0};
	const struct stack s = stack_of(g, step->in, x);
	float *d_w[NODE_INPUTS_MAX] = {0};
	struct rows_back_job job = {.x = x.at,
	    .d = d.at,
	    .out = out.at,
	    .rows = (int)(s.size / (size_t)t->row) * s.images,
	    .n = t->row,
	    .add = !step->fresh,
	    .epsilon = g->p->base.graph->nodes[step->node].attr.epsilon};

	if (t->kind == TOKEN_LAYER_NORM) {
		partial_point(&partial, g->slice, g->fresh, d_w);
		job.weight = tensor_of(g, step->node, 1);
		job.d_weight = d_w[1];
		job.d_bias = d_w[2];
	}
	for (int i = 0; i < s.calls; i++) {
		(t->kind == TOKEN_SOFTMAX
			? g->p->kernels->softmax_back
			: g->p->kernels->layer_norm_back)(&job);
		job.x += x.image;
		job.d += d.image;
		job.out += job.out != NULL ? out.image : 0;
	}
}

void
train_function_forward(const struct group *g, const struct step *step)
{
	const struct slot *s = &g->p->place[step->out];
	const struct attributes *a = &g->p->base.graph->nodes[step->node].attr;

	g->p->kernels->pointwise[g->p->token[step->node].function](
	    &(struct pointwise_job){.in = train_view(g, step->in),
		.out = train_view(g, step->out),
		.images = g->n,
		.h = s->h,
		.w = s->w,
		.c = s->c,
		.alpha = a->alpha,
		.beta = a->beta});
}

void
train_function_backward(const struct group *g, const struct step *step)
{
	const struct slot *s = &g->p->place[step->out];
	const struct attributes *a = &g->p->base.graph->nodes[step->node].attr;

	g->p->kernels->slope[g->p->token[step->node].function](
	    &(struct pointwise_back_job){.in = train_view(g, step->in),
		.d = train_view(g, step->d),
		.out = train_view(g, step->out),
		.images = g->n,
		.h = s->h,
		.w = s->w,
		.c = s->c,
		.alpha = a->alpha,
		.beta = a->beta,
		.add = !step->fresh});
}
