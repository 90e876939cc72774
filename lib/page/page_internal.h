/*
 * What the files of this folder share: the page while it is made.
 */
#ifndef PAGE_PAGE_INTERNAL_H
#define PAGE_PAGE_INTERNAL_H

#include <stdbool.h>

#include "draw/landscape.h"
#include "draw/plot.h"
#include "draw/scale.h"
#include "page/page.h"
#include "surface/points.h"
#include "survey/survey.h"

/* A field of the points that is looked at. */
struct page_field {
	char name[64];
	struct landscape landscape; /* a panel per sheet, with its grid */
	/* What pictures draw, where that is more than the grid: requested
	 * points, and what lies between points that are there. */
	struct landscape drawn;
	struct scale scale; /* of all of them, with two axes */
	bool log;           /* the scale is logarithmic */
};

struct page {
	const struct page_wish *wish;
	const struct points_list *list;
	int axes;
	size_t n_sheets; /* (run, rep, set), in the order of landscapes */
	struct page_field field[PAGE_FIELDS_MAX];
	size_t n_fields;
	struct survey_list surveys; /* one per sheet */
};

/* ---- page_sheet.c ---- */

/* Which run, direction set and data set sheet number i is of. */
struct page_sheet {
	const struct points *points;
	int rep, set;
};
struct page_sheet page_sheet(const struct page *page, size_t i);

/* What pictures draw, a panel per sheet. */
const struct landscape *page_drawn(const struct page_field *field);

/* The label of its network, or NULL; what stands above a sheet. */
const char *page_own_label(const struct page *page, size_t i);
void page_label(const struct page *page, size_t i, char *out, size_t room);

/* Is the best value of the field the highest one? */
int page_highest(const struct page_field *field);

/* ---- page_figure.c: contour's pictures, as parts of the page ---- */

/* Where the picture of a surface, or of all curves, has its axes. */
struct plot page_plot(const struct drawn_surface *surface);
int page_curve_plot(const struct page_field *field, bool log, struct plot *plot,
    struct error *err);

/* Appends the <svg> of one surface, or of all curves. */
int page_surface_figure(const struct page_field *field, size_t sheet,
    struct text *out, struct error *err);
int page_curve_figure(const struct page_field *field, bool log,
    struct text *out, struct error *err);

/* A log scale shows the curves too: all values are above 0. */
bool page_curve_log(const struct page_field *field);

/* ---- page_data.c ---- */

/* Appends the numbers and texts as JSON that may stand inside a <script>. */
int page_data(const struct page *page, struct text *out, struct error *err);

#endif
