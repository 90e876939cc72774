/*
 * One run of evalgrid: a plane, data, a grid, and the segment that comes out.
 */
#ifndef EVALUATE_SURFACE_H
#define EVALUATE_SURFACE_H

#include "base/digest.h"
#include "base/error.h"
#include "evaluate/evaluate.h"
#include "geometry/grid.h"
#include "geometry/points.h"
#include "stream/writer.h"

/*
 * Told about every point as it is written; scores is NULL for one that was
 * copied from an earlier output.
 */
typedef void surface_seen(
    void *context, const struct grid_place *place, const struct score *scores);

/* Made by surface_setup (evaluate/setup.h); not to be copied. */
struct surface {
	struct evaluation evaluation;
	struct grid grid; /* run is filled by surface_identify */
	char plane[DIGEST_TEXT_BYTES], model[DIGEST_TEXT_BYTES];
	char kernel[128]; /* what computes: plan, instruction set */
	struct plan *plan;
	const struct dataset *data[SETS_MAX];
	double mean[CHANNELS_MAX], std[CHANNELS_MAX];
	surface_seen *seen; /* or NULL */
	void *context;
};

/*
 * Computes the digests and the run id: model, directions, data, input
 * normalisation, batch norms, loss and grid; not the kernel, nor the shard.
 */
void surface_identify(struct surface *surface);

/* Points of the grid (index / sets) that belong to the shard. */
int64_t surface_places(const struct surface *surface);

/*
 * Writes the whole segment in canonical order: begin, grid, a summary of the
 * directions, the plane's other records, points, end.  old (or NULL) has points
 * of the same run from an earlier output; they are copied, the rest is
 * computed. settle (or NULL): called once before the first computed point is
 * written.
 */
int surface_write(const struct surface *surface, const struct points *old,
    struct writer *writer, struct output *settle, struct error *err);

#endif
