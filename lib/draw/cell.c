#include "draw/cell.h"

int
cell_of(const double *at, int n, double x)
{
	int lo = 0, hi = n - 1;

	while (hi - lo > 1) {
		const int middle = (lo + hi) / 2;

		if (x >= at[middle])
			lo = middle;
		else
			hi = middle;
	}
	return lo;
}

struct cell_spot
cell_spot(const struct drawn_surface *s, struct xy at)
{
	const int ix = cell_of(s->x, s->nx, at.x);
	const int iy = cell_of(s->y, s->ny, at.y);
	struct cell_spot p = {.corner = (size_t)iy * (size_t)s->nx + (size_t)ix,
	    .width = s->x[ix + 1] - s->x[ix],
	    .height = s->y[iy + 1] - s->y[iy]};

	p.a = (at.x - s->x[ix]) / p.width;
	p.b = (at.y - s->y[iy]) / p.height;
	return p;
}

double
cell_linear(
    const struct drawn_surface *s, const struct cell_spot *p, const double *v)
{
	const size_t up = p->corner + (size_t)s->nx;

	return (1 - p->b) *
		   ((1 - p->a) * v[p->corner] + p->a * v[p->corner + 1]) +
	       p->b * ((1 - p->a) * v[up] + p->a * v[up + 1]);
}
