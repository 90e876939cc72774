#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "direction/passage.h"
#include "direction/source_family.h"

struct toward {
	struct direction_source source;
	char *paths[1];
	const struct partial *partial;
	struct reader *reader;
	struct passage passage;
	int64_t used; /* elements of the passage's chunk */
	bool over;    /* the model's segment has ended */
};

static void
toward_release(struct direction_source *source)
{
	struct toward *s = (struct toward *)source;

	passage_close(&s->passage);
	reader_free(s->reader);
	s->reader = NULL;
}

/* The next step; a model's end is the end. */
static int
next_step(struct toward *s, enum passage_step *step, struct error *err)
{
	int status = s->over ? 0 : passage_next(&s->passage, step, err);

	if (status > 0)
		s->over = *step == PASSAGE_END && s->passage.has_model;
	return status;
}

static int
toward_start(struct direction_source *source, struct error *err)
{
	struct toward *s = (struct toward *)source;
	enum passage_step step;
	char what[32];
	int status;

	toward_release(source);
	s->over = false;
	s->used = 0;
	s->reader = reader_new(s->paths, 1, err);
	if (s->reader == NULL)
		return -1;
	reader_take_partial(s->reader, s->partial);
	passage_open(&s->passage, s->reader);
	do
		status = next_step(s, &step, err);
	while (status > 0 && step != PASSAGE_MODEL);
	if (status <= 0)
		return -1;
	snprintf(source->direction.label, sizeof(source->direction.label), "%s",
	    s->passage.model.label);
	snprintf(what, sizeof(what), "direction %s",
	    axis_word(source->direction.axis));
	if (graph_check_tensors(
		&s->passage.model.graph, what, &source->model->graph, err) < 0)
		return error_prefix(err, "%s", s->paths[0]);
	return 0;
}

static int
toward_read(struct direction_source *source, int rep, int index, int64_t offset,
    int64_t n, const void *w, float *out, struct error *err)
{
	struct toward *s = (struct toward *)source;
	const struct chunk *c = &s->passage.chunk;
	enum tensor_type type = source->model->graph.tensors[index].type;
	const size_t size = tensor_element_bytes(type);
	enum passage_step step;
	int64_t at = 0;

	(void)rep;
	(void)offset;
	while (at < n) {
		int64_t m = c->n - s->used;

		/* chunks of the other stream may be cut elsewhere */
		if (s->passage.tensor < index || m <= 0) {
			int status = next_step(s, &step, err);

			if (status <= 0)
				return status < 0
					   ? -1
					   : error_set(err,
						 "%s: ends before tensor %d",
						 s->paths[0], index);
			s->used = step == PASSAGE_TENSOR ? 0 : INT64_MAX;
			continue;
		}
		m = m < n - at ? m : n - at;
		tensor_subtract(type,
		    (const char *)c->elements + (size_t)s->used * size,
		    (const char *)w + (size_t)at * size, m, out + at);
		s->used += m;
		at += m;
	}
	return 0;
}

static int
toward_finish(struct direction_source *source, struct error *err)
{
	struct toward *s = (struct toward *)source;
	enum passage_step step;
	int status;

	while ((status = passage_next(&s->passage, &step, err)) > 0)
		if (s->passage.models > 1)
			return error_set(err,
			    "%s: holds more than one model, expected one",
			    s->paths[0]);
	return status;
}

static const struct marks *
toward_open_runs(const struct direction_source *source)
{
	return reader_open_runs(((const struct toward *)source)->reader);
}

static const struct source_family family = {
    .kind = DIRECTION_TOWARD,
    .asks_weights = true,
    .start = toward_start,
    .read = toward_read,
    .finish = toward_finish,
    .open_runs = toward_open_runs,
    .release = toward_release,
};

struct direction_source *
source_toward(
    const char *path, const struct partial *partial, struct error *err)
{
	struct toward *s = memory_new(1, sizeof(*s), err);

	if (s == NULL)
		return NULL;
	s->source.family = &family;
	s->source.reps = 1;
	s->paths[0] = (char *)path;
	s->partial = partial;
	return &s->source;
}
