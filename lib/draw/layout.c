#include "draw/layout.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "draw/below.h"
#include "draw/equal.h"
#include "draw/plane.h"
#include "draw/prose.h"

/* Space around a panel, where its axes ask for no more, and of the page. */
static const double LEFT = 56, RIGHT = 12, HEAD = 4, FOOT = 44;
static const double EDGE = LAYOUT_EDGE, BAR_GAP = 6;

/* A colour bar beside low panels reaches down to what stands below. */
static const double BAR_LEAST = 110;

/* A page of this width has fewer columns rather than narrower panels. */
static const double SMALL = 90;

/* Of a relief's place: what its box leaves to labels that run slantwise. */
static const double SLANT_RIGHT = 36, SLANT_FOOT = 34;

/* Between reliefs there are the upper one's labels, and no relief is narrower.
 */
static const double INNER = 42, LEAST = 90;

/* Beside the numbers of a relief's upright edge, with its label. */
static const double BESIDE = 28;

enum bar_kind
layout_bar(const struct picture *picture)
{
	static const enum bar_kind bars[] = {
	    [PICTURE_LINES] = BAR_LINES,
	    [PICTURE_FILLED] = BAR_BANDS,
	    [PICTURE_HEAT] = BAR_CONTINUOUS,
	    [PICTURE_SURFACE] = BAR_CONTINUOUS,
	};

	return bars[picture->style];
}

/*
 * Height over width of a panel: both axes alike unless one is far longer.  With
 * one scale for both, that of the highest, which is no higher than a page.
 */
static double
aspect(const struct picture *picture, const struct drawn_surface *s, size_t n)
{
	double most = 0, x = s->x[s->nx - 1] - s->x[0],
	       y = s->y[s->ny - 1] - s->y[0];

	if (picture->style == PICTURE_SURFACE)
		return 0.86;
	for (size_t i = 0; picture->equal && i < n; i++)
		most = fmax(most, equal_ratio(&s[i], NULL));
	if (picture->equal)
		return fmin(most, 1.3);
	return y / x > 0.4 && y / x < 2.5 ? y / x : 1;
}

/* From column to column. */
static double
cell_width(const struct layout *l)
{
	return l->panel_width + RIGHT + l->inner;
}

/* Of the axes in a row of panels: a label that all share is below the last. */
double
layout_foot(const struct layout *l, size_t row)
{
	const struct plot plot = {.width = l->panel_width};

	return l->same_x && !l->reliefs && row + 1 < l->panels.rows
		   ? plot_room_below(&plot, NULL)
		   : l->foot;
}

static double
cell_height(const struct layout *l, size_t row)
{
	return l->head + l->panel_height + layout_foot(l, row) + l->below;
}

struct plot
layout_cell(const struct layout *l, size_t i)
{
	const size_t column = i % l->panels.columns,
		     row = i / l->panels.columns;
	/* all rows but the last are of one height */
	return (struct plot){.left = l->left + (double)column * cell_width(l),
	    .top = l->top + l->head + (double)row * cell_height(l, 0),
	    .width = l->panel_width,
	    .height = l->panel_height};
}

/* Where a relief's box stands in a panel. */
static struct plot
relief_place(const struct plot *plot)
{
	return (struct plot){.left = plot->left,
	    .top = plot->top,
	    .width = plot->width - SLANT_RIGHT,
	    .height = plot->height + FOOT - SLANT_FOOT};
}

struct plot
layout_surface(const struct picture *picture, const struct plot *cell,
    const struct drawn_surface *s)
{
	struct plot plot = *cell;

	if (picture->style == PICTURE_SURFACE)
		return relief_place(cell);
	plane_range(s, (enum plane_style)picture->style, &plot);
	return picture->equal ? equal_fit(&plot, equal_ratio(s, &plot)) : plot;
}

/* All panels of the page as one. */
struct plot
layout_all(const struct layout *l)
{
	const struct plot last = layout_cell(l, l->panels.n - 1);
	struct plot plot = layout_cell(l, 0);

	plot.width =
	    (double)(l->panels.columns - 1) * cell_width(l) + l->panel_width;
	plot.height = last.top + last.height - plot.top;
	return plot;
}

double
layout_bar_height(const struct layout *l)
{
	return fmax(
	    l->panel_height, fmin(BAR_LEAST, l->panel_height + FOOT - 8));
}

/* What of the page's width is no plot. */
static double
width_around(const struct layout *l)
{
	return l->left + (double)(l->panels.columns - 1) * l->inner +
	       (double)l->panels.columns * RIGHT + BAR_GAP + l->bar;
}

/* As asked for, or on a narrow page fewer than would look good. */
static void
choose_columns(struct layout *l, const struct picture *picture)
{
	const double width = paper_width(&picture->paper);

	while (picture->columns == 0 && width > 0 && l->panels.columns > 1 &&
	       width - width_around(l) < SMALL * (double)l->panels.columns)
		l->panels =
		    panels_lay(l->panels.n, (int64_t)l->panels.columns - 1);
}

static const char *
axis_label(const struct drawn_surface *s, int axis)
{
	return axis == 0 ? s->x_label : s->y_label;
}

static int
same_labels(const struct drawn_surface *surfaces, size_t n, int axis)
{
	for (size_t i = 1; i < n; i++)
		if (strcmp(axis_label(&surfaces[i], axis),
			axis_label(&surfaces[0], axis)) != 0)
			return 0;
	return 1;
}

/* The width of the lines below a panel: up to the next one's. */
double
layout_width_below(const struct layout *l)
{
	return l->panels.columns > 1 ? cell_width(l) - EDGE
				     : l->width - l->left - EDGE;
}

static void
plan_widths(struct layout *l, const struct picture *picture, double ratio)
{
	static const double sizes[] = {380, 300, 250};
	const double width = paper_width(&picture->paper);
	const double height = paper_height(&picture->paper);
	const double columns = (double)l->panels.columns;
	const double rows = (double)l->panels.rows;
	const double around = l->top + (rows - 1) * cell_height(l, 0) +
			      cell_height(l, l->panels.rows - 1) -
			      rows * l->panel_height;
	const double fit = (height - around - l->common) / rows;

	l->panel_width =
	    sizes[l->panels.columns < 3 ? l->panels.columns - 1 : 2];
	if (width > 0)
		l->panel_width = (width - width_around(l)) / columns;
	if (height > 0 && (width == 0 || fit < l->panel_width * ratio))
		l->panel_width = fit / ratio;
	l->panel_width = fmax(l->panel_width,
	    picture->style == PICTURE_SURFACE ? LEAST : PANELS_LEAST);
	l->panel_height = l->panel_width * ratio;
	l->width = width_around(l) + columns * l->panel_width;
	l->height = around + rows * l->panel_height + l->common;
}

const char *
layout_x_label(const struct layout *l, const struct drawn_surface *s)
{
	return l->same_x ? NULL : s->x_label;
}

const char *
layout_y_label(const struct layout *l, const struct drawn_surface *s)
{
	return l->same_y ? NULL : s->y_label;
}

static void
grow(double *room, double need, bool *grown)
{
	*grown |= need > *room;
	*room = fmax(*room, need);
}

/* Do axes ask for more room than they have?  Then they have it. */
static bool
axes_grow(struct layout *l, const struct picture *picture,
    const struct drawn_surface *surfaces)
{
	const struct plot all = layout_all(l);
	double left = 0, inner = 0, foot = 0;
	bool grown = false;

	if (picture->style == PICTURE_SURFACE)
		return false;
	for (size_t i = 0; i < l->panels.n; i++) {
		const struct drawn_surface *s = &surfaces[i];
		struct plot plot = layout_cell(l, i);

		plane_range(s, (enum plane_style)picture->style, &plot);
		left = fmax(left, plot_room_left(&plot, layout_y_label(l, s)));
		inner = fmax(inner, plot_room_numbers(&plot));
		foot = fmax(foot, plot_room_below(&plot, layout_x_label(l, s)));
	}
	if (l->same_y)
		left += plot_label_more(surfaces[0].y_label, all.height);
	if (l->same_x)
		foot = plot_room_below(&all, surfaces[0].x_label);
	grow(&l->left, left, &grown);
	grow(&l->inner, l->same_y ? inner : left, &grown);
	grow(&l->foot, foot, &grown);
	return grown;
}

struct relief_task
layout_relief(const struct layout *l, const struct picture *picture, size_t i,
    const struct drawn_surface *s, const struct scale *scale)
{
	struct relief_task task = {.surface = s,
	    .scale = scale,
	    .view = picture->view,
	    .labels = {l->axis_words ? "x" : s->x_label,
		l->axis_words ? "y" : s->y_label, picture->z_label},
	    .ratio = picture->equal ? equal_ratio(s, NULL) : 1,
	    .highest = picture->highest,
	    .room = LEFT - 2};

	if (l->same_x && !panels_is_lowest(&l->panels, i))
		task.labels[0] = NULL;
	if (l->same_y && !panels_is_first(&l->panels, i))
		task.labels[1] = task.labels[2] = NULL;
	return task;
}

/* Do the labels of reliefs ask for more than they have, or for captions? */
static bool
edges_grow(struct layout *l, const struct picture *picture,
    const struct drawn_surface *surfaces, const struct scale *scale)
{
	const double numbers = bar_numbers_width(scale, BAR_CONTINUOUS);
	bool grown = false;
	int lines = 1;

	if (picture->style != PICTURE_SURFACE)
		return false;
	grow(&l->left, numbers + BESIDE, &grown);
	grow(&l->inner, numbers + BESIDE - SLANT_RIGHT / 2, &grown);
	if (l->axis_words)
		return grown;
	for (size_t i = 0; i < l->panels.n; i++) {
		const struct plot plot = layout_cell(l, i),
				  box = relief_place(&plot);
		struct relief_task task =
		    layout_relief(l, picture, i, &surfaces[i], NULL);
		int n;

		task.labels[0] = surfaces[i].x_label;
		task.labels[1] = surfaces[i].y_label;
		n = relief_label_lines(&box, &task);

		lines = n > lines ? n : lines;
		l->axis_words |= n == 0;
	}
	grow(
	    &l->foot, FOOT + PROSE_STEP * PLOT_TICK_SIZE * (lines - 1), &grown);
	return grown || l->axis_words;
}

double
layout_title_width(const struct layout *l)
{
	return l->width - l->bar - LEFT;
}

/* The same of what stands around the plots. */
static bool
texts_grow(struct layout *l, const struct picture *picture,
    const struct drawn_surface *surfaces, const struct scale *scale)
{
	const struct below_common common =
	    below_common_find(surfaces, l->panels.n, l->axis_words);
	bool grown = false;

	for (size_t i = 0; i < l->panels.n; i++) {
		/* a relief says what it hides, as soon as it is known */
		const int64_t most = picture->style == PICTURE_SURFACE &&
					     surfaces[i].n_trails > 0
					 ? 100000
					 : 0;
		const struct below below = {.picture = picture,
		    .surface = &surfaces[i],
		    .scale = scale,
		    .hidden = {true, true, {most, most}},
		    .axes = l->axis_words,
		    .common = &common};

		grow(&l->head,
		    panels_title_height(
			surfaces[i].label, picture->letters, l->panel_width),
		    &grown);
		grow(&l->below, below_height(&below, layout_width_below(l)),
		    &grown);
	}
	grow(&l->common,
	    below_common_height(&common, l->width - l->left - EDGE), &grown);
	grow(&l->bar,
	    bar_width(scale, layout_bar(picture), picture->z_label,
		layout_bar_height(l)),
	    &grown);
	grow(&l->top,
	    EDGE +
		panels_page_title_height(picture->title, layout_title_width(l)),
	    &grown);
	return grown;
}

struct layout
layout_make(const struct picture *picture, const struct drawn_surface *surfaces,
    size_t n, const struct scale *scale)
{
	struct layout l = {.panels = panels_lay(n, picture->columns),
	    .same_x = n > 1 && same_labels(surfaces, n, 0),
	    .same_y = n > 1 && same_labels(surfaces, n, 1),
	    .reliefs = picture->style == PICTURE_SURFACE,
	    .left = LEFT,
	    .inner = picture->style == PICTURE_SURFACE ? INNER : 0,
	    .top = EDGE,
	    .head = HEAD,
	    .foot = FOOT};
	const double ratio = aspect(picture, surfaces, n);
	bool grown = true;

	while (grown) {
		choose_columns(&l, picture);
		plan_widths(&l, picture, ratio);
		grown = edges_grow(&l, picture, surfaces, scale);
		grown |= axes_grow(&l, picture, surfaces);
		grown |= texts_grow(&l, picture, surfaces, scale);
	}
	return l;
}
