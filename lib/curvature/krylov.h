/*
 * An orthonormal basis of the Krylov space of a symmetric operator, and the
 * operator seen in it: Lanczos with full reorthogonalisation.
 *
 * Memory: (room + 1) vectors of float, one of double.  Every new vector is
 * orthogonalised twice against the whole basis (Gram-Schmidt is then as good as
 * any, Giraud et al. 2005); the coefficients are what T is made of, so that a
 * basis that was restarted needs no special case.  Sums run in chunks of fixed
 * size, on several threads: the same bytes for any number of them.
 */
#ifndef CURVATURE_KRYLOV_H
#define CURVATURE_KRYLOV_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/workers.h"

/* hv = H v, n elements each, not the same. */
typedef void krylov_apply(void *context, const float *v, double *hv);

struct krylov_operator {
	size_t n;
	krylov_apply *apply;
	void *context;
};

struct krylov;

/* room: vectors of the basis at most; n of the operator if that is less. */
struct krylov *krylov_new(const struct krylov_operator *op, int room,
    struct workers *workers, struct error *err);
void krylov_free(struct krylov *k);

int krylov_room(const struct krylov *k);
/* Vectors in the basis; the next one waits behind them. */
int krylov_length(const struct krylov *k);
/* Calls of apply so far. */
int64_t krylov_products(const struct krylov *k);

/* An empty basis, and the first vector to come: from is normalised. */
void krylov_start(struct krylov *k, const float *from);

/*
 * Takes the waiting vector in, applies the operator to it and finds the next.
 * Returns 0, or 1 when the basis is invariant (rounding apart), or -1 when the
 * operator gave something that is not finite.
 */
int krylov_step(struct krylov *k);

/*
 * Ritz values in ascending order, and for each the residual that Lanczos
 * expects.  Both have room for krylov_length.  -1: LAPACK did not converge.
 */
int krylov_ritz(struct krylov *k, double *values, double *residuals);

/* After krylov_ritz: the first element of the eigenvector of T, squared: the
 * weights of Gauss quadrature for the first vector of the basis. */
double krylov_weight(const struct krylov *k, int i);

/* After krylov_ritz: Ritz vector i. */
void krylov_vector(const struct krylov *k, int i, float *out);

/*
 * After krylov_ritz: the basis becomes the first low and the last high Ritz
 * vectors; the waiting vector stays (thick restart, Wu and Simon 2000).
 */
void krylov_restart(struct krylov *k, int low, int high);

/* ||H v - value v|| by one more product; v is normalised before. */
double krylov_residual(struct krylov *k, float *v, double *value);

#endif
