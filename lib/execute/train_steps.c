/* What writing down the steps of both ways needs. */
#include "execute/train_steps.h"

#include "base/memory.h"

void
train_emit(struct compiler *c, struct step step)
{
	struct train_pass *p = c->p;

	if (c->status == 0)
		c->status = memory_grow(&p->step, &p->room_steps,
		    p->n_steps + 1, sizeof(*p->step), c->err);
	if (c->status == 0)
		p->step[p->n_steps++] = step;
}

void
train_cut(struct compiler *c)
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

void
train_wait(struct compiler *c, int node)
{
	if (c->p->norm[node].segment == (int)c->p->n_segments)
		train_cut(c);
}

bool
train_is_form(const struct compiler *c, const struct node *node)
{
	const struct slot *in = &c->p->place[node->in[0]];
	const struct slot *out = &c->p->place[node->out];

	return (node->op == OP_FLATTEN ||
		   (node->op == OP_RESHAPE && !in->pixels && !out->pixels)) &&
	       c->g->values[node->in[0]].kind != VALUE_TENSOR && in->h == 1 &&
	       in->w == 1 && in->c == out->c && node->in[0] != c->g->input;
}

bool
train_is_taken(const struct compiler *c, int i)
{
	const struct node *node = &c->g->nodes[i];

	if (c->p->token[i].kind == TOKEN_NOTHING)
		return true;
	for (size_t j = 0; node->op == OP_ADD && j < c->g->n_nodes; j++)
		if (c->p->learner[j].fast && c->p->learner[j].rows > 0 &&
		    c->p->token[j].add == i)
			return true;
	return false;
}
