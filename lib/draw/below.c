#include "draw/below.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "draw/legend.h"
#include "draw/plane.h"
#include "draw/prose.h"
#include "draw/trail.h"
#include "draw/unsure.h"

/* From line to line, and after all of them. */
static const double LINE = 1.3 * PLOT_SMALL_SIZE, FOOT = 8;

/* The room of a mark before its text. */
static const double MARK = 5;

/* Where the next line goes; without a page it only measures. */
struct pen {
	struct svg *svg; /* or NULL */
	double left, y, width;
};

/* ---- keys of marks ---- */

static void
centre_text(const struct plane_marks *marks, char *text, size_t room)
{
	char z[LEVEL_TEXT_BYTES];

	if (isnan(marks->centre_z))
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

	snprintf(text, room, "%s %s at (%s, %s)",
	    highest ? "highest" : "lowest",
	    level_text_short(s->z[marks->best], z),
	    level_text_short(s->x[marks->best % nx], x),
	    level_text_short(s->y[marks->best / nx], y));
}

static void
write_key(struct legend *legend, const char *text, int hidden,
    void (*mark)(struct svg *svg, struct xy at))
{
	char whole[256];
	struct xy at;

	snprintf(whole, sizeof(whole), "%s%s", text, hidden ? " (hidden)" : "");
	if (legend_entry(legend, whole, &at))
		mark(legend->svg, (struct xy){at.x + MARK, at.y});
}

/* What the marks are and how high. */
static void
write_keys(struct pen *pen, const struct below *b)
{
	const struct drawn_surface *s = b->surface;
	const int highest = b->picture->highest;
	const struct plane_marks marks = plane_marks(s, highest);
	struct legend legend =
	    legend_start(pen->svg, pen->left, pen->y, pen->width);
	char text[192];

	legend.size = PLOT_SMALL_SIZE;
	legend.sample = 2 * MARK;
	if (marks.has_centre) {
		centre_text(&marks, text, sizeof(text));
		write_key(&legend, text, b->hidden.centre, plane_centre_mark);
	}
	if (marks.has_best) {
		best_text(s, &marks, highest, text, sizeof(text));
		write_key(&legend, text, b->hidden.best, plane_best_mark);
	}
	pen->y = legend_end(&legend);
}

/* ---- lines ---- */

static void
write_line(struct pen *pen, const char *fill, const char *text)
{
	const struct svg_font font = {
	    .size = PLOT_SMALL_SIZE, .anchor = "start", .fill = fill};

	if (text == NULL || text[0] == '\0')
		return;
	if (pen->svg != NULL)
		prose_write(pen->svg,
		    (struct xy){pen->left, pen->y + PLOT_SMALL_SIZE},
		    pen->width, &font, text);
	pen->y += LINE - PROSE_STEP * PLOT_SMALL_SIZE +
		  PROSE_STEP * PLOT_SMALL_SIZE *
		      prose_rows(text, PLOT_SMALL_SIZE, pen->width);
}

static void
write_axis(struct pen *pen, const char *axis, const char *label)
{
	char text[512];

	if (label == NULL)
		return;
	snprintf(text, sizeof(text), "%s: %s", axis, label);
	write_line(pen, "#333", text);
}

/* A relief cannot hatch what is too high: it says where it was cut. */
static void
write_cut(struct pen *pen, const struct below *b)
{
	char text[64], top[LEVEL_TEXT_BYTES];

	if (b->picture->style != PICTURE_SURFACE ||
	    !scale_exceeded(b->scale, b->surface))
		return;
	snprintf(text, sizeof(text), "cut at %s",
	    level_text_short(b->scale->top, top));
	write_line(pen, "#333", text);
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

static void
write_hidden(struct pen *pen, const struct below *b)
{
	const struct trail_count *count = &b->hidden.trails;
	char text[96];

	if (count->hidden == 0)
		return;
	snprintf(text, sizeof(text),
	    "hidden by the surface: %" PRId64 " of %" PRId64 " %s",
	    count->hidden, count->inside, trails_are(b->surface));
	write_line(pen, "#333", text);
}

static void
write_all(struct pen *pen, const struct below *b)
{
	const struct drawn_surface *s = b->surface;

	write_keys(pen, b);
	if (pen->svg != NULL)
		trails_legend(pen->svg, s->trails, s->n_trails, pen->left,
		    pen->y, pen->width);
	pen->y += trails_legend_height(s->trails, s->n_trails, pen->width);
	if (b->axes && b->common->x_label == NULL)
		write_axis(pen, "x", s->x_label);
	if (b->axes && b->common->y_label == NULL)
		write_axis(pen, "y", s->y_label);
	write_cut(pen, b);
	for (int i = 0; i < CAPTIONS_MAX; i++)
		if (b->common->captions[i] == NULL)
			write_line(pen, "#333", s->captions[i]);
	write_hidden(pen, b);
	write_line(pen, "#b03a2e", s->note);
}

double
below_height(const struct below *below, double width)
{
	struct pen pen = {.width = width};

	write_all(&pen, below);
	return pen.y + FOOT;
}

void
below_draw(const struct below *below, struct svg *svg, double left, double top,
    double width)
{
	struct pen pen = {.svg = svg, .left = left, .y = top, .width = width};

	write_all(&pen, below);
}

struct drawn_surface *
below_settle(const struct drawn_surface *surfaces, size_t n,
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

/* ---- below all ---- */

static const char *
same(const char *all, const char *one)
{
	return all != NULL && one != NULL && strcmp(all, one) == 0 ? all : NULL;
}

struct below_common
below_common_find(const struct drawn_surface *surfaces, size_t n, int axes)
{
	struct below_common c = {.x_label = NULL};

	if (n < 2)
		return c;
	memcpy(c.captions, surfaces[0].captions, sizeof(c.captions));
	c.x_label = axes ? surfaces[0].x_label : NULL;
	c.y_label = axes ? surfaces[0].y_label : NULL;
	for (size_t i = 1; i < n; i++) {
		for (int k = 0; k < CAPTIONS_MAX; k++)
			c.captions[k] =
			    same(c.captions[k], surfaces[i].captions[k]);
		c.x_label = same(c.x_label, surfaces[i].x_label);
		c.y_label = same(c.y_label, surfaces[i].y_label);
	}
	return c;
}

static void
write_common(struct pen *pen, const struct below_common *common)
{
	write_axis(pen, "x", common->x_label);
	write_axis(pen, "y", common->y_label);
	for (int i = 0; i < CAPTIONS_MAX; i++)
		write_line(pen, "#333", common->captions[i]);
}

double
below_common_height(const struct below_common *common, double width)
{
	struct pen pen = {.width = width};

	write_common(&pen, common);
	return pen.y > 0 ? pen.y + FOOT : 0;
}

void
below_common_draw(const struct below_common *common, struct svg *svg,
    double left, double top, double width)
{
	struct pen pen = {.svg = svg, .left = left, .y = top, .width = width};

	write_common(&pen, common);
}
