/*
 * What a picture is drawn on: its size, in pixels or as paper is measured, the
 * size of its text, and what lies behind it.
 *
 * All of lib/draw measures in units of which the numbers at an axis are
 * PAPER_FONT high; the size of the text says how large a unit is, so that
 * lines, marks and margins grow with it.
 */
#ifndef DRAW_PAPER_H
#define DRAW_PAPER_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"

#define PAPER_FONT 10.0

/* Pixels are those of CSS: 96 an inch. */
enum paper_unit { PAPER_PX, PAPER_PT, PAPER_MM, PAPER_CM, PAPER_IN };

struct paper_length {
	double pixels; /* 0: as is good */
	enum paper_unit unit;
};

struct paper {
	struct paper_length width, height;
	struct paper_length font; /* of the numbers at an axis; 0: a unit is a
				     pixel */
	int bare;                 /* nothing behind the picture, not white */
};

/*
 * Reads "84mm", "8.4cm", "3.3in", "240pt", "317px"; a number alone is pixels.
 * least and most are pixels; what is the option's name.  Returns 0 or -1.
 */
int paper_length_parse(const char *text, const char *what, double least,
    double most, struct paper_length *out, struct error *err);

/*
 * Is there room for text of this size?  -1 where fewer than 200 units are left
 * of the width, or of the height: the error says how large it may be.
 */
int paper_check(const struct paper *paper, struct error *err);

/* Is a drawing of these units no larger than what is asked for?  Else -1. */
int paper_holds(
    const struct paper *paper, double width, double height, struct error *err);

/* What is asked for, in units (0: as is good). */
double paper_width(const struct paper *paper);
double paper_height(const struct paper *paper);

/* Is the size asked for as paper is measured, not in pixels? */
bool paper_is_measured(const struct paper *paper);

/* A length of this many units in print, in points. */
double paper_points(const struct paper *paper, double units);

/*
 * The attributes width, height and viewBox of a drawing of these units: whole
 * pixels, or lengths in the unit that was asked for.
 */
void paper_size(
    const struct paper *paper, double width, double height, struct text *out);

#endif
