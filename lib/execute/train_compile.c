#include <stdlib.h>

#include "base/memory.h"
#include "execute/pixel.h"
#include "execute/train.h"

enum { STORED = -2 };

/* While the steps are written down. */
struct compiler {
	struct train_pass *p;
	const struct graph *g;
	bool *started; /* by place: the gradient has a first part */
	/* Of a value, in backward: the segment that makes it once more; -1
	 * none so far, STORED: its place has it. */
	int *again;
	struct error *err;
	int status;
};

static int
gradient_of(const struct compiler *c, int value)
{
	return (int)c->g->n_values + value;
}

static int
again_of(const struct compiler *c, int value)
{
	return 2 * (int)c->g->n_values + value;
}

/* A step without operands. */
static struct step
step_of(enum step_kind kind, int node)
{
	return (struct step){.kind = kind,
	    .node = node,
	    .in = -1,
	    .add = -1,
	    .y = -1,
	    .d = -1,
	    .out = -1};
}

static void
emit(struct compiler *c, struct step step)
{
	struct train_pass *p = c->p;

	if (c->status == 0)
		c->status = memory_grow(&p->step, &p->room_steps,
		    p->n_steps + 1, sizeof(*p->step), c->err);
	if (c->status == 0)
		p->step[p->n_steps++] = step;
}

/* What follows waits until all slices are here. */
static void
cut(struct compiler *c)
{
	struct train_pass *p = c->p;
	const size_t first =
	    p->n_segments > 0 ? p->segment[p->n_segments - 1].end : 0;

	if (c->status < 0 || p->n_steps == first)
		return;
	c->status = memory_grow(&p->segment, &p->room_segments,
	    p->n_segments + 1, sizeof(*p->segment), c->err);
	if (c->status == 0)
		p->segment[p->n_segments++] =
		    (struct segment){.first = first, .end = p->n_steps};
}

/* The step of a batch norm that node i went into, or NULL. */
static const struct fused *
norm_around(const struct compiler *c, int i)
{
	const struct fusion *fusion = &c->p->fusion;
	const struct fused *f =
	    &fusion->steps[fusion->maker[c->g->nodes[i].out]];

	return f->norm != NULL ? f : NULL;
}

/* Its node. */
static int
node_of(const struct compiler *c, const struct fused *norm)
{
	return (int)(norm->node - c->g->nodes);
}

/* ---- forward ---- */

/* The sums of a batch norm must be those of the batch. */
static void
wait_for_sums(struct compiler *c, int node)
{
	if (c->p->norm[node].segment == (int)c->p->n_segments)
		cut(c);
}

static void
forward_sums(struct compiler *c, int i)
{
	struct step step = step_of(STEP_SUMS, i);

	step.in = c->g->nodes[i].in[0];
	emit(c, step);
	if (c->p->base.forward_only) {
		cut(c);
		step.kind = STEP_SQUARES;
		emit(c, step);
	}
	c->p->norm[i].segment = (int)c->p->n_segments;
}

static void
forward_norm(struct compiler *c, const struct fused *f)
{
	const int node = node_of(c, f);
	struct step step = step_of(STEP_APPLY, node);

	wait_for_sums(c, node);
	step.in = f->in[0];
	step.add = f->addend;
	step.out = f->out;
	step.relu = limits_any(f->limits);
	emit(c, step);
}

/* A vector already, one pixel of it. */
static bool
is_flat(const struct compiler *c, const struct node *node)
{
	const struct slot *in = &c->p->place[node->in[0]];

	return node->op == OP_FLATTEN && in->h == 1 && in->w == 1 &&
	       in->c == c->p->place[node->out].c && node->in[0] != c->g->input;
}

static void
forward_node(struct compiler *c, int i)
{
	const struct node *node = &c->g->nodes[i];
	const struct fused *norm = norm_around(c, i);
	struct step step = step_of(STEP_PLAIN, i);

	step.in = node->in[0];
	step.out = node->out;
	if (node->op == OP_BATCH_NORMALIZATION)
		forward_sums(c, i);
	if (norm != NULL) {
		if (norm->out == node->out)
			forward_norm(c, norm);
		return;
	}
	if (is_flat(c, node)) {
		c->p->place[node->out].root = c->p->place[node->in[0]].root;
		return;
	}
	if (c->p->learner[i].fast)
		step.kind = STEP_CONV;
	else if (pixel_pools(c->g, node))
		step.kind = STEP_POOL;
	else if (node->op == OP_RELU || fuse_is_sum(c->g, node))
		step.kind = STEP_AFFINE;
	step.relu = node->op == OP_RELU;
	if (fuse_is_sum(c->g, node))
		step.add = node->in[1];
	if (c->g->values[step.in].kind == VALUE_TENSOR)
		step.in = -1; /* STEP_PLAIN finds its operands */
	emit(c, step);
}

/* ---- backward ---- */

static bool
wants_gradient(const struct compiler *c, int value)
{
	return c->g->values[value].kind == VALUE_ACTIVATION;
}

/* Is this the first part of value's gradient?  The next ones are not. */
static bool
start(struct compiler *c, int value)
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

	if (!wants_gradient(c, to))
		return;
	first = start(c, to);
	if (first && share) {
		place[gradient_of(c, to)].root =
		    place[gradient_of(c, from)].root;
		return;
	}
	step.d = gradient_of(c, from);
	step.out = gradient_of(c, to);
	step.fresh = first;
	emit(c, step);
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
		emit(c, step);
	}
	c->again[value] = segment;
	return again_of(c, value);
}

static void
find_again(struct compiler *c)
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
	emit(c, step);
	if (f->addend >= 0)
		give(c, last, f->out, f->addend,
		    may_share(c, node, last, f->addend));
}

static void
backward_norm(struct compiler *c, const struct fused *f)
{
	const int node = node_of(c, f), x = f->in[0];
	struct step step = step_of(BACK_APPLY, node);

	wait_for_sums(c, node);
	if (!wants_gradient(c, x))
		return;
	step.in = x;
	step.d = gradient_of(c, f->out);
	step.out = gradient_of(c, x);
	step.fresh = start(c, x);
	emit(c, step);
}

static void
backward_plain(struct compiler *c, int i)
{
	const struct node *node = &c->g->nodes[i];
	struct step step = step_of(BACK_PLAIN, i);

	step.d = gradient_of(c, node->out);
	for (int j = 0; j < node->n_in; j++)
		if (wants_gradient(c, node->in[j]) && start(c, node->in[j]))
			step.fresh |= (uint64_t)1 << j;
	emit(c, step);
}

static void
backward_conv(struct compiler *c, int i)
{
	const int x = c->g->nodes[i].in[0];
	struct step step = step_of(BACK_CONV, i);

	step.d = gradient_of(c, c->g->nodes[i].out);
	step.in = recall(c, x);
	if (wants_gradient(c, x)) {
		step.out = gradient_of(c, x);
		step.fresh = start(c, x);
	}
	emit(c, step);
}

static void
backward_relu(struct compiler *c, int i)
{
	const struct node *node = &c->g->nodes[i];
	struct step step = step_of(BACK_RELU, i);

	step.y = node->out;
	step.d = gradient_of(c, node->out);
	emit(c, step);
	give(c, i, node->out, node->in[0], true);
}

static void
backward_mean(struct compiler *c, int i)
{
	const int x = c->g->nodes[i].in[0];
	struct step step = step_of(BACK_SPREAD, i);

	if (!wants_gradient(c, x))
		return;
	step.d = gradient_of(c, c->g->nodes[i].out);
	step.out = gradient_of(c, x);
	step.fresh = start(c, x);
	emit(c, step);
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

static void
backward_node(struct compiler *c, int i)
{
	const struct node *node = &c->g->nodes[i];
	const struct fused *norm = norm_around(c, i);

	if (norm != NULL) {
		backward_fused(c, norm, i);
		return;
	}
	if (!c->started[gradient_of(c, node->out)])
		return;
	if (is_flat(c, node)) {
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

/* ---- the whole ---- */

static void
compile(struct compiler *c)
{
	const struct graph *g = c->g;
	const int n = (int)g->n_nodes;
	struct step step = step_of(STEP_INPUT, -1);

	for (int i = 0; i < n; i++)
		train_conv_init(c->p, i);
	find_again(c);
	step.out = g->input;
	emit(c, step);
	for (int i = 0; i < n; i++)
		forward_node(c, i);
	step = step_of(STEP_OUTPUT, -1);
	step.in = g->output;
	emit(c, step);
	cut(c);
	c->p->forward_steps = c->p->n_steps;
	c->p->forward_segments = c->p->n_segments;
	if (c->p->base.forward_only)
		return;
	step = step_of(BACK_OUTPUT, -1);
	step.d = gradient_of(c, g->output);
	if (wants_gradient(c, g->output))
		start(c, g->output);
	emit(c, step);
	for (int i = n - 1; i >= 0; i--)
		backward_node(c, i);
	cut(c);
}

int
train_compile(struct train_pass *p, struct error *err)
{
	const struct graph *g = p->base.graph;
	struct compiler c = {.p = p, .g = g, .err = err};

	c.again = memory_new(g->n_values, sizeof(*c.again), err);
	c.started = memory_new(2 * g->n_values, sizeof(*c.started), err);
	p->n_places = 3 * g->n_values;
	p->place = memory_new(p->n_places, sizeof(*p->place), err);
	p->learner = memory_new(g->n_nodes, sizeof(*p->learner), err);
	p->norm = memory_new(g->n_nodes, sizeof(*p->norm), err);
	if (c.started == NULL || c.again == NULL || p->place == NULL ||
	    p->learner == NULL || p->norm == NULL ||
	    fuse_make(g, FUSE_BATCH, &p->fusion, err) < 0) {
		c.status = -1;
	} else {
		train_make_places(p);
		compile(&c);
	}
	free(c.started);
	free(c.again);
	return c.status;
}
