/* Vectors of a slope as a source of directions. */
#include <string.h>

#include "base/memory.h"
#include "direction/source_family.h"
#include "evaluate/slope.h"

struct source_of_slope {
	struct direction_source source;
	const struct slope *slope;
	int number;
	const float *next; /* of the vector, for the next run of elements */
};

static int
slope_start(struct direction_source *source, struct error *err)
{
	struct source_of_slope *s = (struct source_of_slope *)source;
	const struct slope *slope = s->slope;
	struct direction *d = &source->direction;

	d->kind = slope->order.kind;
	d->ignore = slope->order.ignore;
	d->eigenvalue = slope->value[s->number];
	d->residual = slope->residual[s->number];
	d->slope = slope->norm;
	s->next = slope->vector + (size_t)s->number * slope->size;
	return graph_check_tensors(
	    &slope->plane.model.graph, "the loss", &source->model->graph, err);
}

static int
slope_read(struct direction_source *source, int rep, int index, int64_t offset,
    int64_t n, const void *w, float *out, struct error *err)
{
	struct source_of_slope *s = (struct source_of_slope *)source;

	(void)rep;
	(void)offset;
	(void)w;
	(void)err;
	if (!s->slope->moves[index]) {
		memset(out, 0, (size_t)n * sizeof(*out));
		return 0;
	}
	memcpy(out, s->next, (size_t)n * sizeof(*out));
	s->next += n;
	return 0;
}

static int
slope_finish(struct direction_source *source, struct error *err)
{
	(void)source;
	(void)err;
	return 0;
}

static void
slope_release(struct direction_source *source)
{
	(void)source;
}

static const struct source_family family = {
    .kind = DIRECTION_HESSIAN, /* or gradient, as slope_start says */
    .start = slope_start,
    .read = slope_read,
    .finish = slope_finish,
    .release = slope_release,
};

struct direction_source *
source_slope(const struct slope *slope, int number, struct error *err)
{
	struct source_of_slope *s = memory_new(1, sizeof(*s), err);

	if (s == NULL)
		return NULL;
	s->source.family = &family;
	s->source.reps = 1;
	s->slope = slope;
	s->number = number;
	return &s->source;
}
