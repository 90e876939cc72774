/* Arrays by the names of the model's tensors: what other tools keep. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "direction/source_family.h"

struct named {
	struct direction_source source;
	const struct checkpoint *file; /* borrowed */
	const char *name;
	int64_t *entry; /* per tensor: number of its array; -1: zeros */
	size_t room;
};

static bool
never_serves(const struct direction_source *source, int axis)
{
	(void)source;
	(void)axis;
	return false; /* it has one direction, for the axis that is asked */
}

static int64_t
find_tensor(const struct graph *g, const char *name, size_t from)
{
	for (size_t i = 0; i < g->n_tensors; i++) {
		const size_t at = (from + i) % g->n_tensors;

		if (strcmp(g->tensors[at].name, name) == 0)
			return (int64_t)at;
	}
	return -1;
}

/* Array i is for the tensor at. */
static int
take_array(struct named *s, size_t i, int64_t at, struct error *err)
{
	const struct tensor *array = &s->file->tensors[i];
	const struct tensor *t;
	char is[TENSOR_SHAPE_TEXT_BYTES], should[TENSOR_SHAPE_TEXT_BYTES];

	if (at < 0)
		return error_set(err,
		    "%s: the model has no tensor '%.80s', expected the names "
		    "of its tensors, or xdirection/0, xdirection/1, ...",
		    s->name, array->name);
	t = &s->source.model->graph.tensors[at];
	if (!direction_moves(&s->source.direction, t))
		return error_set(err,
		    "%s: '%.80s' is a %s, which a direction over %s does not "
		    "move%s",
		    s->name, t->name, tensor_role_word(t->role),
		    direction_over_words[s->source.direction.over],
		    tensor_is_state(t) ? " (--over states)" : "");
	if (!tensor_same_shape(array, t))
		return error_set(err, "%s: '%.80s' is %s, the model's is %s",
		    s->name, t->name, tensor_shape_text(array, is),
		    tensor_shape_text(t, should));
	s->entry[at] = (int64_t)i;
	return 0;
}

static int
named_start(struct direction_source *source, struct error *err)
{
	struct named *s = (struct named *)source;
	const struct graph *g = &source->model->graph;
	size_t next = 0;

	if (memory_grow(
		&s->entry, &s->room, g->n_tensors, sizeof(*s->entry), err) < 0)
		return -1;
	for (size_t i = 0; i < g->n_tensors; i++)
		s->entry[i] = -1;
	for (size_t i = 0; i < s->file->n_tensors; i++) {
		const int64_t at =
		    find_tensor(g, s->file->tensors[i].name, next);

		if (take_array(s, i, at, err) < 0)
			return -1;
		next = (size_t)at + 1;
	}
	return 0;
}

static int
named_read(struct direction_source *source, int rep, int index, int64_t offset,
    int64_t n, const void *w, float *out, struct error *err)
{
	const struct named *s = (const struct named *)source;
	const struct tensor *array;

	(void)rep;
	(void)w;
	(void)err;
	if (s->entry[index] < 0) {
		memset(out, 0, (size_t)n * sizeof(*out));
		return 0;
	}
	array = &s->file->tensors[s->entry[index]];
	for (int64_t i = 0; i < n; i++)
		out[i] = array->type == TENSOR_FLOAT32
			     ? array->f32[offset + i]
			     : (float)array->i64[offset + i];
	return 0;
}

static int
named_finish(struct direction_source *source, struct error *err)
{
	(void)source;
	(void)err;
	return 0;
}

static void
named_release(struct direction_source *source)
{
	free(((struct named *)source)->entry);
}

static const struct source_family family = {
    .kind = DIRECTION_FILE,
    .serves = never_serves,
    .start = named_start,
    .read = named_read,
    .finish = named_finish,
    .release = named_release,
};

struct direction_source *
source_named(const struct checkpoint *file, const char *name, struct error *err)
{
	struct named *s = memory_new(1, sizeof(*s), err);

	if (s == NULL)
		return NULL;
	s->source.family = &family;
	s->source.reps = 1;
	s->file = file;
	s->name = name;
	return &s->source;
}
