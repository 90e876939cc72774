#include "draw/svg.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/character.h"

static bool
is_svg(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "<svg") ||
	       (output_begins(head, n, "<?xml") && output_has(head, n, "<svg"));
}

const struct output_kind svg_kind = {.name = "an SVG picture", .is = is_svg};

struct svg
svg_start(struct text *out, const struct paper *paper, double width,
    double height, const char *title, const char *desc)
{
	struct svg svg = {.out = out};

	text_add(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" ");
	paper_size(paper, width, height, out);
	text_add(out,
	    " font-family=\""
	    "Helvetica, Arial, 'Nimbus Sans', 'Liberation Sans', 'DejaVu "
	    "Sans', sans-serif\">\n<title>");
	svg_escape(&svg, title);
	text_add(out, "</title>\n<desc>");
	svg_escape(&svg, desc);
	text_add(out, "</desc>\n");
	if (!paper->bare)
		text_add(out, "<rect width=\"100%%\" height=\"100%%\" "
			      "fill=\"#fff\"/>\n");
	return svg;
}

void
svg_end(struct svg *svg)
{
	text_add(svg->out, "</svg>\n");
}

/* Hundredths as a decimal number; minus and point also separate numbers. */
static void
add_hundredths(struct svg *svg, long v, int separate)
{
	char digits[32];
	size_t n;

	snprintf(digits, sizeof(digits), "%s%ld.%02ld",
	    v < 0      ? "-"
	    : separate ? " "
		       : "",
	    labs(v) / 100, labs(v) % 100);
	n = strlen(digits);
	while (digits[n - 1] == '0')
		n--;
	if (digits[n - 1] == '.')
		n--;
	text_add_bytes(svg->out, digits, n);
}

static long
hundredths(double x)
{
	/* a page is never wider than this; lround of more is undefined */
	return isfinite(x) && fabs(x) < 1e7 ? lround(100 * x) : 0;
}

void
svg_number(struct svg *svg, double x)
{
	add_hundredths(svg, hundredths(x), 0);
}

void
svg_escape(struct svg *svg, const char *text)
{
	text_add_xml(svg->out, text);
}

void
svg_text(struct svg *svg, double x, double y, const struct svg_font *font,
    const char *text)
{
	text_add(svg->out, "<text x=\"");
	svg_number(svg, x);
	text_add(svg->out, "\" y=\"");
	svg_number(svg, y);
	text_add(svg->out, "\" font-size=\"");
	svg_number(svg, font->size);
	text_add(svg->out, "\"");
	if (strcmp(font->anchor, "start") != 0)
		text_add(svg->out, " text-anchor=\"%s\"", font->anchor);
	if (font->fill != NULL)
		text_add(svg->out, " fill=\"%s\"", font->fill);
	if (font->bold)
		text_add(svg->out, " font-weight=\"bold\"");
	if (font->turn != 0) {
		text_add(svg->out, " transform=\"rotate(");
		svg_number(svg, font->turn);
		add_hundredths(svg, hundredths(x), 1);
		add_hundredths(svg, hundredths(y), 1);
		text_add(svg->out, ")\"");
	}
	text_add(svg->out, ">");
	svg_escape(svg, text);
	text_add(svg->out, "</text>\n");
}

double
svg_text_width(const char *text, double size)
{
	double ems = 0;

	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if ((*c & 0xc0) == 0x80)
			continue;
		if (strchr(".,:;'|!iIlj() ", *c) != NULL)
			ems += 0.33;
		else if (strchr("mwMW@%", *c) != NULL ||
			 (*c >= 0xe2 && strncmp((const char *)c, "−", 3) == 0))
			ems += 0.88;
		else if (*c == 0xc2 || *c == 0xe2)
			ems += 0.42; /* superscripts and the middle dot */
		else if (*c >= 0xe3 && *c != 0xef)
			ems += 1; /* ideographs are as wide as they are high */
		else
			ems += 0.63;
	}
	return ems * size;
}

void
svg_path(struct svg *svg, const char *attributes)
{
	text_add(svg->out, "<path %s d=\"", attributes);
	svg->drawing = 0;
}

void
svg_move(struct svg *svg, double x, double y)
{
	svg->x = hundredths(x);
	svg->y = hundredths(y);
	svg->drawing = 0;
	text_add(svg->out, "M");
	add_hundredths(svg, svg->x, 0);
	add_hundredths(svg, svg->y, 1);
}

void
svg_line(struct svg *svg, double x, double y)
{
	long to_x = hundredths(x), to_y = hundredths(y);

	if (to_x == svg->x && to_y == svg->y && svg->drawing)
		return;
	if (!svg->drawing)
		text_add(svg->out, "l");
	add_hundredths(svg, to_x - svg->x, svg->drawing);
	add_hundredths(svg, to_y - svg->y, 1);
	svg->x = to_x;
	svg->y = to_y;
	svg->drawing = 1;
}

void
svg_close(struct svg *svg)
{
	text_add(svg->out, "z");
	svg->drawing = 0;
}

void
svg_path_end(struct svg *svg)
{
	text_add(svg->out, "\"/>\n");
}

void
svg_lines(struct svg *svg, const struct line_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct line *line = &set->lines[i];
		const struct xy *p = set->points + line->first;

		svg_move(svg, p[0].x, p[0].y);
		for (size_t k = 1; k < line->n; k++)
			svg_line(svg, p[k].x, p[k].y);
		if (line->closed)
			svg_close(svg);
	}
}

void
svg_dot(struct svg *svg, double x, double y, double r, const char *attributes)
{
	text_add(svg->out, "<circle cx=\"");
	svg_number(svg, x);
	text_add(svg->out, "\" cy=\"");
	svg_number(svg, y);
	text_add(svg->out, "\" r=\"");
	svg_number(svg, r);
	text_add(svg->out, "\" %s/>\n", attributes);
}

void
svg_box(struct svg *svg, double x, double y, double width, double height,
    const char *attributes)
{
	text_add(svg->out, "<rect x=\"");
	svg_number(svg, x);
	text_add(svg->out, "\" y=\"");
	svg_number(svg, y);
	text_add(svg->out, "\" width=\"");
	svg_number(svg, width);
	text_add(svg->out, "\" height=\"");
	svg_number(svg, height);
	text_add(svg->out, "\" %s/>\n", attributes);
}
