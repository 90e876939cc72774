#include "direction/orthonormal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "direction/passage.h"
#include "stream/writer.h"

/* Cosine squared beyond which the rest would be rounding: 1 - 1e-12. */
static const double parallel = 1e-12;

/*
 * One direction set: d[second] = a d[second] + b d[first], d[first] *= c; and
 * where the ends of what the two were lie among what they are.
 */
struct turn {
	double a, b, c;
	double end[AXES_MAX][AXES_MAX]; /* of axis, along x and y */
};

struct model_turns {
	bool added[AXES_MAX];
	int first; /* axis: the old one, or x */
	size_t n;
	struct turn *turns; /* by rep */
};

struct orthonormal {
	struct model_turns *models;
	size_t n, room;
	/* second pass */
	float **held; /* by rep: the first axis of the tensor that passes */
	size_t *held_room;
	size_t n_held;
	float *d;
	size_t d_room;
};

struct orthonormal *
orthonormal_new(struct error *err)
{
	return memory_new(1, sizeof(struct orthonormal), err);
}

static void
release_held(struct orthonormal *o)
{
	for (size_t i = 0; i < o->n_held; i++)
		free(o->held[i]);
	free(o->held);
	free(o->held_room);
	o->held = NULL;
	o->held_room = NULL;
	o->n_held = 0;
}

void
orthonormal_free(struct orthonormal *orthonormal)
{
	if (orthonormal == NULL)
		return;
	for (size_t i = 0; i < orthonormal->n; i++)
		free(orthonormal->models[i].turns);
	free(orthonormal->models);
	release_held(orthonormal);
	free(orthonormal->d);
	free(orthonormal);
}

/* ---- first pass ---- */

/* both: there are two axes; first is then the one that leads. */
static int
find_turn(struct turn *turn, const struct gram_set *set,
    const struct model_turns *m, bool both, struct error *err)
{
	int second = 1 - m->first;
	double ff = set->square[m->first], ss = set->square[second];
	double rest;

	if (ff == 0.0 || (both && ss == 0.0))
		return error_set(err,
		    "direction %s is zero, expected one that can have unit "
		    "length",
		    axis_word(ff == 0.0 ? m->first : second));
	turn->c = m->added[m->first] ? 1.0 / sqrt(ff) : 1.0;
	turn->end[m->first][m->first] = 1 / turn->c;
	if (!both)
		return 0;
	rest = ss - set->product * set->product / ff;
	if (!(rest > parallel * ss))
		return error_set(err,
		    "x and y are parallel (cosine %.9f), expected two "
		    "directions",
		    set->product / sqrt(ff * ss));
	turn->a = 1.0 / sqrt(rest);
	turn->b = -set->product / ff / sqrt(rest);
	turn->end[second][m->first] = set->product / ff / turn->c;
	turn->end[second][second] = sqrt(rest);
	return 0;
}

int
orthonormal_learn(struct orthonormal *o, const struct gram *gram,
    const bool added[AXES_MAX], struct error *err)
{
	struct model_turns *m;
	bool both;

	if (memory_grow(
		&o->models, &o->room, o->n + 1, sizeof(*o->models), err) < 0)
		return -1;
	m = &o->models[o->n];
	*m = (struct model_turns){.n = gram->n_sets};
	memcpy(m->added, added, sizeof(m->added));
	m->turns = memory_new(m->n, sizeof(*m->turns), err);
	if (m->turns == NULL)
		return -1;
	o->n++;
	both = gram_has(gram, 0) && gram_has(gram, 1);
	/* an old axis leads; of two new ones, x */
	m->first = both ? added[0] && !added[1] : !added[0];
	for (size_t rep = 0; rep < m->n; rep++)
		if (find_turn(&m->turns[rep], &gram->sets[rep], m, both, err) <
		    0)
			return -1;
	return 0;
}

/* ---- second pass ---- */

static int
make_room(struct orthonormal *o, size_t reps, struct error *err)
{
	release_held(o);
	o->held = memory_new(reps, sizeof(*o->held), err);
	o->held_room = memory_new(reps, sizeof(*o->held_room), err);
	if (o->held == NULL || o->held_room == NULL)
		return -1;
	o->n_held = reps;
	return 0;
}

/* Deltas of the leading axis: they are held for the other. */
static int
take_first(struct orthonormal *o, const struct model_turns *m,
    const struct passage *p, struct error *err)
{
	const struct chunk *c = &p->chunk;
	float *held;

	if (memory_grow(&o->held[c->rep], &o->held_room[c->rep],
		(size_t)(c->offset + c->n), sizeof(float), err) < 0)
		return -1;
	held = o->held[c->rep] + c->offset;
	chunk_floats(c, TENSOR_FLOAT32, held);
	for (int64_t i = 0; i < c->n; i++)
		o->d[i] = (float)(held[i] * m->turns[c->rep].c);
	return 0;
}

static void
take_second(
    struct orthonormal *o, const struct model_turns *m, const struct passage *p)
{
	const struct chunk *c = &p->chunk;
	const struct turn *turn = &m->turns[c->rep];
	int lead = passage_find(p, m->first, c->rep);
	bool here = lead >= 0 && p->directions[lead].next > 0;
	const float *held = here ? o->held[c->rep] + c->offset : NULL;

	chunk_floats(c, TENSOR_FLOAT32, o->d);
	for (int64_t i = 0; i < c->n; i++)
		o->d[i] = (float)(turn->a * o->d[i] +
				  (here ? turn->b * held[i] : 0.0));
}

static int
turn_delta(struct orthonormal *o, const struct model_turns *m,
    const struct passage *p, struct writer *writer, struct error *err)
{
	const struct chunk *c = &p->chunk;
	const struct tensor *t = &p->model.graph.tensors[c->tensor];

	if (memory_grow(&o->d, &o->d_room, (size_t)c->n, sizeof(*o->d), err) <
	    0)
		return -1;
	if (c->axis != m->first)
		take_second(o, m, p);
	else if (take_first(o, m, p, err) < 0)
		return -1;
	if (!m->added[c->axis])
		return writer_copy(writer, &p->record, err);
	return chunk_write_delta(
	    writer, c->axis, c->rep, c->tensor, t, c->offset, o->d, c->n, err);
}

/* Another network is where its direction ended. */
static int
turn_direction(const struct model_turns *m, const struct passage *p,
    struct writer *writer, struct error *err)
{
	struct direction d = p->directions[p->direction].is;
	struct pack header = {0};
	int status;

	if (d.kind != DIRECTION_TOWARD || d.norm != NORMALISE_NONE ||
	    (d.placed && !m->added[d.axis]))
		return writer_copy(writer, &p->record, err);
	d.placed = true;
	memcpy(d.at, m->turns[d.rep].end[d.axis], sizeof(d.at));
	status = direction_pack(&header, &d, p->record.header, err);
	if (status == 0)
		status = writer_record(writer, "direction", &header,
		    p->record.payload, p->record.payload_bytes, err);
	pack_free(&header);
	return status;
}

static int
copy_step(struct orthonormal *o, const struct passage *p,
    enum passage_step step, struct writer *writer, struct error *err)
{
	const struct model_turns *m = &o->models[p->models - p->has_model];

	switch (step) {
	case PASSAGE_BEGIN:
		return writer_begin(writer, p->record.header, NULL, err);
	case PASSAGE_END:
		return writer_end(writer, err);
	case PASSAGE_DELTA:
		return turn_delta(o, m, p, writer, err);
	case PASSAGE_TENSOR_DONE:
	case PASSAGE_TENSOR_LEFT:
		return 0;
	case PASSAGE_DECLARED:
		return make_room(o, m->n, err);
	case PASSAGE_DIRECTION:
		return turn_direction(m, p, writer, err);
	case PASSAGE_MODEL:
	case PASSAGE_TENSOR:
	case PASSAGE_SCALE:
	case PASSAGE_OTHER:
		break;
	}
	return writer_copy(writer, &p->record, err);
}

static int
copy(struct orthonormal *o, struct reader *reader, struct writer *writer,
    struct error *err)
{
	struct passage passage;
	enum passage_step step;
	int status;

	passage_open(&passage, reader);
	while ((status = passage_next(&passage, &step, err)) > 0)
		if (copy_step(o, &passage, step, writer, err) < 0) {
			status = -1;
			break;
		}
	passage_close(&passage);
	return status;
}

int
orthonormal_copy(struct orthonormal *orthonormal, int fd, struct output *output,
    struct error *err)
{
	struct reader *reader = NULL;
	struct writer *writer = NULL;
	int status = -1, own = -1;

	if (lseek(fd, 0, SEEK_SET) == 0)
		own = dup(fd);
	if (own < 0)
		return error_set(err, "temporary file:");
	reader = reader_new_fd(own, "temporary file", err);
	if (reader == NULL)
		close(own);
	else
		writer = writer_new(output, 0, err);
	if (reader != NULL)
		reader_trust(reader);
	if (writer != NULL)
		status = copy(orthonormal, reader, writer, err);
	writer_free(writer);
	reader_free(reader);
	return status;
}
