#include "draw/panels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/prose.h"

/* From a panel's title to its plot, and the room above it. */
static const double ABOVE = 6, OVER = 20, CLEAR = 5;

/* Around the page's title, and how much wider bold text is. */
static const double TITLE_TOP = 3, TITLE_FOOT = 10, BOLD = 1.12;

struct panels
panels_lay(size_t n, int64_t columns)
{
	struct panels p = {.n = n, .columns = 1};

	while (p.columns < n && (p.columns < 3 || p.columns * p.columns < n))
		p.columns++;
	if (n == 4)
		p.columns = 2;
	if (columns > 0)
		p.columns = (size_t)columns < n ? (size_t)columns : n;
	p.rows = (n + p.columns - 1) / p.columns;
	return p;
}

int
panels_is_first(const struct panels *p, size_t i)
{
	return i % p->columns == 0;
}

int
panels_is_last(const struct panels *p, size_t i)
{
	return i % p->columns == p->columns - 1 || i + 1 == p->n;
}

int
panels_is_lowest(const struct panels *p, size_t i)
{
	return i + p->columns >= p->n;
}

/* a to z, then aa, ab, ... */
static void
letter(size_t i, char text[PANEL_LETTER_BYTES])
{
	char letters[PANEL_LETTER_BYTES - 3];
	size_t at = sizeof(letters) - 1;

	letters[at] = '\0';
	for (i++; i > 0 && at > 0; i = (i - 1) / 26)
		letters[--at] = (char)('a' + (i - 1) % 26);
	snprintf(text, PANEL_LETTER_BYTES, "(%s)", letters + at);
}

/* How far a title stays right of the plot's left border. */
static double
beside_letter(int letters)
{
	return letters ? svg_text_width("(m)", PLOT_LABEL_SIZE) + CLEAR : 0;
}

static int
title_rows(const char *title, int letters, double width)
{
	return title != NULL ? prose_rows(title, PLOT_LABEL_SIZE,
				   width + OVER - beside_letter(letters))
			     : 0;
}

double
panels_title_height(const char *title, int letters, double width)
{
	const double rows =
	    fmax(title_rows(title, letters, width), letters != 0);

	return rows > 0
		   ? ABOVE + PLOT_LABEL_SIZE * (PROSE_STEP * (rows - 1) + 1) + 1
		   : 0;
}

void
panels_title(struct svg *svg, const struct plot *plot, size_t i, int letters,
    const char *title)
{
	const struct svg_font font = {
	    .size = PLOT_LABEL_SIZE, .anchor = "middle"};
	const struct svg_font bold = {
	    .size = PLOT_LABEL_SIZE, .anchor = "start", .bold = 1};
	const double y = plot->top - ABOVE;
	const double side = beside_letter(letters);
	const double room = plot->width + OVER - side;
	const int rows = title_rows(title, letters, plot->width);
	char text[PANEL_LETTER_BYTES];
	double width, middle;

	if (letters) {
		letter(i, text);
		svg_text(svg, plot->left, y, &bold, text);
	}
	if (rows == 0)
		return;
	/* in the middle, unless the letter stands there */
	width = rows > 1 ? room : svg_text_width(title, font.size);
	middle =
	    fmax(plot->left + plot->width / 2, plot->left + side + width / 2);
	prose_write(svg,
	    (struct xy){middle, y - PROSE_STEP * font.size * (rows - 1)}, room,
	    &font, title);
}

double
panels_page_title_height(const char *title, double width)
{
	const int rows = title != NULL
			     ? prose_rows(title, PLOT_TITLE_SIZE, width / BOLD)
			     : 0;

	return rows > 0 ? TITLE_TOP + TITLE_FOOT +
			      PLOT_TITLE_SIZE * (1 + PROSE_STEP * (rows - 1))
			: 0;
}

void
panels_page_title(
    struct svg *svg, double middle, double top, double width, const char *title)
{
	const struct svg_font font = {
	    .size = PLOT_TITLE_SIZE, .anchor = "middle", .bold = 1};

	if (title != NULL)
		prose_write(svg,
		    (struct xy){middle, top + TITLE_TOP + font.size},
		    width / BOLD, &font, title);
}
