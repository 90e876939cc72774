/*
 * The one door to OpenBLAS: it is opened when a product is first needed, with
 * one thread (who multiplies has threads of his own), so that programs that
 * multiply nothing neither load it nor wait for its start, which takes memory
 * and, where that is short, hangs or ends the program.
 */
#ifndef NET_BLAS_H
#define NET_BLAS_H

#include <cblas.h>

#include "base/error.h"

/*
 * Opens it; before the first product, by whoever makes what multiplies in so
 * many threads at once.  -1 with an error when the library is not there, or no
 * memory for the buffers that these threads will want.
 */
int blas_open(int threads, struct error *err)
    __attribute__((warn_unused_result));

/* Its name for the processor; "" before blas_open. */
const char *blas_core(void);

/* cblas_sgemm and cblas_sgemv of row-major matrices, and LAPACK's dsyev. */
void blas_sgemm(enum CBLAS_TRANSPOSE trans_a, enum CBLAS_TRANSPOSE trans_b,
    int m, int n, int k, float alpha, const float *a, int lda, const float *b,
    int ldb, float beta, float *c, int ldc);
void blas_sgemv(enum CBLAS_TRANSPOSE trans, int m, int n, float alpha,
    const float *a, int lda, const float *x, int incx, float beta, float *y,
    int incy);

/* Eigenvalues (w, ascending) and eigenvectors (in a) of a symmetric matrix. */
void blas_dsyev(const char *jobz, const char *uplo, const int *n, double *a,
    const int *lda, double *w, double *work, const int *lwork, int *info);

#endif
