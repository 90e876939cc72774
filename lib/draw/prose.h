/*
 * Text that has a room: what does not fit into one line takes several, and
 * never shrinks, because the size of text is the reader's choice.
 */
#ifndef DRAW_PROSE_H
#define DRAW_PROSE_H

#include "draw/svg.h"

/* From line to line, in sizes of the text. */
#define PROSE_STEP 1.2

/*
 * How many lines a text takes in a room of this width: whole words in each, and
 * of a word that is wider than the room as much as fits.  0 of no text.
 */
int prose_rows(const char *text, double size, double room);

/* Does each line hold whole words? */
int prose_is_whole(const char *text, double size, double room);

/*
 * Writes the lines, the first one at (x, y), the next ones below it in the
 * text's own sense; centred ones are of about one length.  Returns how many
 * there are.
 */
int prose_write(struct svg *svg, struct xy at, double room,
    const struct svg_font *font, const char *text);

#endif
