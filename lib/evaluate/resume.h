/*
 * Points that an earlier, possibly torn, output already has.
 */
#ifndef EVALUATE_RESUME_H
#define EVALUATE_RESUME_H

#include "base/error.h"
#include "base/output.h"
#include "evaluate/surface.h"
#include "surface/points.h"

struct resume {
	struct points_list own;   /* from PATH.part: must be of this run */
	struct points_list other; /* from PATH, likewise, and --resume */
	size_t n_whole;           /* of the latter, those from PATH */
	/* Flags, one for each of them: a surface has this run. */
	unsigned char *own_seen, *whole_seen;
	const struct output *output; /* borrowed */
};

/*
 * Takes every intact point of what an earlier run left where output (open) will
 * put its result, and in its PATH.part, and in the file from (of --resume, or
 * NULL).  A file that is not there has no points; but from must be there and a
 * stream, or what is left of one.  It must not be standard output, which the
 * shell has emptied.
 */
int resume_open(struct resume *resume, const struct output *output,
    const char *from, struct error *err);

/*
 * The old points of this surface: of PATH.part, then of PATH or --resume; NULL
 * for none.  A complete PATH may be one on fewer images than are asked for now,
 * and PATH.part what was done about that.  found tells; returns -1
 * with an error when PATH.part or PATH has points but of another run, of
 * another kernel, of another shard, or none that is asked for: they would be
 * lost, which --force allows.  Of several surfaces, one for each model of a
 * run, those that come after the first may be new.
 */
int resume_find(struct resume *resume, const struct surface *surface,
    const struct points *found[OLD_MAX], struct error *err);

/* Has --resume points, but none of this surface's run? */
bool resume_is_of_others(
    const struct resume *resume, const struct surface *surface);

/* Has every run of PATH.part been written again, so that it may give way? */
bool resume_is_settled(const struct resume *resume);

/* At the end: a run in PATH or PATH.part that no surface had is an error. */
int resume_end(const struct resume *resume, struct error *err);

void resume_free(struct resume *resume);

#endif
