/*
 * The density of the eigenvalues of a symmetric operator, by stochastic Lanczos
 * quadrature (Ghorbani, Krishnan and Xiao 2019, arXiv 1901.10159, algorithm 1).
 *
 * From a vector z of random signs, Lanczos makes a Gauss quadrature: Ritz
 * values are its nodes, and the first elements of T's eigenvectors, squared,
 * its weights.  It integrates polynomials up to degree 2 m - 1 against the
 * spectrum as z sees it; the mean over probes estimates the spectrum.  For a
 * curve every node becomes a Gaussian.
 */
#ifndef CURVATURE_DENSITY_H
#define CURVATURE_DENSITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/workers.h"
#include "curvature/krylov.h"
#include "model/model.h"
#include "stream/listing.h"
#include "stream/pack.h"
#include "stream/reader.h"
#include "stream/writer.h"

enum {
	DENSITY_PROBES_MAX = 10000,
	DENSITY_STEPS_MAX = 1000,
	DENSITY_POINTS_MAX = 10000,
	DENSITY_SET_BYTES = 32
};

struct density_rule {
	int64_t probes; /* 2 or more */
	int64_t steps;  /* of Lanczos for each: nodes, unless the basis becomes
			   invariant before */
	int64_t points; /* of the curve, 2 or more */
	double width;   /* standard deviation of the Gaussians; 0: a 200th of
			   what the nodes span */
	bool ranged;    /* lo and hi are given; else all nodes, and five
			   widths more on either side */
	double lo, hi;
	uint64_t seed; /* the probes are those of trace_estimate */
};

/* One probe: weights are >= 0 and add up to 1. */
struct quadrature {
	int n;
	double *node, *weight; /* ascending; n of each, owned */
};

struct density {
	struct quadrature *probe; /* probes of them, owned; not read back */
	int64_t probes;
	size_t n; /* rows of the operator */
	double width, lo, hi;
	int64_t points;
	double *value; /* owned: the curve at points of equal distance from lo
			  to hi, and its standard error over the probes */
	double *error;
	double integral; /* of the curve: 1, unless the range cuts it */
	double trace, trace_error;
	/* For records. */
	char label[MODEL_TEXT_MAX + 1], arch[MODEL_TEXT_MAX + 1];
	char set[DENSITY_SET_BYTES];
	int64_t images, total;
};

/*
 * Quadratures of all probes: probes x steps products, (steps + 1) vectors in
 * memory.  Fails when the operator gives something that is not finite.  density
 * is fresh ({0}); release it with density_free in any case.
 */
int density_probe(struct density *density, const struct krylov_operator *op,
    const struct density_rule *rule, struct workers *workers,
    struct error *err);

/*
 * The curve of the probes.  Fails when the Gaussians are narrower than the
 * distance of two points: they would fall between them.
 */
int density_lay(struct density *density, const struct density_rule *rule,
    struct error *err);

/* Point i of the curve: the same expression for everybody who needs it. */
double density_at(const struct density *density, int64_t i);

void density_free(struct density *density);

/* ---- the records ---- */

/* What else the record says. */
struct density_origin {
	const char *model, *data; /* digests */
	const char *loss, *kernel;
	const struct graph *graph;
	const bool *moves; /* by tensor: those that were counted */
};

/* Writes the `density` record, and a `quadrature` record per probe. */
int density_write(struct writer *writer, const struct density *density,
    const struct density_origin *origin, struct error *err);

/* Reads a `density` record; without the quadratures. */
int density_unpack(
    struct density *density, const struct value *header, struct error *err);

/* All densities of an input. */
struct density_list {
	struct density *item;
	size_t n, room;
	struct listed from;
};

int densities_read(
    struct density_list *list, struct reader *reader, struct error *err);
void density_list_free(struct density_list *list);

#endif
