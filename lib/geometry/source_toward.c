#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "geometry/passage.h"
#include "geometry/source_internal.h"

struct toward {
	struct source source;
	char *paths[1];
	struct reader *reader;
	struct passage passage;
	int64_t used; /* elements of the passage's chunk */
	bool over;    /* the model's segment has ended */
};

static void
toward_release(struct source *source)
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
check_same(struct toward *s, struct error *err)
{
	const struct graph *a = &s->source.model->graph;
	const struct graph *b = &s->passage.model.graph;
	char ta[TENSOR_SHAPE_TEXT_BYTES], tb[TENSOR_SHAPE_TEXT_BYTES];

	if (a->n_tensors != b->n_tensors)
		return error_set(err,
		    "direction %s has %zu tensors, the model has %zu",
		    axis_word(s->source.direction.axis), b->n_tensors,
		    a->n_tensors);
	for (size_t i = 0; i < a->n_tensors; i++) {
		const struct tensor *u = &a->tensors[i], *v = &b->tensors[i];

		if (strcmp(u->name, v->name) != 0 || u->type != v->type ||
		    !tensor_same_shape(u, v))
			return error_set(err,
			    "tensor %zu is '%s' (%s %s), in the model it is "
			    "'%s' (%s %s)",
			    i, v->name, tensor_shape_text(v, tb),
			    tensor_type_word(v->type), u->name,
			    tensor_shape_text(u, ta),
			    tensor_type_word(u->type));
	}
	return 0;
}

static int
toward_start(struct source *source, struct error *err)
{
	struct toward *s = (struct toward *)source;
	enum passage_step step;
	int status;

	toward_release(source);
	s->over = false;
	s->used = 0;
	s->reader = reader_new(s->paths, 1, err);
	if (s->reader == NULL)
		return -1;
	passage_open(&s->passage, s->reader);
	do
		status = next_step(s, &step, err);
	while (status > 0 && step != PASSAGE_MODEL);
	if (status <= 0)
		return -1;
	snprintf(source->direction.label, sizeof(source->direction.label), "%s",
	    s->passage.model.label);
	if (check_same(s, err) < 0)
		return error_prefix(err, "%s", s->paths[0]);
	return 0;
}

/* The difference of m elements that are behind `from` in the other model. */
static void
subtract(enum tensor_type type, const char *from, const void *w, int64_t at,
    int64_t m, float *out)
{
	for (int64_t i = 0; i < m; i++) {
		float real;
		int64_t count;

		if (type == TENSOR_FLOAT32) {
			memcpy(&real, from + (size_t)i * 4, sizeof(real));
			out[at + i] = real - ((const float *)w)[at + i];
		} else {
			memcpy(&count, from + (size_t)i * 8, sizeof(count));
			out[at + i] =
			    (float)((double)count -
				    (double)((const int64_t *)w)[at + i]);
		}
	}
}

static int
toward_read(struct source *source, int rep, int index, int64_t offset,
    int64_t n, const void *w, float *out, struct error *err)
{
	struct toward *s = (struct toward *)source;
	const struct chunk *c = &s->passage.chunk;
	enum tensor_type type = source->model->graph.tensors[index].type;
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
		subtract(type,
		    (const char *)c->elements +
			(size_t)s->used * tensor_element_bytes(type),
		    w, at, m, out);
		s->used += m;
		at += m;
	}
	return 0;
}

static int
toward_finish(struct source *source, struct error *err)
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

static const struct source_family family = {
    .kind = DIRECTION_TOWARD,
    .asks_weights = true,
    .start = toward_start,
    .read = toward_read,
    .finish = toward_finish,
    .release = toward_release,
};

struct source *
source_toward(const char *path, struct error *err)
{
	struct toward *s = memory_new(1, sizeof(*s), err);

	if (s == NULL)
		return NULL;
	s->source.family = &family;
	s->source.reps = 1;
	s->paths[0] = (char *)path;
	return &s->source;
}
