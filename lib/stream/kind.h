/*
 * What streams look like, to tell them from other files and from each other
 * (base/output.h): a stream is known by its magic, what it holds by the first
 * record behind `begin` that says so.  One that is torn before that counts as
 * any of them.
 */
#ifndef STREAM_KIND_H
#define STREAM_KIND_H

#include "base/output.h"

extern const struct output_kind stream_of_models; /* and their directions */
extern const struct output_kind stream_of_points;
extern const struct output_kind stream_of_paths; /* or of models with them */
extern const struct output_kind stream_of_histograms;
extern const struct output_kind stream_of_densities;

#endif
