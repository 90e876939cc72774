#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "direction/source_family.h"
#include "file/npy.h"

enum { ENTRY_NAME_BYTES = 64 };

struct from_file {
	struct direction_source source;
	struct archive *archive; /* borrowed */
	const char *name;
	int *entry; /* per tensor: number of its array; -1: zeros */
	size_t room;
	int loaded; /* the tensor that is in array, or -1 */
	struct tensor array;
};

/* The reference tool's names, and those that numpy gives to a list. */
static const char *const forms[][AXES_MAX] = {
    {"xdirection/", "ydirection/"}, {"arr_", NULL}};
enum { FORMS = 2 };

static bool
has_name(const struct archive *archive, const char *name)
{
	char npy[ENTRY_NAME_BYTES + 4];

	snprintf(npy, sizeof(npy), "%s.npy", name);
	return archive_find(archive, npy) >= 0 ||
	       archive_find(archive, name) >= 0;
}

/* The first form that the archive has, in name; false when none. */
static bool
entry_name(const struct archive *archive, int axis, size_t i,
    char name[ENTRY_NAME_BYTES])
{
	for (int k = 0; k < FORMS; k++) {
		if (forms[k][axis] == NULL)
			continue;
		snprintf(name, ENTRY_NAME_BYTES, "%s%zu", forms[k][axis], i);
		if (has_name(archive, name))
			return true;
	}
	return false;
}

static bool
has_entry(const struct archive *archive, int axis, size_t i)
{
	char name[ENTRY_NAME_BYTES];

	return entry_name(archive, axis, i, name);
}

bool
source_file_lists(const struct archive *archive)
{
	return has_entry(archive, 0, 0) || has_entry(archive, 1, 0);
}

static bool
file_serves(const struct direction_source *source, int axis)
{
	return has_entry(((const struct from_file *)source)->archive, axis, 0);
}

/* Has the normalisation with this running variance no counter behind it? */
static bool
lacks_counter(const struct graph *g, size_t variance)
{
	return g->tensors[variance].role == ROLE_RUNNING_VAR &&
	       (variance + 1 == g->n_tensors ||
		   g->tensors[variance + 1].role != ROLE_BATCHES);
}

/* How many tensors move, counters that are here, and that are not. */
struct counts {
	size_t moving, counters, lacking;
};

static struct counts
count_tensors(const struct graph *g, enum direction_over over)
{
	const struct direction d = {.over = over};
	struct counts n = {0};

	for (size_t i = 0; i < g->n_tensors; i++) {
		const struct tensor *t = &g->tensors[i];

		if (!direction_moves(&d, t))
			continue;
		n.moving++;
		n.counters += t->role == ROLE_BATCHES;
		n.lacking += lacks_counter(g, i);
	}
	return n;
}

/* Does a file of n arrays fit?  1, with how it counts, or 0. */
static int
fits(const struct counts *own, size_t n, bool *skip, bool *without)
{
	*skip = n == own->moving + own->lacking && own->lacking > 0;
	*without = n == own->moving - own->counters && own->counters > 0;
	return n == own->moving || *skip || *without;
}

static int
file_start(struct direction_source *source, struct error *err)
{
	struct from_file *s = (struct from_file *)source;
	const struct graph *g = &source->model->graph;
	const struct direction *d = &source->direction;
	enum direction_over other =
	    d->over == OVER_STATES ? OVER_WEIGHTS : OVER_STATES;
	struct counts own = count_tensors(g, d->over), if_other;
	size_t n = 0, next = 0;
	bool skip, without, hint;

	while (has_entry(s->archive, d->axis, n))
		n++;
	if (!fits(&own, n, &skip, &without)) {
		if_other = count_tensors(g, other);
		hint = fits(&if_other, n, &skip, &without);
		return error_set(err,
		    "%s: direction %s has %zu tensor%s, the model has %zu%s%s",
		    s->name, axis_word(d->axis), n, plural_s((int64_t)n),
		    own.moving, hint ? " (it fits --over " : "",
		    hint ? (other == OVER_STATES ? "states)" : "weights)")
			 : "");
	}
	if (memory_grow(
		&s->entry, &s->room, g->n_tensors, sizeof(*s->entry), err) < 0)
		return -1;
	for (size_t i = 0; i < g->n_tensors; i++) {
		const struct tensor *t = &g->tensors[i];

		s->entry[i] = -1;
		if (!direction_moves(d, t) ||
		    (without && t->role == ROLE_BATCHES))
			continue;
		s->entry[i] = (int)next++;
		next += skip && lacks_counter(g, i);
	}
	s->loaded = -1;
	return 0;
}

static int
load(struct from_file *s, int index, struct error *err)
{
	const struct tensor *t = &s->source.model->graph.tensors[index];
	char name[ENTRY_NAME_BYTES];
	char is[TENSOR_SHAPE_TEXT_BYTES], should[TENSOR_SHAPE_TEXT_BYTES];

	tensor_free(&s->array);
	s->loaded = index;
	entry_name(s->archive, s->source.direction.axis,
	    (size_t)s->entry[index], name);
	if (npz_read_tensor(s->archive, name, &s->array, err) < 0)
		return error_prefix(err, "%s", s->name);
	if (!tensor_same_shape(&s->array, t))
		return error_set(err, "%s: %s is %s, the model's '%s' is %s",
		    s->name, name, tensor_shape_text(&s->array, is), t->name,
		    tensor_shape_text(t, should));
	return 0;
}

static int
file_read(struct direction_source *source, int rep, int index, int64_t offset,
    int64_t n, const void *w, float *out, struct error *err)
{
	struct from_file *s = (struct from_file *)source;

	(void)rep;
	(void)w;
	if (s->entry[index] < 0) {
		memset(out, 0, (size_t)n * sizeof(*out));
		return 0;
	}
	if (s->loaded != index && load(s, index, err) < 0)
		return -1;
	if (s->array.type == TENSOR_FLOAT32)
		memcpy(out, s->array.f32 + offset, (size_t)n * sizeof(*out));
	else
		for (int64_t i = 0; i < n; i++)
			out[i] = (float)s->array.i64[offset + i];
	return 0;
}

static int
file_finish(struct direction_source *source, struct error *err)
{
	(void)source;
	(void)err;
	return 0;
}

static void
file_release(struct direction_source *source)
{
	struct from_file *s = (struct from_file *)source;

	tensor_free(&s->array);
	free(s->entry);
}

static const struct source_family family = {
    .kind = DIRECTION_FILE,
    .serves = file_serves,
    .start = file_start,
    .read = file_read,
    .finish = file_finish,
    .release = file_release,
};

struct direction_source *
source_file(struct archive *archive, const char *name, struct error *err)
{
	struct from_file *s = memory_new(1, sizeof(*s), err);

	if (s == NULL)
		return NULL;
	s->source.family = &family;
	s->source.reps = 1;
	s->archive = archive;
	s->name = name;
	return &s->source;
}
