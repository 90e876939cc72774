#include "draw/hill.h"

#include <math.h>
#include <stdlib.h>

static void
light_up(struct hill *t, const struct relief_view *view)
{
	const struct box *b = &t->box;
	double a = view->light_azimuth * M_PI / 180;
	double e = view->light_elevation * M_PI / 180;

	t->light =
	    view->lit
		? (struct vector){cos(e) * cos(a), cos(e) * sin(a), sin(e)}
		: vector_unit((struct vector){b->eye.x - 0.9 * b->right.x,
		      b->eye.y - 0.9 * b->right.y, b->eye.z + 1.0});
}

/* The heights of the points: 1 at the top of the scale, more above it. */
static int
take_heights(struct hill *t, struct error *err)
{
	const double low = scale_height(t->scale, t->scale->lo);
	const double high = scale_height(t->scale, t->scale->top);
	const size_t n = (size_t)t->surface->nx * (size_t)t->surface->ny;
	const struct drawn_surface heights =
	    scale_surface(t->scale, t->surface, &t->part, err);

	if (t->part == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		const double h = heights.z[i];

		t->part[i] = isnan(h)     ? NAN
			     : high > low ? (h - low) / (high - low)
					  : 0.5;
	}
	return 0;
}

struct vector
hill_at(const struct hill *t, struct hill_place at)
{
	const struct drawn_surface *s = t->surface;
	const int ix = at.u < s->nx - 1 ? (int)at.u : s->nx - 2;
	const int iy = at.v < s->ny - 1 ? (int)at.v : s->ny - 2;
	const double u = at.u - ix, v = at.v - iy;
	const double *z = t->part + (size_t)iy * (size_t)s->nx + ix;
	const double x = s->x[ix] + u * (s->x[ix + 1] - s->x[ix]);
	const double y = s->y[iy] + v * (s->y[iy + 1] - s->y[iy]);
	double h = 0;

	if (v < 1)
		h += (1 - v) *
		     ((u < 1 ? (1 - u) * z[0] : 0) + (u > 0 ? u * z[1] : 0));
	if (v > 0)
		h += v * ((u < 1 ? (1 - u) * z[s->nx] : 0) +
			     (u > 0 ? u * z[s->nx + 1] : 0));
	return (struct vector){
	    2 * (x - s->x[0]) / (s->x[s->nx - 1] - s->x[0]) - 1,
	    2 * (y - s->y[0]) / (s->y[s->ny - 1] - s->y[0]) - 1, h};
}

struct vector
hill_in_box(struct vector v)
{
	return (struct vector){v.x, v.y, BOX_TALL * (fmin(1, v.z) - 0.5)};
}

double
hill_find(const double *at, int n, double v)
{
	int i = 0;

	while (i < n - 2 && at[i + 1] < v)
		i++;
	return i + fmax(0, fmin(1, (v - at[i]) / (at[i + 1] - at[i])));
}

bool
hill_hides(const struct hill *t, struct hill_place at)
{
	enum { STEPS = 600 };
	const struct drawn_surface *s = t->surface;
	const struct vector from = hill_in_box(hill_at(t, at)),
			    eye = t->box.eye;
	int above = 0, below = 0;

	for (int i = 6; i < STEPS; i++) {
		const double way = 3.0 * i / STEPS;
		const double x = from.x + way * eye.x / t->box.wide;
		const double y = from.y + way * eye.y / t->box.deep;
		struct hill_place p;
		double d;

		if (fabs(x) > 1 || fabs(y) > 1)
			break;
		p.u = hill_find(s->x, s->nx,
		    s->x[0] + (x + 1) / 2 * (s->x[s->nx - 1] - s->x[0]));
		p.v = hill_find(s->y, s->ny,
		    s->y[0] + (y + 1) / 2 * (s->y[s->ny - 1] - s->y[0]));
		d = from.z + way * eye.z - hill_in_box(hill_at(t, p)).z;
		above |= d > 0.01;
		below |= d < -0.01;
	}
	return above && below;
}

int
hill_make(struct hill *t, const struct relief_view *view, struct error *err)
{
	if (take_heights(t, err) < 0)
		return -1;
	hill_look(t, view);
	return 0;
}

void
hill_look(struct hill *t, const struct relief_view *view)
{
	double length[3];

	box_look(&t->box, view->azimuth, view->elevation);
	box_edges(&t->box, length);
	t->unit = (struct hill_place){
	    fmin(1, (t->surface->nx - 1) / fmax(length[0], 1)),
	    fmin(1, (t->surface->ny - 1) / fmax(length[1], 1))};
	light_up(t, view);
}
