/*
 * Legends: entries one beside the other, in rows, each with its sample.
 */
#ifndef DRAW_LEGEND_H
#define DRAW_LEGEND_H

#include "base/error.h"
#include "draw/stroke.h"

/* Space of an entry's sample, and from row to row. */
#define LEGEND_SAMPLE 22.0
#define LEGEND_ROW 15.0

/* A pen that writes entries whose samples others draw. */
struct legend {
	struct svg *svg; /* NULL: only measures */
	double left, width, x, y;
	double column; /* entries begin at multiples of this; 0: anywhere */
	double size;   /* of the text */
	double sample; /* the room of a sample */
	int lines;     /* of the row's longest text */
};

/*
 * A pen whose first row is in the middle of the LEGEND_ROW pixels below top,
 * with text of the size of the numbers at an axis.
 */
struct legend legend_start(
    struct svg *svg, double left, double top, double width);

/*
 * Takes the place of the next entry and writes its text, in lines where the
 * width asks for them.  Returns 1 when there is a page: its sample belongs to
 * the pixels from *at on.
 */
int legend_entry(struct legend *legend, const char *text, struct xy *at);

/* Where the last row ends. */
double legend_end(const struct legend *legend);

/* An entry whose sample is a line with a marker, or a box. */
enum { LEGEND_TEXT_BYTES = 448 };
struct legend_key {
	char text[LEGEND_TEXT_BYTES];
	struct stroke stroke;
	int box;
};

/* Starts as {0}; owned. */
struct legend_keys {
	struct legend_key *item;
	size_t n, room;
};
int legend_add(struct legend_keys *keys, struct stroke stroke, int box,
    const char *text, struct error *err);
int legend_same(const struct legend_keys *a, const struct legend_keys *b);
void legend_free(struct legend_keys *keys);

/* The height on a page of this width; drawn from (left, top) down. */
double legend_height(const struct legend_keys *keys, double width);
void legend_draw(struct svg *svg, const struct legend_keys *keys, double left,
    double top, double width);

#endif
