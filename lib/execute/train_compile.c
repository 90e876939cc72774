#include <stdlib.h>

#include "base/memory.h"
#include "execute/fold.h"
#include "execute/train.h"

enum { STORED = -2 };

/* While the steps are written down. */
struct compiler {
	struct train_pass *p;
	const struct graph *g;
	int *readers;  /* of a value; the output counts as one */
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

/* ---- a batch norm takes the addition and the ReLU behind it ---- */

/* The only node that reads value, or -1. */
static int
only_reader(const struct compiler *c, int value)
{
	if (c->readers[value] != 1 || value == c->g->output)
		return -1;
	for (size_t i = 0; i < c->g->n_nodes; i++)
		for (int j = 0; j < c->g->nodes[i].n_in; j++)
			if (c->g->nodes[i].in[j] == value)
				return (int)i;
	return -1;
}

static void
fuse(struct compiler *c, int node)
{
	struct fused *f = &c->p->fused[node];
	int next;

	*f = (struct fused){.last = node, .add = -1};
	c->p->owner[node] = node;
	next = only_reader(c, c->g->nodes[node].out);
	if (next >= 0 && fold_is_sum(c->g, &c->g->nodes[next]) &&
	    c->p->owner[next] < 0) {
		const struct node *add = &c->g->nodes[next];

		f->add = add->in[add->in[0] == c->g->nodes[node].out];
		f->last = next;
		c->p->owner[next] = node;
		next = only_reader(c, add->out);
	}
	if (next >= 0 && c->g->nodes[next].op == OP_RELU) {
		f->relu = true;
		f->last = next;
		c->p->owner[next] = node;
	}
}

/* ---- forward ---- */

/* The sums of a batch norm must be those of the batch. */
static void
wait_for_sums(struct compiler *c, int node)
{
	if (c->p->fused[node].segment == (int)c->p->n_segments)
		cut(c);
}

static void
forward_norm(struct compiler *c, int node)
{
	const struct fused *f = &c->p->fused[node];

	wait_for_sums(c, node);
	emit(c, (struct step){.kind = STEP_APPLY,
		    .node = node,
		    .in = c->g->nodes[node].in[0],
		    .add = f->add,
		    .y = -1,
		    .d = -1,
		    .out = c->g->nodes[f->last].out,
		    .relu = f->relu});
}

static bool
is_pool(const struct compiler *c, const struct node *node)
{
	if (c->g->values[node->in[0]].shape.rank != 3)
		return false;
	if (node->op == OP_GLOBAL_AVERAGE_POOL)
		return true;
	return (node->op == OP_MAX_POOL || node->op == OP_AVERAGE_POOL) &&
	       node->attr.dilations[0] == 1 && node->attr.dilations[1] == 1;
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
	const int owner = c->p->owner[i];
	struct step step = {.kind = STEP_PLAIN,
	    .node = i,
	    .in = node->in[0],
	    .add = -1,
	    .y = -1,
	    .d = -1,
	    .out = node->out};

	if (node->op == OP_BATCH_NORMALIZATION) {
		step.kind = STEP_SUMS;
		step.out = -1;
		emit(c, step);
		if (c->p->base.forward_only) {
			cut(c);
			step.kind = STEP_SQUARES;
			emit(c, step);
		}
		c->p->fused[i].segment = (int)c->p->n_segments;
	}
	if (owner >= 0) {
		if (c->p->fused[owner].last == i)
			forward_norm(c, owner);
		return;
	}
	if (is_flat(c, node)) {
		c->p->place[node->out].root = c->p->place[node->in[0]].root;
		return;
	}
	if (c->p->learner[i].fast)
		step.kind = STEP_CONV;
	else if (is_pool(c, node))
		step.kind = STEP_POOL;
	else if (node->op == OP_RELU || fold_is_sum(c->g, node))
		step.kind = STEP_AFFINE;
	step.relu = node->op == OP_RELU;
	if (fold_is_sum(c->g, node))
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
	bool *started = &c->started[gradient_of(c, value)];
	bool first = !*started;

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
			c->p->fused[i].last == i);

		if (between->out == to && !only_reads)
			return false;
		for (int j = 0; j < between->n_in; j++)
			if (between->in[j] == to && c->p->owner[i] != reads)
				return false;
	}
	return true;
}

/* The gradient by from is also (a part of) that by to; share: one place will
 * do. */
static void
give(struct compiler *c, int node, int from, int to, bool share)
{
	struct slot *place = c->p->place;
	bool first;

	if (!wants_gradient(c, to))
		return;
	first = start(c, to);
	if (first && share) {
		place[gradient_of(c, to)].root =
		    place[gradient_of(c, from)].root;
		return;
	}
	emit(c, (struct step){.kind = BACK_GIVE,
		    .node = node,
		    .in = -1,
		    .add = -1,
		    .y = -1,
		    .d = gradient_of(c, from),
		    .out = gradient_of(c, to),
		    .fresh = first});
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

	for (size_t i = 0; i < g->n_values; i++)
		c->again[i] = STORED;
	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct fused *f = &c->p->fused[i];

		if (c->p->owner[i] == (int)i && f->add < 0 &&
		    g->nodes[f->last].out != g->output)
			c->again[g->nodes[f->last].out] = -1;
	}
	for (size_t i = 0; i < g->n_nodes; i++)
		for (int j = 0; j < g->nodes[i].n_in; j++)
			if (!c->p->learner[i].fast)
				c->again[g->nodes[i].in[j]] = STORED;
}

/* The sums, at the node whose output the fused step makes. */
static void
backward_sums(struct compiler *c, int node)
{
	struct fused *f = &c->p->fused[node];
	const int out = c->g->nodes[f->last].out;
	const int y = f->relu ? recall(c, out) : -1;

	f->segment = (int)c->p->n_segments;
	emit(c, (struct step){.kind = BACK_SUMS,
		    .node = node,
		    .in = c->g->nodes[node].in[0],
		    .add = -1,
		    .y = y,
		    .d = gradient_of(c, out),
		    .out = -1});
	if (f->add >= 0)
		give(c, f->last, out, f->add,
		    may_share(c, node, f->last, f->add));
}

static void
backward_norm(struct compiler *c, int node)
{
	const struct fused *f = &c->p->fused[node];
	const int x = c->g->nodes[node].in[0];
	const int d = gradient_of(c, c->g->nodes[f->last].out);

	wait_for_sums(c, node);
	if (wants_gradient(c, x))
		emit(c, (struct step){.kind = BACK_APPLY,
			    .node = node,
			    .in = x,
			    .add = -1,
			    .y = -1,
			    .d = d,
			    .out = gradient_of(c, x),
			    .fresh = start(c, x)});
}

static void
backward_plain(struct compiler *c, int i)
{
	const struct node *node = &c->g->nodes[i];
	struct step step = {.kind = BACK_PLAIN,
	    .node = i,
	    .in = -1,
	    .add = -1,
	    .y = -1,
	    .d = gradient_of(c, node->out),
	    .out = -1};

	for (int j = 0; j < node->n_in; j++)
		if (wants_gradient(c, node->in[j]) && start(c, node->in[j]))
			step.fresh |= (uint64_t)1 << j;
	emit(c, step);
}

static void
backward_node(struct compiler *c, int i)
{
	const struct node *node = &c->g->nodes[i];
	const int owner = c->p->owner[i], x = node->in[0];
	struct step step = {.node = i,
	    .in = x,
	    .add = -1,
	    .y = -1,
	    .d = gradient_of(c, node->out),
	    .out = -1};

	if (owner >= 0) {
		const int out = c->g->nodes[c->p->fused[owner].last].out;

		if (!c->started[gradient_of(c, out)])
			return;
		if (c->p->fused[owner].last == i)
			backward_sums(c, owner);
		if (owner == i)
			backward_norm(c, i);
		return;
	}
	if (!c->started[step.d])
		return;
	if (is_flat(c, node)) {
		give(c, i, node->out, x, true);
	} else if (c->p->learner[i].fast) {
		step.kind = BACK_CONV;
		step.in = recall(c, x);
		if (wants_gradient(c, x)) {
			step.out = gradient_of(c, x);
			step.fresh = start(c, x);
		}
		emit(c, step);
	} else if (node->op == OP_RELU) {
		step.kind = BACK_RELU;
		step.y = node->out;
		step.in = -1;
		emit(c, step);
		give(c, i, node->out, x, true);
	} else if (fold_is_sum(c->g, node)) {
		/* who shares is added to later, so the other one first */
		give(c, i, node->out, node->in[1], false);
		give(c, i, node->out, x, true);
	} else if (node->op == OP_GLOBAL_AVERAGE_POOL && is_pool(c, node)) {
		step.kind = BACK_SPREAD;
		step.in = -1;
		step.out = gradient_of(c, x);
		step.fresh = wants_gradient(c, x) && start(c, x);
		if (wants_gradient(c, x))
			emit(c, step);
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
	struct step step = {
	    .node = -1, .in = -1, .add = -1, .y = -1, .d = -1, .out = g->input};

	for (int i = 0; i < n; i++)
		c->p->owner[i] = -1;
	for (int i = 0; i < n; i++) {
		if (g->nodes[i].op == OP_BATCH_NORMALIZATION)
			fuse(c, i);
		train_conv_init(c->p, i);
	}
	find_again(c);
	step.kind = STEP_INPUT;
	emit(c, step);
	for (int i = 0; i < n; i++)
		forward_node(c, i);
	step.kind = STEP_OUTPUT;
	step.in = g->output;
	step.out = -1;
	emit(c, step);
	cut(c);
	c->p->forward_steps = c->p->n_steps;
	c->p->forward_segments = c->p->n_segments;
	if (c->p->base.forward_only)
		return;
	step.kind = BACK_OUTPUT;
	step.in = -1;
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

	c.readers = memory_new(g->n_values, sizeof(*c.readers), err);
	c.again = memory_new(g->n_values, sizeof(*c.again), err);
	c.started = memory_new(2 * g->n_values, sizeof(*c.started), err);
	p->n_places = 3 * g->n_values;
	p->place = memory_new(p->n_places, sizeof(*p->place), err);
	p->learner = memory_new(g->n_nodes, sizeof(*p->learner), err);
	p->fused = memory_new(g->n_nodes, sizeof(*p->fused), err);
	p->owner = memory_new(g->n_nodes, sizeof(*p->owner), err);
	if (c.readers == NULL || c.started == NULL || c.again == NULL ||
	    p->place == NULL || p->learner == NULL || p->fused == NULL ||
	    p->owner == NULL) {
		c.status = -1;
	} else {
		train_make_places(p);
		for (size_t i = 0; i < g->n_nodes; i++)
			for (int j = 0; j < g->nodes[i].n_in; j++)
				c.readers[g->nodes[i].in[j]]++;
		compile(&c);
	}
	free(c.readers);
	free(c.started);
	free(c.again);
	return c.status;
}
