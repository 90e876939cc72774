/*
 * Other networks that an axis leads to, and what batch norms do on the way.
 */
#ifndef DRAW_OTHERS_H
#define DRAW_OTHERS_H

#include "base/error.h"
#include "direction/direction.h"
#include "draw/surface.h"
#include "surface/points.h"

struct other {
	struct xy at;
	char label[256]; /* "the other network" when it has none */
};

struct others {
	struct other item[AXES_MAX];
	int n;
	bool leads; /* some axis leads to another network, marked or not */
	char lost[AXES_MAX * 256]; /* names of those that are not */
};

/*
 * Finds those of a direction set: where dirgen --orthonormal says that they
 * are, or at 1 on their axis.  Nobody knows where when a direction was
 * normalised, or made orthonormal by a version that did not say it.
 */
int others_find(struct others *others, const struct points *points, int rep,
    struct error *err);

/*
 * Writes what batch norms do where an axis leads to another network: "batch
 * norms stay those of A", "move with the weights", "found anew at every point",
 * and which of the networks nobody can place; "" where none does.
 */
int others_norms(const struct others *others, const struct points *points,
    char *out, size_t room, struct error *err);

#endif
