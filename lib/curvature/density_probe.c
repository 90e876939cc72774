/* Quadratures by Lanczos: apart, so that readers do not load LAPACK. */
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/plural.h"
#include "curvature/density.h"
#include "curvature/trace.h"

static int
take_nodes(struct quadrature *q, struct krylov *k, struct error *err)
{
	const int n = krylov_length(k);
	double *residual = memory_new((size_t)n, sizeof(*residual), err);
	int status = 0;

	q->node = memory_new((size_t)n, sizeof(*q->node), err);
	q->weight = memory_new((size_t)n, sizeof(*q->weight), err);
	if (residual == NULL || q->node == NULL || q->weight == NULL)
		status = -1;
	else if (krylov_ritz(k, q->node, residual) < 0)
		status = error_set(err,
		    "LAPACK's dsyev did not converge on %d row%s", n,
		    plural_s(n));
	for (int i = 0; i < n && status == 0; i++)
		q->weight[i] = krylov_weight(k, i);
	q->n = status == 0 ? n : 0;
	free(residual);
	return status;
}

static int
run_probe(
    struct quadrature *q, struct krylov *k, const float *z, struct error *err)
{
	int state = 0;

	krylov_start(k, z);
	while (state == 0 && krylov_length(k) < krylov_room(k))
		state = krylov_step(k);
	if (state < 0)
		return error_set(err,
		    "a product with the Hessian is not finite: there is no "
		    "spectrum");
	return take_nodes(q, k, err);
}

/* The trace is n times the mean of the nodes: z . H z. */
static void
find_trace(struct density *d)
{
	double mean = 0.0, squares = 0.0;

	for (int64_t p = 0; p < d->probes; p++) {
		const struct quadrature *q = &d->probe[p];
		double dot = 0.0, step;

		for (int i = 0; i < q->n; i++)
			dot += q->weight[i] * q->node[i];
		dot *= (double)d->n;
		step = dot - mean;
		mean += step / (double)(p + 1);
		squares += step * (dot - mean);
	}
	d->trace = mean;
	d->trace_error =
	    sqrt(squares / (double)(d->probes - 1) / (double)d->probes);
}

int
density_probe(struct density *density, const struct krylov_operator *op,
    const struct density_rule *rule, struct workers *workers, struct error *err)
{
	struct krylov *k = krylov_new(op, (int)rule->steps, workers, err);
	float *z = memory_new(op->n, sizeof(*z), err);
	int status = k != NULL && z != NULL ? 0 : -1;

	density->n = op->n;
	density->probe =
	    memory_new((size_t)rule->probes, sizeof(*density->probe), err);
	if (density->probe == NULL)
		status = -1;
	else
		density->probes = rule->probes;
	for (int64_t p = 0; p < rule->probes && status == 0; p++) {
		trace_signs(rule->seed, (int)p, "trace", z, op->n);
		status = run_probe(&density->probe[p], k, z, err);
	}
	if (status == 0)
		find_trace(density);
	free(z);
	krylov_free(k);
	return status;
}
