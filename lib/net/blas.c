#include "net/blas.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/memory.h"

/*
 * The functions of a library that is in memory once: the only state that the
 * house knows (tests/house/layers.t).  It is written by the first blas_open,
 * before there are threads.
 */
static struct {
	__typeof__(&cblas_sgemm) sgemm;
	__typeof__(&cblas_sgemv) sgemv;
	__typeof__(&openblas_get_corename) corename;
	__typeof__(&blas_dsyev) dsyev;
	int threads; /* for whose buffers there was memory */
} blas;

/* dlsym's object pointers are functions, says POSIX. */
static bool
find(void *handle, const char *name, void *function)
{
	*(void **)function = dlsym(handle, name);
	return *(void **)function != NULL;
}

/* The names that its programming interface has on several systems. */
static void *
open_library(void)
{
	static const char *const names[] = {"libopenblas.so.0",
	    "libopenblas.so", "libopenblas.0.dylib", "libopenblas.dylib"};
	void *handle = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (handle == NULL)
			handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	return handle;
}

/* It asks the environment, once, how many threads to start. */
static int
open_alone(void **handle, struct error *err)
{
	static const char variable[] = "OPENBLAS_NUM_THREADS";
	const char *now = getenv(variable);
	char *before = now != NULL ? memory_text(now, err) : NULL;
	int status = 0;

	if ((now != NULL && before == NULL) || setenv(variable, "1", 1) < 0)
		return error_memory(err, 0);
	*handle = open_library();
	if (before == NULL)
		unsetenv(variable);
	else if (setenv(variable, before, 1) < 0)
		status = error_memory(err, 0);
	free(before);
	return status;
}

/*
 * It tries for ever to map a buffer where there is no room for one: each thread
 * that multiplies has its own, of 128 MiB on processors with AVX-512, with a
 * little beside it.  The library itself takes 48 MiB (0.3.21), or that and
 * one more buffer (0.3.29): so its threads' buffers are asked for twice, before
 * it is loaded and afterwards.  (Measured as the size of the address space.)
 */
static int
check_room(int library_mib, int threads, struct error *err)
{
	const size_t n = ((size_t)library_mib + (size_t)threads * 132) << 20;
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		error_memory(err, n);
		return error_prefix(err, "OpenBLAS");
	}
	munmap(p, n);
	return 0;
}

static int
load(int threads, struct error *err)
{
	void *handle = NULL;

	if (check_room(48, threads, err) < 0 || open_alone(&handle, err) < 0)
		return -1;
	if (handle == NULL)
		return error_set(err, "%s", dlerror());
	if (!find(handle, "openblas_get_corename", &blas.corename) ||
	    !find(handle, "cblas_sgemv", &blas.sgemv) ||
	    !find(handle, "dsyev_", &blas.dsyev) ||
	    !find(handle, "cblas_sgemm", &blas.sgemm))
		return error_set(err, "a libopenblas without CBLAS or LAPACK, "
				      "expected OpenBLAS with both");
	return 0;
}

int
blas_open(int threads, struct error *err)
{
	if (blas.sgemm == NULL && load(threads, err) < 0)
		return -1;
	if (threads > blas.threads &&
	    check_room(0, threads - blas.threads, err) < 0)
		return -1;
	if (threads > blas.threads)
		blas.threads = threads;
	return 0;
}

const char *
blas_core(void)
{
	return blas.corename != NULL ? blas.corename() : "";
}

void
blas_sgemm(enum CBLAS_TRANSPOSE trans_a, enum CBLAS_TRANSPOSE trans_b, int m,
    int n, int k, float alpha, const float *a, int lda, const float *b, int ldb,
    float beta, float *c, int ldc)
{
	blas.sgemm(CblasRowMajor, trans_a, trans_b, m, n, k, alpha, a, lda, b,
	    ldb, beta, c, ldc);
}

void
blas_sgemv(enum CBLAS_TRANSPOSE trans, int m, int n, float alpha,
    const float *a, int lda, const float *x, int incx, float beta, float *y,
    int incy)
{
	blas.sgemv(
	    CblasRowMajor, trans, m, n, alpha, a, lda, x, incx, beta, y, incy);
}

void
blas_dsyev(const char *jobz, const char *uplo, const int *n, double *a,
    const int *lda, double *w, double *work, const int *lwork, int *info)
{
	blas.dsyev(jobz, uplo, n, a, lda, w, work, lwork, info);
}
