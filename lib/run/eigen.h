/*
 * Eigenvalues of small symmetric matrices.
 *
 * Jacobi's method, in plain C: the bits do not depend on which BLAS is there,
 * and a program that needs one small decomposition (principal components of a
 * run) does not open OpenBLAS, which takes 40 MiB and 2 to 20 ms.  Where it is
 * open for the products anyway, LAPACK's is taken (curvature/krylov.c).
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
