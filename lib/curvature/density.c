#include "curvature/density.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/plural.h"

/* Beyond the outermost nodes: 3e-7 of a Gaussian lies farther out. */
static const double TAILS = 5.0;
/* Widths in what the nodes span, where nobody says: as fine as Ghorbani et
 * al.'s, and outliers are still lines one can see. */
static const double WIDTHS = 200.0;
/* Products are in float32: nodes that differ by less are one eigenvalue. */
static const double ROUNDING = 1e-5;

double
density_at(const struct density *d, int64_t i)
{
	return d->lo + (double)i * ((d->hi - d->lo) / (double)(d->points - 1));
}

static void
choose_curve(struct density *d, const struct density_rule *rule)
{
	double lo = INFINITY, hi = -INFINITY, size;

	for (int64_t p = 0; p < d->probes; p++) {
		lo = fmin(lo, d->probe[p].node[0]);
		hi = fmax(hi, d->probe[p].node[d->probe[p].n - 1]);
	}
	size = fmax(fabs(lo), fabs(hi));
	d->width = rule->width;
	if (!(d->width > 0.0))
		d->width = fmax(hi - lo, ROUNDING * size) / WIDTHS;
	if (!(d->width > 0.0))
		d->width = 1.0 / WIDTHS;
	d->lo = rule->ranged ? rule->lo : lo - TAILS * d->width;
	d->hi = rule->ranged ? rule->hi : hi + TAILS * d->width;
	d->points = rule->points;
}

static double
gaussians(const struct quadrature *q, double width, double x)
{
	static const double root = 2.50662827463100050242; /* sqrt(2 pi) */
	double sum = 0.0;

	for (int i = 0; i < q->n; i++) {
		const double t = (x - q->node[i]) / width;

		sum += q->weight[i] * exp(-0.5 * t * t);
	}
	return sum / (width * root);
}

static void
lay_point(struct density *d, int64_t i)
{
	const double x = density_at(d, i);
	double mean = 0.0, squares = 0.0;

	for (int64_t p = 0; p < d->probes; p++) {
		const double y = gaussians(&d->probe[p], d->width, x);
		const double step = y - mean;

		mean += step / (double)(p + 1);
		squares += step * (y - mean);
	}
	d->value[i] = mean;
	d->error[i] =
	    sqrt(squares / (double)(d->probes - 1) / (double)d->probes);
}

int
density_lay(
    struct density *d, const struct density_rule *rule, struct error *err)
{
	double spacing;

	choose_curve(d, rule);
	spacing = (d->hi - d->lo) / (double)(d->points - 1);
	if (!(spacing > 0.0))
		return error_set(err,
		    "width %g vanishes beside eigenvalues from %g to %g",
		    d->width, d->lo, d->hi);
	if (!(spacing <= d->width))
		return error_set(err,
		    "%" PRId64 " point%s from %g to %g are %g apart, expected "
		    "at most the width %g",
		    d->points, plural_s(d->points), d->lo, d->hi, spacing,
		    d->width);
	d->value = memory_new((size_t)d->points, sizeof(*d->value), err);
	d->error = memory_new((size_t)d->points, sizeof(*d->error), err);
	if (d->value == NULL || d->error == NULL)
		return -1;
	d->integral = 0.0;
	for (int64_t i = 0; i < d->points; i++) {
		const bool end = i == 0 || i == d->points - 1;

		lay_point(d, i);
		/* trapezoids: for Gaussians as good as exact */
		d->integral += d->value[i] * spacing * (end ? 0.5 : 1.0);
	}
	return 0;
}

void
density_free(struct density *density)
{
	for (int64_t p = 0; density->probe != NULL && p < density->probes;
	     p++) {
		free(density->probe[p].node);
		free(density->probe[p].weight);
	}
	free(density->probe);
	free(density->value);
	free(density->error);
	*density = (struct density){0};
}
