/* Inside lib/direction: where a plane keeps direction (rep, axis). */
#ifndef DIRECTION_PLANE_INTERNAL_H
#define DIRECTION_PLANE_INTERNAL_H

#include "direction/plane.h"

static inline size_t
plane_slot(const struct plane *p, int rep, int axis)
{
	return (size_t)rep * (size_t)p->axes + (size_t)axis;
}

static inline size_t
plane_delta_index(const struct plane *p, int rep, int axis, int tensor)
{
	return plane_slot(p, rep, axis) * p->model.graph.n_tensors +
	       (size_t)tensor;
}

#endif
