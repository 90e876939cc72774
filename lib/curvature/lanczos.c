#include "curvature/lanczos.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "base/random.h"

/* The Ritz values of now, ascending, with their expected residuals. */
struct ritz {
	double *value, *residual;
	int n;
};

static double
size_of(const struct ritz *r)
{
	return r->n > 0 ? fmax(fabs(r->value[0]), fabs(r->value[r->n - 1]))
			: 0.0;
}

static double
limit(const struct lanczos_rule *rule, double value, double size)
{
	return fmax(rule->tolerance * fabs(value), LANCZOS_FLOOR * size);
}

/* Are the k outermost at both ends good enough? */
static bool
good(const struct lanczos_rule *rule, const struct ritz *r, int k)
{
	if (r->n < 2 * k)
		return false;
	for (int i = 0; i < k; i++) {
		const int top = r->n - 1 - i;

		if (r->residual[i] > limit(rule, r->value[i], size_of(r)) ||
		    r->residual[top] > limit(rule, r->value[top], size_of(r)))
			return false;
	}
	return true;
}

static int
random_start(struct krylov *k, size_t n, uint64_t seed, struct error *err)
{
	struct random_stream random =
	    random_open(seed, RANDOM_PROBE, "lanczos");
	float *v = memory_new(n, sizeof(*v), err);

	if (v == NULL)
		return -1;
	random_normal(&random, 0, n, v);
	krylov_start(k, v);
	free(v);
	return 0;
}

/* Steps until good, invariant, not finite (-1) or out of products. */
static int
iterate(struct krylov *k, const struct lanczos_rule *rule, int wanted,
    struct ritz *r, struct error *err)
{
	int state = 0;

	while (state == 0 && !good(rule, r, wanted) &&
	       krylov_products(k) < rule->products) {
		if (krylov_length(k) == krylov_room(k)) {
			const int keep = krylov_room(k) / 4;

			krylov_restart(k, keep > wanted ? keep : wanted + 1,
			    keep > wanted ? keep : wanted + 1);
		}
		state = krylov_step(k);
		if (state < 0)
			return 1;
		r->n = krylov_length(k);
		if (krylov_ritz(k, r->value, r->residual) < 0)
			return error_set(err,
			    "LAPACK's dsyev did not converge on %d row%s", r->n,
			    plural_s(r->n));
	}
	return 0;
}

/* Measures what is reported: vectors, quotients, residuals. */
static int
measure(struct krylov *k, const struct lanczos_rule *rule, struct ritz *r,
    size_t n, struct lanczos_result *result, float *vectors, struct error *err)
{
	float *own = memory_new(vectors == NULL ? n : 1, sizeof(*own), err);

	if (own == NULL)
		return -1;
	result->converged = true;
	for (int i = 0; i < 2 * result->k; i++) {
		const bool top = i < result->k;
		const int rank = top ? i : i - result->k;
		float *v = vectors != NULL ? vectors + (size_t)i * n : own;
		struct lanczos_pair *pair =
		    top ? &result->top[rank] : &result->bottom[rank];

		krylov_vector(k, top ? r->n - 1 - rank : rank, v);
		pair->residual = krylov_residual(k, v, &pair->value);
		result->converged &=
		    pair->residual <=
		    1.01 * limit(rule, pair->value, size_of(r));
	}
	result->products = krylov_products(k);
	free(own);
	return 0;
}

int
lanczos(const struct krylov_operator *op, const struct lanczos_rule *rule,
    struct workers *workers, struct lanczos_result *result, float *vectors,
    struct error *err)
{
	struct krylov *k = krylov_new(op, rule->basis, workers, err);
	struct ritz r = {0};
	int status = -1;

	*result = (struct lanczos_result){.finite = true};
	if (k == NULL)
		return -1;
	r.value = memory_new((size_t)rule->basis, sizeof(double), err);
	r.residual = memory_new((size_t)rule->basis, sizeof(double), err);
	result->k =
	    (size_t)rule->k * 2 <= op->n ? rule->k : (int)((op->n + 1) / 2);
	if (r.value != NULL && r.residual != NULL &&
	    random_start(k, op->n, rule->seed, err) == 0)
		status = iterate(k, rule, result->k, &r, err);
	if (status == 1) {
		*result =
		    (struct lanczos_result){.products = krylov_products(k)};
		status = 0;
	} else if (status == 0) {
		if (r.n < result->k)
			result->k = r.n;
		status = measure(k, rule, &r, op->n, result, vectors, err);
	}
	free(r.value);
	free(r.residual);
	krylov_free(k);
	return status;
}
