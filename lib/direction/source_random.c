#include <inttypes.h>

#include "base/memory.h"
#include "base/plural.h"
#include "base/random.h"
#include "direction/source_family.h"

/* base/random.h counts blocks of four numbers in 32 bits. */
static const int64_t most_elements = INT64_C(1) << 34;

static int
random_start(struct direction_source *source, struct error *err)
{
	const struct graph *g = &source->model->graph;

	for (size_t i = 0; i < g->n_tensors; i++)
		if (g->tensors[i].n > most_elements)
			return error_set(err,
			    "tensor '%s' has %" PRId64
			    " element%s, at most %" PRId64 " can be drawn",
			    g->tensors[i].name, g->tensors[i].n,
			    plural_s(g->tensors[i].n), most_elements);
	return 0;
}

/*
 * Where element e stands when out_axis comes first, as it does in PyTorch: the
 * same layer gets the same numbers whichever way a file holds its weight.
 */
static uint64_t
draw_index(const struct tensor *t, int64_t e)
{
	int64_t inner = 1, k = t->dim[t->out_axis], before;

	for (int i = t->out_axis + 1; i < t->rank; i++)
		inner *= t->dim[i];
	before = e / (k * inner);
	return (uint64_t)((e / inner % k) * (t->n / k) + before * inner +
			  e % inner);
}

static int
random_read(struct direction_source *source, int rep, int index, int64_t offset,
    int64_t n, const void *w, float *out, struct error *err)
{
	const struct tensor *t = &source->model->graph.tensors[index];
	struct random_stream random =
	    random_open(source->direction.seed + (uint64_t)rep,
		RANDOM_AXIS + (uint32_t)source->direction.axis, t->name);

	(void)w;
	(void)err;
	if (t->out_axis == 0)
		random_normal(&random, (uint64_t)offset, (size_t)n, out);
	else
		for (int64_t i = 0; i < n; i++)
			random_normal(
			    &random, draw_index(t, offset + i), 1, out + i);
	return 0;
}

static int
random_finish(struct direction_source *source, struct error *err)
{
	(void)source;
	(void)err;
	return 0;
}

static void
random_release(struct direction_source *source)
{
	(void)source;
}

static const struct source_family family = {
    .kind = DIRECTION_RANDOM,
    .start = random_start,
    .read = random_read,
    .finish = random_finish,
    .release = random_release,
};

struct direction_source *
source_random(uint64_t first_seed, int reps, struct error *err)
{
	struct direction_source *s = memory_new(1, sizeof(*s), err);

	if (s != NULL) {
		s->family = &family;
		s->reps = reps;
		s->direction.seed = first_seed;
	}
	return s;
}
