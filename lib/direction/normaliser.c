#include "direction/normaliser.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "direction/normalise.h"

/* How the directions along one axis are normalised. */
struct rule {
	enum normalisation norm;
	enum direction_ignore ignore;
	struct groups groups; /* of the tensor that passes */
	double *squares;      /* of its elements, per group */
	double *factor;
	size_t n_squares, squares_room, factor_room;
};

/* Sums of squares of what `model` scales, per direction. */
struct sums {
	double w, d;
};

struct normaliser {
	const struct passage *passage;
	struct writer *writer;
	struct gram *gram;
	bool force;
	struct rule rules[AXES_MAX];
	float *w; /* elements of the tensor that passes, from w_first on */
	int64_t w_first;
	size_t w_room;
	float *d; /* d_n deltas that wait until their unit is complete */
	int64_t d_n;
	size_t d_room;
	struct sums *sums; /* per direction */
	size_t sums_room;
};

struct normaliser *
normaliser_new(const struct passage *passage, struct writer *writer,
    const struct normaliser_rule rules[AXES_MAX], bool force, struct gram *gram,
    struct error *err)
{
	struct normaliser *f = memory_new(1, sizeof(*f), err);

	if (f == NULL)
		return NULL;
	f->passage = passage;
	f->writer = writer;
	f->gram = gram;
	f->force = force;
	for (int axis = 0; axis < AXES_MAX; axis++) {
		f->rules[axis].norm = rules[axis].norm;
		f->rules[axis].ignore = rules[axis].ignore;
	}
	return f;
}

void
normaliser_free(struct normaliser *normaliser)
{
	if (normaliser == NULL)
		return;
	for (int axis = 0; axis < AXES_MAX; axis++) {
		free(normaliser->rules[axis].squares);
		free(normaliser->rules[axis].factor);
	}
	free(normaliser->w);
	free(normaliser->d);
	free(normaliser->sums);
	free(normaliser);
}

bool
normaliser_changes(const struct normaliser *f, const struct direction *d)
{
	return f->force || d->kind == DIRECTION_RANDOM ||
	       d->kind == DIRECTION_FILE;
}

static const struct tensor *
passing_tensor(const struct normaliser *f)
{
	return &f->passage->model.graph.tensors[f->passage->tensor];
}

/* The formulas are for weights; `model` takes all that is not ignored. */
static bool
by_formula(const struct rule *rule, const struct tensor *tensor)
{
	return !normalise_small(tensor) ||
	       (rule->norm == NORMALISE_MODEL && rule->ignore == IGNORE_NONE);
}

/* A tensor of 0 or 1 dimension that is its own direction. */
static bool
is_own_direction(const struct rule *rule, const struct tensor *tensor)
{
	return !by_formula(rule, tensor) && rule->ignore == IGNORE_NONE;
}

static int
declare(struct normaliser *f, struct error *err)
{
	const struct passage *p = f->passage;
	struct direction d = p->directions[p->direction].is;
	struct pack header = {0};
	int status;

	if (memory_grow(&f->sums, &f->sums_room, p->n_directions,
		sizeof(*f->sums), err) < 0)
		return -1;
	f->sums[p->direction] = (struct sums){.w = 0.0};
	if (!normaliser_changes(f, &d))
		return writer_copy(f->writer, &p->record, err);
	d.norm = f->rules[d.axis].norm;
	d.ignore = f->rules[d.axis].ignore;
	status = direction_pack(&header, &d, p->record.header, err);
	if (status == 0)
		status = writer_record(f->writer, "direction", &header,
		    p->record.payload, p->record.payload_bytes, err);
	pack_free(&header);
	return status;
}

/* ---- the tensors ---- */

/*
 * Room for the groups of the first `elements` elements: it follows the elements
 * that came, not the filters that a shape claims.
 */
static int
make_room(struct rule *r, int64_t elements, struct error *err)
{
	size_t k = (size_t)(elements < r->groups.k ? elements : r->groups.k);

	if (k <= r->n_squares)
		return 0;
	if (memory_grow(&r->squares, &r->squares_room, k, sizeof(*r->squares),
		err) < 0 ||
	    memory_grow(
		&r->factor, &r->factor_room, k, sizeof(*r->factor), err) < 0)
		return -1;
	memset(r->squares + r->n_squares, 0,
	    (k - r->n_squares) * sizeof(*r->squares));
	r->n_squares = k;
	return 0;
}

static int
start_tensor(struct normaliser *f, struct error *err)
{
	const struct tensor *t = passing_tensor(f);

	f->w_first = 0;
	for (int axis = 0; axis < AXES_MAX; axis++) {
		struct rule *r = &f->rules[axis];

		r->groups = groups_of(t, r->norm);
		r->n_squares = 0;
		if (make_room(r, 1, err) < 0)
			return -1;
	}
	return 0;
}

/* Will the elements of w be asked for when the deltas come? */
static bool
is_kept(const struct normaliser *f)
{
	for (int axis = 0; axis < AXES_MAX; axis++)
		if (f->rules[axis].norm == NORMALISE_WEIGHT ||
		    is_own_direction(&f->rules[axis], passing_tensor(f)))
			return true;
	return false;
}

static int
measure(struct normaliser *f, struct error *err)
{
	const struct chunk *c = &f->passage->chunk;
	const struct tensor *t = passing_tensor(f);
	float *w;

	if (c->offset == 0 && start_tensor(f, err) < 0)
		return -1;
	if (!is_kept(f))
		f->w_first = c->offset;
	if (memory_grow(&f->w, &f->w_room,
		(size_t)(c->offset - f->w_first + c->n), sizeof(*f->w),
		err) < 0)
		return -1;
	w = f->w + (c->offset - f->w_first);
	chunk_floats(c, t->type, w);
	for (int axis = 0; axis < AXES_MAX; axis++) {
		struct rule *r = &f->rules[axis];

		if (passage_count(f->passage, axis) == 0)
			continue;
		if (make_room(r, c->offset + c->n, err) < 0)
			return -1;
		groups_add_squares(&r->groups, c->offset, w, c->n, r->squares);
	}
	return 0;
}

/* ---- the deltas ---- */

static int
emit(struct normaliser *f, const struct direction *d, int64_t offset,
    const float *deltas, int64_t n, struct error *err)
{
	if (f->gram != NULL &&
	    gram_add(f->gram, d->axis, d->rep, deltas, n, err) < 0)
		return -1;
	return chunk_write_delta(f->writer, d->axis, d->rep, f->passage->tensor,
	    passing_tensor(f), offset, deltas, n, err);
}

/* Deltas that stay: the record is copied. */
static int
copy_delta(struct normaliser *f, const struct direction *d, struct error *err)
{
	const struct chunk *c = &f->passage->chunk;

	if (f->gram != NULL &&
	    gram_add(f->gram, d->axis, d->rep, c->elements, c->n, err) < 0)
		return -1;
	return writer_copy(f->writer, &f->passage->record, err);
}

/* Normalises the units that are complete and keeps the rest. */
static int
flush_units(struct normaliser *f, const struct direction *d, int64_t end,
    struct error *err)
{
	struct rule *r = &f->rules[d->axis];
	int64_t first = end - f->d_n, n;

	if (f->d_n == 0 || f->d_n < r->groups.unit)
		return 0; /* an empty tensor has units of nothing */
	n = f->d_n - f->d_n % r->groups.unit;
	normalise(r->norm, &r->groups, r->squares,
	    f->w + (r->norm == NORMALISE_WEIGHT ? first : 0), first, n,
	    r->factor, f->d);
	if (emit(f, d, first, f->d, n, err) < 0)
		return -1;
	f->d_n -= n;
	memmove(f->d, f->d + n, (size_t)f->d_n * sizeof(*f->d));
	return 0;
}

static int
change_delta(struct normaliser *f, struct error *err)
{
	const struct passage *p = f->passage;
	const struct chunk *c = &p->chunk;
	const struct direction *d = &p->directions[p->direction].is;
	const struct rule *r = &f->rules[d->axis];

	if (!normaliser_changes(f, d))
		return copy_delta(f, d, err);
	if (!by_formula(r, passing_tensor(f)))
		return 0; /* ignored, or replaced when the tensor leaves */
	if (c->offset == 0)
		f->d_n = 0;
	if (memory_grow(&f->d, &f->d_room, (size_t)(f->d_n + c->n),
		sizeof(*f->d), err) < 0)
		return -1;
	chunk_floats(c, TENSOR_FLOAT32, f->d + f->d_n);
	if (r->norm == NORMALISE_NONE || r->norm == NORMALISE_MODEL) {
		if (passing_tensor(f)->type == TENSOR_FLOAT32)
			groups_add_squares(&r->groups, c->offset, f->d, c->n,
			    &f->sums[p->direction].d);
		return copy_delta(f, d, err);
	}
	f->d_n += c->n;
	return flush_units(f, d, c->offset + c->n, err);
}

static int
leave_tensor(struct normaliser *f, struct error *err)
{
	const struct passage *p = f->passage;
	const struct tensor *t = passing_tensor(f);

	for (size_t i = 0; i < p->n_directions; i++) {
		const struct direction *d = &p->directions[i].is;
		const struct rule *r = &f->rules[d->axis];

		if (!normaliser_changes(f, d) || !direction_moves(d, t))
			continue;
		if (is_own_direction(r, t) &&
		    emit(f, d, 0, f->w, t->n, err) < 0)
			return -1;
		if (by_formula(r, t) && t->type == TENSOR_FLOAT32)
			f->sums[i].w += r->squares[0];
	}
	if (f->gram != NULL)
		gram_next_tensor(f->gram);
	return 0;
}

/* ---- what follows ---- */

/*
 * A factor that came from `model` normalisation is still wanted where the
 * deltas were taken as they are; a norm of their own makes up for it.
 */
static int
take_scale(struct normaliser *f, struct error *err)
{
	const struct passage *p = f->passage;
	const struct direction *d = &p->directions[p->direction].is;
	const struct rule *r = &f->rules[d->axis];

	if (!normaliser_changes(f, d))
		return writer_copy(f->writer, &p->record, err);
	if (p->factor < 0.0)
		return error_set(err,
		    "direction %s, rep %d has the scale %g, expected no less "
		    "than 0",
		    axis_word(d->axis), d->rep, p->factor);
	if (r->norm != NORMALISE_NONE && r->norm != NORMALISE_WEIGHT)
		return 0;
	if (r->ignore == IGNORE_NONE)
		return error_set(err,
		    "direction %s, rep %d has a scale record of model "
		    "normalisation, which '--ignore none' cannot follow",
		    axis_word(d->axis), d->rep);
	return writer_copy(f->writer, &p->record, err);
}

static int
write_scale(struct normaliser *f, size_t i, struct error *err)
{
	const struct direction *d = &f->passage->directions[i].is;
	double factor = normalise_model_factor(f->sums[i].w, f->sums[i].d);
	struct pack header = {0};
	int status;

	if (!isfinite(factor))
		return error_set(err,
		    "direction %s, rep %d: |w| = %g and |d| = %g give no "
		    "finite factor",
		    axis_word(d->axis), d->rep, sqrt(f->sums[i].w),
		    sqrt(f->sums[i].d));
	status = scale_pack(&header, d->axis, d->rep, factor, err);
	if (status == 0)
		status =
		    writer_record(f->writer, "scale", &header, NULL, 0, err);
	pack_free(&header);
	return status;
}

static int
write_scales(struct normaliser *f, struct error *err)
{
	const struct passage *p = f->passage;

	for (size_t i = 0; i < p->n_directions; i++) {
		const struct direction *d = &p->directions[i].is;

		if (normaliser_changes(f, d) &&
		    f->rules[d->axis].norm == NORMALISE_MODEL &&
		    write_scale(f, i, err) < 0)
			return -1;
	}
	return 0;
}

int
normaliser_step(
    struct normaliser *normaliser, enum passage_step step, struct error *err)
{
	struct normaliser *f = normaliser;

	switch (step) {
	case PASSAGE_DIRECTION:
		return declare(f, err);
	case PASSAGE_TENSOR:
		if (measure(f, err) < 0)
			return -1;
		break;
	case PASSAGE_DELTA:
		return change_delta(f, err);
	case PASSAGE_TENSOR_LEFT:
		return leave_tensor(f, err);
	case PASSAGE_SCALE:
		return take_scale(f, err);
	case PASSAGE_END:
		return write_scales(f, err);
	case PASSAGE_BEGIN:
	case PASSAGE_DECLARED:
	case PASSAGE_TENSOR_DONE:
		return 0;
	case PASSAGE_MODEL:
	case PASSAGE_OTHER:
		break;
	}
	return writer_copy(f->writer, &f->passage->record, err);
}
