#include "draw/plot.h"

#include <math.h>

#include "draw/levels.h"
#include "draw/prose.h"

/* Length of a tick, and how far an axis label may exceed its axis. */
static const double TICK = 4, OVER = 50;

/* From an axis to its numbers, and from their ends to its label. */
static const double NUMBERS = 1.7 * 4, CLEAR = 4;

/* From an axis to its label's baseline at least; below, and from the label's
 * first baseline to what comes next. */
static const double BESIDE = 42, BELOW = 33, AROUND = 14, UNDER = 11;

/* From an axis below to the baseline of its numbers. */
static const double FEW = 4 + 11;

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
		levels_ticks(plot->y0, plot->y1, few(plot->height), out);
}

/* How wide the numbers are; 0 without any. */
static double
numbers_width(const struct plot *plot)
{
	struct levels ticks;
	char text[LEVEL_TEXT_BYTES];
	double widest = 0;

	y_levels(plot, &ticks);
	for (size_t i = 0; i < ticks.n && !plot->bare_y; i++)
		widest =
		    fmax(widest, svg_text_width(level_text(ticks.v[i], text),
				     PLOT_TICK_SIZE));
	return widest;
}

/* Ticks point out of the picture, so that they cross no line of it. */
static void
y_ticks(struct svg *svg, const struct plot *plot, int right)
{
	const double x = right ? plot->left + plot->width : plot->left;
	const double out = right ? 1 : -1;
	const struct svg_font font = {
	    .size = PLOT_TICK_SIZE, .anchor = right ? "start" : "end"};
	struct levels ticks;
	char text[LEVEL_TEXT_BYTES];

	y_levels(plot, &ticks);
	svg_path(svg, "fill=\"none\" stroke=\"#000\" stroke-width=\"0.8\"");
	for (size_t i = 0; i < ticks.n; i++) {
		svg_move(svg, x, plot_y(plot, ticks.v[i]));
		svg_line(svg, x + TICK * out, plot_y(plot, ticks.v[i]));
	}
	svg_path_end(svg);
	for (size_t i = 0; i < ticks.n && !plot->bare_y; i++)
		svg_text(svg, x + NUMBERS * out,
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

	levels_ticks(plot->x0, plot->x1, few(plot->width), &ticks);
	svg_path(svg, "fill=\"none\" stroke=\"#000\" stroke-width=\"0.8\"");
	for (size_t i = 0; i < ticks.n; i++) {
		svg_move(svg, plot_x(plot, ticks.v[i]), y);
		svg_line(svg, plot_x(plot, ticks.v[i]), y + TICK);
	}
	svg_path_end(svg);
	for (size_t i = 0; i < ticks.n && !plot->bare_x; i++)
		svg_text(svg, plot_x(plot, ticks.v[i]), y + FEW, &font,
		    level_text(ticks.v[i], text));
}

/* ---- labels ---- */

double
plot_label_more(const char *label, double axis)
{
	const int rows =
	    label != NULL ? prose_rows(label, PLOT_LABEL_SIZE, axis + OVER) : 0;

	return PROSE_STEP * PLOT_LABEL_SIZE * fmax(0, rows - 1);
}

double
plot_room_numbers(const struct plot *plot)
{
	return NUMBERS + numbers_width(plot) + CLEAR;
}

/* From an upright axis to the baseline of its label that is next to it. */
static double
beside(const struct plot *plot)
{
	return fmax(BESIDE, plot_room_numbers(plot));
}

double
plot_room_left(const struct plot *plot, const char *label)
{
	return beside(plot) + plot_label_more(label, plot->height) + AROUND;
}

double
plot_room_right(const struct plot *plot, const char *label)
{
	return plot_room_left(plot, label);
}

double
plot_room_below(const struct plot *plot, const char *label)
{
	return (label != NULL ? BELOW : FEW) +
	       plot_label_more(label, plot->width) + UNDER;
}

static void
write_label(
    struct svg *svg, struct xy at, double axis, double turn, const char *label)
{
	const struct svg_font font = {
	    .size = PLOT_LABEL_SIZE, .anchor = "middle", .turn = turn};

	if (label != NULL)
		prose_write(svg, at, axis + OVER, &font, label);
}

void
plot_label_below(struct svg *svg, const struct plot *plot, const char *label)
{
	write_label(svg,
	    (struct xy){
		plot->left + plot->width / 2, plot->top + plot->height + BELOW},
	    plot->width, 0, label);
}

void
plot_label_beside(struct svg *svg, const struct plot *plot, const char *label)
{
	write_label(svg, (struct xy){AROUND, plot->top + plot->height / 2},
	    plot->height, -90, label);
}

void
plot_axes(struct svg *svg, const struct plot *plot, const char *x_label,
    const char *y_label)
{
	svg_box(svg, plot->left, plot->top, plot->width, plot->height,
	    "fill=\"none\" stroke=\"#000\" stroke-width=\"0.8\"");
	x_ticks(svg, plot);
	y_ticks(svg, plot, 0);
	plot_label_below(svg, plot, x_label);
	write_label(svg,
	    (struct xy){plot->left - beside(plot) -
			    plot_label_more(y_label, plot->height),
		plot->top + plot->height / 2},
	    plot->height, -90, y_label);
}

void
plot_right_axis(struct svg *svg, const struct plot *plot, const char *label)
{
	y_ticks(svg, plot, 1);
	write_label(svg,
	    (struct xy){plot->left + plot->width + beside(plot),
		plot->top + plot->height / 2},
	    plot->height, -90, label);
}
