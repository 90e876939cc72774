#include "direction/normalise.h"

#include <math.h>

/* The reference tool's guard against filters of d that are zero. */
static const double tiny = 1e-10;

bool
normalise_small(const struct tensor *tensor)
{
	int wide = 0;

	for (int i = 0; i < tensor->rank; i++)
		wide += tensor->dim[i] != 1;
	return tensor->rank <= 1 || (wide <= 1 && tensor_is_weight(tensor) &&
					tensor->role != ROLE_WEIGHT);
}

struct groups
groups_of(const struct tensor *tensor, enum normalisation norm)
{
	struct groups g = {.k = 1, .inner = tensor->n, .unit = 1};
	int axis = tensor->out_axis;

	if (tensor->n == 0)
		return g;
	if (norm == NORMALISE_LAYER || norm == NORMALISE_DLAYER)
		g.unit = tensor->n;
	if ((norm != NORMALISE_FILTER && norm != NORMALISE_DFILTER) ||
	    normalise_small(tensor))
		return g;
	g.k = tensor->dim[axis];
	g.inner = 1;
	for (int i = axis + 1; i < tensor->rank; i++)
		g.inner *= tensor->dim[i];
	/* a filter in one piece, or strewn over the whole tensor */
	g.unit = g.k * g.inner == tensor->n ? g.inner : tensor->n;
	return g;
}

/*
 * The elements from offset on that lie in one group: how many of at most n, and
 * which group.
 */
static int64_t
run_length(const struct groups *g, int64_t offset, int64_t n, int64_t *group)
{
	int64_t left = g->inner - offset % g->inner;

	*group = offset / g->inner % g->k;
	return left < n ? left : n;
}

void
groups_add_squares(const struct groups *groups, int64_t offset,
    const float *elements, int64_t n, double *squares)
{
	for (int64_t at = 0, run, group; at < n; at += run) {
		double sum;

		run = run_length(groups, offset + at, n - at, &group);
		sum = squares[group];
		for (int64_t i = at; i < at + run; i++)
			sum += (double)elements[i] * elements[i];
		squares[group] = sum;
	}
}

/* The factor of one group, from the sums of squares. */
static double
group_factor(enum normalisation norm, double w_squares, double d_squares)
{
	double w = sqrt(w_squares), d = sqrt(d_squares);

	switch (norm) {
	case NORMALISE_FILTER:
		return w / (d + tiny);
	case NORMALISE_DFILTER:
		return 1.0 / (d + tiny);
	case NORMALISE_LAYER:
		return d == 0.0 ? 1.0 : w / d;
	case NORMALISE_DLAYER:
		return d == 0.0 ? 1.0 : 1.0 / d;
	case NORMALISE_NONE:
	case NORMALISE_WEIGHT:
	case NORMALISE_MODEL:
		break;
	}
	return 1.0;
}

void
normalise(enum normalisation norm, const struct groups *groups,
    const double *squares, const float *w, int64_t offset, int64_t n,
    double *factor, float *d)
{
	if (norm == NORMALISE_WEIGHT)
		for (int64_t i = 0; i < n; i++)
			d[i] *= w[i];
	if (norm == NORMALISE_NONE || norm == NORMALISE_MODEL ||
	    norm == NORMALISE_WEIGHT)
		return;
	for (int64_t i = 0; i < groups->k; i++)
		factor[i] = 0.0;
	groups_add_squares(groups, offset, d, n, factor);
	for (int64_t i = 0; i < groups->k; i++)
		factor[i] = group_factor(norm, squares[i], factor[i]);
	for (int64_t at = 0, run, group; at < n; at += run) {
		run = run_length(groups, offset + at, n - at, &group);
		for (int64_t i = at; i < at + run; i++)
			d[i] = (float)(d[i] * factor[group]);
	}
}

double
normalise_model_factor(double w_squares, double d_squares)
{
	return d_squares == 0.0 ? 1.0 : sqrt(w_squares / d_squares);
}
