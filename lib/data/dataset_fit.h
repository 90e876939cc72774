/*
 * Does a data set fit a network: what goes in, and what comes out of it?
 */
#ifndef DATA_DATASET_FIT_H
#define DATA_DATASET_FIT_H

#include <stddef.h>

#include "data/dataset.h"
#include "net/graph.h"

/*
 * Fails, naming both sides, unless the images have the network's shape (one
 * that takes a row of numbers takes any image of as many), or are tokens of its
 * tables when it takes those, and every label is one of its classes; or, with
 * targets, unless there are as many of them for each image as the network has
 * outputs.
 */
int dataset_fit(const struct dataset *dataset, const struct graph *graph,
    bool targets, struct error *err);

/*
 * The outputs of an image are rows of classes, a row for each of its labels
 * (one, when there are targets).
 */
size_t dataset_rows(const struct dataset *dataset);
size_t dataset_row_classes(
    const struct dataset *dataset, const struct graph *graph);

#endif
