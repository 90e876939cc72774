/*
 * What the reader of a picture must know of how its numbers were made.
 */
#ifndef DRAW_CAPTION_H
#define DRAW_CAPTION_H

#include <stddef.h>

#include "base/error.h"

struct points;

/*
 * Writes marks to out, separated by ", ": batch norms that are not those of the
 * centre ("bn states", "bn recompute"), ghost batches in training ("ghost
 * batches of 128").  Empty when there is nothing to say.
 */
int caption_marks(
    const struct points *points, char *out, size_t room, struct error *err);

#endif
