#include "draw/panels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

void
panels_title(struct svg *svg, const struct plot *plot, size_t i, int letters,
    const char *title)
{
	struct svg_font font = {.anchor = "middle"};
	struct svg_font bold = {
	    .size = PLOT_LABEL_SIZE, .anchor = "start", .bold = 1};
	const double y = plot->top - 6, middle = plot->left + plot->width / 2;
	char text[PANEL_LETTER_BYTES] = "";
	double side, room, width;

	if (letters) {
		letter(i, text);
		svg_text(svg, plot->left, y, &bold, text);
	}
	if (title == NULL)
		return;
	side = letters ? svg_text_width(text, bold.size) + 5 : 0;
	room = plot->width + 30 - side;
	font.size = svg_text_fit(title, PLOT_LABEL_SIZE, room);
	width = svg_text_width(title, font.size);
	/* in the middle, unless the letter stands there */
	svg_text(
	    svg, fmax(middle, plot->left + side + width / 2), y, &font, title);
}
