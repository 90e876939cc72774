/*
 * Points as rows of text: CSV for spreadsheets and plotting programs, JSON.
 */
#ifndef SURFACE_TABLE_H
#define SURFACE_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "surface/points.h"

/* Names of columns; owned. */
struct columns {
	char **name;
	size_t n, room;
};

/*
 * The keys of all points of the list: ix iy x y loss acc, then the others by
 * name.  columns is {0} before; release with columns_free in any case.
 */
int columns_of_points(
    struct columns *columns, const struct points_list *list, struct error *err);
void columns_free(struct columns *columns);

/* One line of names. */
void table_add_names(struct text *text, const struct columns *columns);

/*
 * One line for the point at place index (nothing when it is missing): a key
 * that it does not have is an empty cell, a value that is no number or text is
 * JSON.  Numbers read back exactly.  Texts are quoted where RFC 4180 wants it;
 * what cannot be shown (base/character.h) is '?', and one that a spreadsheet
 * would compute has an apostrophe in front.
 */
int table_add_row(struct text *text, const struct columns *columns,
    const struct points *points, int64_t index, struct error *err);

/*
 * A cell with a text from outside, as it stands in such a line: before what
 * looks like a formula stands an apostrophe, which spreadsheets take for the
 * mark of a text.
 */
void table_add_text(struct text *text, const char *chars, size_t n);

/* The point as a JSON object; nothing when it is missing. */
int table_add_object(struct text *text, const struct points *points,
    int64_t index, struct error *err);

#endif
