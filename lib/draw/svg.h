/*
 * Writing SVG: text stays text, numbers have two decimals, the same picture
 * gives the same bytes.  Lengths are units of draw/paper.h, y runs down.
 */
#ifndef DRAW_SVG_H
#define DRAW_SVG_H

#include "base/output.h"
#include "base/text.h"
#include "draw/isoline.h"
#include "draw/paper.h"

/* What a picture looks like, of whatever program. */
extern const struct output_kind svg_kind;

struct svg {
	struct text *out; /* borrowed */
	long x, y;        /* where the path is, in hundredths */
	int drawing;      /* the path's last command was a line */
};

struct svg_font {
	double size;
	const char *anchor; /* "start", "middle", "end" */
	double turn;        /* degrees, clockwise, around the text's point */
	const char *fill;   /* NULL: black */
	int bold;
};

/* Opens the document, with its <title> and <desc>. */
struct svg svg_start(struct text *out, const struct paper *paper, double width,
    double height, const char *title, const char *desc);
void svg_end(struct svg *svg);

/* x with at most two decimals, without trailing zeros. */
void svg_number(struct svg *svg, double x);

/* Text from outside, as base/character.h makes XML of it. */
void svg_escape(struct svg *svg, const char *text);

/* A line of text whose baseline begins, is centred or ends at (x, y). */
void svg_text(struct svg *svg, double x, double y, const struct svg_font *font,
    const char *text);

/*
 * About how wide the text is.  Fonts differ: this is the width in a wide one
 * (DejaVu Sans), so that what is planned around a text leaves room.
 */
double svg_text_width(const char *text, double size);

/*
 * A path: svg_path, any number of moves, lines and closes, svg_path_end.
 * attributes is markup; steps are relative and counted in hundredths, so they
 * do not drift.
 */
void svg_path(struct svg *svg, const char *attributes);
void svg_move(struct svg *svg, double x, double y);
void svg_line(struct svg *svg, double x, double y);
void svg_close(struct svg *svg);
void svg_path_end(struct svg *svg);

/* All lines of a set that is already in page coordinates. */
void svg_lines(struct svg *svg, const struct line_set *set);

/* A circle; attributes is markup. */
void svg_dot(
    struct svg *svg, double x, double y, double r, const char *attributes);

/* A rectangle; attributes is markup. */
void svg_box(struct svg *svg, double x, double y, double width, double height,
    const char *attributes);

#endif
