#include "draw/heat.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "draw/bar.h"

/* A drawing in progress. */
struct heat {
	struct svg *svg;
	const struct plot *plot;
	const struct drawn_surface *surface;
	const struct scale *scale;
};

double
heat_border(const double *at, int n, int i)
{
	if (i == 0)
		return at[0] - (at[1] - at[0]) / 2;
	if (i == n)
		return at[n - 1] + (at[n - 1] - at[n - 2]) / 2;
	return (at[i - 1] + at[i]) / 2;
}

enum { SHADES = 256 };

/* The number of a value's paint: a shade, or one of these; -1: none. */
static int
paint_number(const struct heat *p, size_t i)
{
	double z = p->surface->z[i];

	if (p->surface->missing != NULL && p->surface->missing[i])
		return -1;
	if (isnan(z))
		return SHADES + 1;
	if (z > p->scale->top)
		return SHADES;
	return (int)lround(scale_part(p->scale, z) * (SHADES - 1));
}

/* The boxes of one paint, neighbours in a row joined. */
static void
heat_boxes(const struct heat *p, const int *paints, int paint)
{
	const struct drawn_surface *s = p->surface;

	for (int iy = 0; iy < s->ny; iy++)
		for (int ix = 0; ix < s->nx; ix++) {
			const int *row = paints + (size_t)iy * (size_t)s->nx;
			int first = ix;
			double x0, x1, y0, y1;

			if (row[ix] != paint)
				continue;
			while (ix + 1 < s->nx && row[ix + 1] == paint)
				ix++;
			x0 = plot_x(p->plot, heat_border(s->x, s->nx, first));
			x1 = plot_x(p->plot, heat_border(s->x, s->nx, ix + 1));
			y0 = plot_y(p->plot, heat_border(s->y, s->ny, iy));
			y1 = plot_y(p->plot, heat_border(s->y, s->ny, iy + 1));
			svg_move(p->svg, x0, y0);
			svg_line(p->svg, x1, y0);
			svg_line(p->svg, x1, y1);
			svg_line(p->svg, x0, y1);
			svg_close(p->svg);
		}
}

/* A dash in the middle of each box whose value is below 0. */
static void
dash_negative(const struct heat *p)
{
	const struct drawn_surface *s = p->surface;
	const double cell = p->plot->width / s->nx, half = fmin(3, 0.25 * cell);

	svg_path(p->svg, "stroke=\"#000\" stroke-width=\"0.7\"");
	for (int iy = 0; iy < s->ny; iy++)
		for (int ix = 0; ix < s->nx; ix++) {
			const double x = plot_x(p->plot, s->x[ix]);
			const double y = plot_y(p->plot, s->y[iy]);

			if (!(s->z[(size_t)iy * (size_t)s->nx + ix] < 0))
				continue;
			svg_move(p->svg, x - half, y);
			svg_line(p->svg, x + half, y);
		}
	svg_path_end(p->svg);
}

int
heat_paint(struct svg *svg, const struct plot *plot,
    const struct drawn_surface *surface, const struct scale *scale,
    struct error *err)
{
	const struct heat heat = {svg, plot, surface, scale}, *p = &heat;
	size_t n = (size_t)p->surface->nx * (size_t)p->surface->ny;
	int *paints = memory_new(n, sizeof(*paints), err);
	int used[SHADES + 2] = {0};
	char fill[32], attributes[80], colour[COLOUR_TEXT_BYTES];

	if (paints == NULL)
		return -1;
	for (size_t i = 0; i < n; i++) {
		paints[i] = paint_number(p, i);
		if (paints[i] >= 0)
			used[paints[i]] = 1;
	}
	for (int i = 0; i < SHADES + 2; i++) {
		if (!used[i])
			continue;
		snprintf(fill, sizeof(fill), "fill=\"%s\"",
		    colour_text(
			colour_at(p->scale->map, (double)i / (SHADES - 1)),
			colour));
		snprintf(attributes, sizeof(attributes),
		    "%s shape-rendering=\"crispEdges\"",
		    i == SHADES  ? BAR_BEYOND
		    : i > SHADES ? BAR_NO_NUMBER
				 : fill);
		svg_path(p->svg, attributes);
		heat_boxes(p, paints, i);
		svg_path_end(p->svg);
	}
	for (size_t i = 0; p->surface->doubtful != NULL && i < n; i++)
		paints[i] = p->surface->doubtful[i] && paints[i] >= 0;
	if (p->surface->doubtful != NULL) {
		svg_path(p->svg, BAR_DOUBTFUL);
		heat_boxes(p, paints, 1);
		svg_path_end(p->svg);
	}
	free(paints);
	if (scale_is_signed(p->scale))
		dash_negative(p);
	return 0;
}
