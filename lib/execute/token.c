/*
 * Nodes that become one step: a function of one number, and those
 * of which exporters make a GELU, SiLU or HardSwish; what is added to the rows
 * of a product.
 */
#include <math.h>

#include "execute/pixel.h"
#include "execute/token.h"

struct join {
	struct token *token;
	const struct graph *g;
};

/* The node that makes value, or -1. */
static int
maker_of(const struct join *j, int value)
{
	for (size_t i = 0; i < j->g->n_nodes; i++)
		if (j->g->nodes[i].out == value)
			return (int)i;
	return -1;
}

/* How often value is read; *reader: by which node last. */
static int
readers_of(const struct join *j, int value, int *reader)
{
	int n = value == j->g->output;

	for (size_t i = 0; i < j->g->n_nodes; i++)
		for (int k = 0; k < j->g->nodes[i].n_in; k++)
			if (j->g->nodes[i].in[k] == value) {
				*reader = (int)i;
				n++;
			}
	return n;
}

/* The only node that reads what node made, if it does op; or -1. */
static int
behind(const struct join *j, int node, enum operator_kind op)
{
	int reader = -1;

	if (node < 0 || readers_of(j, j->g->nodes[node].out, &reader) != 1 ||
	    reader < 0 || j->g->nodes[reader].op != op)
		return -1;
	return reader;
}

/* Input k of node if it is an activation (or the input), or -1. */
static int
activation(const struct join *j, const struct node *node, int k)
{
	const int value = node->in[k];

	return j->g->values[value].kind == VALUE_TENSOR ? -1 : value;
}

/* What node reads beside a number near x, which nothing moves; or -1. */
static int
beside(const struct join *j, int node, double x)
{
	const struct node *n = node < 0 ? NULL : &j->g->nodes[node];

	for (int k = 0; n != NULL && n->n_in == 2 && k < 2; k++) {
		const struct graph_value *v = &j->g->values[n->in[k]];
		const struct tensor *t =
		    v->kind == VALUE_TENSOR ? &j->g->tensors[v->tensor] : NULL;

		if (t != NULL && t->role == ROLE_CONSTANT && t->n == 1 &&
		    t->type == TENSOR_FLOAT32 && t->data != NULL &&
		    fabs((double)t->f32[0] - x) < 1e-6)
			return activation(j, n, !k);
	}
	return -1;
}

/* The node that makes value from one read beside x, for one reader; or -1. */
static int
maker_beside(const struct join *j, int value, enum operator_kind op, double x)
{
	const int node = maker_of(j, value);
	int reader;

	return node >= 0 && j->g->nodes[node].op == op &&
		       beside(j, node, x) >= 0 &&
		       readers_of(j, value, &reader) == 1
		   ? node
		   : -1;
}

static void
take(const struct join *j, int node)
{
	j->token[node].kind = TOKEN_NOTHING;
}

static void
make(const struct join *j, int node, enum pointwise function, int in)
{
	struct token *t = &j->token[node];

	t->kind = TOKEN_FUNCTION;
	t->function = function;
	t->in = in;
}

/* x (1 + erf(x / sqrt 2)) / 2, the half being that of x or of the product. */
static void
join_gelu(const struct join *j, int erf)
{
	const int u = j->g->nodes[erf].in[0];
	const int plus = behind(j, erf, OP_ADD);
	const int times = behind(j, plus, OP_MUL);
	int root = maker_beside(j, u, OP_MUL, sqrt(0.5)), half, x, other;

	if (root < 0)
		root = maker_beside(j, u, OP_DIV, sqrt(2.0));
	if (root < 0 || times < 0 || beside(j, plus, 1.0) < 0)
		return;
	x = j->g->nodes[root].op == OP_DIV
		? activation(j, &j->g->nodes[root], 0)
		: beside(j, root, sqrt(0.5));
	other = j->g->nodes[times]
		    .in[j->g->nodes[times].in[0] == j->g->nodes[plus].out];
	half = other == x ? behind(j, times, OP_MUL)
			  : maker_beside(j, other, OP_MUL, 0.5);
	if (x < 0 || half < 0 || beside(j, half, 0.5) < 0 ||
	    (other != x && beside(j, half, 0.5) != x))
		return;
	take(j, root);
	take(j, erf);
	take(j, plus);
	take(j, times);
	take(j, half);
	make(j, other == x ? half : times, POINTWISE_GELU, x);
}

/* x times a function of x alone. */
static void
join_gate(const struct join *j, int node)
{
	const struct node *n = &j->g->nodes[node];

	for (int k = 0; k < 2; k++) {
		const int gate = maker_of(j, n->in[k]);
		const struct node *m = gate < 0 ? NULL : &j->g->nodes[gate];
		int reader;

		if (m == NULL || m->in[0] != n->in[!k] ||
		    readers_of(j, m->out, &reader) != 1)
			continue;
		if (m->op == OP_SIGMOID) {
			make(j, node, POINTWISE_SILU, m->in[0]);
		} else if (m->op == OP_HARD_SIGMOID &&
			   m->attr.alpha == 1.0F / 6.0F &&
			   m->attr.beta == 0.5F) {
			make(j, node, POINTWISE_HARD_SWISH, m->in[0]);
		} else {
			continue;
		}
		take(j, gate);
		return;
	}
}

/* A tensor that is added to the rows of a product is its bias. */
static void
join_bias(const struct join *j, int product)
{
	const struct node *n = &j->g->nodes[product];
	const int add = behind(j, product, OP_ADD);
	const struct graph_value *w = &j->g->values[n->in[1]];

	if (add < 0 || w->kind != VALUE_TENSOR)
		return;
	for (int k = 0; k < 2; k++) {
		const struct graph_value *v =
		    &j->g->values[j->g->nodes[add].in[k]];
		const struct shape *rows = &j->g->values[n->out].shape;
		const struct tensor *t =
		    v->kind == VALUE_TENSOR ? &j->g->tensors[v->tensor] : NULL;

		if (t == NULL || t->rank != 1 ||
		    t->n != rows->dim[rows->rank - 1])
			continue;
		j->token[product].bias = v->tensor;
		j->token[product].add = add;
	}
}

void
token_find(const struct graph *graph, struct token *token)
{
	const struct join j = {.token = token, .g = graph};

	for (size_t i = 0; i < j.g->n_nodes; i++) {
		const struct node *node = &j.g->nodes[i];
		struct token *t = &token[i];

		t->bias = t->add = -1;
		if (pixel_function(node, &t->function) &&
		    activation(&j, node, 0) >= 0)
			make(&j, (int)i, t->function, node->in[0]);
	}
	for (size_t i = 0; i < j.g->n_nodes; i++) {
		const enum operator_kind op = j.g->nodes[i].op;

		if (op == OP_ERF && token[i].kind == TOKEN_FUNCTION)
			join_gelu(&j, (int)i);
		else if (op == OP_MUL)
			join_gate(&j, (int)i);
		else if (op == OP_MAT_MUL)
			join_bias(&j, (int)i);
	}
}
