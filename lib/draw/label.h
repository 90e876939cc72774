/*
 * Heights written on lines: along the line, upright, where it is nearly
 * straight, clear of other lines and labels; a line without such a place stays
 * bare.
 */
#ifndef DRAW_LABEL_H
#define DRAW_LABEL_H

#include "base/error.h"
#include "draw/isoline.h"
#include "draw/svg.h"

/* A label centred at `at`; its line is interrupted from arc length from to to.
 */
struct label {
	struct xy at;
	double turn; /* degrees, clockwise */
	double width;
	size_t set, line;
	double from, to;
};

struct label_list {
	struct label *labels;
	size_t n, room;
};

/* A straight line from one place to another, or one place. */
struct stretch {
	struct xy end[2];
};

/* What to label: page coordinates throughout. */
struct label_task {
	const struct line_set *sets; /* one per level */
	const double *widths;        /* of the text of each level */
	size_t n;
	double height;                   /* of the text */
	double left, top, right, bottom; /* labels stay inside */
	const struct xy *avoid;          /* marks that stay visible */
	size_t n_avoid;
	const struct stretch *over; /* what is drawn over the lines */
	size_t n_over;
};

/* Appends the labels to out (starts as {0}).  Returns 0 or -1. */
int labels_place(
    const struct label_task *task, struct label_list *out, struct error *err);

void label_list_free(struct label_list *list);

/* The path of a line, interrupted where labels of the list stand on it. */
void label_line(struct svg *svg, const struct line_set *sets, size_t set,
    size_t line, const struct label_list *labels);

#endif
