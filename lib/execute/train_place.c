#include "execute/fuse.h"
#include "execute/pixel.h"
#include "execute/place.h"
#include "execute/train.h"

/*
 * Pixels that go through a segment at a time: as the fast plan does, so that
 * what a group touches stays in the second-level cache.
 */
enum { GROUP_PIXELS = 1024 };

static int
larger(int a, int b)
{
	return a > b ? a : b;
}

/* Does it matter to the node how its values lie, or to one of them? */
static bool
wants_pixels(const struct train_pass *p, const struct node *node)
{
	const struct graph *g = p->base.graph;
	bool any = p->place[node->out].pixels;

	if (p->token[node - g->nodes].kind == TOKEN_NOTHING)
		return false;
	if (p->token[node - g->nodes].kind == TOKEN_FUNCTION)
		return any || p->place[p->token[node - g->nodes].in].pixels;
	if (node->op == OP_CONV || node->op == OP_BATCH_NORMALIZATION ||
	    pixel_pools(g, node))
		return true;
	if (node->op != OP_RELU && !fuse_is_sum(g, node))
		return false;
	for (int j = 0; j < node->n_in; j++)
		any |= p->place[node->in[j]].pixels;
	return any;
}

/* The values of a node that are images or rows of channels. */
static bool
spread_pixels(struct train_pass *p, const struct node *node)
{
	const struct token *t = &p->token[node - p->base.graph->nodes];
	bool changed = !p->place[node->out].pixels;

	p->place[node->out].pixels = true;
	if (t->kind == TOKEN_FUNCTION) {
		changed |= !p->place[t->in].pixels;
		p->place[t->in].pixels = true;
		return changed;
	}
	for (int j = 0; j < node->n_in; j++) {
		changed |= !p->place[node->in[j]].pixels;
		p->place[node->in[j]].pixels = true;
	}
	return changed;
}

static void
find_pixels(struct train_pass *p)
{
	const struct graph *g = p->base.graph;
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < g->n_nodes; i++)
			if (wants_pixels(p, &g->nodes[i]))
				changed |= spread_pixels(p, &g->nodes[i]);
	}
}

void
train_make_places(struct train_pass *p)
{
	const struct graph *g = p->base.graph;

	find_pixels(p);
	for (size_t i = 0; i < p->n_places; i++) {
		const struct graph_value *v = &g->values[i % g->n_values];
		struct slot *place = &p->place[i];

		const bool pixels = p->place[i % g->n_values].pixels;

		*place =
		    (struct slot){.root = (int)i, .alias = -1, .segment = -1};
		if (v->kind != VALUE_TENSOR)
			slot_init(place, (int)i, &v->shape);
		place->pixels = pixels;
		if (v->kind == VALUE_TENSOR)
			continue;
		/* the channels of a batch norm are the first of any axes; what
		 * no kernel touches lies as the graph has it */
		place->c =
		    (int)(pixels ? v->shape.dim[0] : shape_size(&v->shape));
		place->h = pixels ? place->h : 1;
		place->w = (int)(shape_size(&v->shape) / place->c / place->h);
		place->lanes = kernel_padded(place->c);
		/* Few channels side by side: their taps are contiguous. */
		if ((int)i == g->input && place->c < KERNEL_BLOCK / 2)
			place->lanes = place->c;
	}
}

enum { STEP_PLACES_MAX = 2 * NODE_INPUTS_MAX + 8 };

static int
add_place(int places[STEP_PLACES_MAX], int n, int place)
{
	if (place >= 0)
		places[n++] = place;
	return n;
}

/* The places that a step reads or writes; returns how many. */
static int
places_of(const struct train_pass *p, const struct step *step,
    int places[STEP_PLACES_MAX])
{
	const struct graph *g = p->base.graph;
	const bool plain = step->kind == STEP_PLAIN || step->kind == BACK_PLAIN;
	const bool back = step->kind == BACK_PLAIN;
	const struct node *node;
	unsigned needs;
	int n = 0;

	n = add_place(places, n, step->in);
	n = add_place(places, n, step->add);
	n = add_place(places, n, step->y);
	n = add_place(places, n, step->d);
	n = add_place(places, n, step->out);
	if (!plain)
		return n;
	node = &g->nodes[step->node];
	needs = operator_of(node->op)->needs;
	if (back && (needs & NEEDS_OUT))
		n = add_place(places, n, node->out);
	for (int j = 0; j < node->n_in; j++) {
		const int in = node->in[j];

		if (g->values[in].kind == VALUE_TENSOR)
			continue;
		if (!back || (needs & NEEDS_IN))
			n = add_place(places, n, in);
		if (back && g->values[in].kind == VALUE_ACTIVATION)
			n = add_place(places, n, in + (int)g->n_values);
	}
	return n;
}

/* Which segments and steps touch a place, and how many images at a time. */
static void
touch(struct train_pass *p, int segment, int step, int place)
{
	struct slot *root = &p->place[p->place[place].root];

	if (root->segment < 0) {
		root->segment = segment;
		root->local = true;
		liveness_make(&root->span, step, 0);
	}
	root->local &= root->segment == segment;
	liveness_read(&root->span, step);
}

/* Pixels that a place counts as: rows of tokens are many; where channels lie
 * side by side, they fill less. */
static int
pixels_of(const struct train_pass *p, int place)
{
	const struct graph *g = p->base.graph;
	const struct slot *s = &p->place[place];

	if (s->lanes < KERNEL_BLOCK)
		return s->h * s->w * s->lanes / KERNEL_BLOCK;
	if (s->pixels || g->values[(size_t)place % g->n_values].shape.rank == 1)
		return s->h * s->w;
	return s->c / (2 * KERNEL_BLOCK);
}

static void
scan_segment(struct train_pass *p, int index)
{
	struct segment *s = &p->segment[index];
	int places[STEP_PLACES_MAX], pixels = 1;

	for (size_t i = s->first; i < s->end; i++) {
		int n = places_of(p, &p->step[i], places);

		for (int j = 0; j < n; j++) {
			touch(p, index, (int)i, places[j]);
			pixels = larger(pixels, pixels_of(p, places[j]));
		}
	}
	s->group = larger(1, GROUP_PIXELS / pixels);
	if (s->group > p->base.batch)
		s->group = p->base.batch;
}

/* Borders and images, as the segments of each place ask for. */
static void
settle_places(struct train_pass *p)
{
	for (size_t i = 0; i < p->n_steps; i++)
		if (p->step[i].kind == STEP_CONV ||
		    p->step[i].kind == BACK_CONV)
			train_conv_borders(p, &p->step[i]);
	place_borders(p->place, p->n_places);
	for (size_t i = 0; i < p->n_places; i++) {
		struct slot *a = &p->place[i];

		if (a->root == (int)i && a->segment >= 0)
			a->images = a->local ? p->segment[a->segment].group
					     : p->base.batch;
	}
	place_alike(p->place, p->n_places);
}

/* What the steps of a segment need beside places; most of all segments. */
static void
size_segment(struct train_pass *p, const struct segment *s)
{
	const struct graph *g = p->base.graph;
	size_t partial = 0, gradient = 0;

	for (size_t i = s->first; i < s->end; i++) {
		const struct step *step = &p->step[i];
		size_t work = 0;

		if (step->kind == STEP_CONV || step->kind == BACK_CONV)
			work = train_conv_work(p, step->node, s->group);
		if (step->kind == STEP_PLAIN || step->kind == BACK_PLAIN)
			work = train_plain_work(p, step->node, s->group);
		if (work > p->n_work)
			p->n_work = work;
		if (step->kind == BACK_CONV) {
			struct learner *l = &p->learner[step->node];

			l->partial = partial;
			partial += conv_direct_floats(&l->conv);
			l->sums = gradient;
			if (l->conv.winograd)
				gradient += winograd_gradient_floats(
				    l->conv.k, l->conv.c);
		}
		if (step->kind == BACK_PLAIN || step->kind == BACK_ROWS) {
			p->plain[step->node] = partial;
			partial += partial_floats(g, &g->nodes[step->node]);
		}
	}
	if (partial > p->base.partial)
		p->base.partial = partial;
	if (gradient > p->n_gradient)
		p->n_gradient = gradient;
}

/* Sums, factors and packed weights of the nodes. */
static void
size_nodes(struct train_pass *p)
{
	const struct graph *g = p->base.graph;

	for (size_t i = 0; i < g->n_nodes; i++) {
		const struct node *node = &g->nodes[i];
		const size_t c =
		    p->learner[i].fast
			? (size_t)p->learner[i].conv.k
			: (size_t)g->values[node->out].shape.dim[0];
		const size_t blocks = (size_t)kernel_padded((int)c);

		p->sum[i] = p->n_sums;
		p->n_sums += 2 * blocks;
		if (node->op == OP_BATCH_NORMALIZATION) {
			p->norm[i].factors = p->n_factors;
			p->n_factors += NORM_FACTORS * blocks;
		}
		if (p->learner[i].fast) {
			p->learner[i].packed = p->n_packed;
			p->n_packed += train_conv_packed(&p->learner[i]);
			p->learner[i].bias = p->n_packed;
			p->n_packed += blocks;
		}
	}
}

int
train_place(struct train_pass *p, struct error *err)
{
	for (size_t i = 0; i < p->n_segments; i++)
		scan_segment(p, (int)i);
	settle_places(p);
	if (place_slots(
		p->place, p->n_places, false, false, &p->base.spans, err) < 0 ||
	    place_slots(p->place, p->n_places, true, false, &p->n_local, err) <
		0)
		return -1;
	size_nodes(p);
	for (size_t i = 0; i < p->n_segments; i++)
		size_segment(p, &p->segment[i]);
	for (size_t i = 0; i < p->base.graph->n_nodes; i++)
		if (p->learner[i].fast && train_conv_taps(p, (int)i, err) < 0)
			return -1;
	return 0;
}
