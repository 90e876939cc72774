#include "direction/plane.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "direction/plane_internal.h"

/* What has arrived of each tensor while a segment is read. */
struct arrival {
	size_t *room, *filled; /* elements, per tensor or delta */
};

/*
 * Appends a chunk to *data.  Memory follows what has come, not what a hostile
 * header claims: room for the whole tensor is taken at once only when the first
 * chunk brings a quarter of it.
 */
static int
append(void *data, size_t *room, size_t *filled, const struct chunk *chunk,
    const struct tensor *t, size_t size, struct error *err)
{
	size_t n = (size_t)chunk->n, whole = (size_t)t->n;
	char *elements;

	if ((size_t)chunk->offset != *filled)
		return error_set(err,
		    "tensor '%s' goes on at element %lld, expected %zu",
		    t->name, (long long)chunk->offset, *filled);
	memcpy(&elements, data, sizeof(elements));
	if (elements == NULL && n >= whole / 4) {
		elements = memory_new(whole, size, err);
		if (elements == NULL)
			return -1;
		memcpy(data, &elements, sizeof(elements));
		*room = whole;
	} else if (memory_grow(data, room, *filled + n, size, err) < 0) {
		return -1;
	}
	memcpy(&elements, data, sizeof(elements));
	memcpy(elements + *filled * size, chunk->elements, n * size);
	*filled += n;
	return 0;
}

static int
take_model(struct plane *p, struct arrival *a, const struct record *record,
    struct error *err)
{
	if (a->filled != NULL)
		return error_set(err, "a second model in one segment");
	if (model_unpack(&p->model, record, err) < 0)
		return -1;
	a->room = memory_new(p->model.graph.n_tensors, sizeof(size_t), err);
	a->filled = memory_new(p->model.graph.n_tensors, sizeof(size_t), err);
	return a->room != NULL && a->filled != NULL ? 0 : -1;
}

static int
take_tensor(struct plane *p, struct arrival *a, const struct record *record,
    struct error *err)
{
	struct graph *g = &p->model.graph;
	struct chunk chunk;

	if (a->filled == NULL)
		return error_set(err, "a tensor comes before the model");
	if (chunk_unpack(&chunk, record, g->tensors, g->n_tensors, err) < 0)
		return -1;
	return append(&g->tensors[chunk.tensor].data, &a->room[chunk.tensor],
	    &a->filled[chunk.tensor], &chunk, &g->tensors[chunk.tensor],
	    tensor_element_bytes(g->tensors[chunk.tensor].type), err);
}

/* Directions are declared in order: x (and y) of rep 0, then of rep 1, ... */
static int
take_direction(struct plane *p, size_t *n, size_t *room,
    const struct record *record, struct error *err)
{
	struct direction d;
	int axes, rep, axis;

	if (direction_unpack(&d, record->header, err) < 0 ||
	    memory_grow(&p->direction, room, *n + 1, sizeof(d), err) < 0)
		return -1;
	if (d.rep == 0)
		p->axes = d.axis + 1;
	axes = p->axes > 0 ? p->axes : 1;
	rep = (int)*n / axes;
	axis = (int)*n % axes;
	if (d.rep == 0) {
		rep = 0;
		axis = (int)*n;
	}
	if (d.rep != rep || d.axis != axis)
		return error_set(err,
		    "direction %zu is axis %s of rep %d, expected axis %s of "
		    "rep %d",
		    *n, axis_word(d.axis), d.rep, axis_word(axis), rep);
	p->direction[(*n)++] = d;
	p->reps = d.rep + 1;
	return 0;
}

/* All directions are declared: makes room for their elements. */
static int
start_deltas(struct plane *p, struct arrival *a, size_t n, struct error *err)
{
	size_t all = n * p->model.graph.n_tensors;

	if (n == 0 || n != plane_slot(p, p->reps, 0))
		return error_set(err,
		    "a delta comes after %zu direction%s of %d %s", n,
		    plural_s((int64_t)n), p->axes,
		    plural(p->axes, "axis", "axes"));
	p->delta = memory_new(all, sizeof(*p->delta), err);
	p->scale = memory_new(n, sizeof(*p->scale), err);
	a->room = memory_new(all, sizeof(*a->room), err);
	a->filled = memory_new(all, sizeof(*a->filled), err);
	if (p->delta == NULL || p->scale == NULL || a->room == NULL ||
	    a->filled == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		p->scale[i] = 1.0;
	return 0;
}

static int
take_delta(struct plane *p, struct arrival *a, const struct record *record,
    struct error *err)
{
	struct graph *g = &p->model.graph;
	struct chunk chunk;
	size_t i;

	if (a->filled == NULL)
		return error_set(err, "a delta comes before its direction");
	if (chunk_unpack(&chunk, record, g->tensors, g->n_tensors, err) < 0)
		return -1;
	if (chunk.rep >= p->reps || chunk.axis >= p->axes)
		return error_set(err,
		    "delta of axis %s, rep %d was not declared by a direction",
		    axis_word(chunk.axis), chunk.rep);
	i = plane_delta_index(p, chunk.rep, chunk.axis, chunk.tensor);
	return append(&p->delta[i], &a->room[i], &a->filled[i], &chunk,
	    &g->tensors[chunk.tensor], sizeof(float), err);
}

static int
take_scale(struct plane *p, const struct record *record, struct error *err)
{
	int axis, rep;
	double factor;

	if (scale_unpack(record, &axis, &rep, &factor, err) < 0)
		return -1;
	if (p->scale == NULL || rep >= p->reps || axis >= p->axes)
		return error_set(err,
		    "scale of axis %s, rep %d belongs to no direction",
		    axis_word(axis), rep);
	p->scale[plane_slot(p, rep, axis)] *= factor;
	return 0;
}

static int
check_complete(const struct plane *p, const struct arrival *weights,
    const struct arrival *deltas, struct error *err)
{
	const struct graph *g = &p->model.graph;

	for (size_t i = 0; i < g->n_tensors; i++)
		if (weights->filled[i] != (size_t)g->tensors[i].n)
			return error_set(err,
			    "tensor '%s' has %zu element%s, expected %lld",
			    g->tensors[i].name, weights->filled[i],
			    plural_s((int64_t)weights->filled[i]),
			    (long long)g->tensors[i].n);
	for (size_t i = 0; deltas->filled != NULL &&
			   i < plane_slot(p, p->reps, 0) * g->n_tensors;
	     i++) {
		const struct tensor *t = &g->tensors[i % g->n_tensors];

		if (p->delta[i] != NULL && deltas->filled[i] != (size_t)t->n)
			return error_set(err,
			    "a direction's tensor '%s' has %zu element%s, "
			    "expected %lld",
			    t->name, deltas->filled[i],
			    plural_s((int64_t)deltas->filled[i]),
			    (long long)t->n);
	}
	return 0;
}

/* Model normalisation wrote its factor behind the deltas: apply it now. */
static void
apply_scales(struct plane *p)
{
	size_t n_tensors = p->model.graph.n_tensors;

	for (size_t d = 0; p->delta != NULL && d < plane_slot(p, p->reps, 0);
	     d++)
		for (size_t t = 0; t < n_tensors; t++) {
			float *delta = p->delta[d * n_tensors + t];

			if (delta != NULL)
				plane_scale(delta, p->model.graph.tensors[t].n,
				    p->scale[d]);
		}
}

struct state {
	struct arrival weights, deltas;
	size_t n_directions, room_directions;
	bool marks, more; /* the segment has marks, and something else */
};

/* A mark before the model, or where there is none. */
static int
keep_mark(struct plane *p, struct state *s, const struct record *record,
    struct error *err)
{
	s->marks = true;
	if (pack_is_empty(&p->marks_begin))
		pack_pack(&p->marks_begin, &p->begin);
	if (pack_check(&p->marks_begin, err) < 0)
		return -1;
	return scratch_add(&p->marks, record->bytes, record->n_bytes, err) < 0
		   ? -1
		   : 1;
}

static int
keep_other(struct plane *p, const struct record *record, struct error *err)
{
	if (record_is(record, "request"))
		return requests_add(&p->requests, record, err) < 0 ? -1 : 1;
	return scratch_add(&p->others, record->bytes, record->n_bytes, err) < 0
		   ? -1
		   : 1;
}

/* What a segment without a model holds that begins so; NULL for others. */
static const char *
find_result(const struct record *record)
{
	static const struct {
		const char *kind, *what;
	} results[] = {{"grid", "points of evalgrid or hessgrid"},
	    {"histogram", "histograms of nethist"},
	    {"density", "densities of hessdens"},
	    {"path", "paths of trajproj"}};

	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (record_is(record, results[i].kind))
			return results[i].what;
	return NULL;
}

/* 1: go on, 0: the segment has ended. */
static int
take(struct plane *p, struct state *s, const struct record *record,
    struct error *err)
{
	bool model = s->weights.filled != NULL;

	if (record_is(record, "begin")) {
		s->marks = s->more = false;
		pack_free(&p->begin);
		pack_value(&p->begin, record->header);
		return pack_check(&p->begin, err) < 0 ? -1 : 1;
	}
	if (record_is(record, "end"))
		return !model && (p->requests.given || (s->marks && !s->more));
	if (!model && record_is_mark(record))
		return keep_mark(p, s, record, err);
	s->more = true;
	if (record_is(record, "model"))
		return take_model(p, &s->weights, record, err) < 0 ? -1 : 1;
	if (!model && find_result(record) != NULL)
		return error_set(err,
		    "%s, expected a model (netload or netnew makes it)",
		    find_result(record));
	if (!model &&
	    (record_is(record, "tensor") || record_is(record, "direction") ||
		record_is(record, "delta")))
		return error_set(
		    err, "a %s comes before the model", record->kind);
	if (record_is(record, "tensor"))
		return take_tensor(p, &s->weights, record, err) < 0 ? -1 : 1;
	if (record_is(record, "direction") && p->delta == NULL)
		return take_direction(p, &s->n_directions, &s->room_directions,
			   record, err) < 0
			   ? -1
			   : 1;
	if (record_is(record, "delta")) {
		if (s->deltas.filled == NULL &&
		    start_deltas(p, &s->deltas, s->n_directions, err) < 0)
			return -1;
		return take_delta(p, &s->deltas, record, err) < 0 ? -1 : 1;
	}
	if (record_is(record, "scale"))
		return take_scale(p, record, err) < 0 ? -1 : 1;
	if (record_is(record, "optimiser") || record_is(record, "moment"))
		return 1; /* of use to the next step of training alone */
	return keep_other(p, record, err);
}

static int
finish(struct plane *p, struct state *s, struct error *err)
{
	if (s->weights.filled == NULL)
		return error_set(err,
		    "the segment has no model, expected one (netload or "
		    "netnew makes it)");
	if (s->n_directions > 0 && p->delta == NULL &&
	    start_deltas(p, &s->deltas, s->n_directions, err) < 0)
		return -1;
	if (check_complete(p, &s->weights, &s->deltas, err) < 0)
		return -1;
	if (p->reps == 0)
		p->reps = 1;
	apply_scales(p);
	requests_unite(&p->requests);
	return 1;
}

int
plane_read(struct plane *plane, struct reader *reader, struct error *err)
{
	struct state s = {0};
	struct record record;
	int status = 1, more = 0;

	while (status == 1 && (more = reader_next(reader, &record, err)) == 1) {
		status = take(plane, &s, &record, err);
		if (status < 0)
			error_prefix(err, "%s", reader_name(reader));
	}
	if (status == 0)
		status = finish(plane, &s, err);
	else if (status == 1 && more == 0 && plane->requests.given)
		status = error_set(err,
		    "%zu request%s %s no model with directions before or "
		    "behind them",
		    plane->requests.n, plural_s((int64_t)plane->requests.n),
		    plural((int64_t)plane->requests.n, "has", "have"));
	else if (more <= 0)
		status = more;
	free(s.weights.room);
	free(s.weights.filled);
	free(s.deltas.room);
	free(s.deltas.filled);
	return status;
}

/* The rest of a segment of requests. */
static int
read_requests(struct plane *plane, struct reader *reader, struct error *err)
{
	struct record record;
	int status;

	plane->requests.given = true;
	while (reader_next(reader, &record, err) == 1) {
		if (record_is(&record, "end"))
			return 0;
		if (record_is(&record, "model"))
			status =
			    error_set(err, "a model comes behind requests");
		else
			status = keep_other(plane, &record, err);
		if (status < 0)
			return error_prefix(err, "%s", reader_name(reader));
	}
	return -1;
}

int
plane_read_requests(struct plane *plane, struct plane *next,
    struct reader *reader, struct error *err)
{
	struct record record;
	int status;

	while ((status = reader_next(reader, &record, err)) == 1) {
		pack_value(&next->begin, record.header);
		status = pack_check(&next->begin, err);
		if (status == 0)
			status = reader_next_is(reader, "request", err);
		if (status == 0)
			status = reader_next_is(reader, "end", err);
		if (status != 1)
			break;
		pack_free(&next->begin);
		if (read_requests(plane, reader, err) < 0)
			return -1;
	}
	requests_unite(&plane->requests);
	return status < 0 ? -1 : 0;
}

int
plane_read_last(struct plane *plane, struct reader *reader, struct error *err)
{
	struct plane next = {0};
	int status;

	while ((status = plane_read(&next, reader, err)) == 1) {
		plane_free(plane);
		*plane = next;
		next = (struct plane){0};
	}
	plane_free(&next);
	if (status == 0 && plane->axes > 0)
		return error_set(
		    err, "the model has directions, expected a model alone");
	return status < 0 ? -1 : graph_executable(&plane->model.graph, err);
}

int
plane_each(struct reader *reader, struct output *output,
    int (*each)(void *context, const struct plane *plane, struct writer *writer,
	struct error *err),
    void *context, struct error *err)
{
	struct writer *writer = writer_new(output, 0, err);
	int status = writer != NULL ? 1 : -1;

	while (status == 1) {
		struct plane plane = {0};

		status = plane_read(&plane, reader, err);
		if (status >= 0 && plane_write_marks(&plane, writer, err) < 0)
			status = -1;
		if (status == 1 && each(context, &plane, writer, err) < 0)
			status = -1;
		plane_free(&plane);
	}
	writer_free(writer);
	return status;
}
