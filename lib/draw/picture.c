#include "draw/picture.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "draw/band.h"
#include "draw/bar.h"
#include "draw/curves.h"
#include "draw/plane.h"
#include "draw/trail.h"

/* Space around a panel and around the picture, in pixels. */
static const double LEFT = 56, RIGHT = 12, HEAD = 18, FOOT = 44, KEYS = 26;
static const double TITLE = 26, EDGE = 8, BAR_GAP = 6;

/* A page of this width has fewer columns rather than narrower panels. */
static const double SMALL = 90;

/* Heights under a panel: the keys of the marks, a line of a caption. */
static const double KEY_LINE = 12, LINE = 13;

/* How the page is divided. */
struct layout {
	size_t columns, rows;
	double panel_width, panel_height; /* of the plots */
	double top;                       /* below the title */
	double below;                     /* a panel's axis labels */
	double width, height;             /* of the page */
};

static int
any_text(const struct drawn_surface *surfaces, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (surfaces[i].label != NULL)
			return 1;
	return 0;
}

/* Height over width of a panel: both axes alike unless one is far longer. */
static double
aspect(const struct picture *picture, const struct drawn_surface *s)
{
	double x = s->x[s->nx - 1] - s->x[0], y = s->y[s->ny - 1] - s->y[0];

	if (picture->style == PICTURE_SURFACE)
		return 0.86;
	return y / x > 0.4 && y / x < 2.5 ? y / x : 1;
}

static double
cell_height(const struct layout *layout, double head)
{
	return layout->panel_height + head + FOOT + layout->below;
}

/* Trails are not drawn over a relief. */
static int
captions(const struct picture *picture)
{
	return picture->style == PICTURE_SURFACE ? CAPTION_TRAILS
						 : CAPTIONS_MAX;
}

/* What stands under a panel beside the keys of its marks: legend, lines. */
static double
height_below(
    const struct picture *picture, const struct drawn_surface *s, double width)
{
	double lines = s->note != NULL ? LINE : 0;

	for (int i = 0; i < captions(picture); i++)
		lines += s->captions[i] != NULL ? LINE : 0;
	if (picture->style != PICTURE_SURFACE)
		lines += trails_legend_height(s->trails, s->n_trails, width);
	return lines;
}

static double
most_below(const struct picture *picture, const struct drawn_surface *surfaces,
    size_t n, double width)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
		most = fmax(most, height_below(picture, &surfaces[i], width));
	return fmax(KEYS, KEY_LINE + most + 4);
}

/* What of the page's width is no plot. */
static double
width_around(size_t columns)
{
	return (double)columns * (LEFT + RIGHT) + BAR_GAP + bar_width();
}

static struct layout
plan_page(const struct picture *picture, const struct drawn_surface *surfaces,
    size_t n, double head)
{
	static const double sizes[] = {380, 300, 250};
	struct layout l = {.columns = 1};
	const double width = paper_width(&picture->paper);
	const double height = paper_height(&picture->paper);
	double ratio = aspect(picture, surfaces), around, above, fit;

	while (l.columns < n && (l.columns < 3 || l.columns * l.columns < n))
		l.columns++;
	if (n == 4)
		l.columns = 2;
	while (width > 0 && l.columns > 1 &&
	       width - width_around(l.columns) < SMALL * (double)l.columns)
		l.columns--;
	l.rows = (n + l.columns - 1) / l.columns;
	l.top = EDGE + (picture->title != NULL ? TITLE : 0);
	l.panel_width = sizes[l.columns < 3 ? l.columns - 1 : 2];
	around = width_around(l.columns);
	if (width > 0)
		l.panel_width = (width - around) / (double)l.columns;
	l.below = most_below(picture, surfaces, n, l.panel_width);
	above = l.top + (double)l.rows * (head + FOOT + l.below);
	fit = (height - above) / (double)l.rows;
	if (height > 0 && (width == 0 || fit < l.panel_width * ratio))
		l.panel_width = fit / ratio;
	l.panel_width = fmax(l.panel_width, 60);
	l.panel_height = l.panel_width * ratio;
	l.width = around + (double)l.columns * l.panel_width;
	l.height = l.top + (double)l.rows * cell_height(&l, head);
	return l;
}

static void
centre_text(const struct plane_marks *marks, char *text, size_t room)
{
	char z[LEVEL_TEXT_BYTES];

	if (!marks->has_centre)
		text[0] = '\0';
	else if (isnan(marks->centre_z))
		snprintf(text, room, "centre");
	else
		snprintf(text, room, "centre %s",
		    level_text_short(marks->centre_z, z));
}

static void
best_text(const struct drawn_surface *s, const struct plane_marks *marks,
    int highest, char *text, size_t room)
{
	size_t nx = (size_t)s->nx;
	char z[LEVEL_TEXT_BYTES], x[LEVEL_TEXT_BYTES], y[LEVEL_TEXT_BYTES];

	text[0] = '\0';
	if (marks->has_best)
		snprintf(text, room, "%s %s at (%s, %s)",
		    highest ? "highest" : "lowest",
		    level_text_short(s->z[marks->best], z),
		    level_text_short(s->x[marks->best % nx], x),
		    level_text_short(s->y[marks->best / nx], y));
}

/* The keys of the marks, under a panel: what they are and how high. */
static void
draw_keys(struct svg *svg, const struct picture *picture,
    const struct plot *plot, const struct drawn_surface *s,
    const struct scale *scale)
{
	struct plane_marks marks = plane_marks(s, picture->highest);
	struct svg_font font = {.anchor = "start", .fill = "#333"};
	double x = plot->left + 5, y = plot->top + plot->height + FOOT + 4;
	char centre[64], best[160], both[256], top[LEVEL_TEXT_BYTES];

	centre_text(&marks, centre, sizeof(centre));
	best_text(s, &marks, picture->highest, best, sizeof(best));
	/* a relief cannot hatch what is too high: it says where it was cut */
	if (picture->style == PICTURE_SURFACE && scale_exceeded(scale, s))
		snprintf(best + strlen(best), sizeof(best) - strlen(best),
		    ";  cut at %s", level_text_short(scale->top, top));
	snprintf(both, sizeof(both), "%s%s", centre, best);
	font.size = svg_text_fit(both, PLOT_SMALL_SIZE, plot->width + 15);
	if (marks.has_centre) {
		plane_centre_mark(svg, (struct xy){x, y});
		svg_text(svg, x + 9, y + 0.35 * font.size, &font, centre);
		x += 9 + svg_text_width(centre, font.size) + 18;
	}
	if (marks.has_best) {
		plane_best_mark(svg, (struct xy){x, y});
		svg_text(svg, x + 7, y + 0.35 * font.size, &font, best);
	}
}

static void
draw_line(struct svg *svg, const struct plot *plot, double y, const char *text,
    const char *fill)
{
	struct svg_font font = {.anchor = "start", .fill = fill};

	font.size = svg_text_fit(text, PLOT_SMALL_SIZE, plot->width + 15);
	svg_text(svg, plot->left, y, &font, text);
}

/* Legend, captions and note, one under the other. */
static void
draw_below(struct svg *svg, const struct picture *picture,
    const struct plot *plot, const struct drawn_surface *s)
{
	double y = plot->top + plot->height + FOOT + KEY_LINE;

	if (picture->style != PICTURE_SURFACE) {
		trails_legend(
		    svg, s->trails, s->n_trails, plot->left, y, plot->width);
		y += trails_legend_height(s->trails, s->n_trails, plot->width);
	}
	for (int i = 0; i < captions(picture); i++)
		if (s->captions[i] != NULL)
			draw_line(svg, plot, y += LINE, s->captions[i], "#333");
	if (s->note != NULL)
		draw_line(svg, plot, y + LINE, s->note, "#b03a2e");
}

static int
draw_panel(struct svg *svg, const struct picture *picture,
    const struct drawn_surface *s, const struct scale *scale, struct plot *plot,
    struct error *err)
{
	struct svg_font font = {.size = PLOT_LABEL_SIZE, .anchor = "middle"};

	if (s->label != NULL)
		svg_text(svg, plot->left + plot->width / 2, plot->top - 6,
		    &font, s->label);
	draw_keys(svg, picture, plot, s, scale);
	draw_below(svg, picture, plot, s);
	if (picture->style == PICTURE_SURFACE) {
		/* its labels run slantwise: room on the right, and above the
		 * keys */
		plot->left -= 12;
		plot->width -= 24;
		plot->height += FOOT - 30;
		return relief_draw(
		    svg, plot, s, scale, picture->view, picture->highest, err);
	}
	plane_range(s, (enum plane_style)picture->style, plot);
	if (plane_draw(svg, plot, s, scale, (enum plane_style)picture->style,
		picture->highest, err) < 0)
		return -1;
	plot_axes(svg, plot, s->x_label, s->y_label);
	return 0;
}

static void
draw_title(struct svg *svg, const struct picture *picture, double middle)
{
	struct svg_font font = {
	    .size = PLOT_TITLE_SIZE, .anchor = "middle", .bold = 1};

	if (picture->title == NULL)
		return;
	font.size = svg_text_fit(picture->title, PLOT_TITLE_SIZE, 2 * middle);
	svg_text(svg, middle, EDGE + 16, &font, picture->title);
}

static const char *
document_title(const struct picture *picture)
{
	return picture->title != NULL ? picture->title : picture->z_label;
}

int
picture_surfaces(const struct picture *picture,
    const struct drawn_surface *surfaces, size_t n, struct text *out,
    struct error *err)
{
	static const enum bar_kind bars[] = {
	    [PICTURE_LINES] = BAR_LINES,
	    [PICTURE_FILLED] = BAR_BANDS,
	    [PICTURE_HEAT] = BAR_CONTINUOUS,
	    [PICTURE_SURFACE] = BAR_CONTINUOUS,
	};
	double head = any_text(surfaces, n) ? HEAD : 4;
	struct layout l = plan_page(picture, surfaces, n, head);
	struct scale scale;
	struct svg svg;
	double right = l.width - bar_width();

	if (scale_make(surfaces, n, picture->log,
		picture->style == PICTURE_FILLED, &picture->levels,
		picture->limit, &scale, err) < 0)
		return -1;
	scale.map = picture->map;
	if (picture->lo < picture->hi)
		scale_fix(&scale, surfaces, n, picture->lo, picture->hi);
	svg = svg_start(out, &picture->paper, l.width, l.height,
	    document_title(picture), picture->desc);
	bar_patterns(&svg);
	draw_title(&svg, picture, (LEFT + right - BAR_GAP - RIGHT) / 2);
	for (size_t i = 0; i < n; i++) {
		size_t column = i % l.columns, row = i / l.columns;
		struct plot plot = {
		    .left =
			LEFT + (double)column * (l.panel_width + LEFT + RIGHT),
		    .top = l.top + head + (double)row * cell_height(&l, head),
		    .width = l.panel_width,
		    .height = l.panel_height};

		if (draw_panel(
			&svg, picture, &surfaces[i], &scale, &plot, err) < 0)
			return -1;
	}
	if (picture->style == PICTURE_SURFACE)
		scale.beyond = 0;
	bar_draw(&svg, &scale, bars[picture->style], picture->z_label, right,
	    l.top + head, l.panel_height);
	svg_end(&svg);
	return text_check(out, err);
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

/* A plot of curves: those that count, and those that are drawn thick. */
struct curve_page {
	const struct curve *curves, *shown;
	size_t n, n_shown;
	const struct bands *bands;
	const char *lines[2]; /* below the plot; or NULL */
};

/* What all curves are of, for a picture without a title. */
static const char *
common_label(const struct curve_page *page)
{
	const char *label = page->shown[0].label;

	for (size_t i = 1; i < page->n_shown; i++)
		if (label == NULL || page->shown[i].label == NULL ||
		    strcmp(page->shown[i].label, label) != 0)
			return NULL;
	return label;
}

static void
draw_page(const struct picture *picture, const struct curve_page *page,
    struct plot *plot, double top, struct svg *svg)
{
	double y = plot->top + plot->height + FOOT + 8;

	draw_title(svg, picture, plot->left + plot->width / 2);
	curves_legend(svg, page->shown, page->n_shown, plot->left, top,
	    plot->width, picture->z_label, picture->right_label);
	bands_draw(svg, plot, page->bands, page->curves, page->n);
	curves_draw(svg, plot, page->shown, page->n_shown,
	    common_x_label(page->curves, page->n), picture->z_label,
	    picture->right_label);
	for (int i = 0; i < 2; i++) {
		const char *line = page->lines[i];

		if (line == NULL)
			continue;
		draw_line(svg, plot, y, line,
		    strncmp(line, "partial", 7) == 0 ? "#b03a2e" : "#333");
		y += 14;
	}
}

static int
make_page(const struct picture *picture, const struct curve_page *page,
    struct text *out, struct error *err)
{
	const struct paper *paper = &picture->paper;
	double width = paper->width.pixels > 0 ? paper_width(paper) : 500;
	double height = paper->height.pixels > 0 ? paper_height(paper) : 350;
	double right = picture->right_label != NULL ? LEFT : 18, legend, foot;
	struct plot plot = {.left = LEFT, .width = width - LEFT - right};
	double top = EDGE + (picture->title != NULL ? TITLE : 0);
	struct svg svg;

	if (curves_range(page->curves, page->n, picture->log, &plot, err) < 0)
		return -1;
	legend = curves_legend_height(page->shown, page->n_shown, plot.width,
	    picture->z_label, picture->right_label);
	foot = FOOT + (page->lines[0] != NULL ? 18 : 0) +
	       (page->lines[1] != NULL ? 18 : 0);
	plot.top = top + legend + 4;
	plot.height = fmax(height - plot.top - foot, 40);
	svg = svg_start(
	    out, paper, width, height, document_title(picture), picture->desc);
	draw_page(picture, page, &plot, top, &svg);
	svg_end(&svg);
	return text_check(out, err);
}

int
picture_curves(const struct picture *picture, const struct curve *curves,
    size_t n, const char *note, struct text *out, struct error *err)
{
	struct picture titled = *picture;
	struct bands bands = {0};
	struct curve_page page = {.curves = curves,
	    .shown = curves,
	    .n = n,
	    .n_shown = n,
	    .bands = &bands,
	    .lines = {NULL, note}};
	int status = 0;

	if (picture->band) {
		status = bands_make(&bands, curves, n, err);
		page.shown = bands.means;
		page.n_shown = bands.n;
		page.lines[0] = bands.caption;
	}
	if (status == 0 && picture->band && picture->title == NULL)
		titled.title = common_label(&page);
	if (status == 0)
		status = make_page(&titled, &page, out, err);
	bands_free(&bands);
	return status;
}
