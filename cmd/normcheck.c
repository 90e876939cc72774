/*
 * normcheck: which normalisation do the directions of models follow?  Whatever
 * made them, the weights beside them tell.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "direction/diagnosis.h"
#include "direction/passage.h"
#include "frame.h"

enum { AS_EXPECTED = 0, OTHERWISE = 1, TROUBLE = 2 };

static const char *const ignores[] = {"none", "biasbn", "any", NULL};
enum { ANY_IGNORE = 2 };

/* What the tensors that have passed say of one direction. */
struct seen {
	struct imprint *imprint;
	size_t room;
	bool has; /* deltas of the tensor that passes */
};

struct normcheck {
	struct frame frame;
	struct expectation expected;
	int json;

	struct passage passage;
	float *w, *d; /* elements of the tensor that passes */
	size_t w_room, d_room;
	const struct tensor **tensor; /* those that may move, n of them */
	size_t n, tensor_room;
	struct seen *seen; /* per direction */
	size_t seen_room, n_seen;
	struct text out;
	size_t reports, wrong;
};

static const struct tensor *
passing_tensor(const struct normcheck *c)
{
	return &c->passage.model.graph.tensors[c->passage.tensor];
}

static void
forget(struct normcheck *c)
{
	for (size_t i = 0; i < c->n_seen; i++)
		free(c->seen[i].imprint);
	c->n_seen = c->n = 0;
}

static int
declare(struct normcheck *c, struct error *err)
{
	if (memory_grow(&c->seen, &c->seen_room, c->n_seen + 1,
		sizeof(*c->seen), err) < 0)
		return -1;
	c->seen[c->n_seen++] = (struct seen){0};
	return 0;
}

/* ---- elements ---- */

/* Keeps the chunk's elements behind those of the same tensor before. */
static int
keep(float **to, size_t *room, const struct chunk *chunk, enum tensor_type type,
    struct error *err)
{
	if (memory_grow(to, room, (size_t)(chunk->offset + chunk->n),
		sizeof(**to), err) < 0)
		return -1;
	chunk_floats(chunk, type, *to + chunk->offset);
	return 0;
}

static int
room_for_tensor(struct normcheck *c, struct error *err)
{
	if (memory_grow(
		&c->tensor, &c->tensor_room, c->n + 1, sizeof(void *), err) < 0)
		return -1;
	for (size_t i = 0; i < c->n_seen; i++) {
		if (memory_grow(&c->seen[i].imprint, &c->seen[i].room, c->n + 1,
			sizeof(*c->seen[i].imprint), err) < 0)
			return -1;
		c->seen[i].has = false;
	}
	return 0;
}

static int
take_delta(struct normcheck *c, struct error *err)
{
	const struct passage *p = &c->passage;
	const struct tensor *t = passing_tensor(c);
	struct seen *s = &c->seen[p->direction];

	if (keep(&c->d, &c->d_room, &p->chunk, TENSOR_FLOAT32, err) < 0)
		return -1;
	if (p->chunk.offset + p->chunk.n < t->n || t->n == 0)
		return 0;
	s->has = true;
	return imprint_measure(
	    &s->imprint[c->n], t, c->w, c->d, c->expected.tolerance, err);
}

/* Directions without deltas leave the tensor alone; constants never move. */
static void
leave_tensor(struct normcheck *c)
{
	const struct tensor *t = passing_tensor(c);

	if (!tensor_is_state(t) || t->n == 0)
		return;
	for (size_t i = 0; i < c->n_seen; i++)
		if (!c->seen[i].has)
			imprint_still(&c->seen[i].imprint[c->n], t, c->w);
	c->tensor[c->n++] = t;
}

/* ---- what is said ---- */

/* The tensors of the vector that a direction is over. */
static int
report(struct normcheck *c, size_t i, struct error *err)
{
	const struct direction *d = &c->passage.directions[i].is;
	const struct tensor **tensor = memory_new(c->n, sizeof(void *), err);
	struct imprint *imprint = c->seen[i].imprint;
	struct diagnosis diagnosis;
	struct report r = {.model = &c->passage.model,
	    .direction = d,
	    .diagnosis = &diagnosis,
	    .imprint = imprint,
	    .tensor = tensor,
	    .expected = &c->expected};

	if (tensor == NULL)
		return -1;
	for (size_t k = 0; k < c->n; k++) {
		if (d->over == OVER_WEIGHTS && !tensor_is_weight(c->tensor[k]))
			continue;
		imprint[r.n] = imprint[k];
		tensor[r.n++] = c->tensor[k];
	}
	diagnose(&diagnosis, imprint, tensor, r.n, &c->expected);
	if (c->reports++ > 0)
		text_add(&c->out, c->json ? ",\n" : "\n");
	(c->json ? report_print_json : report_print)(&r, &c->out);
	c->wrong += !diagnosis.right;
	free(tensor);
	return 0;
}

static int
end_model(struct normcheck *c, struct error *err)
{
	if (c->passage.has_model && c->n_seen == 0)
		frame_warn(&c->frame,
		    "a model without directions (dirgen makes them, or takes "
		    "them from a file)");
	for (size_t i = 0; i < c->n_seen; i++)
		if (report(c, i, err) < 0)
			return -1;
	forget(c);
	return 0;
}

static int
take_step(struct normcheck *c, enum passage_step step, struct error *err)
{
	const struct passage *p = &c->passage;

	switch (step) {
	case PASSAGE_DIRECTION:
		return declare(c, err);
	case PASSAGE_TENSOR:
		if (p->chunk.offset == 0 && room_for_tensor(c, err) < 0)
			return -1;
		return keep(
		    &c->w, &c->w_room, &p->chunk, passing_tensor(c)->type, err);
	case PASSAGE_DELTA:
		return take_delta(c, err);
	case PASSAGE_TENSOR_LEFT:
		leave_tensor(c);
		return 0;
	case PASSAGE_SCALE:
		for (size_t i = 0; i < c->n; i++)
			imprint_scale(
			    &c->seen[p->direction].imprint[i], fabs(p->factor));
		return 0;
	case PASSAGE_END:
		return end_model(c, err);
	case PASSAGE_BEGIN:
	case PASSAGE_MODEL:
	case PASSAGE_DECLARED:
	case PASSAGE_TENSOR_DONE:
	case PASSAGE_OTHER:
		break;
	}
	return 0;
}

static int
check(struct normcheck *c, struct reader *reader, struct error *err)
{
	enum passage_step step;
	int status;

	passage_open(&c->passage, reader);
	while ((status = passage_next(&c->passage, &step, err)) > 0)
		if (take_step(c, step, err) < 0) {
			status = -1;
			break;
		}
	forget(c);
	passage_close(&c->passage);
	if (status == 0 && c->reports == 0)
		return error_set(err,
		    "the models have no directions, expected some to check");
	return status;
}

static void
release(struct normcheck *c)
{
	free(c->w);
	free(c->d);
	free(c->tensor);
	free(c->seen);
	text_free(&c->out);
}

int
main(int argc, char **argv)
{
	struct normcheck c = {
	    .frame = {.name = "normcheck",
		.synopsis = "[model ...]",
		.reads = true,
		.purpose = "which normalisation do directions follow?",
		.output = {.manner = OUTPUT_QUICK},
		.failure = TROUBLE},
	    .expected = {.tolerance = 1e-4}};
	int norm = NORMALISE_FILTER, ignore = IGNORE_BIASBN, first, status;
	const struct option_row options[] = {
	    OPTION_CHOICE(0, "norm", normalisation_words, &norm,
		"the formula that is expected (filter)"),
	    OPTION_CHOICE(0, "ignore", ignores, &ignore,
		"what is expected to stay out (biasbn)"),
	    OPTION_REAL(0, "tolerance", "R", &c.expected.tolerance,
		"a deviation that rounding may cause (0.0001)"),
	    OPTION_FLAG(0, "json", &c.json, "one JSON object"), OPTION_END};
	struct reader *reader;
	struct error err;

	c.frame.options = options;
	first = frame_start(&c.frame, argc, argv);
	if (!(c.expected.tolerance > 0 && c.expected.tolerance < 0.1))
		frame_usage(&c.frame,
		    "--tolerance is %g, expected above 0 and below 0.1",
		    c.expected.tolerance);
	c.expected.norm = (enum normalisation)norm;
	c.expected.any_ignore = ignore == ANY_IGNORE;
	if (!c.expected.any_ignore)
		c.expected.ignore = (enum direction_ignore)ignore;
	frame_set_kind(&c.frame, c.json ? &report_json_kind : &report_kind);
	if (c.json)
		text_add(&c.out, "{\"directions\":[\n");
	reader = frame_reader(&c.frame, argv + first, argc - first, &err);
	if (reader == NULL || check(&c, reader, &err) < 0)
		frame_fail(&c.frame, &err);
	if (c.json)
		text_add(&c.out, "]}\n");
	if (frame_write(&c.frame, &c.out, &err) < 0)
		frame_fail(&c.frame, &err);
	status = c.wrong > 0 ? OTHERWISE : AS_EXPECTED;
	reader_free(reader);
	release(&c);
	return status;
}
