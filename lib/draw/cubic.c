#include "draw/cubic.h"

#include <math.h>

#include "draw/cell.h"

/* Four places in a row and their values; NaN at the outer ones: not there. */
struct row {
	double at[4], v[4];
};

/* The slope at the middle one of three places with these rises and steps. */
static double
slope_inside(double rise0, double rise1, double h0, double h1)
{
	const double w0 = 2 * h1 + h0, w1 = h1 + 2 * h0;

	if (!(rise0 * rise1 > 0))
		return 0;
	return (w0 + w1) / (w0 / rise0 + w1 / rise1);
}

/* At the end of a row; rise1 is that of the step behind, NaN: there is none. */
static double
slope_at_end(double rise0, double rise1, double h0, double h1)
{
	const double slope = ((2 * h0 + h1) * rise0 - h0 * rise1) / (h0 + h1);

	if (isnan(slope))
		return rise0;
	if (!(slope * rise0 > 0))
		return 0;
	return rise0 * rise1 <= 0 && fabs(slope) > 3 * fabs(rise0) ? 3 * rise0
								   : slope;
}

/* Between the two inner places, monotone. */
static double
between(const struct row *r, double at)
{
	double h[3], rise[3], from, to, t, v;

	for (int i = 0; i < 3; i++) {
		h[i] = r->at[i + 1] - r->at[i];
		rise[i] = (r->v[i + 1] - r->v[i]) / h[i];
	}
	from = isnan(rise[0]) ? slope_at_end(rise[1], rise[2], h[1], h[2])
			      : slope_inside(rise[0], rise[1], h[0], h[1]);
	to = isnan(rise[2]) ? slope_at_end(rise[1], rise[0], h[1], h[0])
			    : slope_inside(rise[1], rise[2], h[1], h[2]);
	t = (at - r->at[1]) / h[1];
	v = r->v[1] +
	    t * (h[1] * from + t * (h[1] * (3 * rise[1] - 2 * from - to) +
				       t * h[1] * (from + to - 2 * rise[1])));
	if (isnan(v))
		return v;
	/* the last bits stay inside, too */
	return fmax(fmin(r->v[1], r->v[2]), fmin(v, fmax(r->v[1], r->v[2])));
}

/* A grid, or the same with its axes changed. */
struct view {
	const double *x, *y, *z;
	int nx, ny, step_x, step_y;
};

static double
value(const struct view *s, int ix, int iy)
{
	return ix < 0 || iy < 0 || ix >= s->nx || iy >= s->ny
		   ? NAN
		   : s->z[ix * s->step_x + iy * s->step_y];
}

static double
place(const double *at, int n, int i)
{
	return i < 0 || i >= n ? NAN : at[i];
}

/* Along x in four rows, then along y. */
static double
along(const struct view *s, int ix, int iy, double x, double y)
{
	struct row column, row;

	for (int k = 0; k < 4; k++) {
		for (int i = 0; i < 4; i++) {
			row.at[i] = place(s->x, s->nx, ix - 1 + i);
			row.v[i] = value(s, ix - 1 + i, iy - 1 + k);
		}
		column.at[k] = place(s->y, s->ny, iy - 1 + k);
		column.v[k] = between(&row, x);
	}
	return between(&column, y);
}

double
cubic_at(const struct drawn_surface *s, double x, double y)
{
	const struct view one = {s->x, s->y, s->z, s->nx, s->ny, 1, s->nx};
	const struct view other = {s->y, s->x, s->z, s->ny, s->nx, s->nx, 1};
	const int ix = cell_of(s->x, s->nx, x), iy = cell_of(s->y, s->ny, y);

	return (along(&one, ix, iy, x, y) + along(&other, iy, ix, y, x)) / 2;
}
