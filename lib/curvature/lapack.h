/* The one routine of LAPACK that is used; OpenBLAS brings it. */
#ifndef CURVATURE_LAPACK_H
#define CURVATURE_LAPACK_H

/* Eigenvalues (w, ascending) and eigenvectors (in a) of a symmetric matrix. */
void dsyev_(const char *jobz, const char *uplo, const int *n, double *a,
    const int *lda, double *w, double *work, const int *lwork, int *info);

#endif
