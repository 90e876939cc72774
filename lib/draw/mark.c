/* What is marked on a surface seen from above (plane.h). */

#include <math.h>

#include "draw/plane.h"

/* Is point i better than point k, or as good and nearer to the centre? */
static int
is_better(const struct drawn_surface *s, size_t i, size_t k, int highest)
{
	size_t nx = (size_t)s->nx;
	double a = highest ? -s->z[i] : s->z[i];
	double b = highest ? -s->z[k] : s->z[k];

	return a < b || (a == b && hypot(s->x[i % nx], s->y[i / nx]) <
				       hypot(s->x[k % nx], s->y[k / nx]));
}

struct plane_marks
plane_marks(const struct drawn_surface *s, int highest)
{
	size_t nx = (size_t)s->nx, n = nx * (size_t)s->ny;
	struct plane_marks marks = {.centre_z = NAN};

	marks.has_centre = s->x[0] <= 0 && s->x[s->nx - 1] >= 0 &&
			   s->y[0] <= 0 && s->y[s->ny - 1] >= 0;
	for (size_t i = 0; i < n; i++) {
		if (s->between != NULL && s->between[i])
			continue;
		if (s->x[i % nx] == 0 && s->y[i / nx] == 0)
			marks.centre_z = s->z[i];
		if (isfinite(s->z[i]) &&
		    (!marks.has_best || is_better(s, i, marks.best, highest))) {
			marks.best = i;
			marks.has_best = 1;
		}
	}
	return marks;
}

void
plane_centre_mark(struct svg *svg, struct xy at)
{
	static const char *const strokes[] = {
	    "stroke=\"#fff\" stroke-width=\"3\" stroke-linecap=\"round\"",
	    "stroke=\"#000\" stroke-width=\"1.3\""};

	for (int i = 0; i < 2; i++) {
		svg_path(svg, strokes[i]);
		svg_move(svg, at.x - 5, at.y);
		svg_line(svg, at.x + 5, at.y);
		svg_move(svg, at.x, at.y - 5);
		svg_line(svg, at.x, at.y + 5);
		svg_path_end(svg);
	}
}

void
plane_best_mark(struct svg *svg, struct xy at)
{
	svg_dot(svg, at.x, at.y, 3,
	    "fill=\"#d62728\" stroke=\"#fff\" stroke-width=\"0.8\"");
}

void
plane_points(
    struct svg *svg, const struct plot *plot, const struct drawn_surface *s)
{
	for (size_t i = 0; i < s->n_measured; i++)
		svg_dot(svg, plot_x(plot, s->measured[i].x),
		    plot_y(plot, s->measured[i].y), 1,
		    "fill=\"#000\" fill-opacity=\"0.6\"");
}
