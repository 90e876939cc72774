/*
 * Inside lib/draw: how panels with surfaces lie on a page.
 */
#ifndef DRAW_LAYOUT_H
#define DRAW_LAYOUT_H

#include "draw/bar.h"
#include "draw/panels.h"
#include "draw/picture.h"
#include "draw/scale.h"

/* Around the page. */
#define LAYOUT_EDGE 8.0

/* How the page is divided. */
struct layout {
	struct panels panels;
	int same_x, same_y; /* all have these labels: they are written once */
	int reliefs;        /* labels run slantwise, numbers hang lower */
	int axis_words;     /* a relief's edges are too short for its labels */
	double panel_width, panel_height; /* of the plots */
	double left, inner;               /* of the first column, of others */
	double top, head;                 /* below the title; above a plot */
	double foot, below;               /* of axes; of keys and captions */
	double common;                    /* of captions that all share */
	double bar;
	double width, height; /* of the page */
};

struct layout layout_make(const struct picture *picture,
    const struct drawn_surface *surfaces, size_t n, const struct scale *scale);

/* The place of panel i, without what stands around it; of all together. */
struct plot layout_cell(const struct layout *l, size_t i);
struct plot layout_all(const struct layout *l);

/* The part of a panel's place that its surface takes, with its range. */
struct plot layout_surface(const struct picture *picture,
    const struct plot *cell, const struct drawn_surface *s);

/* The label of a panel's axis; NULL: all have it, and it stands once. */
const char *layout_x_label(
    const struct layout *l, const struct drawn_surface *s);
const char *layout_y_label(
    const struct layout *l, const struct drawn_surface *s);

/* How panel i draws its relief. */
struct relief_task layout_relief(const struct layout *l,
    const struct picture *picture, size_t i, const struct drawn_surface *s,
    const struct scale *scale);

/* Of the axes below a row of panels; of the lines below a panel. */
double layout_foot(const struct layout *l, size_t row);
double layout_width_below(const struct layout *l);

/* The page's title may be so wide. */
double layout_title_width(const struct layout *l);

enum bar_kind layout_bar(const struct picture *picture);
double layout_bar_height(const struct layout *l);

#endif
