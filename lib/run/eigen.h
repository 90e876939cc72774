/*
 * Eigenvalues of symmetric matrices, and the eigenvectors of the largest.
 *
 * Householder's reflections make the matrix tridiagonal, the implicit QL method
 * finds its eigenvalues; the rotations are remembered, and only the vectors
 * that are wanted are turned back.  In plain C, one sum after another: the bits
 * of a component do not depend on which BLAS is there, nor on threads.  It
 * stands beside LAPACK's dsyev, which curvature/krylov.c takes where OpenBLAS
 * is open for the products anyway (to open it takes 7 ms and 40 MiB).
 */
#ifndef RUN_EIGEN_H
#define RUN_EIGEN_H

#include <stddef.h>

#include "base/error.h"

/*
 * a: n x n, symmetric; destroyed.  values: n, the largest first.  vectors:
 * wanted x n, row k is the unit vector of values[k].  Fails when a holds a
 * number that is not finite.
 */
int eigen_symmetric(double *a, size_t n, size_t wanted, double *values,
    double *vectors, struct error *err);

#endif
