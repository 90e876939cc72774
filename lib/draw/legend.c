#include "draw/legend.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "draw/plot.h"

int
legend_entry(struct legend *legend, const char *text, struct xy *at)
{
	struct svg_font font = {.anchor = "start"};
	double width;

	/* no text is wider than the page */
	font.size = svg_text_fit(
	    text, PLOT_TICK_SIZE, legend->width - LEGEND_SAMPLE - 5);
	width = LEGEND_SAMPLE + 5 + svg_text_width(text, font.size) + 14;
	if (legend->column > 0)
		width = legend->column * ceil(width / legend->column - 0.001);
	if (legend->x > legend->left &&
	    legend->x + width > legend->left + legend->width + 0.01) {
		legend->x = legend->left;
		legend->y += LEGEND_ROW;
	}
	*at = (struct xy){legend->x, legend->y};
	legend->x += width;
	if (legend->svg == NULL)
		return 0;
	svg_text(legend->svg, at->x + LEGEND_SAMPLE + 5,
	    at->y + 0.35 * font.size, &font, text);
	return 1;
}

/* ---- keys ---- */

int
legend_add(struct legend_keys *keys, struct stroke stroke, int box,
    const char *text, struct error *err)
{
	struct legend_key *key;

	if (memory_grow(
		&keys->item, &keys->room, keys->n + 1, sizeof(*key), err) < 0)
		return -1;
	key = &keys->item[keys->n++];
	*key = (struct legend_key){.stroke = stroke, .box = box};
	snprintf(key->text, sizeof(key->text), "%s", text);
	return 0;
}

int
legend_same(const struct legend_keys *a, const struct legend_keys *b)
{
	if (a->n != b->n)
		return 0;
	for (size_t i = 0; i < a->n; i++) {
		const struct legend_key *p = &a->item[i], *q = &b->item[i];
		char colour[COLOUR_TEXT_BYTES], other[COLOUR_TEXT_BYTES];

		if (strcmp(p->text, q->text) != 0 || p->box != q->box ||
		    p->stroke.dashed != q->stroke.dashed ||
		    p->stroke.marker != q->stroke.marker ||
		    strcmp(colour_text(p->stroke.colour, colour),
			colour_text(q->stroke.colour, other)) != 0)
			return 0;
	}
	return 1;
}

void
legend_free(struct legend_keys *keys)
{
	free(keys->item);
	*keys = (struct legend_keys){0};
}

static void
draw_box(struct svg *svg, const struct legend_key *key, struct xy at)
{
	char attributes[96], colour[COLOUR_TEXT_BYTES];

	colour_text(key->stroke.colour, colour);
	snprintf(attributes, sizeof(attributes),
	    "fill=\"%s\" fill-opacity=\"0.3\" stroke=\"%s\"%s", colour, colour,
	    key->stroke.dashed ? " stroke-dasharray=\"5 3\"" : "");
	svg_box(svg, at.x, at.y - 4.5, LEGEND_SAMPLE - 4, 9, attributes);
}

static void
draw_sample(struct svg *svg, const struct legend_key *key, struct xy at)
{
	if (key->box) {
		draw_box(svg, key, at);
		return;
	}
	stroke_path(svg, key->stroke);
	svg_move(svg, at.x, at.y);
	svg_line(svg, at.x + LEGEND_SAMPLE, at.y);
	svg_path_end(svg);
	stroke_marker(
	    svg, key->stroke, (struct xy){at.x + LEGEND_SAMPLE / 2, at.y});
}

/* Columns, when there are several rows and two entries fit into each. */
static double
column_of(const struct legend_keys *keys, double width)
{
	double most = 0, sum = 0;

	for (size_t i = 0; i < keys->n; i++) {
		const double w =
		    LEGEND_SAMPLE + 19 +
		    svg_text_width(keys->item[i].text, PLOT_TICK_SIZE);

		most = fmax(most, w);
		sum += w;
	}
	return sum <= width || most > width / 2 ? 0
						: width / floor(width / most);
}

static double
write_keys(struct legend *legend, const struct legend_keys *keys)
{
	const double top = legend->y;
	struct xy at;

	legend->x = legend->left;
	legend->column = column_of(keys, legend->width);
	for (size_t i = 0; i < keys->n; i++)
		if (legend_entry(legend, keys->item[i].text, &at))
			draw_sample(legend->svg, &keys->item[i], at);
	return legend->y - top + LEGEND_ROW;
}

double
legend_height(const struct legend_keys *keys, double width)
{
	struct legend legend = {.width = width};

	return keys->n > 0 ? write_keys(&legend, keys) : 0;
}

void
legend_draw(struct svg *svg, const struct legend_keys *keys, double left,
    double top, double width)
{
	struct legend legend = {.svg = svg,
	    .left = left,
	    .width = width,
	    .y = top + LEGEND_ROW / 2};

	if (keys->n > 0)
		write_keys(&legend, keys);
}
