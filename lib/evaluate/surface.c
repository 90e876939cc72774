#include "evaluate/surface.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"

/* ---- identity ---- */

static void
add_reals(struct digest *digest, const double *v, size_t n)
{
	digest_add_u64(digest, n);
	for (size_t i = 0; i < n; i++) {
		uint64_t bits;

		memcpy(&bits, &v[i], sizeof(bits));
		digest_add_u64(digest, bits);
	}
}

/* fixed adds nothing: runs from before there was a choice keep their names. */
static void
identify_norms(struct digest *digest, const struct norms_rule *norms)
{
	if (norms->mode != NORMS_FIXED)
		digest_add_text(digest, norms_words[norms->mode]);
	if (norms->mode == NORMS_RECOMPUTE)
		digest_add_text(digest, norms->data->digest);
}

void
surface_identify(struct surface *surface)
{
	const struct evaluation *e = &surface->evaluation;
	const struct grid *g = &surface->grid;
	struct digest digest;

	model_digest(&e->plane->model, surface->model);
	plane_digest(e->plane, surface->plane);
	digest_start(&digest);
	digest_add_text(&digest, surface->plane);
	for (int s = 0; s < e->sets; s++) {
		digest_add_text(&digest, g->set[s]);
		digest_add_text(&digest, e->data[s]->digest);
		digest_add_u64(&digest, (uint64_t)e->data[s]->total);
	}
	add_reals(&digest, e->mean, (size_t)e->data[0]->channels);
	add_reals(&digest, e->std, (size_t)e->data[0]->channels);
	digest_add_text(&digest, g->loss);
	identify_norms(&digest, &e->norms);
	for (int a = 0; a < g->axes; a++) {
		const double range[3] = {
		    g->range[a].lo, g->range[a].hi, (double)g->range[a].num};

		add_reals(&digest, range, 3);
	}
	digest_finish_text(&digest, surface->grid.run);
}

int64_t
surface_places(const struct surface *surface)
{
	const struct grid *g = &surface->grid;
	int64_t all = grid_points(g) / g->sets;

	return all > g->shard ? (all - g->shard - 1) / g->shards + 1 : 0;
}

/* ---- what comes before the points ---- */

static void
pack_dataset(struct pack *pack, const struct dataset *d)
{
	pack_key_text(pack, "name", d->name);
	pack_key_int(pack, "n", d->n);
	pack_key_int(pack, "total", d->total);
	pack_key_text(pack, "digest", d->digest);
}

/* NORMS_KEYS(norms) keys. */
#define NORMS_KEYS(norms) (1 + (size_t)((norms)->mode == NORMS_RECOMPUTE))
static void
pack_norms(struct pack *pack, const struct norms_rule *norms)
{
	pack_key_text(pack, "bn", norms_words[norms->mode]);
	if (norms->mode != NORMS_RECOMPUTE)
		return;
	pack_text(pack, "bn_data");
	pack_map(pack, 4);
	pack_dataset(pack, norms->data);
}

static void
pack_data(struct pack *pack, const struct surface *s)
{
	const struct evaluation *e = &s->evaluation;

	pack_text(pack, "data");
	pack_array(pack, (size_t)e->sets);
	for (int i = 0; i < e->sets; i++) {
		pack_map(pack, 5);
		pack_key_text(pack, "set", s->grid.set[i]);
		pack_dataset(pack, e->data[i]);
	}
}

static int
write_begin(const struct surface *s, struct writer *writer, struct error *err)
{
	const struct plane *plane = s->evaluation.plane;
	struct pack entry = {0};
	struct decoded *before;
	char number[3][NUMBER_TEXT_BYTES], range[128];
	int status = -1;

	history_entry(&entry, "evalgrid",
	    3 + NORMS_KEYS(&s->evaluation.norms) + (size_t)s->grid.axes);
	for (int a = 0; a < s->grid.axes; a++) {
		const struct range *r = &s->grid.range[a];

		snprintf(range, sizeof(range), "%s:%s:%s",
		    number_format(r->lo, number[0]),
		    number_format(r->hi, number[1]),
		    number_format((double)r->num, number[2]));
		pack_key_text(&entry, axis_word(a), range);
	}
	pack_key_text(&entry, "loss", s->grid.loss);
	pack_norms(&entry, &s->evaluation.norms);
	pack_data(&entry, s);
	pack_key_text(&entry, "kernel", s->kernel);
	before =
	    decoded_new(plane->begin.bytes.chars, plane->begin.bytes.n, err);
	if (before != NULL)
		status =
		    writer_begin(writer, decoded_value(before), &entry, err);
	decoded_free(before);
	pack_free(&entry);
	return status;
}

static int
write_grid(const struct surface *s, struct writer *writer, struct error *err)
{
	const struct evaluation *e = &s->evaluation;
	const struct model *m = &e->plane->model;
	size_t channels = (size_t)e->data[0]->channels;
	struct pack header = {0};
	int status;

	pack_map(&header,
	    GRID_KEYS + 8 + NORMS_KEYS(&e->norms) + (m->meta.bytes.n > 0));
	grid_pack(&header, &s->grid);
	pack_norms(&header, &e->norms);
	pack_key_text(&header, "plane", s->plane);
	pack_key_text(&header, "model", s->model);
	pack_key_text(&header, "arch", m->arch);
	pack_key_text(&header, "label", m->label);
	pack_key_text(&header, "kernel", s->kernel);
	pack_data(&header, s);
	pack_key_reals(&header, "mean", e->mean, channels);
	pack_key_reals(&header, "std", e->std, channels);
	if (m->meta.bytes.n > 0) {
		pack_text(&header, "meta");
		pack_pack(&header, &m->meta);
	}
	status = writer_record(writer, "grid", &header, NULL, 0, err);
	pack_free(&header);
	return status;
}

/* What each direction was, with its norm and the cosine between the axes. */
static int
write_direction(const struct plane *plane, int rep, int axis,
    struct writer *writer, struct error *err)
{
	struct pack extra = {0}, header = {0};
	struct decoded *d = NULL;
	int status = -1;

	pack_map(&extra, 1 + (size_t)(plane->axes > 1));
	pack_key_real(&extra, "length", plane_norm(plane, rep, axis));
	if (plane->axes > 1)
		pack_key_real(&extra, "cosine", plane_cosine(plane, rep));
	if (pack_check(&extra, err) == 0)
		d = decoded_new(extra.bytes.chars, extra.bytes.n, err);
	if (d != NULL &&
	    direction_pack(&header, &plane->direction[rep * plane->axes + axis],
		decoded_value(d), err) == 0)
		status =
		    writer_record(writer, "direction", &header, NULL, 0, err);
	decoded_free(d);
	pack_free(&extra);
	pack_free(&header);
	return status;
}

static int
write_head(const struct surface *s, struct writer *writer, struct error *err)
{
	const struct plane *plane = s->evaluation.plane;

	if (write_begin(s, writer, err) < 0 || write_grid(s, writer, err) < 0)
		return -1;
	for (int rep = 0; rep < plane->reps && plane->axes > 0; rep++)
		for (int axis = 0; axis < plane->axes; axis++)
			if (write_direction(plane, rep, axis, writer, err) < 0)
				return -1;
	return writer_copy_all(
	    writer, plane->others.chars, plane->others.n, err);
}

/* ---- points ---- */

/* The points to compute, and where the next one to be written stands. */
struct walk {
	const struct surface *s;
	const struct points *old;
	struct writer *writer;
	struct output *settle;
	struct place *todo; /* points that old has not */
	int64_t *todo_at;   /* their index / sets in the grid */
	int64_t n_todo;
	int64_t next; /* index / sets of the next place to be written */
};

static int
write_point(const struct surface *s, int64_t index, const struct score *score,
    struct writer *writer, struct error *err)
{
	const struct grid *g = &s->grid;
	struct grid_place p = grid_place(g, index);
	const struct dataset *data = s->evaluation.data[p.set];
	int part = data->n < data->total;
	struct pack h = {0};
	char run[RUN_BYTES];
	int status;

	snprintf(run, sizeof(run), "%.16s", g->run);
	pack_map(&h, 13 + (size_t)part + (score->status == SCORE_BADVAR));
	pack_key_text(&h, "run", run);
	pack_key_int(&h, "rep", p.rep);
	pack_key_text(&h, "set", g->set[p.set]);
	pack_key_int(&h, "ix", p.ix);
	pack_key_int(&h, "iy", p.iy);
	pack_key_real(&h, "x", g->axes > 0 ? range_at(&g->range[0], p.ix) : 0);
	pack_key_real(&h, "y", g->axes > 1 ? range_at(&g->range[1], p.iy) : 0);
	pack_key_real(&h, "loss", score->loss);
	pack_key_real(&h, "acc", score->acc);
	pack_key_real(&h, "se", score_error(score, data->total));
	pack_key_real(&h, "sd", score->sd);
	pack_key_int(&h, "n", score->n);
	pack_key_text(&h, "status", score_status_words[score->status]);
	if (part)
		pack_key_real(&h, "top1", score->top);
	if (score->status == SCORE_BADVAR)
		pack_key_text(&h, "why", score->why);
	status = writer_record(writer, "point", &h, NULL, 0, err);
	pack_free(&h);
	return status;
}

static bool
has_old(const struct walk *w, int64_t at)
{
	for (int s = 0; s < w->s->grid.sets; s++)
		if (w->old == NULL ||
		    w->old->at[at * w->s->grid.sets + s].bytes == NULL)
			return false;
	return true;
}

static void
tell(const struct walk *w, int64_t at, const struct score *scores)
{
	struct grid_place place = grid_place(&w->s->grid, at * w->s->grid.sets);

	if (w->s->seen != NULL)
		w->s->seen(w->s->context, &place, scores);
}

/* Copies the old points that stand before place `until`. */
static int
copy_old(struct walk *w, int64_t until, struct error *err)
{
	int sets = w->s->grid.sets;

	for (; w->next < until; w->next += w->s->grid.shards) {
		for (int s = 0; s < sets; s++) {
			const struct point *p = &w->old->at[w->next * sets + s];

			if (writer_copy_all(
				w->writer, p->bytes, p->n_bytes, err) < 0)
				return -1;
		}
		tell(w, w->next, NULL);
	}
	return 0;
}

/* evaluate_take: a computed point, in order. */
static int
take_point(
    void *context, int64_t point, const struct score *scores, struct error *err)
{
	struct walk *w = context;
	int64_t at = w->todo_at[point];
	int sets = w->s->grid.sets;

	if (copy_old(w, at, err) < 0 ||
	    (w->settle != NULL && output_settle(w->settle, err) < 0))
		return -1;
	for (int s = 0; s < sets; s++)
		if (write_point(
			w->s, at * sets + s, &scores[s], w->writer, err) < 0)
			return -1;
	w->next = at + w->s->grid.shards;
	tell(w, at, scores);
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
		int64_t at = g->shard + i * g->shards;
		struct grid_place p = grid_place(g, at * g->sets);

		if (has_old(w, at))
			continue;
		w->todo[w->n_todo] = (struct place){.rep = p.rep,
		    .a = g->axes > 0 ? range_at(&g->range[0], p.ix) : 0.0,
		    .b = g->axes > 1 ? range_at(&g->range[1], p.iy) : 0.0};
		w->todo_at[w->n_todo++] = at;
	}
	return 0;
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
		status = write_head(surface, writer, err);
	if (status == 0 && w.n_todo > 0)
		status = evaluate_points(&surface->evaluation, w.todo, w.n_todo,
		    take_point, &w, err);
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
