#include "draw/bar.h"

#include <math.h>
#include <stdio.h>

#include "draw/plot.h"
#include "draw/prose.h"

static const double WIDTH = 14, KEY = 16;

/* How far its label may exceed it. */
static const double OVER = 60;

/* Where the bar itself stands, and what it shows. */
struct bar {
	const struct scale *scale;
	enum bar_kind kind;
	double left, top, height;
};

void
bar_patterns(struct svg *svg)
{
	text_add(svg->out,
	    "<defs>\n<pattern id=\"beyond\" width=\"5\" height=\"5\" "
	    "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
	    "<rect width=\"5\" height=\"5\" fill=\"#f7f7f7\"/>"
	    "<path d=\"M0 0v5\" stroke=\"#a8a8a8\" stroke-width=\"1.2\"/>"
	    "</pattern>\n<pattern id=\"no-number\" width=\"5\" height=\"5\" "
	    "patternUnits=\"userSpaceOnUse\">"
	    "<rect width=\"5\" height=\"5\" fill=\"#fff\"/>"
	    "<path d=\"M0 0h5M0 0v5\" stroke=\"#b03a2e\" "
	    "stroke-width=\"0.8\"/></pattern>\n"
	    "<pattern id=\"doubtful\" width=\"6\" height=\"6\" "
	    "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(-45)\">"
	    "<path d=\"M0 0v6\" stroke=\"#fff\" stroke-width=\"2.2\"/>"
	    "</pattern>\n</defs>\n");
}

static void
tick(struct svg *svg, const struct bar *bar, double y, const char *text)
{
	struct svg_font font = {.size = PLOT_TICK_SIZE, .anchor = "start"};

	svg_text(svg, bar->left + WIDTH + 5, y + 0.35 * font.size, &font, text);
}

/* Every which level gets its number, so that they stay apart. */
static size_t
stride(size_t n, double height)
{
	size_t most = height > 39 ? (size_t)(height / 13) : 3;

	return (n + most - 1) / most;
}

/*
 * Levels are equally far apart, whatever their values.  Below the first there
 * is a band when values lie there; lines keep clear of both ends.
 */
static double
level_y(const struct bar *bar, size_t k)
{
	size_t n = bar->scale->levels.n;
	int lines = bar->kind == BAR_LINES;
	double low = lines || bar->scale->lo < bar->scale->levels.v[0] ? 1 : 0;
	double cells = (double)(n - 1 + (size_t)lines) + low;

	return bar->top +
	       bar->height *
		   (1 - (cells > 0 ? ((double)k + low) / cells : 0.5));
}

static void
level_ticks(struct svg *svg, const struct bar *bar)
{
	const struct levels *levels = &bar->scale->levels;
	size_t step = stride(levels->n, bar->height);
	char text[LEVEL_TEXT_BYTES];

	for (size_t k = 0; k < levels->n; k += step)
		tick(svg, bar, level_y(bar, k), level_text(levels->v[k], text));
}

static void
fill_box(
    struct svg *svg, double x, double y, double height, struct colour colour)
{
	char text[COLOUR_TEXT_BYTES], attributes[64];

	snprintf(attributes, sizeof(attributes),
	    "fill=\"%s\" shape-rendering=\"crispEdges\"",
	    colour_text(colour, text));
	svg_box(svg, x, y, WIDTH, height, attributes);
}

static void
draw_bands(struct svg *svg, const struct bar *bar)
{
	double bottom = bar->top + bar->height;

	for (size_t k = 0; k < bar->scale->levels.n; k++) {
		double y = level_y(bar, k);

		if (bottom > y)
			fill_box(svg, bar->left, y, bottom - y,
			    scale_band_colour(bar->scale, k));
		bottom = y;
	}
}

static void
draw_lines(struct svg *svg, const struct bar *bar)
{
	char text[COLOUR_TEXT_BYTES], attributes[64];

	for (size_t k = 0; k < bar->scale->levels.n; k++) {
		snprintf(attributes, sizeof(attributes),
		    "stroke=\"%s\" stroke-width=\"1.6\"",
		    colour_text(scale_line_colour(bar->scale, k), text));
		svg_path(svg, attributes);
		svg_move(svg, bar->left, level_y(bar, k));
		svg_line(svg, bar->left + WIDTH, level_y(bar, k));
		svg_path_end(svg);
	}
}

static void
gradient_ticks(const struct scale *scale, struct levels *out)
{
	*out = scale->levels;
	if (scale->flat)
		return;
	out->n = 0;
	if (scale->log)
		levels_log(scale->lo, scale->top, 16, out);
	if (out->n < 3)
		levels_linear(scale->lo, scale->top, 8, out);
}

double
bar_numbers_width(const struct scale *scale, enum bar_kind kind)
{
	struct levels ticks = scale->levels;
	char text[LEVEL_TEXT_BYTES];
	double widest = 0;

	if (kind == BAR_CONTINUOUS)
		gradient_ticks(scale, &ticks);
	for (size_t i = 0; i < ticks.n; i++)
		widest =
		    fmax(widest, svg_text_width(level_text(ticks.v[i], text),
				     PLOT_TICK_SIZE));
	if (scale->beyond)
		widest = fmax(
		    widest, svg_text_width("> ", PLOT_TICK_SIZE) +
				svg_text_width(level_text(scale->top, text),
				    PLOT_TICK_SIZE));
	return widest;
}

/* What the lines of the label after the first one need. */
static double
more_lines(const char *label, double height)
{
	return PROSE_STEP * PLOT_LABEL_SIZE *
	       fmax(0, prose_rows(label, PLOT_LABEL_SIZE, height + OVER) - 1);
}

double
bar_width(const struct scale *scale, enum bar_kind kind, const char *label,
    double height)
{
	return fmax(82, WIDTH + 5 + bar_numbers_width(scale, kind) + 4 +
			    PLOT_LABEL_SIZE + 7) +
	       more_lines(label, height);
}

/* What is below 0 has dashes, as in the picture. */
static void
dash_negative(struct svg *svg, const struct bar *bar)
{
	static const double STEP = 8, HALF = 3;
	const double zero =
	    bar->top + bar->height * (1 - scale_part(bar->scale, 0));

	svg_path(svg, "stroke=\"#000\" stroke-width=\"0.7\"");
	for (int i = 1; zero + STEP * i < bar->top + bar->height; i++) {
		svg_move(svg, bar->left + WIDTH / 2 - HALF, zero + STEP * i);
		svg_line(svg, bar->left + WIDTH / 2 + HALF, zero + STEP * i);
	}
	svg_path_end(svg);
}

static void
draw_gradient(struct svg *svg, const struct bar *bar)
{
	const struct scale *scale = bar->scale;
	struct levels ticks;
	char text[LEVEL_TEXT_BYTES];
	int stops = 16;

	text_add(svg->out, "<defs><linearGradient id=\"heights\" x1=\"0\" "
			   "y1=\"1\" x2=\"0\" y2=\"0\">");
	for (int i = 0; i <= stops; i++) {
		text_add(svg->out, "<stop offset=\"");
		svg_number(svg, (double)i / stops);
		text_add(svg->out, "\" stop-color=\"%s\"/>",
		    colour_text(
			colour_at(scale->map, (double)i / stops), text));
	}
	text_add(svg->out, "</linearGradient></defs>\n");
	svg_box(svg, bar->left, bar->top, WIDTH, bar->height,
	    "fill=\"url(#heights)\"");
	if (scale_is_signed(scale))
		dash_negative(svg, bar);
	gradient_ticks(scale, &ticks);
	for (size_t i = 0; i < ticks.n; i++)
		tick(svg, bar,
		    bar->top +
			bar->height * (1 - scale_part(scale, ticks.v[i])),
		    level_text(ticks.v[i], text));
}

static void
key(struct svg *svg, const struct bar *bar, double y, const char *attributes,
    const char *text)
{
	char with_border[128];

	snprintf(with_border, sizeof(with_border),
	    "%s stroke=\"#000\" stroke-width=\"0.6\"", attributes);
	svg_box(svg, bar->left, y, WIDTH, KEY - 5, with_border);
	tick(svg, bar, y + (KEY - 5) / 2, text);
}

void
bar_draw(struct svg *svg, const struct scale *scale, enum bar_kind kind,
    const char *label, double left, double top, double height)
{
	int keys = scale->no_number + scale->missing + scale->doubtful;
	struct bar bar = {.scale = scale,
	    .kind = kind,
	    .left = left,
	    .top = top,
	    .height = height - KEY * keys - (keys > 0 ? 4 : 0)};
	const struct svg_font font = {
	    .size = PLOT_LABEL_SIZE, .anchor = "middle", .turn = -90};
	char text[LEVEL_TEXT_BYTES], beyond[LEVEL_TEXT_BYTES + 4];

	if (scale->beyond) {
		snprintf(beyond, sizeof(beyond), "> %s",
		    level_text(scale->top, text));
		key(svg, &bar, top, BAR_BEYOND, beyond);
		bar.top += KEY;
		bar.height -= KEY;
	}
	if (kind == BAR_LINES)
		draw_lines(svg, &bar);
	if (kind == BAR_BANDS)
		draw_bands(svg, &bar);
	if (kind == BAR_CONTINUOUS)
		draw_gradient(svg, &bar);
	else
		level_ticks(svg, &bar);
	svg_box(svg, left, bar.top, WIDTH, bar.height,
	    "fill=\"none\" stroke=\"#000\" stroke-width=\"0.6\"");
	prose_write(svg,
	    (struct xy){left + bar_width(scale, kind, label, height) - 14 -
			    more_lines(label, height),
		top + height / 2},
	    height + OVER, &font, label);
	if (scale->doubtful) {
		double y = top + height -
			   KEY * (1 + scale->missing + scale->no_number) + 5;

		key(svg, &bar, y, "fill=\"#789\"", "inexact");
		key(svg, &bar, y, BAR_DOUBTFUL, "");
	}
	if (scale->no_number)
		key(svg, &bar, top + height - KEY * (1 + scale->missing) + 5,
		    BAR_NO_NUMBER, "NaN");
	if (scale->missing)
		key(svg, &bar, top + height - KEY + 5, "fill=\"#fff\"",
		    "missing");
}
