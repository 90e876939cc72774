/* From graph to steps and segments: the way forward, and the whole. */
#include "execute/train_steps.h"

#include <stdlib.h>

#include "base/memory.h"
#include "execute/pixel.h"

static void
forward_sums(struct compiler *c, int i)
{
	struct step step = step_of(STEP_SUMS, i);

	step.in = c->g->nodes[i].in[0];
	train_emit(c, step);
	if (c->p->base.forward_only) {
		train_cut(c);
		step.kind = STEP_SQUARES;
		train_emit(c, step);
	}
	c->p->norm[i].segment = (int)c->p->n_segments;
}

static void
forward_norm(struct compiler *c, const struct fused *f)
{
	const int node = node_of(c, f);
	struct step step = step_of(STEP_APPLY, node);

	train_wait(c, node);
	step.in = f->in[0];
	step.add = f->addend;
	step.out = f->out;
	step.relu = limits_any(f->limits);
	train_emit(c, step);
}

/* A node that kernels of tokens do. */
static void
forward_token(struct compiler *c, int i)
{
	const struct token *t = &c->p->token[i];
	struct step step =
	    step_of(t->kind == TOKEN_FUNCTION ? STEP_FUNCTION : STEP_ROWS, i);

	step.in = t->kind == TOKEN_FUNCTION ? t->in : c->g->nodes[i].in[0];
	step.out = c->g->nodes[i].out;
	train_emit(c, step);
}

static void
forward_node(struct compiler *c, int i)
{
	const struct node *node = &c->g->nodes[i];
	const struct fused *norm = norm_around(c, i);
	struct step step = step_of(STEP_PLAIN, i);

	if (train_is_taken(c, i))
		return;
	if (c->p->token[i].kind != TOKEN_NONE) {
		forward_token(c, i);
		return;
	}
	step.in = node->in[0];
	step.out = c->p->learner[i].fast ? c->p->learner[i].out : node->out;
	if (node->op == OP_BATCH_NORMALIZATION)
		forward_sums(c, i);
	if (norm != NULL) {
		if (norm->out == node->out)
			forward_norm(c, norm);
		return;
	}
	if (train_is_form(c, node)) {
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
	train_emit(c, step);
}

/* ---- the whole ---- */

static void
compile(struct compiler *c)
{
	const struct graph *g = c->g;
	const int n = (int)g->n_nodes;
	struct step step = step_of(STEP_INPUT, -1);

	for (int i = 0; i < n; i++) {
		train_conv_init(c->p, i);
		train_rows_init(c->p, i);
	}
	train_find_again(c);
	step.out = g->input;
	train_emit(c, step);
	for (int i = 0; i < n; i++)
		forward_node(c, i);
	step = step_of(STEP_OUTPUT, -1);
	step.in = g->output;
	train_emit(c, step);
	train_cut(c);
	c->p->forward_steps = c->p->n_steps;
	c->p->forward_segments = c->p->n_segments;
	if (c->p->base.forward_only)
		return;
	step = step_of(BACK_OUTPUT, -1);
	step.d = gradient_of(c, g->output);
	if (train_wants_gradient(c, g->output))
		train_start(c, g->output);
	train_emit(c, step);
	for (int i = n - 1; i >= 0; i--)
		train_backward_node(c, i);
	train_cut(c);
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
	p->token = memory_new(g->n_nodes, sizeof(*p->token), err);
	p->norm = memory_new(g->n_nodes, sizeof(*p->norm), err);
	if (c.started == NULL || c.again == NULL || p->place == NULL ||
	    p->learner == NULL || p->token == NULL || p->norm == NULL ||
	    fuse_make(g, FUSE_BATCH, &p->fusion, err) < 0) {
		c.status = -1;
	} else {
		token_find(g, p->token);
		train_make_places(p);
		compile(&c);
	}
	free(c.started);
	free(c.again);
	return c.status;
}
