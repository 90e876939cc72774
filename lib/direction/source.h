/*
 * Where the elements of new directions come from: random numbers, the way
 * toward another model, a file.  A source serves one axis; dirgen pulls each
 * tensor's elements from it in the order of the model.
 */
#ifndef DIRECTION_SOURCE_H
#define DIRECTION_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "direction/direction.h"
#include "file/archive.h"
#include "model/checkpoint.h"
#include "model/model.h"
#include "stream/reader.h"

struct direction_source;

/*
 * Standard normal draws, every element a function of (seed, axis, name of the
 * tensor, index) alone; set rep has the seed first_seed + rep.  The index
 * counts elements in PyTorch's layout, out_axis first.
 */
struct direction_source *source_random(
    uint64_t first_seed, int reps, struct error *err);

/*
 * The difference w2 - w to the one model of the stream at path (borrowed).
 * Coordinate 0 is the model, 1 is the other.  partial is for its reader.
 */
struct direction_source *source_toward(
    const char *path, const struct partial *partial, struct error *err);

/*
 * The arrays `xdirection/0`, `xdirection/1`, ... (y for axis y) of an npz
 * archive (borrowed; name is the file's, for messages), one per tensor that
 * moves.  Over states the reference tool has one for the counter behind every
 * running variance, also where the model has no such tensor; either fits.
 */
struct direction_source *source_file(
    struct archive *archive, const char *name, struct error *err);

/* Has the archive arrays of such names (or arr_0, arr_1, ... for x)? */
bool source_file_lists(const struct archive *archive);

/*
 * One direction, for any axis, from the arrays of a file (borrowed) that have
 * the names and shapes of the model's tensors; those without an array stay.
 */
struct direction_source *source_named(
    const struct checkpoint *file, const char *name, struct error *err);

void source_free(struct direction_source *source);

/* How many direction sets it gives. */
int source_reps(const struct direction_source *source);

/* Has it something for this axis?  Does it look at the model's elements? */
bool source_serves(const struct direction_source *source, int axis);
bool source_asks_weights(const struct direction_source *source);

/*
 * A model (borrowed until source_finish) begins, of which the tensors of over
 * will move along axis: checks that the source fits it.
 */
int source_start(struct direction_source *source, const struct model *model,
    int axis, enum direction_over over, struct error *err);

/* What set rep is, once the source has started. */
struct direction source_direction(
    const struct direction_source *source, int rep);

/*
 * The elements [offset, offset + n) of set rep for tensor number index, which
 * must move; runs come in order, tensors too.  w: the same elements of the
 * model, of the tensor's type.
 */
int source_read(struct direction_source *source, int rep, int index,
    int64_t offset, int64_t n, const void *w, float *out, struct error *err);

/* The model is over: the source must be, too. */
int source_finish(struct direction_source *source, struct error *err);

/* Runs of training in it that have no end, once it has finished; or NULL. */
const struct marks *source_open_runs(const struct direction_source *source);

#endif
