#include "draw/prose.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* No line is longer. */
enum { LINE_BYTES = 512 };

static bool
fits(const char *text, size_t n, double size, double room)
{
	char part[LINE_BYTES];

	if (n >= sizeof(part))
		return false;
	snprintf(part, sizeof(part), "%.*s", (int)n, text);
	return svg_text_width(part, size) <= room;
}

/* The bytes of the character at text. */
static size_t
character(const char *text)
{
	size_t n = 1;

	while (((unsigned char)text[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* As many characters as fit, one at least. */
static size_t
part_of_word(const char *text, size_t n, double size, double room)
{
	size_t at = character(text);

	while (at < n && fits(text, at + character(text + at), size, room))
		at += character(text + at);
	return at;
}

/* The bytes of the first line. */
static size_t
first_line(const char *text, double size, double room)
{
	size_t line = 0, at = 0;

	while (text[at] != '\0') {
		at += strspn(text + at, " ");
		at += strcspn(text + at, " ");
		if (!fits(text, at, size, room))
			break;
		line = at;
	}
	return line > 0 || at == 0 ? line : part_of_word(text, at, size, room);
}

/* The rest after a line of n bytes. */
static const char *
after(const char *text, size_t n)
{
	return text + n + strspn(text + n, " ");
}

int
prose_rows(const char *text, double size, double room)
{
	int rows = 0;

	for (text = after(text, 0); *text != '\0'; rows++)
		text = after(text, first_line(text, size, room));
	return rows;
}

int
prose_is_whole(const char *text, double size, double room)
{
	for (text = after(text, 0); *text != '\0';) {
		const size_t n = first_line(text, size, room);

		if (text[n] != '\0' && text[n] != ' ')
			return 0;
		text = after(text, n);
	}
	return 1;
}

/* The least room that makes no line more. */
static double
balanced(const char *text, double size, double room)
{
	const int rows = prose_rows(text, size, room);
	double least = 0;

	if (rows < 2 || !prose_is_whole(text, size, room))
		return room;
	while (room - least > size / 8) {
		const double middle = (least + room) / 2;

		if (prose_rows(text, size, middle) > rows ||
		    !prose_is_whole(text, size, middle))
			least = middle;
		else
			room = middle;
	}
	return room;
}

int
prose_write(struct svg *svg, struct xy at, double room,
    const struct svg_font *font, const char *text)
{
	const double turn = font->turn * M_PI / 180;
	const double step = PROSE_STEP * font->size;
	int rows = 0;

	if (strcmp(font->anchor, "middle") == 0)
		room = balanced(text, font->size, room);
	for (text = after(text, 0); *text != '\0'; rows++) {
		const size_t n = first_line(text, font->size, room);
		char line[LINE_BYTES];

		snprintf(line, sizeof(line), "%.*s", (int)n, text);
		svg_text(svg, at.x - rows * step * sin(turn),
		    at.y + rows * step * cos(turn), font, line);
		text = after(text, n);
	}
	return rows;
}
