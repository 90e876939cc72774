#include "lateblas.h"

#include <cblas.h>
#include <dlfcn.h>

#include "curvature/lapack.h"

/* The name that its programming interface has on every system. */
static const char library[] = "libopenblas.so.0";

static struct {
	__typeof__(&cblas_sgemm) sgemm;
	__typeof__(&cblas_sgemv) sgemv;
	__typeof__(&dsyev_) dsyev;
	__typeof__(&openblas_set_num_threads) set_num_threads;
	__typeof__(&openblas_get_corename) get_corename;
} blas;

/* dlsym's object pointers are functions, says POSIX. */
static int
find(void *handle, const char *name, void *function, struct error *err)
{
	*(void **)function = dlsym(handle, name);
	if (*(void **)function != NULL)
		return 0;
	return error_set(
	    err, "%s has no %s, expected OpenBLAS with LAPACK", library, name);
}

int
lateblas_open(struct error *err)
{
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);

	if (handle == NULL)
		return error_set(err, "%s", dlerror());
	if (find(handle, "openblas_get_corename", &blas.get_corename, err) <
		0 ||
	    find(handle, "cblas_sgemm", &blas.sgemm, err) < 0 ||
	    find(handle, "cblas_sgemv", &blas.sgemv, err) < 0 ||
	    find(handle, "dsyev_", &blas.dsyev, err) < 0 ||
	    find(handle, "openblas_set_num_threads", &blas.set_num_threads,
		err) < 0)
		return -1;
	return 0;
}

void
cblas_sgemm(const enum CBLAS_ORDER order, const enum CBLAS_TRANSPOSE trans_a,
    const enum CBLAS_TRANSPOSE trans_b, const blasint m, const blasint n,
    const blasint k, const float alpha, const float *a, const blasint lda,
    const float *b, const blasint ldb, const float beta, float *c,
    const blasint ldc)
{
	blas.sgemm(order, trans_a, trans_b, m, n, k, alpha, a, lda, b, ldb,
	    beta, c, ldc);
}

void
cblas_sgemv(const enum CBLAS_ORDER order, const enum CBLAS_TRANSPOSE trans,
    const blasint m, const blasint n, const float alpha, const float *a,
    const blasint lda, const float *x, const blasint incx, const float beta,
    float *y, const blasint incy)
{
	blas.sgemv(order, trans, m, n, alpha, a, lda, x, incx, beta, y, incy);
}

void
dsyev_(const char *jobz, const char *uplo, const int *n, double *a,
    const int *lda, double *w, double *work, const int *lwork, int *info)
{
	blas.dsyev(jobz, uplo, n, a, lda, w, work, lwork, info);
}

void
openblas_set_num_threads(int n)
{
	blas.set_num_threads(n);
}

char *
openblas_get_corename(void)
{
	return blas.get_corename();
}
