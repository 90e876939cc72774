#include "draw/chart.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "draw/panels.h"
#include "draw/prose.h"

/* Space around plots, where no axis asks for more, and around the page. */
static const double LEFT = 56, RIGHT = 18, EDGE = 8;

/* From the labels of the axes to the lines below. */
static const double BELOW = 8;

/* The height that a plot has at least, whatever its legend. */
static const double LEAST = 220;

/* The height of the numbers below an axis. */
static const double NUMBERS = 14;

/* A plot is at least so wide, or has a row for itself. */
static const double SMALL = 90;

/* Between panels; of a line under all, and of all lines. */
static const double GAP = 24, LINE = 1.2 * PLOT_SMALL_SIZE, LINES = 6;

struct layout {
	struct panels panels;
	double width, height; /* of the page */
	double top, head;     /* of the first row; above each plot */
	double each;          /* of a legend in every panel; 0: one for all */
	double left, right;   /* beside the first column and the last one */
	double plot_width, plot_height;
	double below;         /* a plot: numbers and label */
	double foot, between; /* below all; more above the last row */
	int shared;           /* one legend for all */
	double gap;           /* between columns */
};

static int
one_legend(const struct chart *chart)
{
	for (size_t i = 1; i < chart->n; i++)
		if (!legend_same(
			&chart->panels[0].keys, &chart->panels[i].keys))
			return 0;
	return 1;
}

/* The width of all plots together. */
static double
all_plots(const struct layout *l)
{
	return l->width - l->left - l->right;
}

/* The width of what stands below the plots. */
static double
below(const struct layout *l)
{
	return all_plots(l) + fmin(l->right, LEFT) - EDGE;
}

/* Widths of the plots, from that of the page or the other way round. */
static void
plan_widths(struct layout *l, const struct picture *picture)
{
	static const double sizes[] = {0, 270, 205, 170};
	const double columns = (double)l->panels.columns;
	const double around = l->left + l->right + (columns - 1) * l->gap;

	if (l->panels.n == 1)
		l->width = 500;
	else
		l->width =
		    around + columns * (columns < 2 ? 300
					   : columns < 4
					       ? sizes[l->panels.columns - 1]
					       : sizes[3]);
	if (picture->paper.width.pixels > 0)
		l->width = paper_width(&picture->paper);
	l->plot_width = fmax((l->width - around) / columns, PANELS_LEAST);
	l->width = fmax(l->width, around + columns * l->plot_width);
}

static double
lines_height(const struct layout *l, const struct chart *chart)
{
	double height = 0;

	for (int i = 0; i < CHART_LINES_MAX; i++)
		if (chart->lines[i] != NULL)
			height += LINE * prose_rows(chart->lines[i],
					     PLOT_SMALL_SIZE, below(l));
	return height > 0 ? height + LINES : 0;
}

static void
plan_heights(struct layout *l, const struct picture *picture,
    const struct chart *chart, double legend)
{
	const double rows = (double)l->panels.rows;
	double around;

	l->foot = l->below + lines_height(l, chart);
	l->top = EDGE + panels_page_title_height(picture->title, all_plots(l)) +
		 (l->shared ? legend + 4 : 0);
	around = l->top + rows * l->head + (rows - 1) * GAP + l->foot;
	/* the numbers of the row above a row that is not full */
	if (l->panels.n % l->panels.columns > 0 && l->panels.rows > 1)
		l->between = NUMBERS;
	around += l->between;
	/* 350 is good at 500; on paper one plot keeps that shape */
	if (l->panels.n > 1)
		l->height = ceil(around + rows * 0.78 * l->plot_width);
	else if (paper_is_measured(&picture->paper))
		l->height = ceil(fmax(0.7 * l->width, around + LEAST / 2));
	else
		l->height = fmax(350, ceil(around + LEAST));
	if (picture->paper.height.pixels > 0)
		l->height = paper_height(&picture->paper);
	l->plot_height = fmax((l->height - around) / rows, PANELS_LEAST);
	l->height = fmax(l->height, around + rows * l->plot_height);
}

/* Legends and titles above the plots, then all heights. */
static void
plan_rows(
    struct layout *l, const struct picture *picture, const struct chart *chart)
{
	double legend = 0, title = 0;

	for (size_t i = 0; i < chart->n; i++) {
		legend =
		    fmax(legend, legend_height(&chart->panels[i].keys,
				     l->shared ? all_plots(l) : l->plot_width));
		title = fmax(title, panels_title_height(chart->panels[i].title,
					picture->letters, l->plot_width));
	}
	l->each = l->shared ? 0 : legend + 4;
	l->head = l->each + title;
	plan_heights(l, picture, chart, legend);
}

static struct plot
place(const struct layout *l, const struct chart *chart, size_t i)
{
	const double column = (double)(i % l->panels.columns);
	const size_t row = i / l->panels.columns;
	struct plot plot = chart->range;

	plot.left = l->left + column * (l->plot_width + l->gap);
	plot.width = l->plot_width;
	plot.height = l->plot_height;
	plot.top =
	    l->top + l->head + (double)row * (l->head + l->plot_height + GAP);
	if (row + 1 == l->panels.rows)
		plot.top += l->between;
	plot.bare_x = !panels_is_lowest(&l->panels, i);
	plot.bare_y = !panels_is_first(&l->panels, i);
	if (chart->panels[i].left_label != NULL) {
		plot.y0 = chart->panels[i].range.y0;
		plot.y1 = chart->panels[i].range.y1;
		plot.log_y = chart->panels[i].range.log_y;
		plot.bare_y = 0;
	}
	return plot;
}

/* The label of a panel's left axis; NULL: a neighbour has it. */
static const char *
left_label(const struct chart *chart, size_t i, const struct plot *plot)
{
	const char *own = chart->panels[i].left_label;

	return own != NULL ? own : plot->bare_y ? NULL : chart->left_label;
}

/* An axis from 0 to 100 on the right of a plot. */
static struct plot
percent_axis(const struct layout *l, const struct plot *plot, size_t i)
{
	struct plot percent = *plot;

	percent.y0 = 0;
	percent.y1 = 100;
	percent.log_y = 0;
	percent.bare_y = !panels_is_last(&l->panels, i);
	return percent;
}

/* All columns as one plot, for the label below them. */
static struct plot
all_columns(const struct layout *l)
{
	return (struct plot){.left = l->left,
	    .width = all_plots(l),
	    .height = l->height - l->foot};
}

/* Do the axes ask for more than they have?  Then they have it. */
static bool
axes_grow(struct layout *l, const struct chart *chart)
{
	const struct layout before = *l;
	const struct plot all = all_columns(l);

	for (size_t i = 0; i < chart->n; i++) {
		const struct plot plot = place(l, chart, i);
		const struct plot percent = percent_axis(l, &plot, i);

		l->left = fmax(l->left,
		    plot_room_left(&plot, left_label(chart, i, &plot)));
		if (chart->right_label != NULL)
			l->right = fmax(l->right,
			    plot_room_right(&percent, chart->right_label));
	}
	l->below = fmax(l->below, plot_room_below(&all, chart->x_label));
	if (chart->panels[0].left_label != NULL)
		l->gap = l->left + 8;
	return l->left > before.left || l->right > before.right ||
	       l->below > before.below;
}

static struct layout
plan(const struct picture *picture, const struct chart *chart)
{
	struct layout l = {.panels = panels_lay(chart->n, picture->columns),
	    .shared = one_legend(chart),
	    .gap = GAP,
	    .left = LEFT,
	    .right = RIGHT};

	do {
		plan_widths(&l, picture);
		/* on a narrow page fewer than would look good */
		while (picture->columns == 0 && l.panels.columns > 1 &&
		       l.plot_width < SMALL) {
			l.panels =
			    panels_lay(chart->n, (int64_t)l.panels.columns - 1);
			plan_widths(&l, picture);
		}
		plan_rows(&l, picture, chart);
	} while (axes_grow(&l, chart));
	return l;
}

/*
 * What is drawn until the group ends stays within the plot.  Equal names mean
 * equal rectangles: pictures can stand in one page.
 */
static void
begin_cut(struct svg *svg, const struct plot *plot)
{
	char name[96];

	snprintf(name, sizeof(name), "cut-%.0f-%.0f-%.0f-%.0f", plot->left,
	    plot->top, plot->width, plot->height);
	text_add(svg->out, "<clipPath id=\"%s\">", name);
	svg_box(svg, plot->left, plot->top, plot->width, plot->height, "");
	text_add(svg->out, "</clipPath>\n<g clip-path=\"url(#%s)\">\n", name);
}

static int
draw_panel(struct svg *svg, const struct picture *picture,
    const struct layout *l, const struct chart *chart, size_t i,
    struct error *err)
{
	const struct chart_panel *panel = &chart->panels[i];
	const struct plot plot = place(l, chart, i);
	struct plot percent, above = plot;

	above.top -= l->each;
	panels_title(svg, &above, i, picture->letters, panel->title);
	if (!l->shared)
		legend_draw(
		    svg, &panel->keys, plot.left, above.top, plot.width);
	if (chart->cut)
		begin_cut(svg, &plot);
	if (chart->draw(chart, panel->what, svg, &plot, err) < 0)
		return -1;
	if (chart->cut)
		text_add(svg->out, "</g>\n");
	plot_axes(svg, &plot, NULL, left_label(chart, i, &plot));
	if (chart->right_label == NULL)
		return 0;
	percent = percent_axis(l, &plot, i);
	plot_right_axis(
	    svg, &percent, percent.bare_y ? NULL : chart->right_label);
	return 0;
}

static void
draw_lines(struct svg *svg, const struct layout *l, const struct chart *chart)
{
	double y = l->height - l->foot + l->below + BELOW;

	for (int i = 0; i < CHART_LINES_MAX; i++) {
		const char *line =
		    chart->lines[i] != NULL ? chart->lines[i] : "";
		const bool partial = strncmp(line, "partial", 7) == 0;
		const struct svg_font font = {.size = PLOT_SMALL_SIZE,
		    .anchor = "start",
		    .fill = partial ? "#b03a2e" : "#333"};

		y += LINE * prose_write(svg, (struct xy){l->left, y}, below(l),
				&font, line);
	}
}

int
chart_draw(const struct picture *picture, const struct chart *chart,
    struct text *out, struct error *err)
{
	const struct layout l = plan(picture, chart);
	const struct plot all = all_columns(&l);
	struct svg svg;

	if (paper_holds(&picture->paper, l.width, l.height, err) < 0)
		return -1;
	svg = svg_start(out, &picture->paper, l.width, l.height,
	    picture->title != NULL ? picture->title : chart->document,
	    picture->desc);
	panels_page_title(&svg, l.left + all_plots(&l) / 2, EDGE, all_plots(&l),
	    picture->title);
	if (l.shared)
		legend_draw(&svg, &chart->panels[0].keys, l.left,
		    EDGE +
			panels_page_title_height(picture->title, all_plots(&l)),
		    all_plots(&l));
	for (size_t i = 0; i < chart->n; i++)
		if (draw_panel(&svg, picture, &l, chart, i, err) < 0)
			return -1;
	plot_label_below(&svg, &all, chart->x_label);
	draw_lines(&svg, &l, chart);
	svg_end(&svg);
	return text_check(out, err);
}

int
chart_take_range(
    struct chart *chart, const struct picture *picture, struct error *err)
{
	const double lo = picture->range.lo, hi = picture->range.hi;
	struct plot *plot = &chart->range;

	if (!(lo < hi))
		return 0;
	if (plot->log_y && isfinite(lo) && lo <= 0)
		return error_set(err,
		    "the range begins at %g, a log scale needs one above 0",
		    lo);
	if (isfinite(lo))
		plot->y0 = lo;
	if (isfinite(hi))
		plot->y1 = hi;
	chart->cut = 1;
	if (plot->y0 < plot->y1)
		return 0;
	return error_set(err,
	    isfinite(hi) ? "all values are above %g"
			 : "all values are below %g",
	    isfinite(hi) ? hi : lo);
}
