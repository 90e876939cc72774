/*
 * Inside lib/evaluate: what stands behind a point of its images, by class and
 * one by one.
 */
#ifndef EVALUATE_SURFACE_IMAGES_H
#define EVALUATE_SURFACE_IMAGES_H

#include "evaluate/surface.h"

/* More classes than this make no record. */
enum { CLASSES_MAX = 1 << 16 };

/*
 * Writes the `classes` record and the `losses` records of a point, those that
 * the surface wants, where score has the losses of all images.
 */
int surface_write_images(const struct surface *surface, int64_t number, int set,
    const struct score *score, struct writer *writer, struct error *err);

#endif
