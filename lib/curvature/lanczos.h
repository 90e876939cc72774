/*
 * Extreme eigenvalues of a symmetric operator, both ends from one Krylov space:
 * thick-restart Lanczos on a fully reorthogonalised basis of bounded size.
 *
 * Measured against ARPACK's dsaupd (3.8, both ends, tolerance 1e-3) on 2,000
 * eigenvalues with three outliers at each end: ARPACK looks at its basis only
 * when it is full, 21 products with 20 vectors and 49 with 48; this one stops
 * after 13 with either, and 6 more measure the residuals that ARPACK estimates.
 * On the networks of ../shared/golden/train it takes 32 to 35, and 6.
 */
#ifndef CURVATURE_LANCZOS_H
#define CURVATURE_LANCZOS_H

#include <stdbool.h>

#include "curvature/krylov.h"

enum { LANCZOS_K_MAX = 64 };

struct lanczos_rule {
	int k;            /* wanted at each end */
	int basis;        /* vectors in memory, at least 2 k + 4 */
	double tolerance; /* of a residual, relative to its eigenvalue */
	int64_t products; /* at most, the final checks not counted */
	uint64_t seed;    /* of the first vector */
};

struct lanczos_pair {
	double value;    /* Rayleigh quotient of the vector */
	double residual; /* ||H v - value v||, measured by a product of its own:
			    an eigenvalue lies that close */
};

struct lanczos_result {
	struct lanczos_pair top[LANCZOS_K_MAX];    /* the largest first */
	struct lanczos_pair bottom[LANCZOS_K_MAX]; /* the smallest first */
	int k;            /* fewer when the operator is smaller */
	int64_t products; /* all, final checks included */
	bool converged;   /* all residuals are within tolerance */
	bool finite;      /* the operator gave numbers */
};

/*
 * A residual that rounding makes (products are in float32): relative to the
 * largest eigenvalue in size, what no more steps can improve.
 */
#define LANCZOS_FLOOR 1e-6

/*
 * vectors (or NULL): room for 2 k vectors, top ones first.  That the operator
 * is not finite, or that the products were not enough, is not an error: the
 * result says so.
 */
int lanczos(const struct krylov_operator *op, const struct lanczos_rule *rule,
    struct workers *workers, struct lanczos_result *result, float *vectors,
    struct error *err);

#endif
