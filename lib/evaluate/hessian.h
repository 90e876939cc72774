/*
 * Extreme eigenvalues of the Hessian at the points of a surface: what hessgrid
 * does in place of evalgrid (section 6 of the paper).
 */
#ifndef EVALUATE_HESSIAN_H
#define EVALUATE_HESSIAN_H

#include "curvature/hvp.h"
#include "curvature/lanczos.h"
#include "curvature/trace.h"
#include "evaluate/surface.h"

enum { HESSIAN_K_MAX = 16 };

struct hessian_rule {
	int all;             /* bias and batch norm too */
	const char *pattern; /* names of tensors, or NULL */
	struct lanczos_rule lanczos;
	int64_t probes; /* of the trace; 0: none */
};

/* One data set's results at the last point. */
struct hessian_spot {
	struct lanczos_result eigen;
	struct trace trace;
	double ratio, bound; /* |smallest / largest|; how wrong it may be */
};

struct hessian {
	struct hessian_rule rule;
	struct surface_work work;
	struct workers *workers;
	bool *moves;
	struct hvp *hvp[SETS_MAX];
	struct hessian_spot spot[SETS_MAX];
	struct norms norms;
	struct tensor *theta;
	double *sorted;
	int sets;
	size_t n_tensors;
};

/*
 * Makes surface, fresh from surface_setup, one of eigenvalues: its work, its
 * run's id, its kernel.  rule and surface are borrowed.  Fails on a network
 * with operators that have no tangent.  Release with hessian_close in any case.
 */
int hessian_open(struct hessian *hessian, const struct hessian_rule *rule,
    struct surface *surface, struct error *err);
void hessian_close(struct hessian *hessian);

/*
 * What a run costs: elements of the vector, bytes of memory, and seconds of one
 * product with the centre's Hessian, measured, over all data sets.
 */
struct hessian_cost {
	size_t size, bytes;
	double seconds;
};
int hessian_cost(struct hessian *hessian, const struct surface *surface,
    struct hessian_cost *cost, struct error *err);

#endif
