/*
 * Gives new directions to a model that passes by (direction/passage.h), on its
 * way to a writer: declares them behind those that are there, and writes each
 * tensor's deltas behind the others.  It holds a chunk; on the way to another
 * model a tensor.
 */
#ifndef DIRECTION_EXTENDER_H
#define DIRECTION_EXTENDER_H

#include "direction/gram.h"
#include "direction/passage.h"
#include "direction/source.h"
#include "stream/writer.h"

struct extender_order {
	int axis;   /* the one axis to add, or -1: those that are free */
	int n_axes; /* how many, or 0: as many as there are sources for */
	enum direction_over over;
};

struct extender;

/*
 * sources: the first serves the first axis that is added, and so on.  gram,
 * unless NULL, learns lengths and angles of all directions.  Everything is
 * borrowed but the order.
 */
struct extender *extender_new(const struct passage *passage,
    struct writer *writer, struct direction_source *const sources[AXES_MAX],
    const struct extender_order *order, struct gram *gram, struct error *err);
void extender_free(struct extender *extender);

/* Is this an axis that the model that passes receives? */
bool extender_adds(const struct extender *extender, int axis);

/*
 * The passage has made this step: writes what becomes of it.  `begin` and `end`
 * records are the caller's.  Fails when the axis is taken, when the source does
 * not fit the model, and when axes would have different numbers of sets.
 */
int extender_step(
    struct extender *extender, enum passage_step step, struct error *err);

#endif
