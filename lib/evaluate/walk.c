/* surface_write: computed and old points become one segment. */

#include <stdlib.h>

#include "base/memory.h"
#include "evaluate/surface.h"

/* The places to compute, and where the next one to be written stands. */
struct walk {
	const struct surface *s;
	const struct points *old;
	struct writer *writer;
	struct output *settle;
	struct place *todo; /* places that old has not */
	int64_t *todo_at;   /* their numbers */
	int64_t n_todo;
	int64_t next; /* number of the next place to be written */
};

/* The number that old has for the place, or -1. */
static int64_t
number_in_old(const struct walk *w, int64_t number)
{
	int64_t grid = grid_points(&w->s->grid) / w->s->grid.sets, at;
	const struct asked *want, *have;

	if (number < grid)
		return number;
	want = &w->s->asked.item[number - grid];
	at = asked_find(&w->old->asked, want->id, want->rep);
	if (at < 0)
		return -1;
	have = &w->old->asked.item[at];
	return have->x == want->x && have->y == want->y ? grid + at : -1;
}

static const struct point *
old_point(const struct walk *w, int64_t number, int set)
{
	int64_t at = w->old != NULL ? number_in_old(w, number) : -1;
	const struct point *p;

	if (at < 0)
		return NULL;
	p = &w->old->at[at * w->s->grid.sets + set];
	return p->bytes != NULL ? p : NULL;
}

static bool
has_old(const struct walk *w, int64_t number)
{
	const struct place place = surface_place(w->s, number);

	for (int s = 0; s < w->s->grid.sets; s++)
		if ((place.sets >> s & 1U) != 0 &&
		    old_point(w, number, s) == NULL)
			return false;
	return true;
}

static void
tell(const struct walk *w, int64_t number, const struct score *scores)
{
	struct place place = surface_place(w->s, number);

	if (w->s->seen != NULL)
		w->s->seen(w->s->context, &place, scores);
}

/* Copies the old points that stand before place `until`. */
static int
copy_old(struct walk *w, int64_t until, struct error *err)
{
	for (; w->next < until; w->next += w->s->grid.shards) {
		const struct place place = surface_place(w->s, w->next);

		for (int s = 0; s < w->s->grid.sets; s++) {
			const struct point *p = old_point(w, w->next, s);

			if ((place.sets >> s & 1U) != 0 &&
			    writer_copy_all(
				w->writer, p->bytes, p->n_bytes, err) < 0)
				return -1;
		}
		tell(w, w->next, NULL);
	}
	return 0;
}

/* evaluate_take: a computed place, in order. */
static int
take_place(
    void *context, int64_t point, const struct score *scores, struct error *err)
{
	struct walk *w = context;
	int64_t number = w->todo_at[point];

	if (copy_old(w, number, err) < 0 ||
	    (w->settle != NULL && output_settle(w->settle, err) < 0))
		return -1;
	for (int s = 0; s < w->s->grid.sets; s++)
		if ((w->todo[point].sets >> s & 1U) != 0 &&
		    surface_write_point(
			w->s, number, s, &scores[s], w->writer, err) < 0)
			return -1;
	w->next = number + w->s->grid.shards;
	tell(w, number, scores);
	return 0;
}

static int
plan_walk(struct walk *w, struct error *err)
{
	const struct grid *g = &w->s->grid;
	int64_t places = surface_places(w->s);

	w->next = g->shard;
	w->todo = memory_new((size_t)places, sizeof(*w->todo), err);
	w->todo_at = memory_new((size_t)places, sizeof(*w->todo_at), err);
	if (w->todo == NULL || w->todo_at == NULL)
		return -1;
	for (int64_t i = 0; i < places; i++) {
		int64_t number = g->shard + i * g->shards;

		if (has_old(w, number))
			continue;
		w->todo[w->n_todo] = surface_place(w->s, number);
		w->todo_at[w->n_todo++] = number;
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
surface_write(const struct surface *surface, const struct points *old,
    struct writer *writer, struct output *settle, struct error *err)
{
	struct walk w = {
	    .s = surface, .old = old, .writer = writer, .settle = settle};
	const struct grid *g = &surface->grid;
	int status = plan_walk(&w, err);

	if (status == 0)
		status = surface_write_head(surface, writer, err);
	if (status == 0 && w.n_todo > 0)
		status = compute(&w, err);
	if (status == 0)
		status = copy_old(
		    &w, g->shard + surface_places(surface) * g->shards, err);
	if (status == 0 && settle != NULL)
		status = output_settle(settle, err);
	if (status == 0)
		status = writer_end(writer, err);
	free(w.todo);
	free(w.todo_at);
	return status;
}
