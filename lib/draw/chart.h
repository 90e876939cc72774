/*
 * A page of plots with two axes: one, or panels that share their ranges, with
 * the labels of the axes once.
 */
#ifndef DRAW_CHART_H
#define DRAW_CHART_H

#include "base/error.h"
#include "base/text.h"
#include "draw/legend.h"
#include "draw/picture.h"
#include "draw/plot.h"

enum { CHART_LINES_MAX = 6, CHART_LINE_BYTES = 512 };

/* What a plot has of its own. */
struct chart_panel {
	const char *title; /* or NULL */
	struct legend_keys keys;
	const void *what; /* for draw */
	/* A left axis of its own: y0, y1 and log_y.  NULL: the chart's. */
	const char *left_label;
	struct plot range;
};

struct chart {
	const struct chart_panel *panels;
	size_t n;
	struct plot range; /* x0 to y1 and log_y; nothing else of it */
	const char *x_label, *left_label;
	const char *right_label;            /* an axis from 0 to 100, or NULL */
	const char *lines[CHART_LINES_MAX]; /* below, in words that
					       wrap; NULL: none */
	int cut; /* something may lie outside of the range: cut off there */
	/* Draws the inside of a plot. */
	int (*draw)(const struct chart *chart, const void *what,
	    struct svg *svg, const struct plot *plot, struct error *err);
	const void *context;
	const char *document; /* the <title> of a picture without one */
};

/*
 * Gives the chart's values the range that the picture asks for, if it does.
 * Fails on a log scale that would begin at 0 or below, and where nothing is
 * left between the bounds.
 */
int chart_take_range(
    struct chart *chart, const struct picture *picture, struct error *err);

/*
 * Appends the SVG.  Of picture, title, desc, paper, columns and letters
 * count.
 */
int chart_draw(const struct picture *picture, const struct chart *chart,
    struct text *out, struct error *err);

#endif
