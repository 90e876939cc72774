/* surface_write: computed and old points become one segment. */

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "evaluate/look.h"
#include "evaluate/surface.h"
#include "stream/scan.h"

/* The places in the order of writing, and which of them are to be computed. */
struct walk {
	const struct surface *s;
	const struct points *const *old; /* OLD_MAX of them, or NULLs */
	struct writer *writer;
	struct output *settle;
	int64_t *order;     /* numbers of the places */
	int64_t n, next;    /* of them: all, written */
	struct place *todo; /* those that old has not */
	int64_t *todo_at;   /* where these stand in order */
	int64_t n_todo;
};

/* The number that old points have for the place, or -1. */
static int64_t
number_in(const struct walk *w, const struct points *old, int64_t number)
{
	int64_t grid = grid_points(&w->s->grid) / w->s->grid.sets, at;
	const struct asked *want, *have;

	if (number < grid)
		return number;
	want = &w->s->asked.item[number - grid];
	at = asked_find(&old->asked, want->id, want->rep);
	if (at < 0)
		return -1;
	have = &old->asked.item[at];
	return have->x == want->x && have->y == want->y ? grid + at : -1;
}

/* Of a program: only points on some of its images have a half. */
static bool
program_suffices(const struct look_rule *rule, struct look_state *state,
    const uint8_t *header, size_t bytes)
{
	return !scan_real(header, bytes, "half", &state->half) ||
	       look_suffices(rule, state, INT64_MAX);
}

/* Is it on as many images as are asked for now? */
static bool
suffices(const struct walk *w, const struct point *p, int set)
{
	const struct evaluation *e = &w->s->evaluation;
	struct look_state state = {
	    .loss = NAN, .se = INFINITY, .half = INFINITY};
	size_t bytes;
	const uint8_t *header = point_header(p, &bytes);
	double n;

	if (header == NULL)
		return false;
	if (!scan_real(header, bytes, "n", &n))
		return true;
	state.n = (int64_t)n;
	scan_real(header, bytes, "loss", &state.loss);
	scan_real(header, bytes, "se", &state.se);
	if (w->s->data[set] == NULL)
		return program_suffices(&e->look, &state, header, bytes);
	scan_real(header, bytes, "half", &state.half);
	state.anchored = scan_real(header, bytes, "anchors", &n);
	if (w->s->per_image && point_losses(p, NULL, 0) != state.n &&
	    isfinite(state.loss))
		return false;
	if (w->s->per_class && point_part(p, POINT_CLASSES, &bytes) == NULL &&
	    isfinite(state.loss))
		return false;
	return look_suffices(&e->look, &state, w->s->data[set]->n);
}

/* The place as it stands in the first of the old outputs that has enough. */
static const struct point *
old_point(const struct walk *w, int64_t number, int set)
{
	for (int i = 0; i < OLD_MAX; i++) {
		const struct points *old = w->old[i];
		int64_t at = old != NULL ? number_in(w, old, number) : -1;
		const struct point *p;

		if (at < 0)
			continue;
		p = &old->at[at * w->s->grid.sets + set];
		if (suffices(w, p, set))
			return p;
	}
	return NULL;
}

/* The place with those of its data sets that are to be computed. */
static struct place
place_to_do(const struct walk *w, int64_t number)
{
	struct place place = surface_place(w->s, number);

	for (int s = 0; s < w->s->grid.sets; s++)
		if ((place.sets >> s & 1U) != 0 &&
		    old_point(w, number, s) != NULL)
			place.sets &= ~(1U << s);
	return place;
}

static bool
has_old(const struct walk *w, int64_t number)
{
	return place_to_do(w, number).sets == 0;
}

static void
tell(const struct walk *w, int64_t number, const struct score *scores)
{
	struct place place = surface_place(w->s, number);

	if (w->s->seen != NULL)
		w->s->seen(w->s->context, &place, scores);
}

static int
copy_point(const struct walk *w, int64_t number, int set, struct error *err)
{
	const struct point *p = old_point(w, number, set);
	const bool wanted[] = {[POINT_ITSELF] = true,
	    [POINT_CLASSES] = w->s->per_class,
	    [POINT_LOSSES] = w->s->per_image};
	size_t n;

	for (int i = POINT_ITSELF; i <= POINT_LOSSES; i++) {
		const uint8_t *part = point_part(p, (enum point_part)i, &n);

		if (part != NULL && wanted[i] &&
		    writer_copy_all(w->writer, part, n, err) < 0)
			return -1;
	}
	return 0;
}

/* Copies the old points that stand before place `until` of the order. */
static int
copy_old(struct walk *w, int64_t until, struct error *err)
{
	for (; w->next < until; w->next++) {
		const int64_t number = w->order[w->next];
		const struct place place = surface_place(w->s, number);

		for (int s = 0; s < w->s->grid.sets; s++)
			if ((place.sets >> s & 1U) != 0 &&
			    copy_point(w, number, s, err) < 0)
				return -1;
		tell(w, number, NULL);
	}
	return 0;
}

/* evaluate_take: a computed place, in order. */
static int
take_place(
    void *context, int64_t point, const struct score *scores, struct error *err)
{
	struct walk *w = context;
	const int64_t at = w->todo_at[point], number = w->order[at];

	if (copy_old(w, at, err) < 0 ||
	    (w->settle != NULL && output_settle(w->settle, err) < 0))
		return -1;
	for (int s = 0; s < w->s->grid.sets; s++) {
		if ((surface_place(w->s, number).sets >> s & 1U) == 0)
			continue;
		if (((w->todo[point].sets >> s & 1U) != 0
			    ? surface_write_point(
				  w->s, number, s, &scores[s], w->writer, err)
			    : copy_point(w, number, s, err)) < 0)
			return -1;
	}
	w->next = at + 1;
	tell(w, number, scores);
	return 0;
}

/* ---- the order ---- */

/* From coarse to fine, so that a part of a surface is a whole coarse one. */
static int
level_of(const struct surface *s, int64_t number)
{
	const int64_t grid = grid_points(&s->grid) / s->grid.sets;
	struct grid_place place;

	if (number >= grid)
		return GRID_LEVELS; /* requests come last, by id */
	place = grid_place(&s->grid, number * s->grid.sets);
	return grid_level(&s->grid, &place);
}

static int
by_rank_and_number(const void *a, const void *b)
{
	const int64_t *p = a, *q = b;

	if (p[0] != q[0])
		return p[0] < q[0] ? -1 : 1;
	return (p[1] > q[1]) - (p[1] < q[1]);
}

/*
 * Sorts the places.  An earlier PATH.part gives way before the first computed
 * place is written (output_settle): where old has a place behind one that it
 * has not, all of old stands first.
 */
static int
sort_places(struct walk *w, struct error *err)
{
	const struct grid *g = &w->s->grid;
	const bool holds = w->settle != NULL && output_is_held(w->settle);
	int64_t(*key)[2] = memory_new((size_t)w->n, sizeof(*key), err);

	if (key == NULL)
		return -1;
	for (int64_t i = 0; i < w->n; i++) {
		key[i][1] = g->shard + i * g->shards;
		key[i][0] = level_of(w->s, key[i][1]);
		if (holds && !has_old(w, key[i][1]))
			key[i][0] += GRID_LEVELS + 1;
	}
	qsort(key, (size_t)w->n, sizeof(*key), by_rank_and_number);
	for (int64_t i = 0; i < w->n; i++)
		w->order[i] = key[i][1];
	free(key);
	return 0;
}

static int
plan_walk(struct walk *w, struct error *err)
{
	w->n = surface_places(w->s);
	w->order = memory_new((size_t)w->n, sizeof(*w->order), err);
	w->todo = memory_new((size_t)w->n, sizeof(*w->todo), err);
	w->todo_at = memory_new((size_t)w->n, sizeof(*w->todo_at), err);
	if (w->order == NULL || w->todo == NULL || w->todo_at == NULL ||
	    sort_places(w, err) < 0)
		return -1;
	for (int64_t i = 0; i < w->n; i++) {
		if (has_old(w, w->order[i]))
			continue;
		w->todo[w->n_todo] = place_to_do(w, w->order[i]);
		w->todo_at[w->n_todo++] = i;
	}
	return 0;
}

static int
compute(struct walk *w, struct error *err)
{
	const struct surface_work *work = w->s->work;
	const struct evaluation *e = &w->s->evaluation;

	if (work != NULL)
		return work->points(
		    work->context, e, w->todo, w->n_todo, take_place, w, err);
	return evaluate_points(e, w->todo, w->n_todo, take_place, w, err);
}

int
surface_write(const struct surface *surface,
    const struct points *const old[OLD_MAX], struct writer *writer,
    struct output *settle, struct error *err)
{
	struct walk w = {
	    .s = surface, .old = old, .writer = writer, .settle = settle};
	int status = plan_walk(&w, err);

	if (status == 0)
		status = surface_write_head(surface, writer, err);
	if (status == 0 && w.n_todo > 0)
		status = compute(&w, err);
	if (status == 0)
		status = copy_old(&w, w.n, err);
	if (status == 0 && settle != NULL)
		status = output_settle(settle, err);
	if (status == 0)
		status = writer_end(writer, err);
	free(w.order);
	free(w.todo);
	free(w.todo_at);
	return status;
}

int64_t
surface_known(
    const struct surface *surface, const struct points *const old[OLD_MAX])
{
	const struct walk w = {.s = surface, .old = old};
	const struct grid *g = &surface->grid;
	int64_t known = 0;

	for (int64_t i = 0; i < surface_places(surface); i++)
		known += has_old(&w, g->shard + i * g->shards);
	return known;
}
