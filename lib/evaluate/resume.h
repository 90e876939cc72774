/*
 * Points that an earlier, possibly torn, output already has.
 */
#ifndef EVALUATE_RESUME_H
#define EVALUATE_RESUME_H

#include "base/error.h"
#include "evaluate/surface.h"
#include "geometry/points.h"

struct resume {
	struct points_list own;   /* from PATH.part: must be of this run */
	struct points_list other; /* from PATH or --resume: used if it fits */
	const char *part;         /* its name, for messages */
};

/*
 * Takes every intact point of path; a file that is not there is none.  Returns
 * 1 when there was a file, else 0; -1 when it cannot be read.
 */
int resume_load(struct points_list *list, const char *path, struct error *err);

/*
 * The old points of this surface, or NULL for none.  *found tells; returns -1
 * with an error when PATH.part has points but of another run, of another kernel
 * or of another shard: they would be lost.
 */
int resume_find(const struct resume *resume, const struct surface *surface,
    const struct points **found, struct error *err);

void resume_free(struct resume *resume);

#endif
