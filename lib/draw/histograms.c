#include "draw/histograms.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "draw/caption.h"
#include "draw/chart.h"
#include "draw/levels.h"

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

/* Outlines lie upon each other: their dashes tell them apart. */
static struct stroke
stroke_of(int number)
{
	return (struct stroke){
	    .colour = colour_of_curve(number), .dashed = number};
}

static void
draw_one(struct svg *svg, const struct plot *plot, const struct histogram *h,
    const struct heights *heights, int number)
{
	char attributes[160], colour[COLOUR_TEXT_BYTES];

	colour_text(colour_of_curve(number), colour);
	snprintf(attributes, sizeof(attributes),
	    "fill=\"%s\" fill-opacity=\"0.3\" stroke=\"%s\" "
	    "stroke-width=\"1.2\" stroke-linejoin=\"round\"%s",
	    colour, colour, stroke_dashes(stroke_of(number)));
	svg_path(svg, attributes);
	draw_outline(svg, plot, h, heights);
	svg_path_end(svg);
}

static int
add_key(struct legend_keys *keys, const struct histogram *h, const char *label,
    int number, struct error *err)
{
	char text[LEGEND_TEXT_BYTES], norm[LEVEL_TEXT_BYTES];

	snprintf(text, sizeof(text), "%.360s%snorm %s, %" PRId64 " weight%s",
	    label, label[0] != '\0' ? ": " : "",
	    level_text_short(h->all.norm, norm), h->all.n, plural_s(h->all.n));
	return legend_add(keys, stroke_of(number), 1, text, err);
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

/* ---- panels ---- */

/* The histograms of a panel. */
struct part {
	const struct histogram_list *list;
	size_t *item; /* owned */
	size_t n;
};

struct page {
	struct heights heights;
	struct part *part;
	struct chart_panel *panel;
	size_t n;
};

static struct part *
part_of(struct page *page, const struct histogram_list *list, const char *title,
    struct error *err)
{
	struct part *part;

	for (size_t k = 0; k < page->n; k++)
		if (strcmp(page->panel[k].title, title) == 0)
			return &page->part[k];
	part = &page->part[page->n];
	part->list = list;
	part->item = memory_new(list->n, sizeof(*part->item), err);
	if (part->item == NULL)
		return NULL;
	page->panel[page->n++] =
	    (struct chart_panel){.title = title, .what = part};
	return part;
}

/* In a panel, without what its title says of all. */
static int
add_keys(struct chart_panel *panel, const struct part *part,
    const struct naming *naming, struct error *err)
{
	const char **all = memory_new(part->n, sizeof(*all), err);
	char label[NAMING_BYTES];
	int status = all != NULL ? 0 : -1;

	for (size_t k = 0; k < part->n && status == 0; k++)
		all[k] = naming->label[part->item[k]];
	for (size_t k = 0; k < part->n && status == 0; k++) {
		const struct histogram *h = &part->list->item[part->item[k]];

		snprintf(label, sizeof(label), "%s", all[k]);
		if (panel->title != NULL)
			facts_shorten(
			    all[k], all, part->n, label, sizeof(label));
		if (panel->title != NULL && strcmp(label, panel->title) == 0)
			label[0] = '\0';
		status = add_key(&panel->keys, h, label, (int)k, err);
	}
	free(all);
	return status;
}

static int
make_panels(struct page *page, const struct histogram_list *list,
    const struct naming *naming, struct error *err)
{
	page->part = memory_new(list->n, sizeof(*page->part), err);
	page->panel = memory_new(list->n, sizeof(*page->panel), err);
	if (page->part == NULL || page->panel == NULL)
		return -1;
	for (size_t i = 0; i < list->n; i++) {
		struct part *part = part_of(page, list, naming->title[i], err);

		if (part == NULL)
			return -1;
		part->item[part->n++] = i;
	}
	for (size_t k = 0; k < page->n; k++) {
		if (page->panel[k].title[0] == '\0')
			page->panel[k].title = NULL;
		if (add_keys(&page->panel[k], &page->part[k], naming, err) < 0)
			return -1;
	}
	return 0;
}

static int
draw_part(const struct chart *chart, const void *what, struct svg *svg,
    const struct plot *plot, struct error *err)
{
	const struct part *part = what;
	const struct page *page = chart->context;

	(void)err;
	for (size_t k = 0; k < part->n; k++)
		draw_one(svg, plot, &part->list->item[part->item[k]],
		    &page->heights, (int)k);
	return 0;
}

static void
free_page(struct page *page)
{
	for (size_t k = 0; k < page->n; k++) {
		free(page->part[k].item);
		legend_free(&page->panel[k].keys);
	}
	free(page->part);
	free(page->panel);
}

int
histograms_draw(const struct picture *picture,
    const struct histogram_list *list, const struct naming_panels *panels,
    struct text *out, struct error *err)
{
	struct naming naming = {0};
	struct page page = {0};
	struct chart chart = {.draw = draw_part,
	    .context = &page,
	    .range = {.log_y = picture->log},
	    .x_label = "weight",
	    .document = "histogram of weights"};
	char note[96];
	int status =
	    measure(&page.heights, list->item, list->n, &chart.range, err);

	chart.range.y0 = picture->log ? page.heights.least / 1.5 : 0.0;
	chart.range.y1 = page.heights.most * (picture->log ? 1.5 : 1.05);
	chart.left_label = page.heights.density
			       ? "share of the weights, per unit"
			       : "weights in a bin";
	note_outside(list->item, list->n, note, sizeof(note));
	chart.lines[0] = note[0] != '\0' ? note : NULL;
	chart.lines[1] = list->from.no_end ? caption_no_end : NULL;
	if (status == 0)
		status = chart_take_range(&chart, picture, err);
	if (status == 0)
		status = naming_make(&naming, &list->from, panels, err);
	if (status == 0)
		status = make_panels(&page, list, &naming, err);
	chart.panels = page.panel;
	chart.n = page.n;
	if (status == 0)
		status = chart_draw(picture, &chart, out, err);
	free_page(&page);
	naming_free(&naming);
	return status;
}
