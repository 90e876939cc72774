/*
 * How panels lie on a page: in rows, with letters.
 */
#ifndef DRAW_PANELS_H
#define DRAW_PANELS_H

#include <stddef.h>
#include <stdint.h>

#include "draw/plot.h"

enum { PANEL_LETTER_BYTES = 16 };

/* No plot is narrower. */
#define PANELS_LEAST 40.0

struct panels {
	size_t n, columns, rows;
};

/* Columns for n panels (n > 0): as asked for, or with 0 what looks good. */
struct panels panels_lay(size_t n, int64_t columns);

/* Is panel i the first of its row, the last of it, the lowest of its column? */
int panels_is_first(const struct panels *panels, size_t i);
int panels_is_last(const struct panels *panels, size_t i);
int panels_is_lowest(const struct panels *panels, size_t i);

/*
 * The room that a panel's title (or NULL) and letter take above a plot of this
 * width: 0 for neither.
 */
double panels_title_height(const char *title, int letters, double width);

/*
 * Writes title (or NULL) centred over the panel, and with letters "(a)", "(b)"
 * over its left border.
 */
void panels_title(struct svg *svg, const struct plot *plot, size_t i,
    int letters, const char *title);

/* The room of the page's title (or NULL) above all, and the title. */
double panels_page_title_height(const char *title, double width);
void panels_page_title(struct svg *svg, double middle, double top, double width,
    const char *title);

#endif
