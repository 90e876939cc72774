#include "draw/plane.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "draw/bar.h"
#include "draw/curvature.h"
#include "draw/heat.h"
#include "draw/label.h"
#include "draw/trail.h"
#include "draw/unsure.h"

/* A drawing in progress. */
struct drawing {
	struct svg *svg;
	const struct plot *plot;
	const struct drawn_surface *surface; /* values */
	struct drawn_surface heights;        /* what is interpolated */
	const struct scale *scale;
	int highest;
};

void
plane_range(
    const struct drawn_surface *s, enum plane_style style, struct plot *plot)
{
	int heat = style == PLANE_HEAT;

	plot->x0 = heat ? heat_border(s->x, s->nx, 0) : s->x[0];
	plot->x1 = heat ? heat_border(s->x, s->nx, s->nx) : s->x[s->nx - 1];
	plot->y0 = heat ? heat_border(s->y, s->ny, 0) : s->y[0];
	plot->y1 = heat ? heat_border(s->y, s->ny, s->ny) : s->y[s->ny - 1];
}

static void
colour_attribute(const char *name, struct colour colour, char out[32])
{
	char text[COLOUR_TEXT_BYTES];

	snprintf(out, 32, "%s=\"%s\"", name, colour_text(colour, text));
}

static int
paint_region(const struct drawing *p, const struct drawn_surface *heights,
    double level, const char *attributes, struct error *err)
{
	struct line_set region = {0};
	int result = region_trace(heights, level, &region, err);

	if (result == 0 && region.n > 0) {
		plot_points(p->plot, &region);
		svg_path(p->svg, attributes);
		svg_lines(p->svg, &region);
		svg_path_end(p->svg);
	}
	line_set_free(&region);
	return result;
}

/* Hatches the cells that lack a value; those never computed stay white. */
static int
paint_no_number(const struct drawing *p, struct error *err)
{
	size_t n = (size_t)p->surface->nx * (size_t)p->surface->ny;
	struct drawn_surface computed = *p->surface;
	double *z;
	int result;

	if (!p->scale->no_number)
		return 0;
	z = memory_new(n, sizeof(*z), err);
	if (z == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		z[i] =
		    computed.missing != NULL && computed.missing[i] ? NAN : 0;
	computed.z = z;
	result = paint_region(p, &computed, -INFINITY, BAR_NO_NUMBER, err);
	free(z);
	return result;
}

static int
paint_beyond(const struct drawing *p, struct error *err)
{
	if (!p->scale->beyond)
		return 0;
	return paint_region(p, &p->heights,
	    scale_height(p->scale, p->scale->top), BAR_BEYOND, err);
}

/*
 * Each band is painted over the one below it and reaches to the top: where two
 * meet there is paint beneath, so no seam can show.
 */
static int
paint_bands(const struct drawing *p, struct error *err)
{
	const struct levels *levels = &p->scale->levels;
	char fill[32];

	for (size_t k = 0; k < levels->n; k++) {
		double from = k == 0 ? -INFINITY
				     : scale_height(p->scale, levels->v[k - 1]);

		colour_attribute("fill", scale_band_colour(p->scale, k), fill);
		if (paint_region(p, &p->heights, from, fill, err) < 0)
			return -1;
	}
	return paint_beyond(p, err);
}

/* The lines of each level, then those parts of them that are not sure. */
static int
trace_levels(const struct drawing *p, struct line_set *sets, struct error *err)
{
	const size_t n = p->scale->levels.n;

	for (size_t k = 0; k < n; k++) {
		if (unsure_trace(&p->heights, p->scale, p->scale->levels.v[k],
			&sets[k], &sets[n + k], err) < 0)
			return -1;
		plot_points(p->plot, &sets[k]);
		plot_points(p->plot, &sets[n + k]);
	}
	return 0;
}

static void
stroke_set(const struct drawing *p, const struct line_set *sets, size_t k,
    const struct label_list *labels, const char *attributes)
{
	svg_path(p->svg, attributes);
	for (size_t i = 0; i < sets[k].n; i++)
		label_line(p->svg, sets, k, i, labels);
	svg_path_end(p->svg);
}

/* What is not sure comes dashed behind the rest of its level, if that is empty,
 * too. */
static void
stroke_lines(const struct drawing *p, const struct line_set *sets,
    const struct label_list *labels, int bold)
{
	const struct levels *levels = &p->scale->levels;
	char stroke[32], attributes[128], dashed[160];

	for (size_t k = 0; k < levels->n; k++) {
		double decade = log10(levels->v[k]);
		double width =
		    p->scale->log && decade == floor(decade) ? 1.5 : 0.9;

		if (sets[k].n == 0 && sets[levels->n + k].n == 0)
			continue;
		colour_attribute(
		    "stroke", scale_line_colour(p->scale, k), stroke);
		snprintf(attributes, sizeof(attributes),
		    "fill=\"none\" %s stroke-width=\"%g\" "
		    "stroke-linejoin=\"round\"",
		    bold ? stroke : "stroke=\"#fff\" stroke-opacity=\"0.55\"",
		    bold ? width : 0.6);
		stroke_set(p, sets, k, labels, attributes);
		if (sets[levels->n + k].n == 0)
			continue;
		snprintf(dashed, sizeof(dashed), "%s stroke-dasharray=\"3 2\"",
		    attributes);
		stroke_set(p, sets, levels->n + k, labels, dashed);
	}
}

static void
write_labels(const struct drawing *p, const struct label_list *labels)
{
	char text[LEVEL_TEXT_BYTES], fill[COLOUR_TEXT_BYTES];

	for (size_t i = 0; i < labels->n; i++) {
		const struct label *l = &labels->labels[i];
		const size_t level = l->set % p->scale->levels.n;
		double angle = l->turn * M_PI / 180;
		double down = 0.36 * PLOT_SMALL_SIZE;
		struct svg_font font = {.size = PLOT_SMALL_SIZE,
		    .anchor = "middle",
		    .turn = l->turn,
		    .fill = colour_text(
			colour_shade(scale_line_colour(p->scale, level), 0.85),
			fill)};

		svg_text(p->svg, l->at.x - down * sin(angle),
		    l->at.y + down * cos(angle), &font,
		    level_text(p->scale->levels.v[level], text));
	}
}

static struct xy
page_point(const struct drawing *p, size_t i)
{
	size_t nx = (size_t)p->surface->nx;

	return (struct xy){plot_x(p->plot, p->surface->x[i % nx]),
	    plot_y(p->plot, p->surface->y[i / nx])};
}

/* What trails cover, a stretch from each of their points to the next. */
static struct stretch *
trail_stretches(const struct drawing *p, size_t *n, struct error *err)
{
	const struct drawn_surface *s = p->surface;
	struct stretch *all;

	*n = 0;
	for (size_t i = 0; i < s->n_trails; i++)
		*n += s->trails[i].n;
	all = memory_new(*n, sizeof(*all), err);
	*n = 0;
	for (size_t i = 0; all != NULL && i < s->n_trails; i++)
		for (size_t k = 0; k < s->trails[i].n; k++) {
			const struct trail *t = &s->trails[i];
			const struct xy a = t->at[k];
			const struct xy b = t->at[k + 1 < t->n ? k + 1 : k];

			all[(*n)++] = (struct stretch){
			    {{plot_x(p->plot, a.x), plot_y(p->plot, a.y)},
				{plot_x(p->plot, b.x), plot_y(p->plot, b.y)}}};
		}
	return all;
}

static int
label_levels(const struct drawing *p, const struct line_set *sets,
    struct label_list *labels, struct error *err)
{
	const struct plot *plot = p->plot;
	struct plane_marks marks = plane_marks(p->surface, p->highest);
	struct xy avoid[2] = {
	    {plot_x(plot, 0), plot_y(plot, 0)}, page_point(p, marks.best)};
	double widths[2 * LEVELS_MAX];
	char text[LEVEL_TEXT_BYTES];
	size_t n_over;
	struct stretch *over = trail_stretches(p, &n_over, err);
	int status;

	if (over == NULL)
		return -1;
	for (size_t k = 0; k < p->scale->levels.n; k++)
		widths[k] = widths[p->scale->levels.n + k] = svg_text_width(
		    level_text(p->scale->levels.v[k], text), PLOT_SMALL_SIZE);
	status = labels_place(&(struct label_task){.sets = sets,
				  .widths = widths,
				  .n = 2 * p->scale->levels.n,
				  .height = PLOT_SMALL_SIZE,
				  .left = plot->left,
				  .top = plot->top,
				  .right = plot->left + plot->width,
				  .bottom = plot->top + plot->height,
				  .avoid = avoid,
				  .n_avoid = 2,
				  .over = over,
				  .n_over = n_over},
	    labels, err);
	free(over);
	return status;
}

/* Lines of all levels: coloured and labelled, or thin ones between bands. */
static int
draw_lines(const struct drawing *p, int labelled, struct error *err)
{
	size_t n = 2 * p->scale->levels.n;
	struct line_set *sets = memory_new(n, sizeof(*sets), err);
	struct label_list labels = {0};
	int result = -1;

	if (sets == NULL)
		return -1;
	if (trace_levels(p, sets, err) == 0 &&
	    (!labelled || label_levels(p, sets, &labels, err) == 0)) {
		stroke_lines(p, sets, &labels, labelled);
		write_labels(p, &labels);
		result = 0;
	}
	for (size_t k = 0; k < n; k++)
		line_set_free(&sets[k]);
	free(sets);
	label_list_free(&labels);
	return result;
}

/* Trails run over the best point and end under the centre. */
static void
draw_marks(const struct drawing *p)
{
	const struct trail_view view = trail_view_plot(p->plot);
	struct plane_marks marks = plane_marks(p->surface, p->highest);

	plane_points(p->svg, p->plot, p->surface);
	if (marks.has_best && p->surface->n_trails > 0)
		plane_best_mark(p->svg, page_point(p, marks.best));
	trails_draw(p->svg, &view, p->surface->trails, p->surface->n_trails);
	if (marks.has_centre)
		plane_centre_mark(p->svg,
		    (struct xy){plot_x(p->plot, 0), plot_y(p->plot, 0)});
	/* the best point is often the centre itself */
	if (marks.has_best && p->surface->n_trails == 0)
		plane_best_mark(p->svg, page_point(p, marks.best));
}

/* What has no value, beneath everything and without the bands. */
static int
draw_gaps(const struct drawing *p, struct error *err)
{
	if (paint_no_number(p, err) < 0)
		return -1;
	if (p->scale->no_number &&
	    paint_region(p, &p->heights, -INFINITY, "fill=\"#fff\"", err) < 0)
		return -1;
	return paint_beyond(p, err);
}

static int
draw_style(const struct drawing *p, enum plane_style style, struct error *err)
{
	if (style == PLANE_HEAT)
		return heat_paint(p->svg, p->plot, p->surface, p->scale, err);
	if (style == PLANE_LINES)
		return draw_gaps(p, err) < 0 ? -1 : draw_lines(p, 1, err);
	if (paint_no_number(p, err) < 0 || paint_bands(p, err) < 0)
		return -1;
	return draw_lines(p, 0, err);
}

int
plane_draw(struct svg *svg, const struct plot *plot,
    const struct drawn_surface *surface, const struct scale *scale,
    enum plane_style style, int highest, struct error *err)
{
	struct drawing p = {.svg = svg,
	    .plot = plot,
	    .surface = surface,
	    .scale = scale,
	    .highest = highest};
	double *heights;
	int result;

	p.heights = scale_surface(scale, surface, &heights, err);
	if (heights == NULL)
		return -1;
	result = draw_style(&p, style, err);
	if (result == 0 && surface->over != NULL)
		result = curvature_lines(svg, plot, surface, err);
	if (result == 0)
		draw_marks(&p);
	free(heights);
	return result;
}

static int
draw_layers(const struct drawing *p, struct error *err)
{
	text_add(p->svg->out, "<g class=\"gaps\">\n");
	if (draw_gaps(p, err) < 0)
		return -1;
	text_add(p->svg->out, "</g>\n<g class=\"bands\">\n");
	if (paint_bands(p, err) < 0)
		return -1;
	text_add(p->svg->out, "</g>\n<g class=\"lines\">\n");
	if (draw_lines(p, 1, err) < 0)
		return -1;
	text_add(p->svg->out, "</g>\n<g class=\"marks\">\n");
	draw_marks(p);
	text_add(p->svg->out, "</g>\n");
	return 0;
}

int
plane_draw_layers(struct svg *svg, const struct plot *plot,
    const struct drawn_surface *surface, const struct scale *scale, int highest,
    struct error *err)
{
	struct drawing p = {.svg = svg,
	    .plot = plot,
	    .surface = surface,
	    .scale = scale,
	    .highest = highest};
	double *heights;
	int result;

	p.heights = scale_surface(scale, surface, &heights, err);
	if (heights == NULL)
		return -1;
	result = draw_layers(&p, err);
	free(heights);
	return result;
}
