#include "draw/picture.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "draw/bar.h"
#include "draw/equal.h"
#include "draw/panels.h"
#include "draw/plane.h"
#include "draw/trail.h"
#include "draw/unsure.h"

/* Space around a panel and around the picture, in pixels. */
static const double LEFT = 56, RIGHT = 12, HEAD = 18, FOOT = 44, KEYS = 26;
static const double TITLE = 26, EDGE = 8, BAR_GAP = 6;

/* A colour bar beside low panels reaches down beside what stands below. */
static const double BAR_LEAST = 110;

/* A page of this width has fewer columns rather than narrower panels. */
static const double SMALL = 90;

/* Heights under a panel: the keys of the marks, a line of a caption. */
static const double KEY_LINE = 12, LINE = 13;

/* How the page is divided. */
struct layout {
	struct panels panels;
	int same_x, same_y; /* all have these labels: they are written once */
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

/*
 * Height over width of a panel: both axes alike unless one is far longer.  With
 * one scale for both, that of the highest, which is no higher than a page.
 */
static double
aspect(const struct picture *picture, const struct drawn_surface *s, size_t n)
{
	double most = 0, x = s->x[s->nx - 1] - s->x[0],
	       y = s->y[s->ny - 1] - s->y[0];

	if (picture->style == PICTURE_SURFACE)
		return 0.86;
	for (size_t i = 0; picture->equal && i < n; i++)
		most = fmax(most, equal_ratio(&s[i], NULL));
	if (picture->equal)
		return fmin(most, 1.3);
	return y / x > 0.4 && y / x < 2.5 ? y / x : 1;
}

static double
cell_height(const struct layout *layout, double head)
{
	return layout->panel_height + head + FOOT + layout->below;
}

/* What stands under a panel beside the keys of its marks: legend, lines. */
static double
height_below(
    const struct picture *picture, const struct drawn_surface *s, double width)
{
	double lines = s->note != NULL ? LINE : 0;

	for (int i = 0; i < CAPTIONS_MAX; i++)
		lines += s->captions[i] != NULL ? LINE : 0;
	/* a relief says what it hides */
	if (picture->style == PICTURE_SURFACE && s->n_trails > 0)
		lines += LINE;
	return lines + trails_legend_height(s->trails, s->n_trails, width);
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
width_around(size_t columns, double bar)
{
	return (double)columns * (LEFT + RIGHT) + BAR_GAP + bar;
}

/* As asked for, or on a narrow page fewer than would look good. */
static int64_t
columns_of(const struct picture *picture, size_t n, double width, double bar)
{
	size_t columns = panels_lay(n, 0).columns;

	if (picture->columns > 0)
		return picture->columns;
	while (width > 0 && columns > 1 &&
	       width - width_around(columns, bar) < SMALL * (double)columns)
		columns--;
	return (int64_t)columns;
}

static const char *
axis_label(const struct drawn_surface *s, int axis)
{
	return axis == 0 ? s->x_label : s->y_label;
}

static int
same_labels(const struct drawn_surface *surfaces, size_t n, int axis)
{
	for (size_t i = 1; i < n; i++)
		if (strcmp(axis_label(&surfaces[i], axis),
			axis_label(&surfaces[0], axis)) != 0)
			return 0;
	return 1;
}

static struct layout
plan_page(const struct picture *picture, const struct drawn_surface *surfaces,
    size_t n, double head, double bar)
{
	static const double sizes[] = {380, 300, 250};
	const double width = paper_width(&picture->paper);
	const double height = paper_height(&picture->paper);
	struct layout l = {
	    .panels = panels_lay(n, columns_of(picture, n, width, bar))};
	const double columns = (double)l.panels.columns;
	const double rows = (double)l.panels.rows;
	double ratio = aspect(picture, surfaces, n), around, above, fit;

	l.top = EDGE + (picture->title != NULL ? TITLE : 0);
	l.panel_width = sizes[l.panels.columns < 3 ? l.panels.columns - 1 : 2];
	around = width_around(l.panels.columns, bar);
	if (width > 0)
		l.panel_width = (width - around) / columns;
	l.below = most_below(picture, surfaces, n, l.panel_width);
	above = l.top + rows * (head + FOOT + l.below);
	fit = (height - above) / rows;
	if (height > 0 && (width == 0 || fit < l.panel_width * ratio))
		l.panel_width = fit / ratio;
	l.panel_width = fmax(l.panel_width, 60);
	l.panel_height = l.panel_width * ratio;
	l.width = around + columns * l.panel_width;
	l.same_x = n > 1 && same_labels(surfaces, n, 0);
	l.same_y = n > 1 && same_labels(surfaces, n, 1);
	l.height = l.top + rows * cell_height(&l, head);
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
    const struct scale *scale, const struct relief_hidden *hidden)
{
	struct plane_marks marks = plane_marks(s, picture->highest);
	struct svg_font font = {.anchor = "start", .fill = "#333"};
	double x = plot->left + 5, y = plot->top + plot->height + FOOT + 4;
	char centre[64], best[160], both[256], top[LEVEL_TEXT_BYTES];

	centre_text(&marks, centre, sizeof(centre));
	best_text(s, &marks, picture->highest, best, sizeof(best));
	if (hidden->centre)
		strcat(centre, " (hidden)");
	if (hidden->best)
		strcat(best, " (hidden)");
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

/* What the points of the trails are. */
static const char *
trails_are(const struct drawn_surface *s)
{
	size_t networks = 0;

	for (size_t i = 0; i < s->n_trails; i++)
		networks += s->trails[i].n == 1;
	return networks == s->n_trails ? "networks"
	       : networks > 0          ? "checkpoints and networks"
				       : "checkpoints";
}

/* Legend, captions and note, one under the other. */
static void
draw_below(struct svg *svg, const struct plot *plot,
    const struct drawn_surface *s, const struct trail_count *count)
{
	double y = plot->top + plot->height + FOOT + KEY_LINE;
	char hidden[96];

	trails_legend(svg, s->trails, s->n_trails, plot->left, y, plot->width);
	y += trails_legend_height(s->trails, s->n_trails, plot->width);
	for (int i = 0; i < CAPTIONS_MAX; i++)
		if (s->captions[i] != NULL)
			draw_line(svg, plot, y += LINE, s->captions[i], "#333");
	if (count->hidden > 0) {
		snprintf(hidden, sizeof(hidden),
		    "hidden by the surface: %" PRId64 " of %" PRId64 " %s",
		    count->hidden, count->inside, trails_are(s));
		draw_line(svg, plot, y += LINE, hidden, "#333");
	}
	if (s->note != NULL)
		draw_line(svg, plot, y + LINE, s->note, "#b03a2e");
}

/* A plateau has no lines: it is called so. */
static void
say_flat(struct svg *svg, const struct plot *plot, const struct scale *scale)
{
	const struct svg_font font = {
	    .size = PLOT_LABEL_SIZE, .anchor = "middle", .fill = "#222"};
	char text[64], z[LEVEL_TEXT_BYTES];

	if (!scale->flat)
		return;
	snprintf(text, sizeof(text), "flat: %s, up to rounding",
	    level_text_short(scale->lo, z));
	svg_box(svg,
	    plot->left + plot->width / 2 - svg_text_width(text, font.size) / 2 -
		4,
	    plot->top + plot->height / 4 - font.size,
	    svg_text_width(text, font.size) + 8, 1.5 * font.size,
	    "fill=\"#fff\" fill-opacity=\"0.8\"");
	svg_text(svg, plot->left + plot->width / 2,
	    plot->top + plot->height / 4, &font, text);
}

/* Its labels run slantwise: room on the right, and above the keys. */
static int
draw_relief(struct svg *svg, const struct picture *picture,
    const char *const labels[2], const struct drawn_surface *s,
    const struct scale *scale, const struct plot *plot,
    struct relief_hidden *hidden, struct error *err)
{
	const struct plot box = {.left = plot->left,
	    .top = plot->top,
	    .width = plot->width - 36,
	    .height = plot->height + FOOT - 34};
	const struct relief_task task = {.surface = s,
	    .scale = scale,
	    .view = picture->view,
	    .labels = {s->x_label, s->y_label, picture->z_label},
	    .bare = {labels[0] == NULL, labels[1] == NULL, labels[1] == NULL},
	    .ratio = picture->equal ? equal_ratio(s, NULL) : 1,
	    .highest = picture->highest};

	return relief_draw(svg, &box, &task, hidden, err);
}

static int
draw_panel(struct svg *svg, const struct picture *picture,
    const struct layout *l, size_t i, const struct drawn_surface *s,
    const struct scale *scale, const struct plot *cell, struct error *err)
{
	struct relief_hidden hidden = {0};
	/* once where all panels have them */
	const char *const labels[2] = {
	    l->same_x && !panels_is_lowest(&l->panels, i) ? NULL : s->x_label,
	    l->same_y && !panels_is_first(&l->panels, i) ? NULL : s->y_label};
	struct plot range = *cell, fit;
	const struct plot *plot = &range;

	if (picture->style != PICTURE_SURFACE)
		plane_range(s, (enum plane_style)picture->style, &range);
	if (picture->style != PICTURE_SURFACE && picture->equal) {
		fit = equal_fit(&range, equal_ratio(s, &range));
		plot = &fit;
	}
	panels_title(svg, plot, i, picture->letters, s->label);
	if (picture->style == PICTURE_SURFACE &&
	    draw_relief(svg, picture, labels, s, scale, plot, &hidden, err) < 0)
		return -1;
	draw_keys(svg, picture, cell, s, scale, &hidden);
	draw_below(svg, cell, s, &hidden.trails);
	if (picture->style == PICTURE_SURFACE) {
		say_flat(svg, plot, scale);
		return 0;
	}
	if (plane_draw(svg, plot, s, scale, (enum plane_style)picture->style,
		picture->highest, err) < 0)
		return -1;
	say_flat(svg, plot, scale);
	plot_axes(svg, plot, labels[0], labels[1]);
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

static int
make_scale(const struct picture *picture, const struct drawn_surface *surfaces,
    size_t n, struct scale *scale, struct error *err)
{
	if (scale_make(surfaces, n, picture->log,
		picture->style == PICTURE_FILLED, &picture->levels,
		picture->limit, scale, err) < 0)
		return -1;
	scale->map = picture->map;
	if (picture->lo < picture->hi)
		scale_fix(scale, surfaces, n, picture->lo, picture->hi);
	/* a relief says in words where it is cut */
	if (picture->style == PICTURE_SURFACE)
		scale->beyond = 0;
	return 0;
}

/* The surfaces with the captions that hold for them; the caller frees it. */
static struct drawn_surface *
settle_captions(const struct drawn_surface *surfaces, size_t n,
    const struct scale *scale, struct error *err)
{
	struct drawn_surface *out = memory_new(n, sizeof(*out), err);

	for (size_t i = 0; i < n && out != NULL; i++) {
		const char **dashed = &out[i].captions[CAPTION_DASHED];
		int unsure;

		out[i] = surfaces[i];
		if (*dashed == NULL)
			continue;
		unsure = unsure_any(&surfaces[i], scale, err);
		if (unsure < 0) {
			free(out);
			return NULL;
		}
		if (unsure == 0)
			*dashed = NULL;
	}
	return out;
}

static int
draw_page(const struct picture *picture, const struct drawn_surface *surfaces,
    size_t n, const struct scale *scale, struct text *out, struct error *err)
{
	static const enum bar_kind bars[] = {
	    [PICTURE_LINES] = BAR_LINES,
	    [PICTURE_FILLED] = BAR_BANDS,
	    [PICTURE_HEAT] = BAR_CONTINUOUS,
	    [PICTURE_SURFACE] = BAR_CONTINUOUS,
	};
	double head = any_text(surfaces, n) || picture->letters ? HEAD : 4;
	const double bar = bar_width(scale, bars[picture->style]);
	struct layout l;
	struct svg svg;
	double right;

	l = plan_page(picture, surfaces, n, head, bar);
	right = l.width - bar;
	svg = svg_start(out, &picture->paper, l.width, l.height,
	    document_title(picture), picture->desc);
	bar_patterns(&svg);
	draw_title(&svg, picture, (LEFT + right - BAR_GAP - RIGHT) / 2);
	for (size_t i = 0; i < n; i++) {
		const size_t column = i % l.panels.columns;
		const size_t row = i / l.panels.columns;
		struct plot plot = {
		    .left =
			LEFT + (double)column * (l.panel_width + LEFT + RIGHT),
		    .top = l.top + head + (double)row * cell_height(&l, head),
		    .width = l.panel_width,
		    .height = l.panel_height};

		if (draw_panel(&svg, picture, &l, i, &surfaces[i], scale, &plot,
			err) < 0)
			return -1;
	}
	bar_draw(&svg, scale, bars[picture->style], picture->z_label, right,
	    l.top + head, fmax(l.panel_height, BAR_LEAST));
	svg_end(&svg);
	return text_check(out, err);
}

int
picture_surfaces(const struct picture *picture,
    const struct drawn_surface *surfaces, size_t n, struct text *out,
    struct error *err)
{
	struct drawn_surface *settled;
	struct scale scale;
	int status;

	if ((picture->equal && equal_check(surfaces, n, err) < 0) ||
	    make_scale(picture, surfaces, n, &scale, err) < 0)
		return -1;
	settled = settle_captions(surfaces, n, &scale, err);
	if (settled == NULL)
		return -1;
	status = draw_page(picture, settled, n, &scale, out, err);
	free(settled);
	return status;
}
