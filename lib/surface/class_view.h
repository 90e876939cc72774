/*
 * One class of the images in place of all of them: points whose loss, accuracy
 * and errors are those of the class (evalgrid --per-class), for whatever reads
 * points.
 */
#ifndef SURFACE_CLASS_VIEW_H
#define SURFACE_CLASS_VIEW_H

#include "base/error.h"
#include "surface/points.h"

/*
 * Rewrites all points of the list to those of a class, by its name or its
 * number.  The label of a surface then names it, too, and its images are those
 * of the class; of a sample, the class is taken to have its share of all.
 * Points whose loss is not finite stay as they are.  Fails when points do not
 * know their classes, or none of them is called so.
 */
int class_view(struct points_list *list, const char *class, struct error *err);

#endif
