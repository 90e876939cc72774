#include "base/memory.h"
#include "execute/eval.h"
#include "execute/place.h"
#include "execute/plain.h"

enum { PIXELS_GOAL = 1024, FLOATS_GOAL = 1 << 17, GROUP_MAX = 64 };

static struct slot *
buffer_of(const struct eval_plan *plan, int value)
{
	return &plan->slots[plan->slots[value].root];
}

/*
 * Does a step work on more than stays in the cache, with weights that are
 * fewer?  A direct convolution is as fast with fewer pixels then, and what is
 * next finds them (4 % of MobileNetV2).
 */
static bool
is_large(const struct eval_plan *plan, const struct eval_step *step, int group)
{
	const size_t floats = slot_planes(&plan->slots[step->in]) +
			      slot_planes(&plan->slots[step->out]);

	return step->method == EVAL_CONV &&
	       (size_t)group * floats > FLOATS_GOAL &&
	       (size_t)group * floats > conv_packed(&step->conv);
}

/*
 * Images of a group: about 1024 pixels at a time, a power of two so that groups
 * of one stage are whole groups of the stage before.  Measured: 1, 4 and 16
 * images at 32x32, 16x16 and 8x8; whole blocks layer by layer take 1.4 to 2
 * times as long.
 */
static int
group_of(const struct eval_plan *plan, const struct eval_step *step)
{
	const struct slot *out = &plan->slots[step->out];
	int pixels = out->h * out->w, group = 1;

	/* Only weights are worth a larger group. */
	if (step->method == EVAL_PRODUCT)
		pixels = (int)slot_planes(out) / step->conv.k;
	else if (step->method != EVAL_WINOGRAD && step->method != EVAL_CONV)
		return 1;
	while (group < GROUP_MAX && group < plan->block &&
	       2 * group * pixels <= PIXELS_GOAL &&
	       !is_large(plan, step, 2 * group))
		group *= 2;
	return group;
}

static int
pixels_of(const struct eval_plan *plan, const struct eval_step *step)
{
	const struct slot *out = &plan->slots[step->out];

	return out->h * out->w;
}

/*
 * A step's group, or that of a larger one behind it: what is small in between,
 * the two products of a squeeze and excitation, makes no groups that do not fit
 * what follows.
 */
static int
least_group(const struct eval_plan *plan, size_t first)
{
	const int pixels = pixels_of(plan, &plan->steps[first]);
	int least = group_of(plan, &plan->steps[first]);

	for (size_t i = first + 1; i < plan->n_steps; i++) {
		const struct eval_step *step = &plan->steps[i];

		if ((step->method == EVAL_CONV ||
			step->method == EVAL_WINOGRAD) &&
		    pixels_of(plan, step) > pixels &&
		    group_of(plan, step) < least)
			least = group_of(plan, step);
	}
	return least;
}

static int
place_stages(struct eval_plan *plan, struct error *err)
{
	plan->stages = memory_new(plan->n_steps, sizeof(*plan->stages), err);
	if (plan->stages == NULL)
		return -1;
	for (size_t i = 0; i < plan->n_steps; i++) {
		struct eval_stage *s = plan->stages + plan->n_stages;
		int group = least_group(plan, i);

		if (i == 0 || group > s[-1].group) {
			*s = (struct eval_stage){i, i + 1, group};
			plan->n_stages++;
		} else {
			s[-1].end = i + 1;
		}
	}
	return 0;
}

static const struct eval_stage *
stage_of(const struct eval_plan *plan, int step)
{
	const struct eval_stage *s = plan->stages;

	while (s + 1 < plan->stages + plan->n_stages && (int)s->end <= step)
		s++;
	return s;
}

/* Whether value has its buffer, or this one, to itself: nothing beside it. */
static bool
alone(const struct eval_plan *plan, int value, int root)
{
	for (size_t i = 0; i < plan->graph->n_values; i++) {
		const struct slot *v = &plan->slots[i];

		if (v->root == root &&
		    (v->lane != 0 || v->c != plan->slots[value].c))
			return false;
	}
	return true;
}

/* Does a step leave its input where it is, in this buffer? */
static bool
has_forms(const struct eval_plan *plan, int root)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].method == EVAL_NOTHING &&
		    plan->slots[plan->steps[i].out].root == root)
			return true;
	return false;
}

/*
 * A sum takes the place of its addend, whose lines are in the cache then.  Not
 * across stages: a stage that works on few images writes to the same few.
 */
static void
share_sums(struct eval_plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct eval_step *s = &plan->steps[i];
		struct slot *out = &plan->slots[s->out];
		const struct slot *add;
		const struct eval_stage *stage = stage_of(plan, (int)i);

		if (s->addend < 0 ||
		    (s->method != EVAL_WINOGRAD && s->method != EVAL_CONV))
			continue;
		add = &plan->slots[s->addend];
		if (add->alias >= 0 || add->last != (int)i ||
		    s->addend == plan->graph->input || out->root != s->out ||
		    plan->slots[s->in].root == add->root ||
		    plan->steps[plan->slots[add->root].first].method ==
			EVAL_COPY ||
		    stage_of(plan, add->first) != stage ||
		    stage_of(plan, out->last) != stage ||
		    !alone(plan, s->out, add->root) ||
		    has_forms(plan, add->root) ||
		    !alone(plan, s->out, s->out) || !eval_may_replace(plan, s))
			continue;
		out->root = add->root;
	}
}

static int
larger(int a, int b)
{
	return a > b ? a : b;
}

/* Lanes that the writers of value touch, spill included. */
static int
lanes_of(const struct eval_plan *plan, int value)
{
	const struct slot *v = &plan->slots[value];
	const struct eval_step *step = &plan->steps[v->first];

	if (step->method == EVAL_INPUT && v->c < KERNEL_BLOCK)
		return v->c;
	if (step->method == EVAL_CONV)
		return v->lane + (step->conv.groups - 1) * step->conv.k +
		       kernel_padded(step->conv.k);
	return v->lane + kernel_padded(v->c);
}

/* The first step that is at work in turn with this one, and the last. */
static int
first_at_work(const struct eval_plan *plan, int step)
{
	const int band = plan->steps[step].band;

	return band < 0 ? step : (int)plan->bands[band].step[0];
}

static int
last_at_work(const struct eval_plan *plan, int step)
{
	const struct eval_band *band;

	if (step >= (int)plan->n_steps || plan->steps[step].band < 0)
		return step;
	band = &plan->bands[plan->steps[step].band];
	return (int)band->step[band->n - 1];
}

/*
 * A value that later stages read gathers several groups: nothing may use its
 * memory while the stages before are at work again.
 */
static void
live(struct eval_plan *plan, int value)
{
	const struct slot *v = &plan->slots[value];
	struct slot *b = buffer_of(plan, value);
	const struct eval_stage *made = stage_of(plan, v->first);
	const struct eval_stage *read = stage_of(plan, v->last);
	const int first = made == read ? first_at_work(plan, v->first) : 0;
	const int last = last_at_work(plan, v->last);

	if (b->images == 0)
		b->span = (struct span){.first = first, .last = last};
	if (first < b->span.first)
		b->span.first = first;
	b->span.last = larger(b->span.last, last);
	b->images = larger(b->images, larger(made->group, read->group));
}

static void
shape_buffers(struct eval_plan *plan)
{
	for (size_t i = 0; i < plan->graph->n_values; i++) {
		struct slot *v = &plan->slots[i];
		struct slot *b = buffer_of(plan, (int)i);

		if (v->first < 0 || v->alias >= 0)
			continue;
		v->last = larger(v->last, v->first);
		live(plan, (int)i);
		b->lanes = larger(b->lanes, lanes_of(plan, (int)i));
		b->gaps |= plan->steps[v->first].method == EVAL_COPY;
	}
	for (size_t i = 0; i < plan->n_steps; i++) {
		const struct eval_step *step = &plan->steps[i];
		const struct slot *out = &plan->slots[step->out];

		if (eval_is_conv(step))
			border_grow(&plan->slots[step->in].border,
			    conv_border(&step->conv, &plan->slots[step->in],
				out->h, out->w));
	}
	place_borders(plan->slots, plan->graph->n_values);
	for (size_t i = 0; i < plan->graph->n_values; i++) {
		struct slot *v = &plan->slots[i];

		if (v->lanes > KERNEL_BLOCK)
			v->lanes = kernel_padded(v->lanes);
		if (v->rows > 0) { /* zeros above and below are rows, too */
			v->images = v->images > 0;
			v->border.top = v->border.bottom = 0;
		}
	}
}

static size_t
work_floats(const struct eval_plan *plan, const struct eval_step *step)
{
	const struct slot *out = &plan->slots[step->out];

	if (eval_is_conv(step))
		return conv_work(&step->conv, out->h, out->w,
		    buffer_of(plan, step->out)->images);
	if (step->method == EVAL_PRODUCT)
		return eval_product_work(plan, step);
	if (step->method != EVAL_FALLBACK)
		return 0;
	return plain_floats(plan->graph, step->fused->node, 1, false);
}

int
eval_place(struct eval_plan *plan, struct error *err)
{
	if (place_stages(plan, err) < 0 || eval_find_bands(plan, err) < 0)
		return -1;
	share_sums(plan);
	shape_buffers(plan);
	if (place_slots(plan->slots, plan->graph->n_values, false, true,
		&plan->work, err) < 0)
		return -1;
	plan->scratch_floats = plan->work;
	for (size_t i = 0; i < plan->n_steps; i++) {
		struct eval_step *step = &plan->steps[i];
		size_t floats = work_floats(plan, step) + plan->work;

		if (eval_is_conv(step) &&
		    conv_taps(&step->conv, buffer_of(plan, step->in), err) < 0)
			return -1;
		if (floats > plan->scratch_floats)
			plan->scratch_floats = floats;
	}
	return 0;
}
