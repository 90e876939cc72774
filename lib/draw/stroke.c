#include "draw/stroke.h"

#include <math.h>
#include <stdio.h>

/* Corners of the shapes around (0, 0); the first one is a circle. */
enum { SHAPES = 6, CORNERS = 12 };

static const struct shape {
	int n;
	signed char at[CORNERS][2]; /* hundredths of the size */
} shapes[SHAPES] = {
    {0, {{0}}},
    {4, {{-88, -88}, {88, -88}, {88, 88}, {-88, 88}}},
    {3, {{0, -115}, {100, 70}, {-100, 70}}},
    {4, {{0, -120}, {120, 0}, {0, 120}, {-120, 0}}},
    {3, {{0, 115}, {100, -70}, {-100, -70}}},
    {12, {{-35, -100}, {35, -100}, {35, -35}, {100, -35}, {100, 35}, {35, 35},
	     {35, 100}, {-35, 100}, {-35, 35}, {-100, 35}, {-100, -35},
	     {-35, -35}}},
};

static const double SIZE = 3;

struct stroke
stroke_of_number(int i)
{
	return (struct stroke){.colour = colour_of_curve(i),
	    .width = 1.7,
	    .marker = 1 + i % SHAPES};
}

const char *
stroke_dashes(struct stroke stroke)
{
	static const char *const patterns[] = {"", " stroke-dasharray=\"5 3\"",
	    " stroke-dasharray=\"1.5 1.5\"", " stroke-dasharray=\"8 2 1.5 2\""};
	enum { PATTERNS = sizeof(patterns) / sizeof(patterns[0]) };

	return patterns[stroke.dashed % PATTERNS];
}

void
stroke_path(struct svg *svg, struct stroke stroke)
{
	char attributes[160], text[COLOUR_TEXT_BYTES];

	snprintf(attributes, sizeof(attributes),
	    "fill=\"none\" stroke=\"%s\" stroke-width=\"%g\" "
	    "stroke-linejoin=\"round\"%s",
	    colour_text(stroke.colour, text), stroke.width,
	    stroke_dashes(stroke));
	svg_path(svg, attributes);
}

void
stroke_marker(struct svg *svg, struct stroke stroke, struct xy at)
{
	char attributes[96], text[COLOUR_TEXT_BYTES];
	const struct shape *shape;

	if (stroke.marker == 0)
		return;
	shape = &shapes[(stroke.marker - 1) % SHAPES];
	/* white within: what lies behind a filled one would be lost */
	snprintf(attributes, sizeof(attributes),
	    "fill=\"#fff\" stroke=\"%s\" stroke-width=\"1.1\"",
	    colour_text(stroke.colour, text));
	if (shape->n == 0) {
		svg_dot(svg, at.x, at.y, SIZE, attributes);
		return;
	}
	svg_path(svg, attributes);
	for (int i = 0; i < shape->n; i++) {
		const double x = at.x + SIZE * shape->at[i][0] / 100.0;
		const double y = at.y + SIZE * shape->at[i][1] / 100.0;

		if (i == 0)
			svg_move(svg, x, y);
		else
			svg_line(svg, x, y);
	}
	svg_close(svg);
	svg_path_end(svg);
}
