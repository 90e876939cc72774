#include "direction/source.h"

#include <stdlib.h>

#include "direction/source_family.h"

void
source_free(struct direction_source *source)
{
	if (source == NULL)
		return;
	source->family->release(source);
	free(source);
}

int
source_reps(const struct direction_source *source)
{
	return source->reps;
}

bool
source_serves(const struct direction_source *source, int axis)
{
	return source->family->serves == NULL ||
	       source->family->serves(source, axis);
}

bool
source_asks_weights(const struct direction_source *source)
{
	return source->family->asks_weights;
}

int
source_start(struct direction_source *source, const struct model *model,
    int axis, enum direction_over over, struct error *err)
{
	source->model = model;
	source->direction.kind = source->family->kind;
	source->direction.axis = axis;
	source->direction.over = over;
	return source->family->start(source, err);
}

struct direction
source_direction(const struct direction_source *source, int rep)
{
	struct direction d = source->direction;

	d.rep = rep;
	d.seed += (uint64_t)rep;
	return d;
}

int
source_read(struct direction_source *source, int rep, int index, int64_t offset,
    int64_t n, const void *w, float *out, struct error *err)
{
	return source->family->read(source, rep, index, offset, n, w, out, err);
}

const struct marks *
source_open_runs(const struct direction_source *source)
{
	return source->family->open_runs != NULL
		   ? source->family->open_runs(source)
		   : NULL;
}

int
source_finish(struct direction_source *source, struct error *err)
{
	return source->family->finish(source, err);
}
