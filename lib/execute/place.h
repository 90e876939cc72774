/*
 * Memory for slots: borders that suit every reader, then offsets, so that what
 * is needed at the same time does not overlap and the rest shares its place.
 *
 * Who asks sets of each root: lanes, images (0: nobody uses it) and the steps
 * of its span; of any slot: the border that its readers want.
 *
 * Zeros of borders are written once, when memory is made.  So a root that has
 * some shares memory with roots of exactly its form alone.
 */
#ifndef EXECUTE_PLACE_H
#define EXECUTE_PLACE_H

#include "base/error.h"
#include "execute/slot.h"

/* Roots get the borders that those who lie in them want. */
void place_borders(struct slot *slots, size_t n);

/*
 * Roots of one form, c h w in memory, get the largest border of them, and
 * local ones the most images: then they can share memory.
 */
void place_alike(struct slot *slots, size_t n);

/*
 * Offsets of the roots that are local, or of those that are not; floats: the
 * room that they need together.  mixed: those without zeros share memory
 * whatever their form.
 */
int place_slots(struct slot *slots, size_t n, bool local, bool mixed,
    size_t *floats, struct error *err);

#endif
