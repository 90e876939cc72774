/*
 * The trace of a symmetric operator by Hutchinson's estimate: the mean of
 * z . H z over vectors z of random signs.
 */
#ifndef CURVATURE_TRACE_H
#define CURVATURE_TRACE_H

#include "curvature/krylov.h"

struct trace {
	double value, error; /* the mean and its standard error */
};

/* probes >= 2; probe i is a function of (seed, i) alone. */
int trace_estimate(const struct krylov_operator *op, int probes, uint64_t seed,
    struct trace *trace, struct error *err);

/* Fills z with the signs of probe i: +1 or -1. */
void trace_signs(
    uint64_t seed, int probe, const char *name, float *z, size_t n);

#endif
