#include "draw/legend.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "draw/plot.h"
#include "draw/prose.h"

/* Between a sample and its text, and between entries. */
static const double CLEAR = 5, APART = 14;

struct legend
legend_start(struct svg *svg, double left, double top, double width)
{
	return (struct legend){.svg = svg,
	    .left = left,
	    .width = width,
	    .x = left,
	    .y = top + LEGEND_ROW / 2,
	    .size = PLOT_TICK_SIZE,
	    .sample = LEGEND_SAMPLE,
	    .lines = 1};
}

double
legend_end(const struct legend *legend)
{
	return legend->y + LEGEND_ROW / 2 +
	       PROSE_STEP * legend->size * (legend->lines - 1);
}

int
legend_entry(struct legend *legend, const char *text, struct xy *at)
{
	const struct svg_font font = {.size = legend->size, .anchor = "start"};
	const double before = legend->sample + CLEAR;
	const double room = legend->width - before;
	const int lines = prose_rows(text, font.size, room);
	double width =
	    before + fmin(room, svg_text_width(text, font.size)) + APART;

	if (legend->column > 0)
		width = legend->column * ceil(width / legend->column - 0.001);
	/* no wider than the page, whose end needs no distance */
	if (legend->x > legend->left &&
	    legend->x + fmin(width, legend->width) >
		legend->left + legend->width + 0.01) {
		legend->y = legend_end(legend) + LEGEND_ROW / 2;
		legend->x = legend->left;
		legend->lines = 1;
	}
	*at = (struct xy){legend->x, legend->y};
	legend->x += width;
	if (lines > legend->lines)
		legend->lines = lines;
	if (legend->svg == NULL)
		return 0;
	prose_write(legend->svg,
	    (struct xy){at->x + before, at->y + 0.35 * font.size}, room, &font,
	    text);
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
	    stroke_dashes(key->stroke));
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
		    LEGEND_SAMPLE + CLEAR + APART +
		    svg_text_width(keys->item[i].text, PLOT_TICK_SIZE);

		most = fmax(most, w);
		sum += w;
	}
	return sum <= width || most > width / 2 ? 0
						: width / floor(width / most);
}

static void
write_keys(struct legend *legend, const struct legend_keys *keys)
{
	struct xy at;

	legend->column = column_of(keys, legend->width);
	for (size_t i = 0; i < keys->n; i++)
		if (legend_entry(legend, keys->item[i].text, &at))
			draw_sample(legend->svg, &keys->item[i], at);
}

double
legend_height(const struct legend_keys *keys, double width)
{
	struct legend legend = legend_start(NULL, 0, 0, width);

	if (keys->n == 0)
		return 0;
	write_keys(&legend, keys);
	return legend_end(&legend);
}

void
legend_draw(struct svg *svg, const struct legend_keys *keys, double left,
    double top, double width)
{
	struct legend legend = legend_start(svg, left, top, width);

	write_keys(&legend, keys);
}
