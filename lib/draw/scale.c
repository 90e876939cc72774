#include "draw/scale.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

static void
scan(struct scale *scale, const struct drawn_surface *s)
{
	size_t n = (size_t)s->nx * (size_t)s->ny;

	for (size_t i = 0; i < n; i++) {
		double z = s->z[i];

		if (s->doubtful != NULL && s->doubtful[i])
			scale->doubtful = 1;
		if (s->missing != NULL && s->missing[i])
			scale->missing = 1;
		else if (isnan(z))
			scale->no_number = 1;
		else if (isfinite(z) && (!scale->log || z > 0)) {
			scale->finite++;
			scale->lo = fmin(scale->lo, z);
			scale->hi = fmax(scale->hi, z);
		}
	}
}

int
scale_exceeded(const struct scale *scale, const struct drawn_surface *s)
{
	for (size_t i = 0; i < (size_t)s->nx * (size_t)s->ny; i++)
		if (s->z[i] > scale->top)
			return 1;
	return 0;
}

/* Do the values differ by rounding alone?  An infinity is no plateau. */
static int
is_flat(
    const struct scale *scale, const struct drawn_surface *surfaces, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (scale_exceeded(scale, &surfaces[i]))
			return 0;
	return levels_flat(scale->lo, scale->hi);
}

/* How many values are there that are no NaN. */
static size_t
count_numbers(const struct drawn_surface *surfaces, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		const size_t points =
		    (size_t)surfaces[i].nx * (size_t)surfaces[i].ny;

		for (size_t k = 0; k < points; k++)
			found += !isnan(surfaces[i].z[k]);
	}
	return found;
}

int
scale_make(const struct drawn_surface *surfaces, size_t n, int log, int bands,
    const struct levels *given, double limit, struct scale *out,
    struct error *err)
{
	int cut;

	*out = (struct scale){
	    .log = log, .surfaces = n, .lo = INFINITY, .hi = -INFINITY};
	for (size_t i = 0; i < n; i++)
		scan(out, &surfaces[i]);
	if (!(out->lo <= out->hi) && count_numbers(surfaces, n) == 0)
		return error_set(err, "nothing to draw: every value is NaN");
	if (!(out->lo <= out->hi))
		return error_set(err, "nothing to draw: no value is finite%s",
		    log ? " and positive, as a log scale needs" : "");
	if (log && given != NULL && given->n > 0 && given->v[0] <= 0)
		return error_set(err,
		    "level %g on a log scale, expected one above 0",
		    given->v[0]);
	cut = limit < out->hi;
	out->top = cut ? limit : out->hi;
	out->flat = !cut && (given == NULL || given->n == 0) &&
		    is_flat(out, surfaces, n);
	if (out->flat) {
		out->levels = (struct levels){.n = 1, .v = {out->lo}};
	} else if (given != NULL && given->n > 0) {
		out->levels = *given;
		out->top = given->v[given->n - 1];
	} else {
		levels_default(
		    out->lo, out->top, log, bands && !cut, &out->levels);
		if (!cut)
			out->top =
			    fmax(out->top, out->levels.v[out->levels.n - 1]);
	}
	for (size_t i = 0; i < n; i++)
		out->beyond |= scale_exceeded(out, &surfaces[i]);
	return 0;
}

void
scale_fix(struct scale *scale, const struct drawn_surface *surfaces, size_t n,
    double lo, double hi)
{
	scale->lo = lo;
	scale->hi = scale->top = hi;
	scale->beyond = 0;
	for (size_t i = 0; i < n; i++)
		scale->beyond |= scale_exceeded(scale, &surfaces[i]);
}

double
scale_height(const struct scale *scale, double z)
{
	double most = fmax(scale->hi, scale->top);

	if (isnan(z) || scale->flat)
		return isnan(z) ? z : 0;
	if (scale->log)
		/* an infinity is a decade beyond: it has no better place */
		return log10(fmax(scale->lo, fmin(z, 10 * most)));
	return fmax(fmin(z, most + (most - scale->lo)), scale->lo);
}

struct drawn_surface
scale_surface(const struct scale *scale, const struct drawn_surface *surface,
    double **heights, struct error *err)
{
	size_t n = (size_t)surface->nx * (size_t)surface->ny;
	struct drawn_surface scaled = *surface;

	*heights = memory_new(n, sizeof(**heights), err);
	if (*heights == NULL)
		return scaled;
	for (size_t i = 0; i < n; i++)
		(*heights)[i] = surface->missing != NULL && surface->missing[i]
				    ? NAN
				    : scale_height(scale, surface->z[i]);
	scaled.z = *heights;
	return scaled;
}

int
scale_is_signed(const struct scale *scale)
{
	return scale->map == COLOUR_COOLWARM && scale->lo < 0 && scale->top > 0;
}

double
scale_part(const struct scale *scale, double z)
{
	double lo = scale_height(scale, scale->lo);
	double hi = scale_height(scale, scale->top);

	return hi > lo ? (scale_height(scale, z) - lo) / (hi - lo) : 0.5;
}

struct colour
scale_colour(const struct scale *scale, double z)
{
	return colour_at(scale->map, scale_part(scale, z));
}

static double
share(const struct scale *scale, size_t k)
{
	return scale->levels.n > 1 ? (double)k / (double)(scale->levels.n - 1)
				   : 0.5;
}

struct colour
scale_band_colour(const struct scale *scale, size_t k)
{
	return colour_at(scale->map, share(scale, k));
}

struct colour
scale_line_colour(const struct scale *scale, size_t k)
{
	/* the last, yellow part of the map is lost on white paper */
	if (scale->map == COLOUR_VIRIDIS)
		return colour_at(scale->map, 0.85 * share(scale, k));
	return colour_on_white(colour_at(scale->map, share(scale, k)));
}
