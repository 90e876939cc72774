/* The steps of the way back, node by node. */
#include "execute/pixel.h"
#include "execute/train_steps.h"

static int
again_of(const struct compiler *c, int value)
{
	return 2 * (int)c->g->n_values + value;
}

bool
train_wants_gradient(const struct compiler *c, int value)
{
	return c->g->values[value].kind == VALUE_ACTIVATION;
}

bool
train_start(struct compiler *c, int value)
{
	bool *started = &c->started[gradient_of(c, value)], first = !*started;

	*started = true;
	return first;
}

/*
 * May the gradients by from and to lie in one place, while the batch norm at
 * node reads still reads from's on the way back?  Not when a node in between
 * adds to to's, or changes it.
 */
static bool
may_share(const struct compiler *c, int reads, int node, int to)
{
	for (int i = reads + 1; i < node; i++) {
		const struct node *between = &c->g->nodes[i];
		const bool only_reads =
		    c->p->learner[i].fast ||
		    (between->op == OP_BATCH_NORMALIZATION &&
			norm_around(c, i)->out == between->out);

		if (between->out == to && !only_reads)
			return false;
		for (int j = 0; j < between->n_in; j++)
			if (between->in[j] == to &&
			    norm_around(c, i) != norm_around(c, reads))
				return false;
	}
	return true;
}

/* The gradient by from is (a part of) that by to; share: in one place. */
static void
give(struct compiler *c, int node, int from, int to, bool share)
{
	struct slot *place = c->p->place;
	struct step step = step_of(BACK_GIVE, node);
	bool first;

	if (!train_wants_gradient(c, to))
		return;
	first = train_start(c, to);
	if (first && share) {
		place[gradient_of(c, to)].root =
		    place[gradient_of(c, from)].root;
		return;
	}
	step.d = gradient_of(c, from);
	step.out = gradient_of(c, to);
	step.fresh = first;
	train_emit(c, step);
}

/*
 * The place that holds value in backward.  What a batch norm with its ReLU
 * makes for convolutions alone is made once more from what it was made from,
 * which backward reads anyway: to write it and to read it again takes longer.
 */
static int
recall(struct compiler *c, int value)
{
	const int segment = (int)c->p->n_segments;

	if (c->again[value] == STORED)
		return value;
	for (size_t i = 0;
	     c->again[value] != segment && i < c->p->forward_steps; i++) {
		struct step step = c->p->step[i];

		if (step.kind != STEP_APPLY || step.out != value)
			continue;
		step.out = again_of(c, value);
		train_emit(c, step);
	}
	c->again[value] = segment;
	return again_of(c, value);
}

void
train_find_again(struct compiler *c)
{
	const struct graph *g = c->g;
	const struct fusion *fusion = &c->p->fusion;

	for (size_t i = 0; i < g->n_values; i++)
		c->again[i] = STORED;
	for (size_t i = 0; i < fusion->n_steps; i++) {
		const struct fused *f = &fusion->steps[i];

		if (f->norm != NULL && f->addend < 0 && f->out != g->output)
			c->again[f->out] = -1;
	}
	for (size_t i = 0; i < g->n_nodes; i++)
		for (int j = 0; j < g->nodes[i].n_in; j++)
			if (!c->p->learner[i].fast)
				c->again[g->nodes[i].in[j]] = STORED;
}

/* The sums, at the node whose output the fused step makes. */
static void
backward_sums(struct compiler *c, const struct fused *f, int last)
{
	const int node = node_of(c, f);
	struct step step = step_of(BACK_SUMS, node);

	step.in = f->in[0];
	step.y = limits_any(f->limits) ? recall(c, f->out) : -1;
	step.d = gradient_of(c, f->out);
	c->p->norm[node].segment = (int)c->p->n_segments;
	train_emit(c, step);
	if (f->addend >= 0)
		give(c, last, f->out, f->addend,
		    may_share(c, node, last, f->addend));
}

static void
backward_norm(struct compiler *c, const struct fused *f)
{
	const int node = node_of(c, f), x = f->in[0];
	struct step step = step_of(BACK_APPLY, node);

	train_wait(c, node);
	if (!train_wants_gradient(c, x))
		return;
	step.in = x;
	step.d = gradient_of(c, f->out);
	step.out = gradient_of(c, x);
	step.fresh = train_start(c, x);
	train_emit(c, step);
}

static void
backward_plain(struct compiler *c, int i)
{
	const struct node *node = &c->g->nodes[i];
	struct step step = step_of(BACK_PLAIN, i);

	step.d = gradient_of(c, node->out);
	for (int j = 0; j < node->n_in; j++)
		if (train_wants_gradient(c, node->in[j]) &&
		    train_start(c, node->in[j]))
			step.fresh |= (uint64_t)1 << j;
	train_emit(c, step);
}

static void
backward_conv(struct compiler *c, int i)
{
	const int x = c->g->nodes[i].in[0];
	struct step step = step_of(BACK_CONV, i);

	step.d = gradient_of(c, c->p->learner[i].out);
	step.in = recall(c, x);
	if (train_wants_gradient(c, x)) {
		step.out = gradient_of(c, x);
		step.fresh = train_start(c, x);
	}
	train_emit(c, step);
}

static void
backward_token(struct compiler *c, int i)
{
	const struct token *t = &c->p->token[i];
	const struct node *node = &c->g->nodes[i];
	const bool function = t->kind == TOKEN_FUNCTION;
	const int x = function ? t->in : node->in[0];
	struct step step = step_of(function ? BACK_FUNCTION : BACK_ROWS, i);

	step.in = t->kind == TOKEN_SOFTMAX ? node->out : x;
	step.d = gradient_of(c, node->out);
	if (train_wants_gradient(c, x)) {
		step.out = gradient_of(c, x);
		step.fresh = train_start(c, x);
	} else if (t->kind != TOKEN_LAYER_NORM) {
		return;
	}
	train_emit(c, step);
}

static void
backward_relu(struct compiler *c, int i)
{
	const struct node *node = &c->g->nodes[i];
	struct step step = step_of(BACK_RELU, i);

	step.y = node->out;
	step.d = gradient_of(c, node->out);
	train_emit(c, step);
	give(c, i, node->out, node->in[0], true);
}

static void
backward_mean(struct compiler *c, int i)
{
	const int x = c->g->nodes[i].in[0];
	struct step step = step_of(BACK_SPREAD, i);

	if (!train_wants_gradient(c, x))
		return;
	step.d = gradient_of(c, c->g->nodes[i].out);
	step.out = gradient_of(c, x);
	step.fresh = train_start(c, x);
	train_emit(c, step);
}

/* Node i, which went into the step of a batch norm. */
static void
backward_fused(struct compiler *c, const struct fused *f, int i)
{
	if (!c->started[gradient_of(c, f->out)])
		return;
	if (f->out == c->g->nodes[i].out)
		backward_sums(c, f, i);
	if (i == node_of(c, f))
		backward_norm(c, f);
}

void
train_backward_node(struct compiler *c, int i)
{
	const struct node *node = &c->g->nodes[i];
	const struct fused *norm = norm_around(c, i);

	if (norm != NULL) {
		backward_fused(c, norm, i);
		return;
	}
	if (train_is_taken(c, i) ||
	    !c->started[gradient_of(
		c, c->p->learner[i].fast ? c->p->learner[i].out : node->out)])
		return;
	if (c->p->token[i].kind != TOKEN_NONE)
		backward_token(c, i);
	else if (train_is_form(c, node)) {
		give(c, i, node->out, node->in[0], true);
	} else if (c->p->learner[i].fast) {
		backward_conv(c, i);
	} else if (node->op == OP_RELU) {
		backward_relu(c, i);
	} else if (fuse_is_sum(c->g, node)) {
		/* who shares is added to later, so the other one first */
		give(c, i, node->out, node->in[1], false);
		give(c, i, node->out, node->in[0], true);
	} else if (node->op == OP_GLOBAL_AVERAGE_POOL &&
		   pixel_pools(c->g, node)) {
		backward_mean(c, i);
	} else {
		backward_plain(c, i);
	}
}
