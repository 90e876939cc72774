/*
 * Points that an earlier, possibly torn, output already has.
 */
#ifndef EVALUATE_RESUME_H
#define EVALUATE_RESUME_H

#include "base/error.h"
#include "base/output.h"
#include "evaluate/surface.h"
#include "geometry/points.h"

struct resume {
	struct points_list own;   /* from PATH.part: must be of this run */
	struct points_list other; /* from PATH or --resume: used if it fits */
	const struct output *output; /* borrowed: names for messages */
};

/*
 * Takes every intact point of what an earlier run left where output (open) will
 * put its result, and in its PATH.part, and in the file from (of --resume, or
 * NULL).  A file that is not there has no points.  from must not be standard
 * output, which the shell has emptied.
 */
int resume_open(struct resume *resume, const struct output *output,
    const char *from, struct error *err);

/*
 * The old points of this surface, or NULL for none.  *found tells; returns -1
 * with an error when PATH.part has points but of another run, of another kernel
 * or of another shard: they would be lost.
 */
int resume_find(const struct resume *resume, const struct surface *surface,
    const struct points **found, struct error *err);

void resume_free(struct resume *resume);

#endif
