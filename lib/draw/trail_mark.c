#include "draw/trail_mark.h"

#include <math.h>
#include <stdio.h>

#include "draw/colour.h"

/* Over a path of more checkpoints, dots are smaller. */
enum { MANY = 60 };

#define DROP "fill=\"#e6007e\" stroke=\"#fff\" stroke-width=\"0.8\""

static struct colour
colour_of(size_t i, size_t n)
{
	return n > 1 ? colour_of_curve((int)i)
		     : (struct colour){0.08, 0.08, 0.08};
}

int
trail_is_long(const struct trail *trail)
{
	return trail->n > MANY;
}

void
trail_halo(struct svg *svg)
{
	svg_path(svg, "fill=\"none\" stroke=\"#fff\" stroke-width=\"3.2\" "
		      "stroke-linejoin=\"round\" stroke-linecap=\"round\"");
}

void
trail_stroke(struct svg *svg, size_t i, size_t n)
{
	static const char *const dashes[] = {"", " stroke-dasharray=\"6 3.5\"",
	    " stroke-dasharray=\"0.1 3\"", " stroke-dasharray=\"7 3 0.1 3\""};
	char attributes[160], colour[COLOUR_TEXT_BYTES];

	snprintf(attributes, sizeof(attributes),
	    "fill=\"none\" stroke=\"%s\" stroke-width=\"1.4\" "
	    "stroke-linejoin=\"round\" stroke-linecap=\"round\"%s",
	    colour_text(colour_of(i, n), colour), dashes[i % 4]);
	svg_path(svg, attributes);
}

/* A diamond, or a square, of this half width. */
static void
four_corners(struct svg *svg, struct xy at, double r, int square)
{
	for (int i = 0; i < 4; i++) {
		const double x = square ? (i == 1 || i == 2 ? r : -r)
					: (i == 1) * r - (i == 3) * r;
		const double y =
		    square ? (i > 1 ? r : -r) : (i == 2) * r - (i == 0) * r;

		if (i == 0)
			svg_move(svg, at.x + x, at.y + y);
		else
			svg_line(svg, at.x + x, at.y + y);
	}
	svg_close(svg);
	svg_path_end(svg);
}

void
trail_mark(const struct trail_pen *pen, enum trail_form form, struct xy at)
{
	char attributes[96], colour[COLOUR_TEXT_BYTES];

	colour_text(colour_of(pen->i, pen->n), colour);
	if (form == TRAIL_DROP) {
		svg_path(pen->svg, DROP);
		four_corners(pen->svg, at, 4.6, 0);
		return;
	}
	snprintf(attributes, sizeof(attributes),
	    form == TRAIL_DOT
		? "fill=\"%s\" stroke=\"#fff\" stroke-width=\"0.5\""
		: "fill=\"#fff\" stroke=\"%s\" stroke-width=\"1.5\"",
	    colour);
	if (form == TRAIL_END) {
		svg_path(pen->svg, attributes);
		/* round the cross of the centre, where most runs end */
		four_corners(pen->svg, at, 4.8, 1);
		return;
	}
	svg_dot(pen->svg, at.x, at.y,
	    form == TRAIL_START ? 3.4
	    : pen->many         ? 1.5
				: 2.2,
	    attributes);
}

void
trail_network(const struct trail_pen *pen, struct xy at)
{
	char attributes[96], colour[COLOUR_TEXT_BYTES];

	snprintf(attributes, sizeof(attributes),
	    "fill=\"%s\" stroke=\"#fff\" stroke-width=\"0.5\"",
	    colour_text(colour_of(pen->i, pen->n), colour));
	svg_dot(pen->svg, at.x, at.y, 4, attributes);
}

int
trail_has(const struct trail *trail, size_t k, int layer, enum trail_form *form)
{
	const int first = k == 0, last = k + 1 == trail->n;

	*form = layer == 1   ? TRAIL_DROP
		: layer == 0 ? TRAIL_DOT
		: first      ? TRAIL_START
			     : TRAIL_END;
	return layer == 0   ? !first && !last && !trail->drop[k]
	       : layer == 1 ? trail->drop[k]
			    : first || last;
}

int
trail_cut(const double range[2], double v, double d, struct trail_part *part)
{
	double a, b;

	if (d == 0)
		return v >= range[0] && v <= range[1];
	a = (range[0] - v) / d;
	b = (range[1] - v) / d;
	part->from = fmax(part->from, fmin(a, b));
	part->to = fmin(part->to, fmax(a, b));
	return part->from <= part->to;
}
