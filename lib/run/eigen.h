/*
 * Eigenvalues of small symmetric matrices.
 *
 * Jacobi's method, in plain C: the bits of a component do not depend on which
 * BLAS is there.  It stands beside LAPACK's dsyev, which curvature/krylov.c
 * takes where OpenBLAS is open for the products anyway.  Measured (one thread
 * of an EPYC with AVX-512), Jacobi and dsyev: 12 rows 0.02 and 0.01 ms,
 * 48 rows 0.8 and 0.2 ms, 128 rows 39 and 2.5 ms, 301 rows 380 and 51 ms; and
 * to open OpenBLAS takes 7 ms and 40 MiB.  The few decompositions of a run gain
 * nothing from it, those of a landscape (one a restart, 48 to 80 rows,
 * thousands of them) do.
 */
#ifndef RUN_EIGEN_H
#define RUN_EIGEN_H

#include <stddef.h>

#include "base/error.h"

/*
 * a: n x n, symmetric; destroyed.  values: n, the largest first.  vectors: n x
 * n, row k is the unit vector of values[k].  Fails when a holds a number that
 * is not finite.
 */
int eigen_symmetric(
    double *a, size_t n, double *values, double *vectors, struct error *err);

#endif
