#include "draw/histograms.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/caption.h"
#include "draw/colour.h"
#include "draw/levels.h"
#include "draw/plot.h"

static const double LEFT = 62, RIGHT = 18, FOOT = 44, NOTE = 18;
static const double TITLE = 26, EDGE = 8, ROW = 15, SAMPLE = 16;

/* How counts become heights. */
struct heights {
	bool density; /* bins differ */
	double least; /* the smallest that is not 0 */
	double most;
};

static double
height_of(const struct heights *heights, const struct histogram *h, int64_t bin)
{
	const struct range *e = &h->edges;
	double n = (double)h->counts[bin];

	if (!heights->density)
		return n;
	return n / (double)h->all.n * ((double)(e->num - 1) / (e->hi - e->lo));
}

static int
measure(struct heights *heights, const struct histogram *h, size_t n,
    struct plot *plot, struct error *err)
{
	*heights = (struct heights){.least = INFINITY};
	plot->x0 = INFINITY;
	plot->x1 = -INFINITY;
	for (size_t i = 0; i < n; i++) {
		const struct range *e = &h[i].edges, *f = &h[0].edges;

		plot->x0 = fmin(plot->x0, e->lo);
		plot->x1 = fmax(plot->x1, e->hi);
		heights->density |=
		    e->lo != f->lo || e->hi != f->hi || e->num != f->num;
	}
	for (size_t i = 0; i < n; i++)
		for (int64_t k = 0; k < h[i].edges.num - 1; k++) {
			double y = height_of(heights, &h[i], k);

			heights->most = fmax(heights->most, y);
			if (y > 0.0)
				heights->least = fmin(heights->least, y);
		}
	if (!(heights->most > 0.0))
		return error_set(
		    err, "nothing to draw: no weight lies in a bin");
	return 0;
}

/* The outline of the bins, from the floor to the floor. */
static void
draw_outline(struct svg *svg, const struct plot *plot,
    const struct histogram *h, const struct heights *heights)
{
	const struct range *e = &h->edges;

	svg_move(svg, plot_x(plot, e->lo), plot_y(plot, plot->y0));
	for (int64_t k = 0; k < e->num - 1; k++) {
		double y =
		    plot_y(plot, fmax(height_of(heights, h, k), plot->y0));

		svg_line(svg, plot_x(plot, range_at(e, k)), y);
		svg_line(svg, plot_x(plot, range_at(e, k + 1)), y);
	}
	svg_line(svg, plot_x(plot, e->hi), plot_y(plot, plot->y0));
}

static void
draw_one(struct svg *svg, const struct plot *plot, const struct histogram *h,
    const struct heights *heights, int number)
{
	char attributes[128], colour[COLOUR_TEXT_BYTES];

	colour_text(colour_of_curve(number), colour);
	snprintf(attributes, sizeof(attributes),
	    "fill=\"%s\" fill-opacity=\"0.3\" stroke=\"%s\" "
	    "stroke-width=\"1.2\" stroke-linejoin=\"round\"",
	    colour, colour);
	svg_path(svg, attributes);
	draw_outline(svg, plot, h, heights);
	svg_path_end(svg);
}

static const char *
name_of(const struct histogram *h)
{
	return h->label[0] != '\0'  ? h->label
	       : h->arch[0] != '\0' ? h->arch
				    : "unnamed";
}

static int
draw_entry(struct svg *svg, double left, double top, double width,
    const struct histogram_list *list, size_t i, struct error *err)
{
	static const struct pack none;
	const struct histogram *h = &list->item[i];
	struct svg_font font = {.anchor = "start"};
	char text[MODEL_TEXT_MAX + 160], attributes[96], marks[64];
	char colour[COLOUR_TEXT_BYTES], norm[LEVEL_TEXT_BYTES];

	if (caption_marks(
		&none, &list->from.begin[i], marks, sizeof(marks), err) < 0)
		return -1;
	colour_text(colour_of_curve((int)i), colour);
	snprintf(attributes, sizeof(attributes),
	    "fill=\"%s\" fill-opacity=\"0.3\" stroke=\"%s\"", colour, colour);
	svg_box(svg, left, top + 2, SAMPLE, 9, attributes);
	snprintf(text, sizeof(text), "%s%s%s: norm %s, %" PRId64 " weights",
	    name_of(h), marks[0] != '\0' ? ", " : "", marks,
	    level_text_short(h->all.norm, norm), h->all.n);
	font.size = svg_text_fit(text, PLOT_TICK_SIZE, width - SAMPLE - 6);
	svg_text(svg, left + SAMPLE + 6, top + 10, &font, text);
	return 0;
}

/* What no bin holds must not go unseen. */
static void
note_outside(const struct histogram *h, size_t n, char *note, size_t room)
{
	double outside = 0, all = 0;
	char share[LEVEL_TEXT_BYTES];

	for (size_t i = 0; i < n; i++) {
		outside +=
		    (double)h[i].below + (double)h[i].above + (double)h[i].nan;
		all += (double)h[i].all.n;
	}
	note[0] = '\0';
	if (outside > 0)
		snprintf(note, room, "%s %% of the weights lie outside",
		    level_text_short(100.0 * outside / all, share));
}

static void
draw_texts(struct svg *svg, const struct picture *picture,
    const struct plot *plot, const char *note)
{
	struct svg_font title = {
	    .size = PLOT_TITLE_SIZE, .anchor = "middle", .bold = 1};
	struct svg_font small = {
	    .size = PLOT_SMALL_SIZE, .anchor = "start", .fill = "#333"};

	if (picture->title != NULL) {
		title.size =
		    svg_text_fit(picture->title, title.size, plot->width + 40);
		svg_text(svg, plot->left + plot->width / 2, EDGE + 16, &title,
		    picture->title);
	}
	if (note[0] != '\0')
		svg_text(svg, plot->left, plot->top + plot->height + FOOT + 8,
		    &small, note);
}

int
picture_histograms(const struct picture *picture,
    const struct histogram_list *list, struct text *out, struct error *err)
{
	const struct paper *paper = &picture->paper;
	double width = paper->width.pixels > 0 ? paper_width(paper) : 500;
	double height = paper->height.pixels > 0 ? paper_height(paper) : 350;
	double top = EDGE + (picture->title != NULL ? TITLE : 0);
	struct plot plot = {.left = LEFT,
	    .top = top + (double)list->n * ROW + 4,
	    .width = fmax(width - LEFT - RIGHT, 60),
	    .log_y = picture->log};
	struct heights heights;
	struct svg svg;
	char note[96];

	if (measure(&heights, list->item, list->n, &plot, err) < 0)
		return -1;
	plot.y0 = picture->log ? heights.least / 1.5 : 0.0;
	plot.y1 = heights.most * (picture->log ? 1.5 : 1.05);
	note_outside(list->item, list->n, note, sizeof(note));
	if (list->from.no_end)
		snprintf(note + strlen(note), sizeof(note) - strlen(note),
		    "%s%s", note[0] != '\0' ? "; " : "", caption_no_end);
	plot.height =
	    fmax(height - plot.top - FOOT - (note[0] != '\0' ? NOTE : 0), 40);
	svg = svg_start(out, paper, width, height,
	    picture->title != NULL ? picture->title : "histogram of weights",
	    picture->desc);
	for (size_t i = 0; i < list->n; i++)
		if (draw_entry(&svg, plot.left, top + (double)i * ROW,
			plot.width, list, i, err) < 0)
			return -1;
	for (size_t i = 0; i < list->n; i++)
		draw_one(&svg, &plot, &list->item[i], &heights, (int)i);
	plot_axes(&svg, &plot, "weight",
	    heights.density ? "share of the weights, per unit"
			    : "weights in a bin");
	draw_texts(&svg, picture, &plot, note);
	svg_end(&svg);
	return text_check(out, err);
}
