#include "draw/plot.h"

#include <math.h>

#include "draw/levels.h"

/* Room of the numbers beside the axis. */
static const double NUMBERS = 31;

/* Length of a tick, and how far an axis label may exceed its axis. */
static const double TICK = 4, OVER = 40;

double
plot_x(const struct plot *plot, double x)
{
	return plot->left +
	       plot->width * (x - plot->x0) / (plot->x1 - plot->x0);
}

double
plot_y(const struct plot *plot, double y)
{
	double part = plot->log_y ? log(y / plot->y0) / log(plot->y1 / plot->y0)
				  : (y - plot->y0) / (plot->y1 - plot->y0);

	return plot->top + plot->height * (1 - part);
}

void
plot_points(const struct plot *plot, struct line_set *set)
{
	for (size_t i = 0; i < set->n_points; i++) {
		struct xy *p = &set->points[i];

		*p = (struct xy){plot_x(plot, p->x), plot_y(plot, p->y)};
	}
}

/* About how many ticks an axis of this length takes. */
static int
few(double pixels)
{
	return pixels > 150 ? (int)(pixels / 65) : 2;
}

static void
y_levels(const struct plot *plot, struct levels *out)
{
	out->n = 0;
	if (plot->log_y)
		levels_log(plot->y0, plot->y1, 9, out);
	if (out->n < 3)
		levels_linear(plot->y0, plot->y1, few(plot->height), out);
}

/* Ticks point out of the picture, so that they cross no line of it. */
static void
y_ticks(struct svg *svg, const struct plot *plot, int right)
{
	double x = right ? plot->left + plot->width : plot->left;
	double out = right ? TICK : -TICK;
	struct svg_font font = {
	    .size = PLOT_TICK_SIZE, .anchor = right ? "start" : "end"};
	struct levels ticks;
	char text[LEVEL_TEXT_BYTES];

	y_levels(plot, &ticks);
	/* long numbers are small: the label stands behind them */
	for (size_t i = 0; i < ticks.n && !plot->bare_y; i++)
		font.size =
		    fmin(font.size, svg_text_fit(level_text(ticks.v[i], text),
					PLOT_TICK_SIZE, NUMBERS));
	svg_path(svg, "fill=\"none\" stroke=\"#000\" stroke-width=\"0.8\"");
	for (size_t i = 0; i < ticks.n; i++) {
		svg_move(svg, x, plot_y(plot, ticks.v[i]));
		svg_line(svg, x + out, plot_y(plot, ticks.v[i]));
	}
	svg_path_end(svg);
	for (size_t i = 0; i < ticks.n && !plot->bare_y; i++)
		svg_text(svg, x + 1.7 * out,
		    plot_y(plot, ticks.v[i]) + 0.35 * font.size, &font,
		    level_text(ticks.v[i], text));
}

static void
x_ticks(struct svg *svg, const struct plot *plot)
{
	double y = plot->top + plot->height;
	struct svg_font font = {.size = PLOT_TICK_SIZE, .anchor = "middle"};
	struct levels ticks;
	char text[LEVEL_TEXT_BYTES];

	levels_linear(plot->x0, plot->x1, few(plot->width), &ticks);
	svg_path(svg, "fill=\"none\" stroke=\"#000\" stroke-width=\"0.8\"");
	for (size_t i = 0; i < ticks.n; i++) {
		svg_move(svg, plot_x(plot, ticks.v[i]), y);
		svg_line(svg, plot_x(plot, ticks.v[i]), y + TICK);
	}
	svg_path_end(svg);
	for (size_t i = 0; i < ticks.n && !plot->bare_x; i++)
		svg_text(svg, plot_x(plot, ticks.v[i]), y + TICK + 11, &font,
		    level_text(ticks.v[i], text));
}

void
plot_axes(struct svg *svg, const struct plot *plot, const char *x_label,
    const char *y_label)
{
	struct svg_font font = {.size = PLOT_LABEL_SIZE, .anchor = "middle"};

	svg_box(svg, plot->left, plot->top, plot->width, plot->height,
	    "fill=\"none\" stroke=\"#000\" stroke-width=\"0.8\"");
	x_ticks(svg, plot);
	y_ticks(svg, plot, 0);
	if (x_label != NULL) {
		font.size =
		    svg_text_fit(x_label, PLOT_LABEL_SIZE, plot->width + OVER);
		svg_text(svg, plot->left + plot->width / 2,
		    plot->top + plot->height + 33, &font, x_label);
	}
	if (y_label != NULL) {
		font.turn = -90;
		font.size =
		    svg_text_fit(y_label, PLOT_LABEL_SIZE, plot->height + OVER);
		svg_text(svg, plot->left - 42, plot->top + plot->height / 2,
		    &font, y_label);
	}
}

void
plot_right_axis(struct svg *svg, const struct plot *plot, const char *label)
{
	struct svg_font font = {
	    .size = PLOT_LABEL_SIZE, .anchor = "middle", .turn = -90};

	y_ticks(svg, plot, 1);
	if (label != NULL)
		svg_text(svg, plot->left + plot->width + 42,
		    plot->top + plot->height / 2, &font, label);
}
