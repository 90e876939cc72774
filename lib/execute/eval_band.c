/*
 * Bands: an image goes through some steps together, a few rows at a time, so
 * that what lies between them is still in the first caches when it is read, and
 * is never stored as a whole.
 *
 * A value between two steps of a band has memory for as many rows as the second
 * one reads for those it makes; rows that it will read again move to the start.
 */
#include <string.h>

#include "base/memory.h"
#include "execute/eval.h"

enum {
	PIXELS_GOAL = 128,     /* of the first step's rows at a time */
	FLOATS_LEAST = 1 << 14 /* of a value that is better not stored */
};

/* Rows of its input that a step reads for each row that it makes. */
struct reach {
	int window, stride, pad;
};

static struct reach
reach_of(const struct eval_step *step)
{
	const struct conv *conv = &step->conv;

	if (!eval_is_conv(step))
		return (struct reach){1, 1, 0};
	return (struct reach){
	    (conv->kh - 1) * conv->step[0] + 1, conv->stride[0], conv->pad[0]};
}

/* ---- which steps ---- */

/* Does a step make any rows from a few rows of its input? */
static bool
goes_by_rows(const struct eval_plan *plan, const struct eval_step *step)
{
	const struct reach reach = reach_of(step);

	switch (step->method) {
	case EVAL_CONV:
	case EVAL_DEPTHWISE:
	case EVAL_AFFINE:
	case EVAL_POINTWISE:
	case EVAL_MULTIPLY:
		return plan->slots[step->out].h > 1 && reach.pad >= 0 &&
		       reach.pad < reach.window;
	default:
		return false;
	}
}

/* Whether another step makes what this one would. */
static bool
is_gone(const struct eval_plan *plan, const struct eval_step *step)
{
	return step->method == EVAL_NOTHING && plan->slots[step->out].first < 0;
}

/* Is value seen by nobody but the step that makes it and one that reads it? */
static bool
is_between(const struct eval_plan *plan, int value)
{
	const struct slot *v = &plan->slots[value];
	int reads[NODE_INPUTS_MAX + 1], readers = value == plan->output;

	for (size_t i = 1; i < plan->n_steps; i++) {
		const struct eval_step *step = &plan->steps[i];

		if (is_gone(plan, step))
			continue;
		for (int n = fuse_reads(step->fused, reads); n-- > 0;)
			readers += reads[n] == value;
	}
	for (size_t i = 0; i < plan->graph->n_values; i++)
		if ((int)i != value && (plan->slots[i].root == value ||
					   plan->slots[i].alias == value))
			return false;
	return readers == 1 && v->alias < 0 && v->root == value;
}

/* The step that goes on with what step makes, row by row, or NULL. */
static struct eval_step *
next_of(struct eval_plan *plan, const struct eval_stage *stage,
    const struct eval_step *step)
{
	const struct eval_step *end = &plan->steps[stage->end];
	struct eval_step *next = (struct eval_step *)step + 1;

	while (next < end && is_gone(plan, next))
		next++;
	if (next >= end || next->in != step->out || next->addend == step->out ||
	    !goes_by_rows(plan, next) || !is_between(plan, step->out))
		return NULL;
	return next;
}

static void
find_band(struct eval_plan *plan, const struct eval_stage *stage,
    struct eval_step *first)
{
	struct eval_band *band = &plan->bands[plan->n_bands];
	struct eval_step *step = first, *next;

	if (first->band >= 0 || !goes_by_rows(plan, first))
		return;
	band->n = 0;
	do {
		band->step[band->n++] = (size_t)(step - plan->steps);
		next = next_of(plan, stage, step);
		if (next == NULL ||
		    slot_planes(&plan->slots[step->out]) < FLOATS_LEAST)
			break;
		step = next;
	} while (band->n < BAND_STEPS);
	if (band->n < 2)
		return;
	for (int k = 0; k < band->n; k++)
		plan->steps[band->step[k]].band = (int)plan->n_bands;
	plan->n_bands++;
}

/* Rows of what lies between, for as many rows of the last step. */
static void
size_band(struct eval_plan *plan, struct eval_band *band)
{
	const struct eval_step *step = &plan->steps[band->step[0]];
	int rows;

	band->rows = PIXELS_GOAL / plan->slots[step->out].w;
	for (int k = 1; k < band->n; k++)
		band->rows /= reach_of(&plan->steps[band->step[k]]).stride;
	if (band->rows < 1)
		band->rows = 1;
	rows = band->rows;
	for (int k = band->n - 1; k > 0; k--) {
		struct reach reach;

		step = &plan->steps[band->step[k]];
		reach = reach_of(step);
		rows =
		    (rows - 1) * reach.stride +
		    (reach.window > reach.stride ? reach.window : reach.stride);
		plan->slots[step->in].rows = rows;
	}
}

/*
 * A function takes the place of its argument, which nobody else reads: half as
 * much lies in the cache.  A copy's zeros stay where they are.
 */
static void
share_function(struct eval_plan *plan, const struct eval_step *step)
{
	struct slot *in, *out;
	const struct eval_step *maker;

	if (step->method != EVAL_POINTWISE)
		return;
	in = &plan->slots[step->in];
	out = &plan->slots[step->out];
	maker = &plan->steps[in->first];
	if (in->h == 1 || (out->rows > 0 && maker->band != step->band) ||
	    !is_between(plan, step->in) || out->root != step->out ||
	    out->alias >= 0 ||
	    (!eval_is_conv(maker) && maker->method != EVAL_AFFINE))
		return;
	in->root = step->out;
}

int
eval_find_bands(struct eval_plan *plan, struct error *err)
{
	plan->bands = memory_new(plan->n_steps, sizeof(*plan->bands), err);
	if (plan->bands == NULL)
		return -1;
	for (size_t i = 0; i < plan->n_steps; i++)
		plan->steps[i].band = -1;
	for (size_t s = 0; s < plan->n_stages; s++)
		for (size_t i = plan->stages[s].first; i < plan->stages[s].end;
		     i++)
			find_band(plan, &plan->stages[s], &plan->steps[i]);
	for (size_t b = 0; b < plan->n_bands; b++)
		size_band(plan, &plan->bands[b]);
	for (size_t i = 1; i < plan->n_steps; i++)
		share_function(plan, &plan->steps[i]);
	return 0;
}

bool
eval_may_replace(const struct eval_plan *plan, const struct eval_step *step)
{
	const struct eval_band *band;

	if (step->band < 0)
		return true;
	/* the steps before are ahead, so they have read these rows, unless a
	 * window reads them again */
	band = &plan->bands[step->band];
	for (int k = 0; k < band->n; k++) {
		const struct eval_step *s = &plan->steps[band->step[k]];

		if (s != step && s->in == step->addend &&
		    reach_of(s).window > 1)
			return false;
	}
	return true;
}

/* ---- an image through the steps ---- */

/* How far it has come: rows that each step has made, and the row of its output
 * that lies at the start of memory. */
struct walk {
	const struct eval_plan *plan;
	const struct eval_band *band;
	float *scratch;
	eval_part_function *make;
	void *context;
	int image;
	int done[BAND_STEPS], from[BAND_STEPS];
};

static void
clear_rows(struct view rows, int first, int n)
{
	if (n > 0)
		memset(rows.at + first * rows.row, 0,
		    (size_t)n * (size_t)rows.row * sizeof(*rows.at));
}

/*
 * Rows [first, end) of what step k - 1 makes are wanted; those before are not
 * any more.  Rows outside the image are zeros.
 */
static void
make_room(const struct walk *w, int *from, int done, const struct slot *slot,
    int first, int end)
{
	struct view rows = slot_steps(slot);
	const int kept = done > first ? done - first : 0;

	rows.at = w->scratch + slot->span.offset;
	if (done < first)
		first = done;
	if (first > *from) {
		if (kept > 0)
			memmove(rows.at, rows.at + (first - *from) * rows.row,
			    (size_t)kept * (size_t)rows.row * sizeof(*rows.at));
		*from = first;
	}
	if (end > slot->h)
		clear_rows(rows, slot->h - *from, end - slot->h);
}

/* Does a step write where it reads? */
static bool
in_place(const struct eval_plan *plan, const struct eval_step *step)
{
	return plan->slots[step->in].root == plan->slots[step->out].root;
}

/* Rows of step k until end. */
static void
advance(struct walk *w, int k, int end)
{
	const struct eval_plan *plan = w->plan;
	const size_t i = w->band->step[k];
	const struct eval_step *step = &plan->steps[i];
	const struct slot *in = &plan->slots[step->in];
	const struct reach reach = reach_of(step);
	struct eval_part part = {.image = w->image,
	    .n = 1,
	    .y = w->done[k],
	    .h = end - w->done[k],
	    .out_from = w->from[k]};

	if (part.h <= 0)
		return;
	if (k > 0) {
		const int first = part.y * reach.stride - reach.pad;
		const int last =
		    (end - 1) * reach.stride - reach.pad + reach.window;

		if (in_place(plan, step))
			w->from[k - 1] = w->from[k];
		else
			make_room(w, &w->from[k - 1], w->done[k - 1], in, first,
			    last);
		advance(w, k - 1, last < in->h ? last : in->h);
		part.in_from = w->from[k - 1];
	}
	w->make(w->context, i, &part);
	w->done[k] = end;
}

void
eval_walk_band(const struct eval_plan *plan, const struct eval_band *band,
    float *scratch, int image, eval_part_function *make, void *context)
{
	const int last = band->n - 1;
	const int h = plan->slots[plan->steps[band->step[last]].out].h;
	struct walk w = {.plan = plan,
	    .band = band,
	    .scratch = scratch,
	    .make = make,
	    .context = context,
	    .image = image};

	for (int k = 1; k < band->n; k++) {
		const struct eval_step *step = &plan->steps[band->step[k]];
		const struct slot *in = &plan->slots[step->in];
		struct view rows = slot_steps(in);

		rows.at = scratch + in->span.offset;
		if (in_place(plan, step))
			continue;
		w.from[k - 1] = -reach_of(step).pad;
		clear_rows(rows, 0, reach_of(step).pad);
	}
	for (int end = band->rows; w.done[last] < h; end += band->rows)
		advance(&w, last, end < h ? end : h);
}
