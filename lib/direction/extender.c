#include "direction/extender.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { RUN_ELEMENTS = CHUNK_BYTES_MAX / (int)sizeof(float) };

struct extender {
	const struct passage *passage;
	struct writer *writer;
	struct direction_source *const *sources;
	struct extender_order order;
	struct gram *gram;
	int added[AXES_MAX], n_added; /* axes that this model receives */
	void *w;                      /* the tensor that passes, if asked for */
	size_t w_room;
	float *deltas; /* room for a chunk */
};

struct extender *
extender_new(const struct passage *passage, struct writer *writer,
    struct direction_source *const sources[AXES_MAX],
    const struct extender_order *order, struct gram *gram, struct error *err)
{
	struct extender *g = memory_new(1, sizeof(*g), err);

	if (g == NULL)
		return NULL;
	g->passage = passage;
	g->writer = writer;
	g->sources = sources;
	g->order = *order;
	g->gram = gram;
	g->deltas = memory_new(RUN_ELEMENTS, sizeof(*g->deltas), err);
	if (g->deltas != NULL)
		return g;
	free(g);
	return NULL;
}

void
extender_free(struct extender *extender)
{
	if (extender == NULL)
		return;
	free(extender->deltas);
	free(extender->w);
	free(extender);
}

bool
extender_adds(const struct extender *extender, int axis)
{
	for (int i = 0; i < extender->n_added; i++)
		if (extender->added[i] == axis)
			return true;
	return false;
}

/* Which axes does this model receive? */
static int
choose_axes(struct extender *g, struct error *err)
{
	const struct extender_order *o = &g->order;
	int lo = o->axis >= 0 ? o->axis : 0, has = 0;
	int hi = o->axis >= 0 ? o->axis + 1 : AXES_MAX;
	int most = o->n_axes > 0 ? o->n_axes : AXES_MAX;

	g->n_added = 0;
	for (int axis = lo; axis < hi; axis++)
		if (passage_count(g->passage, axis) > 0)
			has |= 1 << axis;
		else if (g->n_added < most &&
			 (axis == lo || o->n_axes > 0 ||
			     source_serves(g->sources[g->n_added], axis)))
			g->added[g->n_added++] = axis;
	if (g->n_added > 0 && g->n_added >= o->n_axes)
		return 0;
	return error_set(err,
	    "the model already has direction%s, expected room for %s",
	    has == 3   ? "s x and y"
	    : has == 2 ? " y"
		       : " x",
	    o->n_axes > 1 ? "two more" : "another");
}

/* All axes have the same number of direction sets. */
static int
check_reps(const struct extender *g, struct error *err)
{
	int reps = source_reps(g->sources[0]);

	for (int axis = 0; axis < AXES_MAX; axis++) {
		int has = passage_count(g->passage, axis);

		if (has > 0 && has != reps)
			return error_set(err,
			    "%d direction set%s for %s, expected %d as for %s",
			    reps, reps == 1 ? "" : "s", axis_word(g->added[0]),
			    has, axis_word(axis));
	}
	return 0;
}

static int
declare(struct extender *g, struct error *err)
{
	const struct model *model = &g->passage->model;
	int n;

	if (choose_axes(g, err) < 0 || check_reps(g, err) < 0)
		return -1;
	for (int i = 0; i < g->n_added; i++)
		if (source_start(g->sources[i], model, g->added[i],
			g->order.over, err) < 0)
			return -1;
	n = source_reps(g->sources[0]) * g->n_added;
	for (int i = 0; i < n; i++) {
		struct direction d = source_direction(
		    g->sources[i % g->n_added], i / g->n_added);
		struct pack header = {0};
		int status = direction_pack(&header, &d, NULL, err);

		if (status == 0)
			status = writer_record(
			    g->writer, "direction", &header, NULL, 0, err);
		pack_free(&header);
		if (status < 0)
			return -1;
	}
	return 0;
}

/* ---- the tensors ---- */

static const struct tensor *
passing_tensor(const struct extender *g)
{
	return &g->passage->model.graph.tensors[g->passage->tensor];
}

/* Only the way to another model is measured from the elements of this one. */
static int
keep(struct extender *g, struct error *err)
{
	const struct chunk *c = &g->passage->chunk;
	size_t size = tensor_element_bytes(passing_tensor(g)->type);

	if (!source_asks_weights(g->sources[0]) || c->n == 0)
		return 0;
	if (memory_grow(&g->w, &g->w_room, (size_t)(c->offset + c->n) * size, 1,
		err) < 0)
		return -1;
	memcpy((char *)g->w + (size_t)c->offset * size, c->elements,
	    (size_t)c->n * size);
	return 0;
}

static int
measure(struct extender *g, int axis, int rep, const void *deltas, int64_t n,
    struct error *err)
{
	return g->gram != NULL ? gram_add(g->gram, axis, rep, deltas, n, err)
			       : 0;
}

static int
write_deltas(struct extender *g, int i, int rep, struct error *err)
{
	const struct tensor *t = passing_tensor(g);
	size_t size = tensor_element_bytes(t->type);
	int index = g->passage->tensor, axis = g->added[i];
	int64_t at = 0;

	do {
		int64_t n = t->n - at;
		const char *w = g->w;

		if (n > RUN_ELEMENTS)
			n = RUN_ELEMENTS;
		if (w != NULL)
			w += (size_t)at * size;
		if (source_read(g->sources[i], rep, index, at, n, w, g->deltas,
			err) < 0 ||
		    measure(g, axis, rep, g->deltas, n, err) < 0 ||
		    chunk_write_delta(g->writer, axis, rep, index, t, at,
			g->deltas, n, err) < 0)
			return -1;
		at += n;
	} while (at < t->n);
	return 0;
}

static int
leave_tensor(struct extender *g, struct error *err)
{
	for (int rep = 0; rep < source_reps(g->sources[0]); rep++)
		for (int i = 0; i < g->n_added; i++) {
			const struct direction d =
			    source_direction(g->sources[i], rep);

			if (direction_moves(&d, passing_tensor(g)) &&
			    write_deltas(g, i, rep, err) < 0)
				return -1;
		}
	if (g->gram != NULL)
		gram_next_tensor(g->gram);
	return 0;
}

static int
finish(struct extender *g, struct error *err)
{
	for (int i = 0; g->passage->has_model && i < g->n_added; i++) {
		const struct marks *open;

		if (source_finish(g->sources[i], err) < 0)
			return -1;
		open = source_open_runs(g->sources[i]);
		if (open != NULL && writer_copy_open(g->writer, open, err) < 0)
			return -1;
	}
	return 0;
}

int
extender_step(
    struct extender *extender, enum passage_step step, struct error *err)
{
	struct extender *g = extender;
	const struct chunk *c = &g->passage->chunk;
	int status = 0;

	switch (step) {
	case PASSAGE_DECLARED:
		return declare(g, err);
	case PASSAGE_TENSOR_LEFT:
		return leave_tensor(g, err);
	case PASSAGE_END:
		return finish(g, err);
	case PASSAGE_BEGIN:
	case PASSAGE_TENSOR_DONE:
		return 0;
	case PASSAGE_TENSOR:
		status = keep(g, err);
		break;
	case PASSAGE_DELTA:
		status = measure(g, c->axis, c->rep, c->elements, c->n, err);
		break;
	case PASSAGE_MODEL:
	case PASSAGE_DIRECTION:
	case PASSAGE_SCALE:
	case PASSAGE_OTHER:
		break;
	}
	if (status < 0)
		return -1;
	return writer_copy(g->writer, &g->passage->record, err);
}
