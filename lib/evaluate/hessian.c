#include "evaluate/hessian.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/progress.h"
#include "data/dataset_fit.h"

static void
apply(void *context, const float *v, double *hv)
{
	hvp_apply(context, v, hv);
}

static struct krylov_operator
operator_of_set(const struct hessian *h, int set)
{
	return (struct krylov_operator){
	    hvp_size(h->hvp[set]), apply, h->hvp[set]};
}

/* ---- one point ---- */

static void
clear_spot(struct hessian *h, struct hessian_spot *spot)
{
	*spot = (struct hessian_spot){.ratio = NAN, .bound = NAN};
	spot->trace = (struct trace){NAN, NAN};
	spot->eigen.k = h->rule.lanczos.k;
	for (int i = 0; i < spot->eigen.k; i++)
		spot->eigen.top[i] = spot->eigen.bottom[i] =
		    (struct lanczos_pair){NAN, NAN};
}

static int
find_eigenvalues(struct hessian *h, int set, struct error *err)
{
	const struct krylov_operator op = operator_of_set(h, set);
	struct hessian_spot *spot = &h->spot[set];
	const struct lanczos_pair *top = &spot->eigen.top[0];
	const struct lanczos_pair *bottom = &spot->eigen.bottom[0];
	int64_t products;

	if (lanczos(
		&op, &h->rule.lanczos, h->workers, &spot->eigen, NULL, err) < 0)
		return -1;
	if (!spot->eigen.finite) {
		products = spot->eigen.products;
		clear_spot(h, spot);
		spot->eigen.products = products;
		return 0;
	}
	if (top->value > 0.0) {
		spot->ratio = fabs(bottom->value / top->value);
		spot->bound = (bottom->residual + spot->ratio * top->residual) /
			      top->value;
	}
	if (h->rule.probes > 0)
		return trace_estimate(&op, (int)h->rule.probes,
		    h->rule.lanczos.seed, &spot->trace, err);
	return 0;
}

static void
judge(const struct hessian *h, int set, const struct dataset *data,
    struct score *score)
{
	const struct hessian_spot *spot = &h->spot[set];

	score_from_losses(score, hvp_losses(h->hvp[set]),
	    hvp_correct(h->hvp[set]), dataset_rows(data), data->n, h->sorted);
	if (score->status != SCORE_OK)
		return;
	if (!spot->eigen.finite)
		score->status = SCORE_OVERFLOW;
	else if (!(spot->eigen.top[0].value > 0.0))
		score->status = SCORE_CONCAVE;
	else if (!spot->eigen.converged)
		score->status = SCORE_UNCONVERGED;
}

static int
work_set(struct hessian *h, int set, const struct dataset *data,
    struct score *score, struct error *err)
{
	struct error why;

	clear_spot(h, &h->spot[set]);
	if (hvp_bind(h->hvp[set], h->theta, &why) < 0) {
		score_bad(score, SCORE_BADVAR, why.text, data->n);
		return 0;
	}
	if (find_eigenvalues(h, set, err) < 0)
		return -1;
	judge(h, set, data, score);
	return 0;
}

static int
work_point(struct hessian *h, const struct evaluation *e,
    const struct place *place, struct score *scores, struct error *err)
{
	struct error why;

	plane_apply(e->plane, place->rep, place->a, place->b, h->theta);
	if (norms_set_statistics(&h->norms, h->theta, &why) < 0) {
		for (int s = 0; s < e->sets; s++) {
			clear_spot(h, &h->spot[s]);
			score_bad(
			    &scores[s], SCORE_BADVAR, why.text, e->data[s]->n);
		}
		return 0;
	}
	for (int s = 0; s < e->sets; s++)
		if ((place->sets >> s & 1U) != 0 &&
		    work_set(h, s, e->data[s], &scores[s], err) < 0)
			return -1;
	return 0;
}

/* surface_work: points */
static int
work_points(void *context, const struct evaluation *e,
    const struct place *points, int64_t n, evaluate_take *take,
    void *take_context, struct error *err)
{
	struct hessian *h = context;
	struct score scores[SETS_MAX];

	for (int64_t i = 0; i < n; i++)
		if (work_point(h, e, &points[i], scores, err) < 0 ||
		    take(take_context, i, scores, err) < 0)
			return -1;
	return 0;
}

/* ---- records ---- */

static void
pack_rule(void *context, struct pack *pack)
{
	const struct hessian_rule *r = &((struct hessian *)context)->rule;

	pack_key_text(pack, "over", r->all ? "all" : "weights");
	pack_key_text(pack, "tensors", r->pattern != NULL ? r->pattern : "*");
	pack_key_int(pack, "k", r->lanczos.k);
	pack_key_int(pack, "basis", r->lanczos.basis);
	pack_key_int(pack, "products", r->lanczos.products);
	pack_key_real(pack, "tolerance", r->lanczos.tolerance);
	pack_key_ints(pack, "probes",
	    (const int64_t[2]){(int64_t)r->lanczos.seed, r->probes}, 2);
}

static void
pack_values(struct pack *pack, const char *key, const struct lanczos_pair *pair,
    int n, bool residual)
{
	double v[HESSIAN_K_MAX];

	for (int i = 0; i < n; i++)
		v[i] = residual ? pair[i].residual : pair[i].value;
	pack_key_reals(pack, key, v, (size_t)n);
}

static void
pack_point(void *context, int set, struct pack *pack)
{
	const struct hessian *h = context;
	const struct hessian_spot *spot = &h->spot[set];
	const struct lanczos_result *e = &spot->eigen;

	pack_key_real(pack, "max_eig", e->top[0].value);
	pack_key_real(pack, "min_eig", e->bottom[0].value);
	pack_key_real(pack, "max_res", e->top[0].residual);
	pack_key_real(pack, "min_res", e->bottom[0].residual);
	pack_key_real(pack, "ratio", spot->ratio);
	pack_key_real(pack, "bound", spot->bound);
	pack_key_int(pack, "products", e->products);
	if (h->rule.lanczos.k > 1) {
		pack_values(pack, "top", e->top, e->k, false);
		pack_values(pack, "bottom", e->bottom, e->k, false);
		pack_values(pack, "top_res", e->top, e->k, true);
		pack_values(pack, "bottom_res", e->bottom, e->k, true);
	}
	if (h->rule.probes > 0) {
		pack_key_real(pack, "trace", spot->trace.value);
		pack_key_real(pack, "trace_se", spot->trace.error);
	}
}

/* ---- the whole ---- */

static int
open_products(struct hessian *h, const struct evaluation *e, struct error *err)
{
	const struct graph *g = &e->plane->model.graph;
	int64_t most = 0;

	for (int s = 0; s < e->sets; s++) {
		const struct hvp_problem problem = {.graph = g,
		    .moves = h->moves,
		    .data = e->data[s],
		    .mean = e->mean,
		    .std = e->std,
		    .loss = e->loss,
		    .workers = h->workers};

		h->hvp[s] = hvp_new(&problem, err);
		if (h->hvp[s] == NULL)
			return -1;
		most = most < e->data[s]->n ? e->data[s]->n : most;
	}
	h->sorted = memory_new((size_t)most, sizeof(*h->sorted), err);
	return h->sorted != NULL ? 0 : -1;
}

int
hessian_open(struct hessian *hessian, const struct hessian_rule *rule,
    struct surface *surface, struct error *err)
{
	char norms[NORMS_KERNEL_BYTES];
	struct hessian *h = hessian;
	const struct evaluation *e = &surface->evaluation;
	const struct graph *g = &e->plane->model.graph;

	*h = (struct hessian){
	    .rule = *rule, .sets = e->sets, .n_tensors = g->n_tensors};
	h->work = (struct surface_work){.program = "hessgrid",
	    .points = work_points,
	    .pack = pack_rule,
	    .pack_point = pack_point,
	    .context = h};
	h->workers = workers_new(e->threads, err);
	h->moves = memory_new(g->n_tensors, sizeof(*h->moves), err);
	h->theta = plane_theta_new(e->plane, err);
	if (h->workers == NULL || h->moves == NULL || h->theta == NULL ||
	    hvp_choose(g, rule->all, rule->pattern, h->moves, err) < 0 ||
	    norms_open(&h->norms, &e->norms, e->plane, e->mean, e->std,
		h->workers, err) < 0 ||
	    open_products(h, e, err) < 0)
		return -1;
	snprintf(surface->kernel, sizeof(surface->kernel), "curvature %s%s",
	    hvp_kernel(h->hvp[0]), norms_kernel(e->norms.mode, norms));
	surface->work = &h->work;
	return surface_identify(surface, err);
}

void
hessian_close(struct hessian *hessian)
{
	for (int s = 0; s < hessian->sets; s++)
		hvp_free(hessian->hvp[s]);
	norms_close(&hessian->norms);
	workers_free(hessian->workers);
	tensors_free(hessian->theta, hessian->n_tensors);
	free(hessian->moves);
	free(hessian->sorted);
	*hessian = (struct hessian){0};
}

int
hessian_cost(struct hessian *hessian, const struct surface *surface,
    struct hessian_cost *cost, struct error *err)
{
	struct hessian *h = hessian;
	const size_t n = hvp_size(h->hvp[0]);
	float *v = memory_new(n, sizeof(*v), err);
	double *hv = memory_new(n, sizeof(*hv), err), start;
	int status = v != NULL && hv != NULL ? 0 : -1;

	*cost = (struct hessian_cost){.size = n};
	cost->bytes = ((size_t)h->rule.lanczos.basis + 2) * n * sizeof(*v) +
		      2 * n * sizeof(*hv);
	for (int s = 0; s < h->sets && status == 0; s++) {
		cost->bytes += hvp_bytes(h->hvp[s]);
		trace_signs(0, 0, "cost", v, n);
		status = hvp_bind(h->hvp[s],
		    surface->evaluation.plane->model.graph.tensors, err);
		if (status < 0)
			break;
		start = progress_now();
		hvp_apply(h->hvp[s], v, hv);
		cost->seconds += progress_now() - start;
	}
	free(v);
	free(hv);
	return status;
}
