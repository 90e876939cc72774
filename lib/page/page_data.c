/* The numbers of a page as JSON; arrays are the bytes of their numbers. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/character.h"
#include "base/memory.h"
#include "base/number.h"
#include "draw/curves.h"
#include "draw/others.h"
#include "draw/trail.h"
#include "page/page_internal.h"
#include "stream/value.h"

/* ---- JSON that may stand inside a <script> ---- */

/* No "<" can end the element or begin a comment. */
static void
add_text(struct text *out, const char *chars)
{
	struct text shown = {0}, json = {0};
	const char *p;

	text_add_shown(&shown, chars);
	p = text_chars_for(out, &shown);
	value_print_json_chars(p, strlen(p), &json);
	for (p = text_chars_for(out, &json); *p != '\0'; p++) {
		if (strchr("<>&", *p) != NULL)
			text_add(out, "\\u%04x", *p);
		else
			text_add_bytes(out, p, 1);
	}
	text_free(&shown);
	text_free(&json);
}

static void
add_key_text(struct text *out, const char *key, const char *chars)
{
	text_add(out, ",\"%s\":", key);
	add_text(out, chars != NULL ? chars : "");
}

/* The key of an entry that is not the first. */
static void
add_name(struct text *out, const char *name)
{
	text_add(out, ",");
	add_text(out, name);
	text_add(out, ":");
}

/* NaN and infinities are null. */
static void
add_number(struct text *out, double x)
{
	char number[NUMBER_TEXT_BYTES];

	text_add(out, "%s", isfinite(x) ? number_format(x, number) : "null");
}

static void
add_numbers(struct text *out, const char *key, const double *v, size_t n)
{
	text_add(out, ",\"%s\":[", key);
	for (size_t i = 0; i < n; i++) {
		/* seven digits: more than the picture or a reader can tell */
		if (isfinite(v[i]))
			text_add(out, "%s%.7g", i > 0 ? "," : "", v[i]);
		else
			text_add(out, "%snull", i > 0 ? "," : "");
	}
	text_add(out, "]");
}

/* Does float32 hold it to its own precision? */
static bool
fits_float(double x)
{
	return !isfinite(x) || x == 0 ||
	       (fabs(x) <= FLT_MAX && fabs(x) >= FLT_MIN);
}

/*
 * An array of numbers: null when all are NaN, a number when all are the same,
 * else "f" and the bytes of float32, which show six digits, or "d" and those of
 * float64 where float32 would not do.
 */
static void
add_array(struct text *out, const double *v, size_t n)
{
	struct base64 b = {.out = out};
	bool same = n > 0 && isfinite(v[0]), nothing = true, floats = true;

	for (size_t i = 0; i < n; i++) {
		same = same && v[i] == v[0];
		nothing = nothing && isnan(v[i]);
		floats = floats && fits_float(v[i]);
	}
	if (same || nothing) {
		add_number(out, nothing ? NAN : v[0]);
		return;
	}
	text_add(out, floats ? "\"f" : "\"d");
	for (size_t i = 0; i < n; i++) {
		if (floats)
			base64_add_float(&b, (float)v[i]);
		else
			base64_add_double(&b, v[i]);
	}
	base64_end(&b);
	text_add(out, "\"");
}

/* ---- points ---- */

static const char *const status_words[] = {
    "missing", "ok", "nan", "overflow", "badvar", "concave", "other"};
enum { STATUS_MISSING, STATUS_OK, STATUS_OTHER = 6 };

static int
take_status(
    const struct points *points, int64_t index, double *out, struct error *err)
{
	struct decoded *point;
	const struct value *status;

	*out = STATUS_MISSING;
	if (points->at[index].bytes == NULL)
		return 0;
	point = points_decode(points, index, err);
	if (point == NULL)
		return -1;
	status = value_get(decoded_value(point), "status");
	*out = STATUS_OTHER;
	for (int i = STATUS_OK; i < STATUS_OTHER; i++)
		if (value_is(status, status_words[i]))
			*out = i;
	decoded_free(point);
	return 0;
}

/* The points of a sheet that were requested beside the grid. */
static int64_t
asked_index(const struct page_sheet *s, size_t k)
{
	const struct asked *a = &s->points->asked.item[k];
	int64_t index = grid_points(&s->points->grid) +
			(int64_t)k * s->points->grid.sets + s->set;

	return a->rep == s->rep && (a->sets >> s->set & 1) != 0 ? index : -1;
}

/* What is taken of each point of a sheet, beside the fields looked at. */
static const char *const beside[] = {"loss", "acc", "se", "n"};
enum { BESIDE = 4 };

static bool
is_looked_at(const struct page *page, const char *name)
{
	for (size_t f = 0; f < page->n_fields; f++)
		if (strcmp(page->field[f].name, name) == 0)
			return true;
	return false;
}

/* "error" is the one field that no point has. */
static double
asked_value(const struct page_sheet *s, int64_t index, const char *name)
{
	double v;
	bool error = strcmp(name, "error") == 0;

	if (!points_value(s->points, index, error ? "acc" : name, &v))
		return NAN;
	return error ? 100 - v : v;
}

static void
add_asked_values(
    struct text *out, const struct page_sheet *s, const char *name, double *v)
{
	size_t n = 0;

	for (size_t k = 0; k < s->points->asked.n; k++) {
		int64_t index = asked_index(s, k);

		if (index >= 0)
			v[n++] = asked_value(s, index, name);
	}
	add_name(out, name);
	add_array(out, v, n);
}

static int
add_asked(const struct page *page, struct text *out, const struct page_sheet *s,
    struct error *err)
{
	const struct asked_list *asked = &s->points->asked;
	double *v = memory_new(3 * asked->n, sizeof(*v), err);
	double *y = v + asked->n, *status = y + asked->n;
	size_t n = 0;
	int result = v != NULL ? 0 : -1;

	for (size_t k = 0; k < asked->n && result == 0; k++) {
		int64_t index = asked_index(s, k);

		if (index < 0)
			continue;
		v[n] = asked->item[k].x;
		y[n] = asked->item[k].y;
		result = take_status(s->points, index, &status[n++], err);
	}
	if (result == 0 && n > 0) {
		text_add(out, ",\"asked\":{\"count\":%zu,\"x\":", n);
		add_array(out, v, n);
		text_add(out, ",\"y\":");
		add_array(out, y, n);
		text_add(out, ",\"status\":");
		add_array(out, status, n);
		for (size_t f = 0; f < page->n_fields; f++)
			add_asked_values(out, s, page->field[f].name, v);
		for (int f = 0; f < BESIDE; f++)
			if (!is_looked_at(page, beside[f]))
				add_asked_values(out, s, beside[f], v);
		text_add(out, "}");
	}
	free(v);
	return result;
}

static int
add_values(const struct page *page, size_t i, struct text *out,
    const struct page_sheet *s, struct error *err)
{
	int64_t n = sheet_points(&s->points->grid);
	double *v = memory_new((size_t)n, sizeof(*v), err);
	int status = v != NULL ? 0 : -1;

	for (int64_t k = 0; k < n && status == 0; k++)
		status = take_status(s->points,
		    sheet_index(&s->points->grid, s->rep, s->set, k), &v[k],
		    err);
	if (status == 0) {
		text_add(out, ",\"values\":{\"status\":");
		add_array(out, v, (size_t)n);
		for (size_t f = 0; f < page->n_fields; f++) {
			const struct landscape *l = &page->field[f].landscape;

			add_name(out, page->field[f].name);
			add_array(out,
			    page->axes == 2 ? l->surfaces[i].z
					    : l->curves[i].left,
			    (size_t)n);
		}
		for (int f = 0; f < BESIDE; f++) {
			if (is_looked_at(page, beside[f]))
				continue;
			sheet_take(s->points, s->rep, s->set, beside[f], v);
			add_name(out, beside[f]);
			add_array(out, v, (size_t)n);
		}
		text_add(out, "}");
	}
	free(v);
	return status;
}

/* ---- sheets ---- */

static void
add_trails(struct text *out, const struct drawn_surface *s)
{
	text_add(out, ",\"paths\":[");
	for (size_t i = 0; i < s->n_trails; i++) {
		const struct trail *t = &s->trails[i];

		text_add(out, "%s{\"n\":%zu", i > 0 ? "," : "", t->n);
		add_key_text(out, "name", t->name);
		text_add(out, ",\"at\":[");
		for (size_t k = 0; k < t->n; k++)
			text_add(out, "%s%.7g,%.7g", k > 0 ? "," : "",
			    t->at[k].x, t->at[k].y);
		text_add(out, "],\"drop\":[");
		for (size_t k = 0; k < t->n; k++)
			text_add(out, "%s%d", k > 0 ? "," : "", t->drop[k]);
		text_add(out, "]");
		add_numbers(out, "epoch", t->epoch, t->n);
		add_numbers(out, "loss", t->loss, t->n);
		add_numbers(out, "off", t->off, t->n);
		text_add(out, "}");
	}
	text_add(out, "]");
}

static bool
is_within(const struct grid *grid, struct xy at)
{
	return at.x >= grid->range[0].lo && at.x <= grid->range[0].hi &&
	       (grid->axes < 2 ||
		   (at.y >= grid->range[1].lo && at.y <= grid->range[1].hi));
}

/* Where other networks are, as far as that is known and seen. */
static void
add_marks(
    struct text *out, const struct others *others, const struct grid *grid)
{
	const char *comma = "";

	text_add(out, ",\"marks\":[");
	for (int k = 0; k < others->n; k++) {
		const struct other *o = &others->item[k];

		if (!is_within(grid, o->at))
			continue;
		text_add(
		    out, "%s{\"x\":%.7g,\"y\":%.7g", comma, o->at.x, o->at.y);
		add_key_text(out, "label", o->label);
		text_add(out, "}");
		comma = ",";
	}
	text_add(out, "]");
}

static void
add_plot(struct text *out, const struct plot *p)
{
	const double v[] = {
	    p->left, p->top, p->width, p->height, p->x0, p->x1, p->y0, p->y1};

	add_numbers(out, "plot", v, sizeof(v) / sizeof(v[0]));
}

static void
add_axis(struct text *out, const char *key, const struct range *r)
{
	text_add(out, ",\"%s\":[", key);
	add_number(out, r->lo);
	text_add(out, ",");
	add_number(out, r->hi);
	text_add(out, ",%" PRId64 "]", r->num);
}

static int
add_sheet(
    const struct page *page, size_t i, struct text *out, struct error *err)
{
	const struct page_sheet s = page_sheet(page, i);
	const struct grid *grid = &s.points->grid;
	const struct landscape *l = &page->field[0].landscape;
	char label[600], colour[COLOUR_TEXT_BYTES];
	struct others others;

	page_label(page, i, label, sizeof(label));
	text_add(out, "{\"rep\":%d", s.rep);
	add_key_text(out, "label", label);
	add_key_text(out, "set", grid->set[s.set]);
	text_add(out, ",\"run\":\"%.16s\"", grid->run);
	add_key_text(out, "colour",
	    colour_text(page->axes == 2 ? colour_of_curve((int)i)
					: curves_colour(l->curves, l->n, i),
		colour));
	add_axis(out, "x", &grid->range[0]);
	if (page->axes == 2) {
		const struct drawn_surface *surface = &l->surfaces[i];
		const struct plot plot = page_plot(surface);

		add_axis(out, "y", &grid->range[1]);
		add_key_text(out, "xLabel", surface->x_label);
		add_key_text(out, "yLabel", surface->y_label);
		add_plot(out, &plot);
		add_trails(out, surface);
	}
	if (others_find(&others, s.points, s.rep, err) < 0)
		return -1;
	add_marks(out, &others, grid);
	if (add_values(page, i, out, &s, err) < 0 ||
	    add_asked(page, out, &s, err) < 0)
		return -1;
	text_add(out, "}");
	return 0;
}

/* ---- fields ---- */

static void
add_colours(struct text *out, const struct scale *scale)
{
	char text[COLOUR_TEXT_BYTES];

	text_add(out, ",\"map\":[");
	for (int i = 0; i <= 8; i++)
		text_add(out, "%s\"%s\"", i > 0 ? "," : "",
		    colour_text(colour_at(scale->map, i / 8.0), text));
	text_add(out, "],\"bands\":[");
	for (size_t k = 0; k < scale->levels.n; k++)
		text_add(out, "%s\"%s\"", k > 0 ? "," : "",
		    colour_text(scale_band_colour(scale, k), text));
	text_add(out, "]");
}

static int
add_field(const struct page *page, const struct page_field *field,
    struct text *out, struct error *err)
{
	const struct scale *scale = &field->scale;

	text_add(out, "{\"log\":%s,\"highest\":%s",
	    field->log ? "true" : "false",
	    page_highest(field) ? "true" : "false");
	add_key_text(out, "name", field->name);
	add_key_text(out, "label", field->landscape.value_label);
	if (page->axes == 2) {
		text_add(out, ",\"lo\":");
		add_number(out, scale->lo);
		text_add(out, ",\"hi\":");
		add_number(out, scale->hi);
		text_add(out, ",\"top\":");
		add_number(out, scale->top);
		add_numbers(out, "levels", scale->levels.v, scale->levels.n);
		add_colours(out, scale);
	} else {
		struct plot plot;

		if (page_curve_plot(field, false, &plot, err) < 0)
			return -1;
		add_plot(out, &plot);
		if (page_curve_log(field)) {
			if (page_curve_plot(field, true, &plot, err) < 0)
				return -1;
			text_add(out, ",\"logRange\":[");
			add_number(out, plot.y0);
			text_add(out, ",");
			add_number(out, plot.y1);
			text_add(out, "]");
		}
	}
	text_add(out, "}");
	return 0;
}

int
page_data(const struct page *page, struct text *out, struct error *err)
{
	text_add(out, "{\"axes\":%d", page->axes);
	add_key_text(out, "version", LOSSPIPE_VERSION);
	text_add(out, ",\"words\":[");
	for (int i = 0; i <= STATUS_OTHER; i++)
		text_add(out, "%s\"%s\"", i > 0 ? "," : "", status_words[i]);
	text_add(out, "],\n\"fields\":[");
	for (size_t f = 0; f < page->n_fields; f++) {
		text_add(out, f > 0 ? ",\n" : "\n");
		if (add_field(page, &page->field[f], out, err) < 0)
			return -1;
	}
	text_add(out, "],\n\"sheets\":[");
	for (size_t i = 0; i < page->n_sheets; i++) {
		text_add(out, i > 0 ? ",\n" : "\n");
		if (add_sheet(page, i, out, err) < 0)
			return -1;
	}
	text_add(out, "]}");
	return text_check(out, err);
}
