/*
 * Directions that the loss itself gives at a model: its gradient, and
 * eigenvectors of its Hessian (section 6 of the paper).
 *
 * A vector's sign is the one that makes its element of the largest magnitude
 * positive (the first of those that tie); a gradient keeps its own.
 */
#ifndef EVALUATE_SLOPE_H
#define EVALUATE_SLOPE_H

#include <stdbool.h>

#include "curvature/lanczos.h"
#include "direction/source.h"
#include "evaluate/setup.h"

struct slope_order {
	enum direction_kind kind; /* hessian or gradient */
	int vectors;              /* wanted: 1 or, of the Hessian, 2 */
	int smallest;             /* eigenvalues from this end */
	enum direction_ignore ignore;
	const char *pattern; /* names of the tensors that move, or NULL */
	struct lanczos_rule lanczos;
	void (*seen)(void *context); /* after each product, or NULL */
	void *context;
};

struct slope {
	struct slope_order order;
	struct plane plane; /* the model */
	bool *moves;        /* by tensor */
	size_t size;        /* of a vector: the tensors that move */
	float *vector;      /* order.vectors of them */
	double value[AXES_MAX], residual[AXES_MAX];
	double norm; /* of the gradient */
	int64_t products;
};

/*
 * Computes them for the next model of reader; choice has opened one data set.
 * The same bytes for any number of threads.  Fails when eigenvectors are not
 * exact to the tolerance within the products that are allowed, when something
 * is not finite, when the gradient is zero, and on a network with operators
 * that have no tangent.  slope starts as {0}; slope_free in any case.
 */
int slope_make(struct slope *slope, const struct slope_order *order,
    const struct surface_choice *choice, struct reader *reader,
    struct error *err);
void slope_free(struct slope *slope);

/* Vector number i as a direction of that model; slope is borrowed. */
struct direction_source *source_slope(
    const struct slope *slope, int number, struct error *err);

#endif
