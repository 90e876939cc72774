#include "draw/chart.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "draw/panels.h"

/* Space around plots and around the page, in pixels. */
static const double LEFT = 56, RIGHT = 18, FOOT = 44, TITLE = 26, EDGE = 8;

/* The height that a plot has at least, whatever its legend. */
static const double LEAST = 220;

/* The height of the numbers below an axis. */
static const double NUMBERS = 14;

/* A plot is at least so wide, or has a row for itself. */
static const double SMALL = 90;

/* Between panels, above one, and of a line under all. */
static const double GAP = 24, HEAD = 18, LINE = 14, LINES = 4;

struct layout {
	struct panels panels;
	double width, height; /* of the page */
	double top, head;     /* of the first row; above each plot */
	double each;          /* of a legend in every panel; 0: one for all */
	double right;         /* beside the last column */
	double plot_width, plot_height;
	double foot, between; /* below all; more above the last row */
	int shared;           /* one legend for all */
	double gap;           /* between columns */
};

/* How many bytes of text fit into width, in whole words; all of one at least.
 */
static size_t
fitting(const char *text, double width)
{
	size_t fits = 0, at = 0;
	char part[CHART_LINE_BYTES];

	while (text[at] != '\0') {
		at += strspn(text + at, " ");
		at += strcspn(text + at, " ");
		snprintf(part, sizeof(part), "%.*s", (int)at, text);
		if (fits > 0 && svg_text_width(part, PLOT_SMALL_SIZE) > width)
			break;
		fits = at;
	}
	return fits;
}

/* Lines that a text takes below the plots. */
static int
rows_of(const char *text, double width)
{
	int rows = 0;

	for (; *text != '\0'; rows++) {
		text += fitting(text, width);
		text += strspn(text, " ");
	}
	return rows;
}

static int
one_legend(const struct chart *chart)
{
	for (size_t i = 1; i < chart->n; i++)
		if (!legend_same(
			&chart->panels[0].keys, &chart->panels[i].keys))
			return 0;
	return 1;
}

static int
any_title(const struct chart *chart)
{
	for (size_t i = 0; i < chart->n; i++)
		if (chart->panels[i].title != NULL)
			return 1;
	return 0;
}

/* The width of all plots together, and of what stands below them. */
static double
below(const struct layout *l)
{
	return l->width - LEFT - l->right + 15;
}

/* Widths of the plots, from that of the page or the other way round. */
static void
plan_widths(struct layout *l, const struct picture *picture, int right)
{
	static const double sizes[] = {0, 270, 205, 170};
	const double columns = (double)l->panels.columns;
	double around;

	l->right = right ? LEFT : RIGHT;
	around = LEFT + l->right + (columns - 1) * l->gap;
	if (l->panels.n == 1)
		l->width = 500;
	else
		l->width =
		    around + columns * (columns < 2 ? 300
					   : columns < 4
					       ? sizes[l->panels.columns - 1]
					       : sizes[3]);
	if (picture->paper.width.pixels > 0)
		l->width = fmax(paper_width(&picture->paper), 100);
	l->plot_width = fmax((l->width - around) / columns, 40);
}

static void
plan_heights(struct layout *l, const struct picture *picture,
    const struct chart *chart, double legend)
{
	const double rows = (double)l->panels.rows;
	double around;

	l->foot = FOOT;
	for (int i = 0; i < CHART_LINES_MAX; i++)
		if (chart->lines[i] != NULL)
			l->foot +=
			    LINES +
			    LINE * (double)rows_of(chart->lines[i], below(l));
	l->top = EDGE + (picture->title != NULL ? TITLE : 0) +
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
		l->height = fmax(paper_height(&picture->paper), 100);
	l->plot_height = fmax((l->height - around) / rows, 40);
}

static struct layout
plan(const struct picture *picture, const struct chart *chart)
{
	struct layout l = {.panels = panels_lay(chart->n, picture->columns)};
	double legend = 0, all;

	l.shared = one_legend(chart);
	l.gap = chart->panels[0].left_label != NULL ? LEFT + 8 : GAP;
	plan_widths(&l, picture, chart->right_label != NULL);
	/* on a narrow page fewer than would look good */
	while (picture->columns == 0 && l.panels.columns > 1 &&
	       l.plot_width < SMALL) {
		l.panels = panels_lay(chart->n, (int64_t)l.panels.columns - 1);
		plan_widths(&l, picture, chart->right_label != NULL);
	}
	all = l.width - LEFT - l.right;
	for (size_t i = 0; i < chart->n; i++)
		legend = fmax(legend, legend_height(&chart->panels[i].keys,
					  l.shared ? all : l.plot_width));
	l.each = l.shared ? 0 : legend + 4;
	l.head = l.each + (any_title(chart) || picture->letters ? HEAD : 0);
	plan_heights(&l, picture, chart, legend);
	return l;
}

static struct plot
place(const struct layout *l, const struct chart *chart, size_t i)
{
	const double column = (double)(i % l->panels.columns);
	const size_t row = i / l->panels.columns;
	struct plot plot = chart->range;

	plot.left = LEFT + column * (l->plot_width + l->gap);
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
	struct plot percent = plot, above = plot;

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
	plot_axes(svg, &plot,
	    l->panels.columns > 1 || plot.bare_x ? NULL : chart->x_label,
	    plot.bare_y                 ? NULL
	    : panel->left_label != NULL ? panel->left_label
					: chart->left_label);
	if (chart->right_label == NULL)
		return 0;
	percent.y0 = 0;
	percent.y1 = 100;
	percent.log_y = 0;
	percent.bare_y = !panels_is_last(&l->panels, i);
	plot_right_axis(
	    svg, &percent, percent.bare_y ? NULL : chart->right_label);
	return 0;
}

static void
draw_title(struct svg *svg, const struct layout *l, const char *title)
{
	struct svg_font font = {
	    .size = PLOT_TITLE_SIZE, .anchor = "middle", .bold = 1};
	const double width = l->width - LEFT - l->right;

	if (title == NULL)
		return;
	font.size = svg_text_fit(title, PLOT_TITLE_SIZE, width + 40);
	svg_text(svg, LEFT + width / 2, EDGE + 16, &font, title);
}

static void
draw_lines(struct svg *svg, const struct layout *l, const struct chart *chart)
{
	double y = l->height - l->foot + FOOT + 8;

	for (int i = 0; i < CHART_LINES_MAX; i++) {
		const char *line =
		    chart->lines[i] != NULL ? chart->lines[i] : "";
		const bool partial = strncmp(line, "partial", 7) == 0;
		struct svg_font font = {
		    .anchor = "start", .fill = partial ? "#b03a2e" : "#333"};

		while (*line != '\0') {
			char row[CHART_LINE_BYTES];
			const size_t n = fitting(line, below(l));

			snprintf(row, sizeof(row), "%.*s", (int)n, line);
			font.size =
			    svg_text_fit(row, PLOT_SMALL_SIZE, below(l));
			svg_text(svg, LEFT, y, &font, row);
			y += LINE;
			line += n + strspn(line + n, " ");
		}
	}
}

/* One for all columns, in the middle of them. */
static void
draw_x_label(struct svg *svg, const struct layout *l, const struct chart *chart)
{
	const double width = l->width - LEFT - l->right;
	struct svg_font font = {.anchor = "middle"};

	if (l->panels.columns == 1)
		return;
	font.size = svg_text_fit(chart->x_label, PLOT_LABEL_SIZE, width + 40);
	svg_text(svg, LEFT + width / 2, l->height - l->foot + 33, &font,
	    chart->x_label);
}

int
chart_draw(const struct picture *picture, const struct chart *chart,
    struct text *out, struct error *err)
{
	const struct layout l = plan(picture, chart);
	struct svg svg = svg_start(out, &picture->paper, l.width, l.height,
	    picture->title != NULL ? picture->title : chart->document,
	    picture->desc);

	draw_title(&svg, &l, picture->title);
	if (l.shared)
		legend_draw(&svg, &chart->panels[0].keys, LEFT,
		    EDGE + (picture->title != NULL ? TITLE : 0),
		    l.width - LEFT - l.right);
	for (size_t i = 0; i < chart->n; i++)
		if (draw_panel(&svg, picture, &l, chart, i, err) < 0)
			return -1;
	draw_x_label(&svg, &l, chart);
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
