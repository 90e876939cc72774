#include "draw/curve_chart.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/plural.h"
#include "draw/band.h"
#include "draw/caption.h"
#include "draw/chart.h"
#include "draw/curves.h"
#include "draw/facts.h"
#include "draw/levels.h"

enum { LABEL_BYTES = 512 };

/* What a panel shows; borrowed from the page. */
struct part {
	struct curve *shown; /* owned: those of the page with its title */
	char (*label)[LABEL_BYTES]; /* owned: theirs without what all have */
	size_t n_shown;
	const struct curve *curves; /* of all panels */
	size_t n;
	const struct bands *bands;
};

/* All that is drawn. */
struct page {
	const struct curve *curves, *shown; /* shown: means, or the same */
	size_t n, n_shown;
	struct bands bands;
	struct part *part;
	struct chart_panel *panel;
	size_t n_panels;
};

static int
same_panel(const struct curve *a, const struct curve *b)
{
	if (a->panel == NULL || b->panel == NULL)
		return a->panel == b->panel;
	return strcmp(a->panel, b->panel) == 0;
}

/* The curves' x label when all have the same. */
static const char *
common_x_label(const struct curve *curves, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (strcmp(curves[i].x_label, curves[0].x_label) != 0)
			return "direction x, in each curve's own units";
	return curves[0].x_label;
}

/* What all curves are of, for a picture without a title. */
static const char *
common_label(const struct page *page)
{
	const char *label = page->shown[0].label;

	for (size_t i = 1; i < page->n_shown; i++)
		if (label == NULL || page->shown[i].label == NULL ||
		    strcmp(page->shown[i].label, label) != 0)
			return NULL;
	return label;
}

/* The panel that shown curve i belongs to: found, or new and empty. */
static struct part *
part_of(struct page *page, size_t i, struct error *err)
{
	struct part *part;

	for (size_t k = 0; k < page->n_panels; k++)
		if (same_panel(&page->part[k].shown[0], &page->shown[i]))
			return &page->part[k];
	part = &page->part[page->n_panels];
	part->shown = memory_new(page->n_shown, sizeof(*part->shown), err);
	if (part->shown == NULL)
		return NULL;
	part->curves = page->curves;
	part->n = page->n;
	part->bands = &page->bands;
	page->panel[page->n_panels++] =
	    (struct chart_panel){.title = page->shown[i].panel, .what = part};
	return part;
}

/* What all curves of a panel are, its title says. */
static int
shorten_labels(struct part *part, struct error *err)
{
	const char **all = memory_new(part->n_shown, sizeof(*all), err);

	part->label = memory_new(part->n_shown, sizeof(*part->label), err);
	if (all == NULL || part->label == NULL) {
		free(all);
		return -1;
	}
	for (size_t i = 0; i < part->n_shown; i++)
		all[i] = part->shown[i].label;
	for (size_t i = 0; i < part->n_shown; i++) {
		if (all[i] == NULL)
			continue;
		facts_shorten(
		    all[i], all, part->n_shown, part->label[i], LABEL_BYTES);
		part->shown[i].label = part->label[i];
	}
	free(all);
	return 0;
}

static int
make_panels(struct page *page, const struct picture *picture, struct error *err)
{
	page->part = memory_new(page->n_shown, sizeof(*page->part), err);
	page->panel = memory_new(page->n_shown, sizeof(*page->panel), err);
	if (page->part == NULL || page->panel == NULL)
		return -1;
	for (size_t i = 0; i < page->n_shown; i++) {
		struct part *part = part_of(page, i, err);

		if (part == NULL)
			return -1;
		part->shown[part->n_shown++] = page->shown[i];
	}
	for (size_t k = 0; k < page->n_panels; k++)
		if ((page->panel[k].title != NULL &&
			shorten_labels(&page->part[k], err) < 0) ||
		    curves_keys(&page->panel[k].keys, page->part[k].shown,
			page->part[k].n_shown, picture->z_label,
			picture->right_label, err) < 0)
			return -1;
	return 0;
}

static void
free_page(struct page *page)
{
	for (size_t k = 0; k < page->n_panels; k++) {
		free(page->part[k].shown);
		free(page->part[k].label);
		legend_free(&page->panel[k].keys);
	}
	free(page->part);
	free(page->panel);
	bands_free(&page->bands);
}

/* Another network, by a line and its name; several names stand in rows. */
static void
draw_other(struct svg *svg, const struct plot *plot, const struct curve *curve,
    int row)
{
	const char *name = curve->other;
	const double x = plot_x(plot, curve->other_at);
	struct svg_font font = {.size = PLOT_SMALL_SIZE, .fill = "#444"};
	const double width = svg_text_width(name, font.size);
	const bool fits = x + 4 + width < plot->left + plot->width;

	svg_path(svg, "stroke=\"#777\" stroke-width=\"0.8\" "
		      "stroke-dasharray=\"2 2\"");
	svg_move(svg, x, plot->top);
	svg_line(svg, x, plot->top + plot->height);
	svg_path_end(svg);
	font.anchor = fits ? "start" : "end";
	svg_text(svg, x + (fits ? 4 : -4), plot->top + 12 + 12 * (double)row,
	    &font, name);
}

static bool
same_other(const struct curve *a, const struct curve *b)
{
	return a->other != NULL && b->other != NULL &&
	       strcmp(a->other, b->other) == 0 && a->other_at == b->other_at;
}

static void
draw_others(struct svg *svg, const struct plot *plot, const struct part *part)
{
	int row = 0;

	for (size_t i = 0; i < part->n_shown; i++) {
		const struct curve *c = &part->shown[i];
		bool fresh = c->other != NULL && plot->x0 < c->other_at &&
			     plot->x1 >= c->other_at;

		for (size_t k = 0; k < i && fresh; k++)
			fresh = !same_other(&part->shown[k], c);
		if (fresh)
			draw_other(svg, plot, c, row++);
	}
}

static int
draw_part(const struct chart *chart, const void *what, struct svg *svg,
    const struct plot *plot, struct error *err)
{
	const struct part *part = what;

	(void)err;
	bands_draw(svg, plot, part->bands, part->shown, part->n_shown,
	    part->curves, part->n);
	draw_others(svg, plot, part);
	curves_draw(
	    svg, plot, part->shown, part->n_shown, chart->right_label != NULL);
	return 0;
}

/* What the values of all curves are, on the plot's scale. */
struct tally {
	int64_t n, low;       /* low: not above 0 on a log scale */
	int64_t above, below; /* of the plot's range */
	size_t drawn;
	double lo, hi; /* of those that are drawn */
};

static struct tally
count_values(const struct page *page, const struct plot *range)
{
	struct tally t = {.lo = INFINITY, .hi = -INFINITY};

	for (size_t i = 0; i < page->n; i++)
		for (size_t k = 0; k < page->curves[i].n; k++) {
			const double y = page->curves[i].left[k];

			t.n++;
			if (isnan(y) || (range->log_y && y <= 0)) {
				t.low += !isnan(y);
				continue;
			}
			t.above += y > range->y1;
			t.below += y < range->y0;
			t.drawn++;
			t.lo = fmin(t.lo, y);
			t.hi = fmax(t.hi, y);
		}
	return t;
}

/* Says where curves are cut, when they are. */
static const char *
note_cut(
    const struct tally *t, const struct plot *range, char *text, size_t room)
{
	char lo[LEVEL_TEXT_BYTES], hi[LEVEL_TEXT_BYTES];

	level_text_short(range->y0, lo);
	level_text_short(range->y1, hi);
	if (t->above == 0 && t->below == 0)
		return NULL;
	snprintf(text, room, "cut at %s%s%s", t->above > 0 ? hi : lo,
	    t->above > 0 && t->below > 0 ? " and " : "",
	    t->above > 0 && t->below > 0 ? lo : "");
	return text;
}

/* A plateau is called so, as that of a surface. */
static const char *
note_flat(const struct tally *t, char *text, size_t room)
{
	if (t->low > 0 || !isfinite(t->hi - t->lo) ||
	    !levels_flat(t->lo, t->hi))
		return NULL;
	caption_flat(t->lo, t->drawn, text, room);
	return text;
}

/* What a log scale has no place for is not left out without a word. */
static const char *
note_low(const struct tally *t, char *text, size_t room)
{
	if (t->low == 0)
		return NULL;
	snprintf(text, room,
	    "%" PRId64 " of %" PRId64 " point%s not above 0, as a log scale "
	    "needs",
	    t->low, t->n, plural(t->n, " is", "s are"));
	return text;
}

int
curve_chart_draw(const struct picture *picture, const struct curve *curves,
    size_t n, const char *note, struct text *out, struct error *err)
{
	struct picture titled = *picture;
	struct page page = {
	    .curves = curves, .shown = curves, .n = n, .n_shown = n};
	struct chart chart = {.draw = draw_part,
	    .x_label = common_x_label(curves, n),
	    .left_label = picture->z_label,
	    .right_label = picture->right_label,
	    .document = picture->z_label,
	    .lines = {NULL, note}};
	struct notes {
		char cut[96], flat[64], low[96];
	} notes;
	int status = 0;

	if (picture->band) {
		status = bands_make(&page.bands, curves, n, err);
		page.shown = page.bands.means;
		page.n_shown = page.bands.n;
		chart.lines[0] = page.bands.caption;
	}
	if (status == 0 && picture->band && picture->title == NULL &&
	    page.shown[0].panel == NULL)
		titled.title = common_label(&page);
	if (status == 0)
		status =
		    curves_range(curves, n, picture->log, &chart.range, err);
	if (status == 0)
		status = chart_take_range(&chart, picture, err);
	if (status == 0)
		status = make_panels(&page, picture, err);
	chart.panels = page.panel;
	chart.n = page.n_panels;
	if (status == 0) {
		const struct tally t = count_values(&page, &chart.range);

		chart.lines[2] = curves_note(page.shown, page.n_shown);
		chart.lines[3] =
		    note_cut(&t, &chart.range, notes.cut, sizeof(notes.cut));
		chart.lines[4] = note_flat(&t, notes.flat, sizeof(notes.flat));
		chart.lines[5] = note_low(&t, notes.low, sizeof(notes.low));
	}
	if (status == 0)
		status = chart_draw(&titled, &chart, out, err);
	free_page(&page);
	return status;
}
