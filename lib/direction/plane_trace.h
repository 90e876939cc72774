/*
 * Which plane passes by (direction/passage.h): the identity that plane_identify
 * gives to the same records in memory.
 *
 * A stream goes tensor by tensor, the identity direction by direction, and a
 * scale record at the end changes all elements of one: so the elements are put
 * aside (base/scratch.h) until the plane has passed.
 */
#ifndef DIRECTION_PLANE_TRACE_H
#define DIRECTION_PLANE_TRACE_H

#include "direction/passage.h"
#include "direction/plane_id.h"

struct plane_trace;

/* passage is borrowed. */
struct plane_trace *plane_trace_new(
    const struct passage *passage, struct error *err);
void plane_trace_free(struct plane_trace *trace);

/* The passage has made this step. */
int plane_trace_step(
    struct plane_trace *trace, enum passage_step step, struct error *err);

/*
 * After PASSAGE_END of a plane: its identity, and the digest of its model.
 * Fails when direction sets have different axes.
 */
int plane_trace_finish(struct plane_trace *trace, struct plane_id *id,
    char model[DIGEST_TEXT_BYTES], struct error *err);

#endif
