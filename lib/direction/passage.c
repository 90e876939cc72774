#include "direction/passage.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/plural.h"

void
passage_open(struct passage *passage, struct reader *reader)
{
	*passage = (struct passage){.reader = reader, .tensor = -1};
}

static void
start_segment(struct passage *p)
{
	model_free(&p->model);
	p->has_model = p->declared = p->done = p->left = false;
	p->n_directions = 0;
	p->tensor = -1;
	p->next = 0;
}

void
passage_close(struct passage *passage)
{
	start_segment(passage);
	free(passage->directions);
	*passage = (struct passage){0};
}

int
passage_find(const struct passage *passage, int axis, int rep)
{
	for (size_t i = 0; i < passage->n_directions; i++)
		if (passage->directions[i].is.axis == axis &&
		    passage->directions[i].is.rep == rep)
			return (int)i;
	return -1;
}

int
passage_count(const struct passage *passage, int axis)
{
	int n = 0;

	for (size_t i = 0; i < passage->n_directions; i++)
		n += passage->directions[i].is.axis == axis;
	return n;
}

/* ---- the records one by one ---- */

static int
take_model(struct passage *p, struct error *err)
{
	if (p->has_model)
		return error_set(err, "a second model in the segment, expected "
				      "one");
	if (model_unpack(&p->model, &p->record, err) < 0)
		return -1;
	p->has_model = true;
	p->models++;
	return 0;
}

static int
take_direction(struct passage *p, struct error *err)
{
	struct direction d;

	if (direction_unpack(&d, p->record.header, err) < 0)
		return -1;
	if (p->declared)
		return error_set(err,
		    "direction %s, rep %d is declared behind tensors, expected "
		    "before the first",
		    axis_word(d.axis), d.rep);
	if (passage_find(p, d.axis, d.rep) >= 0)
		return error_set(err, "direction %s, rep %d is declared twice",
		    axis_word(d.axis), d.rep);
	if (memory_grow(&p->directions, &p->room, p->n_directions + 1,
		sizeof(*p->directions), err) < 0)
		return -1;
	p->direction = (int)p->n_directions++;
	p->directions[p->direction] = (struct passage_direction){.is = d};
	return 0;
}

static int
take_tensor(struct passage *p, struct error *err)
{
	const struct graph *g = &p->model.graph;

	if (chunk_unpack(&p->chunk, &p->record, g->tensors, g->n_tensors, err) <
	    0)
		return -1;
	if (p->tensor < 0 || p->left) {
		p->tensor++;
		p->next = 0;
		p->done = p->left = false;
		for (size_t i = 0; i < p->n_directions; i++)
			p->directions[i].next = 0;
	}
	if (p->chunk.tensor != p->tensor || p->chunk.offset != p->next)
		return error_set(err,
		    "tensor '%s': element %lld of tensor %d came, expected "
		    "element %lld of tensor %d",
		    g->tensors[p->chunk.tensor].name,
		    (long long)p->chunk.offset, p->chunk.tensor,
		    (long long)p->next, p->tensor);
	p->next += p->chunk.n;
	return 0;
}

/* Which declared direction is the record about? */
static int
find_direction(struct passage *p, int axis, int rep, struct error *err)
{
	int i = -1, n = (int)p->n_directions;

	/* most often the one of the record before, or the next */
	for (int k = p->direction; k < p->direction + 2 && i < 0 && n > 0; k++)
		if (p->directions[k % n].is.axis == axis &&
		    p->directions[k % n].is.rep == rep)
			i = k % n;
	if (i < 0)
		i = passage_find(p, axis, rep);
	if (i < 0)
		return error_set(err,
		    "%s: direction %s, rep %d is not declared", p->record.kind,
		    axis_word(axis), rep);
	p->direction = i;
	return 0;
}

/* A direction has all elements of the tensor that passes, or none. */
static int
check_delta(const struct passage *p, int direction, struct error *err)
{
	const struct tensor *t = &p->model.graph.tensors[p->tensor];
	const struct passage_direction *d = &p->directions[direction];

	if (d->next != 0 && d->next != t->n)
		return error_set(err,
		    "delta '%s': direction %s, rep %d has %lld element%s, the "
		    "tensor has %lld",
		    t->name, axis_word(d->is.axis), d->is.rep,
		    (long long)d->next, plural_s(d->next), (long long)t->n);
	return 0;
}

static int
take_delta(struct passage *p, struct error *err)
{
	const struct graph *g = &p->model.graph;
	const struct tensor *t;
	struct passage_direction *d;
	int before = p->direction;

	if (chunk_unpack(&p->chunk, &p->record, g->tensors, g->n_tensors, err) <
		0 ||
	    find_direction(p, p->chunk.axis, p->chunk.rep, err) < 0)
		return -1;
	t = &g->tensors[p->chunk.tensor];
	d = &p->directions[p->direction];
	if (p->chunk.tensor != p->tensor || !p->done || p->left)
		return error_set(err,
		    "delta '%s' does not stand behind its tensor", t->name);
	if (!direction_moves(&d->is, t))
		return error_set(err,
		    "delta '%s': a direction over %s does not move a %s",
		    t->name, direction_over_words[d->is.over],
		    tensor_role_word(t->role));
	if (before != p->direction && check_delta(p, before, err) < 0)
		return -1;
	if (p->chunk.offset != d->next)
		return error_set(err,
		    "delta '%s': element %lld of direction %s, rep %d came, "
		    "expected element %lld",
		    t->name, (long long)p->chunk.offset, axis_word(d->is.axis),
		    d->is.rep, (long long)d->next);
	d->next += p->chunk.n;
	return 0;
}

static int
take_scale(struct passage *p, struct error *err)
{
	int axis, rep;

	if (scale_unpack(&p->record, &axis, &rep, &p->factor, err) < 0 ||
	    find_direction(p, axis, rep, err) < 0)
		return -1;
	if (p->directions[p->direction].scaled)
		return error_set(err,
		    "direction %s, rep %d has two scale records",
		    axis_word(axis), rep);
	p->directions[p->direction].scaled = true;
	return 0;
}

/* ---- what is complete ---- */

static int
check_deltas(const struct passage *p, struct error *err)
{
	for (size_t i = 0; i < p->n_directions; i++)
		if (check_delta(p, (int)i, err) < 0)
			return -1;
	return 0;
}

static int
check_tensor(const struct passage *p, struct error *err)
{
	const struct tensor *t = &p->model.graph.tensors[p->tensor];

	if (p->next != t->n)
		return error_set(err, "tensor '%s' has %lld of %lld element%s",
		    t->name, (long long)p->next, (long long)t->n,
		    plural_s(t->n));
	return 0;
}

static int
check_model(const struct passage *p, struct error *err)
{
	size_t n = p->model.graph.n_tensors;

	if ((size_t)p->tensor + 1 != n)
		return error_set(err, "%d tensor%s came, the model has %zu",
		    p->tensor + 1, plural_s((p->tensor + 1)), n);
	return 0;
}

/*
 * Is the tensor that passes done before the record that is held?  Another chunk
 * of the same tensor goes on where it stands; an empty tensor has one chunk.
 */
static bool
goes_on(const struct passage *p)
{
	return record_is(&p->record, "tensor") &&
	       p->next < p->model.graph.tensors[p->tensor].n;
}

/*
 * Steps that have no record of their own but come before the one that is held:
 * 1 with such a step, 0 when there is none, -1 with an error.
 */
static int
step_between(struct passage *p, enum passage_step *step, struct error *err)
{
	const struct record *r = &p->record;
	bool delta = record_is(r, "delta");

	if (!p->has_model || !(delta || record_is(r, "tensor") ||
				 record_is(r, "scale") || record_is(r, "end")))
		return 0;
	if (!p->declared) {
		p->declared = true;
		*step = PASSAGE_DECLARED;
		return 1;
	}
	if (p->tensor >= 0 && !p->done && !goes_on(p)) {
		p->done = true;
		*step = PASSAGE_TENSOR_DONE;
		return check_tensor(p, err) < 0 ? -1 : 1;
	}
	if (p->tensor >= 0 && p->done && !p->left && !delta) {
		p->left = true;
		*step = PASSAGE_TENSOR_LEFT;
		return check_deltas(p, err) < 0 ? -1 : 1;
	}
	return 0;
}

static int
step_record(struct passage *p, enum passage_step *step, struct error *err)
{
	const struct record *r = &p->record;

	*step = PASSAGE_OTHER;
	if (record_is(r, "begin")) {
		start_segment(p);
		*step = PASSAGE_BEGIN;
	} else if (record_is(r, "end")) {
		*step = PASSAGE_END;
		return p->has_model ? check_model(p, err) : 0;
	} else if (record_is(r, "model")) {
		*step = PASSAGE_MODEL;
		return take_model(p, err);
	} else if (!p->has_model) {
		return 0;
	} else if (record_is(r, "direction")) {
		*step = PASSAGE_DIRECTION;
		return take_direction(p, err);
	} else if (record_is(r, "tensor")) {
		*step = PASSAGE_TENSOR;
		return take_tensor(p, err);
	} else if (record_is(r, "delta")) {
		*step = PASSAGE_DELTA;
		return take_delta(p, err);
	} else if (record_is(r, "scale")) {
		*step = PASSAGE_SCALE;
		return check_model(p, err) < 0 ? -1 : take_scale(p, err);
	}
	return 0;
}

int
passage_next(
    struct passage *passage, enum passage_step *step, struct error *err)
{
	struct passage *p = passage;
	int status;

	if (!p->held) {
		status = reader_next(p->reader, &p->record, err);
		if (status < 0)
			return -1;
		if (status == 0 && p->models == 0)
			return error_set(err,
			    "%s: no model came, expected one (netload or "
			    "netnew makes it)",
			    reader_name(p->reader));
		if (status == 0)
			return 0;
		p->held = true;
	}
	status = step_between(p, step, err);
	if (status == 0) {
		p->held = false;
		status = step_record(p, step, err) < 0 ? -1 : 1;
	}
	return status < 0 ? error_prefix(err, "%s", reader_name(p->reader)) : 1;
}
