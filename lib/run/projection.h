/*
 * Checkpoints of runs projected onto the directions of a model that passes by
 * (direction/passage.h), tensor by tensor.
 *
 * For each checkpoint d = theta_i - theta, the plane's model taken away; d.x,
 * d.y and d.d are summed in double while the tensors pass, and the coordinates
 * follow at the end.  In memory are a tensor of the model with its directions,
 * and a block of a checkpoint.
 */
#ifndef RUN_PROJECTION_H
#define RUN_PROJECTION_H

#include "direction/passage.h"
#include "run/path.h"
#include "run/runs.h"

struct projection;

/*
 * Both are borrowed.  runs must have been indexed with digests.
 */
struct projection *projection_new(
    const struct passage *passage, const struct runs *runs, struct error *err);
void projection_free(struct projection *projection);

/*
 * The passage has made this step.  Fails when the runs are of another network,
 * and when the model has no direction.
 */
int projection_step(
    struct projection *projection, enum passage_step step, struct error *err);

/* After PASSAGE_DECLARED: how many blocks of checkpoints it is going to read.
 */
int64_t projection_blocks(const struct projection *projection);

/*
 * After PASSAGE_END of a plane: checkpoint number i (of all runs) in direction
 * set rep.  lstsq: the coordinates (x, y) for which x dx + y dy comes nearest
 * to d, always in units of the grid.  cos: the lengths d.dx/|dx| and d.dy/|dy|
 * as the reference tool has them by default, which are grid coordinates only
 * when the directions are orthonormal.  Off-plane norms are those of least
 * squares.  loss and set are left empty.  Fails when a direction is zero or x
 * and y are parallel.
 */
int projection_point(const struct projection *projection, int rep, size_t i,
    enum path_method method, struct path_point *out, struct error *err);

#endif
