#include "evaluate/slope.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/plural.h"
#include "curvature/hvp.h"

struct product {
	struct hvp *hvp;
	const struct slope_order *order;
};

static void
apply(void *context, const float *v, double *hv)
{
	const struct product *p = context;

	hvp_apply(p->hvp, v, hv);
	if (p->order->seen != NULL)
		p->order->seen(p->order->context);
}

/* ---- the gradient ---- */

static int
take_gradient(struct slope *s, struct hvp *hvp, struct error *err)
{
	double *hv = memory_new(s->size, sizeof(*hv), err);
	double sum = 0;

	if (hv == NULL)
		return -1;
	/* the product with 0 sees the gradient on its way */
	hvp_apply(hvp, s->vector, hv);
	hvp_gradient(hvp, hv);
	for (size_t i = 0; i < s->size; i++) {
		s->vector[i] = (float)hv[i];
		sum += hv[i] * hv[i];
	}
	free(hv);
	s->norm = sqrt(sum);
	s->products = hvp_count(hvp);
	if (!isfinite(s->norm) || !(s->norm > 0))
		return error_set(err,
		    "the gradient's norm is %g, expected a finite one above 0",
		    s->norm);
	return 0;
}

/* ---- eigenvectors ---- */

static void
turn_up(float *v, size_t n)
{
	size_t most = 0;
	float sign;

	for (size_t i = 1; i < n; i++)
		if (fabsf(v[i]) > fabsf(v[most]))
			most = i;
	sign = v[most] < 0 ? -1 : 1;
	for (size_t i = 0; i < n; i++)
		v[i] *= sign;
}

static int
check_pair(const struct slope *s, const struct lanczos_result *r,
    const struct lanczos_pair *pair, struct error *err)
{
	const double size =
	    fmax(fabs(r->top[0].value), fabs(r->bottom[0].value));

	if (pair->value == 0.0)
		return error_set(err, "the Hessian's eigenvalue is 0, expected "
				      "one that has a direction");
	if (pair->residual <=
	    1.01 * fmax(s->order.lanczos.tolerance * fabs(pair->value),
		       LANCZOS_FLOOR * size))
		return 0;
	return error_set(err,
	    "eigenvalue %.6g has residual %.3g after %" PRId64
	    " product%s, expected %g of it (--products, --tolerance)",
	    pair->value, pair->residual, r->products, plural_s(r->products),
	    s->order.lanczos.tolerance);
}

static int
take_pairs(struct slope *s, const struct lanczos_result *r, const float *found,
    struct error *err)
{
	const struct lanczos_pair *pair =
	    s->order.smallest ? r->bottom : r->top;
	const size_t skip = s->order.smallest ? (size_t)r->k * s->size : 0;

	s->products = r->products;
	if (!r->finite)
		return error_set(
		    err, "the Hessian is not finite, expected finite losses");
	if (r->k < s->order.vectors)
		return error_set(err,
		    "the Hessian has %d eigenvector%s at each end, expected %d",
		    r->k, plural_s(r->k), s->order.vectors);
	for (int i = 0; i < s->order.vectors; i++) {
		float *v = s->vector + (size_t)i * s->size;

		if (check_pair(s, r, &pair[i], err) < 0)
			return -1;
		s->value[i] = pair[i].value;
		s->residual[i] = pair[i].residual;
		for (size_t e = 0; e < s->size; e++)
			v[e] = found[skip + (size_t)i * s->size + e];
		turn_up(v, s->size);
	}
	return 0;
}

static int
take_eigenvectors(struct slope *s, struct hvp *hvp, struct workers *workers,
    struct error *err)
{
	struct product product = {hvp, &s->order};
	const struct krylov_operator op = {s->size, apply, &product};
	struct lanczos_rule rule = s->order.lanczos;
	struct lanczos_result result;
	float *found;
	int status;

	rule.k = s->order.vectors;
	found = memory_new(2 * (size_t)rule.k * s->size, sizeof(*found), err);
	if (found == NULL)
		return -1;
	status = lanczos(&op, &rule, workers, &result, found, err);
	if (status == 0)
		status = take_pairs(s, &result, found, err);
	free(found);
	return status;
}

/* ---- the whole ---- */

static int
take(struct slope *s, struct hvp *hvp, struct workers *workers,
    struct error *err)
{
	s->size = hvp_size(hvp);
	s->vector = memory_new(
	    (size_t)s->order.vectors * s->size, sizeof(*s->vector), err);
	if (s->vector == NULL ||
	    hvp_bind(hvp, s->plane.model.graph.tensors, err) < 0)
		return -1;
	return s->order.kind == DIRECTION_GRADIENT
		   ? take_gradient(s, hvp, err)
		   : take_eigenvectors(s, hvp, workers, err);
}

static int
compute(struct slope *s, const struct evaluation *e, struct error *err)
{
	struct hvp_problem problem = {.graph = &s->plane.model.graph,
	    .moves = s->moves,
	    .data = e->data[0],
	    .mean = e->mean,
	    .std = e->std,
	    .loss = e->loss,
	    .workers = workers_new(e->threads, err),
	    .gradient = s->order.kind == DIRECTION_GRADIENT};
	struct hvp *hvp =
	    problem.workers != NULL ? hvp_new(&problem, err) : NULL;
	int status = hvp != NULL ? take(s, hvp, problem.workers, err) : -1;

	hvp_free(hvp);
	workers_free(problem.workers);
	return status;
}

int
slope_make(struct slope *slope, const struct slope_order *order,
    const struct surface_choice *choice, struct reader *reader,
    struct error *err)
{
	struct graph *g = &slope->plane.model.graph;
	struct surface surface = {0};
	int status;

	slope->order = *order;
	status = plane_read(&slope->plane, reader, err);
	if (status <= 0)
		return status < 0 ? -1
				  : error_set(err, "no model, expected one");
	slope->moves = memory_new(g->n_tensors, sizeof(*slope->moves), err);
	if (slope->moves == NULL || hvp_choose(g, order->ignore == IGNORE_NONE,
					order->pattern, slope->moves, err) < 0)
		return -1;
	status = surface_setup(&surface, choice, &slope->plane, err);
	if (status == 0)
		status = compute(slope, &surface.evaluation, err);
	surface_free(&surface);
	return status;
}

void
slope_free(struct slope *slope)
{
	plane_free(&slope->plane);
	free(slope->moves);
	free(slope->vector);
	*slope = (struct slope){0};
}
