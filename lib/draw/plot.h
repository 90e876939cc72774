/*
 * A rectangle of the page with its coordinates, ticks and axis labels.
 */
#ifndef DRAW_PLOT_H
#define DRAW_PLOT_H

#include "draw/isoline.h"
#include "draw/svg.h"

/* Sizes of the text of a picture, in pixels. */
#define PLOT_TITLE_SIZE 13.0
#define PLOT_LABEL_SIZE 11.0
#define PLOT_TICK_SIZE 10.0
#define PLOT_SMALL_SIZE 9.0

struct plot {
	double left, top, width, height; /* on the page */
	double x0, x1, y0, y1;           /* the data's range */
	int log_y;
	int bare_x, bare_y; /* ticks have no numbers: a neighbour has them */
};

double plot_x(const struct plot *plot, double x);
double plot_y(const struct plot *plot, double y);

/* Moves all points of a set from the data's to the page's coordinates. */
void plot_points(const struct plot *plot, struct line_set *set);

/* The room of an axis: for ticks, numbers, and a label (or NULL) beside them.
 */
double plot_room_left(const struct plot *plot, const char *label);
double plot_room_below(const struct plot *plot, const char *label);
double plot_room_numbers(const struct plot *plot);
double plot_room_right(const struct plot *plot, const char *label);

/*
 * The label (or NULL) below a plot, and at the left border of the page beside
 * it: of axes that several plots share.
 */
void plot_label_below(
    struct svg *svg, const struct plot *plot, const char *label);
void plot_label_beside(
    struct svg *svg, const struct plot *plot, const char *label);

/* How much more than one line a label on such an axis takes. */
double plot_label_more(const char *label, double axis);

/* The border with its ticks; labels (or NULL) may take several lines. */
void plot_axes(struct svg *svg, const struct plot *plot, const char *x_label,
    const char *y_label);

/*
 * Ticks and label (or NULL) of a second axis with the range y0..y1 on the right
 * side.
 */
void plot_right_axis(
    struct svg *svg, const struct plot *plot, const char *label);

#endif
