#include "convert/lift.h"

#include <math.h>

/* The cell of an axis that v lies in, and where in it; -1: in none. */
static int
find_cell(const double *at, int n, double v, double *part)
{
	int i = 0;

	if (!(v >= at[0] && v <= at[n - 1]))
		return -1;
	while (i < n - 2 && at[i + 1] <= v)
		i++;
	*part = (v - at[i]) / (at[i + 1] - at[i]);
	return i;
}

double
lift_height(const struct drawn_surface *s, double x, double y)
{
	double u, v, z;
	int i = find_cell(s->x, s->nx, x, &u),
	    k = find_cell(s->y, s->ny, y, &v);
	const double *at;

	if (i < 0 || k < 0)
		return NAN;
	at = s->z + (size_t)k * (size_t)s->nx + (size_t)i;
	z = (1 - v) * ((1 - u) * at[0] + u * at[1]) +
	    v * ((1 - u) * at[s->nx] + u * at[s->nx + 1]);
	return isfinite(z) ? z : NAN;
}
