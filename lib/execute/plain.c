#include "execute/plain.h"

#include <string.h>

#include "net/operator.h"

enum { X, T, D, DT, KINDS };

/* Planes of some images: of an operand in its turn, the last those of out. */
struct planes {
	const struct plain *p;
	int first, n;
	bool back; /* else gradients are nothing yet */
	struct shape shape[NODE_INPUTS_MAX];
	struct operator_batch batch;
	const float *in[NODE_INPUTS_MAX], *t_in[NODE_INPUTS_MAX];
	float *d_in[NODE_INPUTS_MAX], *t_d_in[NODE_INPUTS_MAX];
	float *at[NODE_INPUTS_MAX + 1][KINDS];
};

void
plain_start(
    struct plain *plain, const struct graph *graph, const struct node *node)
{
	const struct plain_operand none = {0};

	plain->graph = graph;
	plain->node = node;
	plain->n_in = node->n_in;
	plain->exact = plain->tangents = false;
	for (int j = 0; j < node->n_in; j++)
		plain->in[j] = none;
	plain->out = plain->addend = none;
	plain->end = (struct plain_end){0};
	plain->t_shift = NULL;
	plain->work = NULL;
}

static size_t
planes_of(const struct graph *graph, int value, int images)
{
	return liveness_floats(
	    images * shape_size(&graph->values[value].shape));
}

size_t
plain_floats(const struct graph *graph, const struct node *node, int images,
    bool tangents)
{
	size_t floats = planes_of(graph, node->out, images);

	for (int j = 0; j < node->n_in; j++)
		if (graph->values[node->in[j]].kind != VALUE_TENSOR)
			floats += planes_of(graph, node->in[j], images);
	return liveness_floats((int64_t)operator_work(graph, node)) +
	       (tangents ? KINDS : 2) * floats;
}

static const struct plain_operand *
operand(const struct planes *s, int j)
{
	return j < s->p->n_in ? &s->p->in[j] : &s->p->out;
}

/* Where the pixels of a kind are, from the first image on. */
static struct view
view_of(const struct planes *s, const struct plain_operand *o, int kind)
{
	struct view view = kind == X || kind == T ? o->x : o->d;

	view.at += s->first * view.image;
	if (kind == T || kind == DT)
		view.at += o->slot->lanes;
	return view;
}

/*
 * Are the pixels planes already, image behind image?  Gradients that others
 * have added to are added up in planes of their own first.
 */
static bool
lies_in_planes(const struct planes *s, const struct plain_operand *o, int kind)
{
	const struct view view = kind == X || kind == T ? o->x : o->d;

	if (!slot_is_row(o->slot) || view.at == NULL ||
	    ((kind == T || kind == DT) && !o->tangent) ||
	    (s->n > 1 && view.image != (ptrdiff_t)slot_planes(o->slot)))
		return false;
	return kind == X || kind == T ||
	       (s->back && (o->fresh || o == &s->p->out));
}

static void
point(struct planes *s, int j, float **free)
{
	const struct plain *p = s->p;
	const struct plain_operand *o = operand(s, j);
	const int value = j < p->n_in ? p->node->in[j] : p->node->out;
	float **at = s->at[j];

	if (o->slot == NULL) {
		s->in[j] = o->w;
		s->t_in[j] = o->t_w;
		s->d_in[j] = o->d_w;
		s->t_d_in[j] = o->t_d_w;
		return;
	}
	for (int kind = X; kind < KINDS; kind++) {
		if (!p->tangents && (kind == T || kind == DT))
			continue;
		if (lies_in_planes(s, o, kind)) {
			at[kind] = view_of(s, o, kind).at;
			continue;
		}
		at[kind] = *free;
		*free += planes_of(p->graph, value, s->n);
	}
	if (j == p->n_in)
		return;
	s->in[j] = at[X];
	s->t_in[j] = at[T];
	s->d_in[j] = o->asked ? at[D] : NULL;
	s->t_d_in[j] = o->asked ? at[DT] : NULL;
}

static void
start(struct planes *s, const struct plain *p, int first, int n, bool back)
{
	float *free = p->work + liveness_floats(
				    (int64_t)operator_work(p->graph, p->node));

	s->p = p;
	s->first = first;
	s->n = n;
	s->back = back;
	operator_describe(p->graph, p->node, n, s->shape, &s->batch);
	s->batch.n_in = p->n_in;
	for (int j = 0; j <= p->n_in; j++)
		point(s, j, &free);
	s->batch.work = p->work;
	s->batch.in = s->in;
	s->batch.d_in = s->d_in;
	s->batch.out = s->at[p->n_in][X];
	s->batch.d_out = s->at[p->n_in][D];
	if (!p->tangents)
		return; /* operators see by t_in whether something moves */
	s->batch.t_in = s->t_in;
	s->batch.t_d_in = s->t_d_in;
	s->batch.t_out = s->at[p->n_in][T];
	s->batch.t_d_out = s->at[p->n_in][DT];
}

static void
gather(const struct planes *s, const struct plain_operand *o, int kind,
    float *planes)
{
	const struct view view = view_of(s, o, kind);

	if (planes == view.at)
		return;
	if ((kind == T || kind == DT) && !o->tangent)
		memset(planes, 0,
		    sizeof(*planes) * (size_t)s->n * slot_planes(o->slot));
	else
		slot_gather(o->slot, &view, s->n, planes);
}

/* Of an operand, with its tangent: kind X or D. */
static void
gather_both(const struct planes *s, int j, int kind)
{
	const struct plain_operand *o = operand(s, j);

	if (o->slot == NULL)
		return;
	gather(s, o, kind, s->at[j][kind]);
	if (s->p->tangents)
		gather(s, o, kind + 1, s->at[j][kind + 1]);
}

static void
scatter_both(const struct planes *s, int j, int kind, bool add)
{
	const struct plain_operand *o = operand(s, j);

	for (int k = kind; k <= kind + s->p->tangents; k++) {
		const struct view view = view_of(s, o, k);

		if ((k == kind || o->tangent) && view.at != s->at[j][k])
			slot_scatter(o->slot, &view, s->n, s->at[j][k], add);
	}
}

/* ---- forward ---- */

void
plain_end(const struct plain_end *end, size_t n, const float *in, float *out)
{
	const size_t pixels = n / (size_t)end->channels;

	for (int k = 0; k < end->channels; k++)
		for (size_t i = (size_t)k * pixels;
		     i < (size_t)(k + 1) * pixels; i++) {
			float x = in[i];

			if (end->scale != NULL)
				x *= end->scale[k];
			if (end->shift != NULL)
				x += end->shift[k];
			if (end->add != NULL)
				x += end->add[i];
			x = x < end->limits.low ? end->limits.low : x;
			out[i] = x > end->limits.high ? end->limits.high : x;
		}
}

/* of a product: W x. + W. x */
static void
product_tangent(const struct planes *s)
{
	const float *in[2] = {s->in[0], s->t_in[1]};
	struct operator_batch half = s->batch;
	const size_t n = (size_t)s->n * slot_planes(s->p->out.slot);
	float *more = s->at[s->p->n_in][D];

	half.in = in;
	half.out = half.t_out;
	operator_forward(s->p->node->op, &half);
	in[0] = s->t_in[0];
	in[1] = s->in[1];
	half.out = more;
	operator_forward(s->p->node->op, &half);
	for (size_t i = 0; i < n; i++)
		half.t_out[i] += more[i];
}

static bool
is_product(const struct planes *s)
{
	return operator_of(s->p->node->op)->law == LAW_BILINEAR;
}

/* end over each image's planes. */
static void
end_images(const struct planes *s, struct plain_end end, float *at)
{
	const size_t n = slot_planes(s->p->out.slot);

	for (int i = 0; i < s->n; i++, at += n) {
		plain_end(&end, n, at, at);
		end.add = end.add != NULL ? end.add + n : NULL;
	}
}

/* What the fusion put behind the node, and through it the tangent. */
static void
finish(const struct planes *s)
{
	const struct plain *p = s->p;
	struct plain_end end = p->end;
	const size_t n = (size_t)s->n * slot_planes(p->out.slot);
	float *const *at = s->at[p->n_in];

	if (end.channels == 0)
		return;
	if (p->addend.slot != NULL) {
		gather(s, &p->addend, X, at[D]);
		end.add = at[D];
	}
	end_images(s, end, at[X]);
	if (!p->tangents)
		return;
	if (p->addend.slot != NULL) {
		gather(s, &p->addend, T, at[DT]);
		end.add = at[DT];
	}
	end.shift = p->t_shift;
	end.limits = limits_none();
	end_images(s, end, at[T]);
	for (size_t i = 0; limits_any(p->end.limits) && i < n; i++)
		at[T][i] = at[X][i] > 0.0F ? at[T][i] : 0.0F;
}

void
plain_forward(const struct plain *plain, int first, int n)
{
	struct node node = *plain->node;
	struct planes s;

	start(&s, plain, first, n, false);
	for (int j = 0; j < plain->n_in; j++)
		gather_both(&s, j, X);
	node.n_in = plain->n_in;
	if (plain->exact)
		operator_apply_fast(plain->graph, &node, s.in, s.batch.out);
	else
		operator_forward(node.op, &s.batch);
	if (plain->tangents && is_product(&s))
		product_tangent(&s);
	else if (plain->tangents)
		operator_tangent(node.op, &s.batch);
	finish(&s);
	scatter_both(&s, plain->n_in, X, false);
}

/* ---- backward ---- */

/* W' dy. and dy. x, then W.' dy and dy x. */
static void
product_back_tangent(const struct planes *s)
{
	struct operator_batch half = s->batch;

	half.d_in = s->t_d_in;
	half.d_out = half.t_d_out;
	operator_backward(s->p->node->op, &half);
	half.in = s->t_in;
	half.d_out = s->batch.d_out;
	operator_backward(s->p->node->op, &half);
}

static void
clear_gradients(const struct planes *s, int j)
{
	const struct plain_operand *o = operand(s, j);

	for (int k = D; o->asked && k <= D + s->p->tangents; k++)
		memset(s->at[j][k], 0,
		    sizeof(float) * (size_t)s->n * slot_planes(o->slot));
}

void
plain_backward(const struct plain *plain, int first, int n)
{
	const enum operator_kind op = plain->node->op;
	const unsigned needs = operator_of(op)->needs;
	const int out = plain->n_in;
	struct planes s;

	start(&s, plain, first, n, true);
	for (int j = 0; j < out; j++) {
		if (needs & NEEDS_IN)
			gather_both(&s, j, X);
		clear_gradients(&s, j);
	}
	if (needs & NEEDS_OUT)
		gather_both(&s, out, X);
	gather_both(&s, out, D);
	operator_backward(op, &s.batch);
	if (plain->tangents && is_product(&s))
		product_back_tangent(&s);
	else if (plain->tangents)
		operator_back_tangent(op, &s.batch);
	for (int j = 0; j < out; j++)
		if (plain->in[j].asked)
			scatter_both(&s, j, D, !plain->in[j].fresh);
}
