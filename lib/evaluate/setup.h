/*
 * From a choice to a surface that can be evaluated: grid, input constants and
 * plan, checked against each other.
 */
#ifndef EVALUATE_SETUP_H
#define EVALUATE_SETUP_H

#include "base/error.h"
#include "direction/plane.h"
#include "evaluate/choice.h"
#include "evaluate/surface.h"

/*
 * Makes the surface of plane (both plane and choice are borrowed).  Fails when
 * the images do not fit the network, a range has no direction, nobody knows the
 * input constants, the grid is too large, or statistics shall move that no
 * direction moves.  Release with surface_free, also
 * after a failure.
 */
int surface_setup(struct surface *surface, const struct surface_choice *choice,
    const struct plane *plane, struct error *err);
void surface_free(struct surface *surface);

#endif
