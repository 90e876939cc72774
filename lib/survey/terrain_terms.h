/*
 * Inside lib/survey: numbers that are sums of losses, and their errors.
 */
#ifndef SURVEY_TERRAIN_TERMS_H
#define SURVEY_TERRAIN_TERMS_H

#include "survey/terrain.h"

/* A loss that a number is computed from, and its derivative by it. */
struct term {
	double weight, loss, se;
	const double *groups; /* GROUPS, or NULL */
};

/* The loss at a place, and that of the centre. */
struct term terrain_term(const struct terrain *t, int64_t place, double weight);
struct term terrain_centre_term(const struct centre *centre, double weight);

/* The error of the sum of n terms. */
struct influence terrain_combine(
    const struct terrain *t, const struct term *term, int n);

/* The index of coordinate x among n, or -1. */
int64_t terrain_index(const double *at, int64_t n, double x);

#endif
