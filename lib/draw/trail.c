#include "draw/trail.h"

#include <math.h>
#include <stdio.h>

#include "draw/colour.h"
#include "draw/legend.h"

/* Over a path of more checkpoints, dots are smaller. */
enum { MANY = 60 };

#define DROP "fill=\"#e6007e\" stroke=\"#fff\" stroke-width=\"0.8\""

static struct colour
colour_of(size_t i, size_t n)
{
	return n > 1 ? colour_of_curve((int)i)
		     : (struct colour){0.08, 0.08, 0.08};
}

/* ---- lines, cut at the border of the plot ---- */

/* Takes the part of p..q in which v (rising by d along it) is within lo..hi. */
static int
cut(double v, double d, double lo, double hi, double *from, double *to)
{
	double a, b;

	if (d == 0)
		return v >= lo && v <= hi;
	a = (lo - v) / d;
	b = (hi - v) / d;
	*from = fmax(*from, fmin(a, b));
	*to = fmin(*to, fmax(a, b));
	return *from <= *to;
}

static void
draw_line(struct svg *svg, const struct plot *plot, const struct trail *trail)
{
	int drawing = 0;

	for (size_t i = 0; i + 1 < trail->n; i++) {
		struct xy p = trail->at[i], q = trail->at[i + 1];
		double dx = q.x - p.x, dy = q.y - p.y, from = 0, to = 1;

		if (!cut(p.x, dx, plot->x0, plot->x1, &from, &to) ||
		    !cut(p.y, dy, plot->y0, plot->y1, &from, &to)) {
			drawing = 0;
			continue;
		}
		if (!drawing || from > 0)
			svg_move(svg, plot_x(plot, p.x + from * dx),
			    plot_y(plot, p.y + from * dy));
		svg_line(svg, plot_x(plot, p.x + to * dx),
		    plot_y(plot, p.y + to * dy));
		drawing = to == 1;
	}
}

static void
stroke(struct svg *svg, const char *colour, double width)
{
	char attributes[128];

	snprintf(attributes, sizeof(attributes),
	    "fill=\"none\" stroke=\"%s\" stroke-width=\"%g\" "
	    "stroke-linejoin=\"round\" stroke-linecap=\"round\"",
	    colour, width);
	svg_path(svg, attributes);
}

static void
diamond(struct svg *svg, double x, double y)
{
	svg_path(svg, DROP);
	svg_move(svg, x, y - 4.6);
	svg_line(svg, x + 4.6, y);
	svg_line(svg, x, y + 4.6);
	svg_line(svg, x - 4.6, y);
	svg_close(svg);
	svg_path_end(svg);
}

/* A ring for the start, else a dot. */
static void
draw_dot(struct svg *svg, double x, double y, const char *colour, double r,
    int start)
{
	char attributes[96];

	snprintf(attributes, sizeof(attributes),
	    start ? "fill=\"#fff\" stroke=\"%s\" stroke-width=\"1.5\""
		  : "fill=\"%s\" stroke=\"#fff\" stroke-width=\"0.5\"",
	    colour);
	svg_dot(svg, x, y, start ? 3.4 : r, attributes);
}

static int
is_inside(const struct plot *plot, struct xy p)
{
	return p.x >= plot->x0 && p.x <= plot->x1 && p.y >= plot->y0 &&
	       p.y <= plot->y1;
}

static void
draw_dots(struct svg *svg, const struct plot *plot, const struct trail *trail,
    const char *colour)
{
	double r = trail->n > MANY ? 1.5 : 2.2;

	for (int drops = 0; drops < 2; drops++)
		for (size_t i = 0; i < trail->n; i++) {
			double x = plot_x(plot, trail->at[i].x);
			double y = plot_y(plot, trail->at[i].y);

			if (!is_inside(plot, trail->at[i]) ||
			    trail->drop[i] != drops)
				continue;
			if (drops)
				diamond(svg, x, y);
			else
				draw_dot(svg, x, y, colour, r, i == 0);
		}
}

/* A network alone: a dot, and its name beside it where there is room. */
static void
draw_network(struct svg *svg, const struct plot *plot,
    const struct trail *trail, const char *colour)
{
	const struct svg_font font = {
	    .size = PLOT_TICK_SIZE, .anchor = "start", .fill = "#222"};
	const double x = plot_x(plot, trail->at[0].x);
	const double y = plot_y(plot, trail->at[0].y);
	const double width = svg_text_width(trail->name, font.size);
	double left = x + 7;

	if (!is_inside(plot, trail->at[0]))
		return;
	draw_dot(svg, x, y, colour, 4, 0);
	if (left + width + 2 > plot->left + plot->width)
		left = x - 7 - width;
	if (left - 2 < plot->left)
		return;
	svg_path(svg, "fill=\"#fff\" fill-opacity=\"0.75\"");
	svg_move(svg, left - 2, y - font.size * 0.6);
	svg_line(svg, left + width + 2, y - font.size * 0.6);
	svg_line(svg, left + width + 2, y + font.size * 0.6);
	svg_line(svg, left - 2, y + font.size * 0.6);
	svg_close(svg);
	svg_path_end(svg);
	svg_text(svg, left, y + font.size * 0.35, &font, trail->name);
}

void
trails_draw(struct svg *svg, const struct plot *plot,
    const struct trail *trails, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char colour[COLOUR_TEXT_BYTES];

		colour_text(colour_of(i, n), colour);
		if (trails[i].n == 1) {
			draw_network(svg, plot, &trails[i], colour);
			continue;
		}
		/* a halo, so that it is seen before any background */
		stroke(svg, "#fff", 3.2);
		draw_line(svg, plot, &trails[i]);
		svg_path_end(svg);
		stroke(svg, colour, 1.4);
		draw_line(svg, plot, &trails[i]);
		svg_path_end(svg);
		draw_dots(svg, plot, &trails[i], colour);
	}
}

/* ---- legend ---- */

static void
trail_entry(
    struct legend *legend, const struct trail *trail, struct colour colour)
{
	char text[COLOUR_TEXT_BYTES];
	struct xy at;

	if (!legend_entry(legend, trail->name, &at))
		return;
	colour_text(colour, text);
	if (trail->n > 1) {
		stroke(legend->svg, text, 1.4);
		svg_move(legend->svg, at.x, at.y);
		svg_line(legend->svg, at.x + LEGEND_SAMPLE, at.y);
		svg_path_end(legend->svg);
	}
	draw_dot(legend->svg, at.x + LEGEND_SAMPLE / 2, at.y, text,
	    trail->n > 1 ? 2.2 : 4, 0);
}

static double
write_legend(struct legend *legend, const struct trail *trails, size_t n)
{
	double top = legend->y;
	struct xy at;
	int drops = 0, ways = 0;

	legend->x = legend->left;
	for (size_t i = 0; i < n; i++) {
		trail_entry(legend, &trails[i], colour_of(i, n));
		ways |= trails[i].n > 1;
		for (size_t k = 0; k < trails[i].n; k++)
			drops |= trails[i].drop[k];
	}
	if (ways && legend_entry(legend, "start", &at))
		draw_dot(
		    legend->svg, at.x + LEGEND_SAMPLE / 2, at.y, "#333", 0, 1);
	if (drops && legend_entry(legend, "learning rate falls", &at))
		diamond(legend->svg, at.x + LEGEND_SAMPLE / 2, at.y);
	return legend->y - top + LEGEND_ROW;
}

double
trails_legend_height(const struct trail *trails, size_t n, double width)
{
	struct legend legend = {.width = width};

	return n > 0 ? write_legend(&legend, trails, n) : 0;
}

void
trails_legend(struct svg *svg, const struct trail *trails, size_t n,
    double left, double top, double width)
{
	struct legend legend = {.svg = svg,
	    .left = left,
	    .width = width,
	    .y = top + LEGEND_ROW / 2};

	if (n > 0)
		write_legend(&legend, trails, n);
}
